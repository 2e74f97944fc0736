"""What the long tests found, as a document (`make faults` writes docs/faults.md), and servers that tests may break."""

import datetime as dt
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from taskforce import postgres
from tests.data_folder import copied, once

REPORT = "FAULTS_REPORT"  # the environment variable that names the file to write


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Outcomes:
    """Collects one line for each test of the run, wherever it stands; figures come from `record_property`."""

    target: Path
    began: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    lines: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test when it has run, or could not be prepared."""
        if report.when != "call" and report.passed:
            return
        self.counts[report.outcome] = self.counts.get(report.outcome, 0) + 1
        figures = ", ".join(f"{name} {value}" for name, value in report.user_properties) or "–"
        test = report.nodeid.removeprefix("tests/").replace("|", "\\|")
        self.lines.append(f"| `{test}` | {report.outcome} | {report.duration:.1f} | {figures} |")

    def pytest_sessionfinish(self) -> None:
        """Write the document."""
        self.target.write_text(written(self.began, self.counts, self.lines), encoding="utf-8")


def written(began: dt.datetime, counts: Mapping[str, int], lines: list[str]) -> str:
    """The report as Markdown."""
    seconds = (dt.datetime.now(dt.UTC) - began).total_seconds()
    summary = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    head = [
        "<!-- Written by `make faults`. -->\n",
        "# What the fault tests found\n",
        f"{began:%Y-%m-%d %H:%M} UTC, {seconds:.0f} seconds, Python {platform.python_version()}, "
        f"{os.cpu_count()} processors: {summary}.\n",
        "| test | outcome | seconds | figures |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *lines]) + "\n"


def pytest_configure(config: pytest.Config) -> None:
    """Collect for the document where one is asked for."""
    if target := os.environ.get(REPORT):
        config.pluginmanager.register(Outcomes(Path(target)), "faults-report")


def _make(home: Path) -> None:
    data = postgres.start(home).data
    postgres.stop(home)
    (data / "log").unlink()


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Path]:
    """A home that does not exist yet; what runs in it is stopped, whatever the test did."""
    home = tmp_path / "home"
    yield home
    if (home / "postgres" / "PG_VERSION").is_file():
        postgres.stop(home)


@pytest.fixture
def home(run_folder: Path, new_home: Path) -> Path:
    """One whose data are made already, and in which nothing ever ran."""
    return copied(once(run_folder / "made", _make), new_home)
