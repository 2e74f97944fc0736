# Bare `make` prints this help. `make run` and `make test` are all that a fresh machine needs.
.DEFAULT_GOAL := help
SHELL := /bin/bash
UV_VERSION := 0.13.9
PYTHON ?= python3
export PORT ?= 8000
export TASKFORCE_HOME ?= .taskforce
# Compiled once at installation: where this is set to anything, every start would compile all packages again.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPATH := $(CURDIR)

.PHONY: help run test faults check bench browser documents catalogue

help:  ## Print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: .venv/run.stamp  ## Serve the demonstration on http://localhost:$(PORT), data in $(TASKFORCE_HOME)
	@exec .venv/bin/taskforce demo

test: .venv/dev.stamp browser  ## Run all tests, with a real PostgreSQL and a real browser
	.venv/bin/pytest -n 2 --dist worksteal

check: .venv/dev.stamp  ## Lint, format, types, import rules, what no line may do
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy taskforce tests bench vendor
	.venv/bin/lint-imports --no-cache
	.venv/bin/pytest -q tests/house/test_code.py

faults: .venv/dev.stamp  ## Run the long tests (kills, large backups, fuzzing) and write docs/faults.md
	FAULTS_REPORT=docs/faults.md .venv/bin/pytest -m faults tests

bench: .venv/dev.stamp  ## Measure speeds as ratios to floors
	.venv/bin/python -m bench

documents: .venv/dev.stamp  ## Write the generated documents anew
	.venv/bin/python -m tests.house.documents

catalogue: .venv/dev.stamp  ## Extract the words of the pages and build the catalogues
	.venv/bin/python -m taskforce.render.catalogue

browser:  ## Install Chromium from Debian where it is missing and that can be done
	@command -v chromium >/dev/null || { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	  && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-core >/dev/null; } \
	  || echo "No Chromium here: install it (Debian: apt-get install chromium); the browser tests will be skipped."

.venv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; set PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/run.stamp: .venv/bin/uv uv.lock pyproject.toml
	.venv/bin/uv sync --quiet --frozen --inexact --no-default-groups --compile-bytecode
	@touch $@

.venv/dev.stamp: .venv/bin/uv uv.lock pyproject.toml
	.venv/bin/uv sync --quiet --frozen --inexact --group dev --compile-bytecode
	@touch $@ .venv/run.stamp
