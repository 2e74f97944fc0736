"""The wheel is whole: installed without the checkout, it has its templates, migrations and plans, and works."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
FORCED = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"][
    "force-include"
]
PATIENCE = 120  # seconds for one command on a busy machine


@dataclass(frozen=True)
class Installed:
    """A clean environment outside the checkout that has the wheel and what it depends on, and nothing else."""

    wheel: Path
    folder: Path

    def run(self, *command: str, home: Path) -> subprocess.CompletedProcess[str]:
        """Run one of its programs, as a user without any setting does."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TASKFORCE_HOME": str(home), "COLUMNS": "200"}
        return subprocess.run(  # noqa: S603 - programs that we installed
            [self.folder / "bin" / command[0], *command[1:]],
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def package(self) -> Path:
        """Where it was installed to."""
        [found] = self.folder.glob("lib/python*/site-packages/taskforce")
        return found


@pytest.fixture(scope="module")
def uv() -> str:
    """The installer that `make` puts beside Python. In CI it must be there; elsewhere its absence is a loud skip."""
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if found is None and os.environ.get("CI"):
        pytest.fail("no uv in CI: `make test` installs it")
    if found is None:
        pytest.skip("NO UV: the wheel was not tested. `make test` installs it.")
    return found


@pytest.fixture(scope="module")
def installed(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, built here, in an environment with the locked packages; these come from uv's cache."""
    folder = tmp_path_factory.mktemp("wheel")
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment["UV_PROJECT_ENVIRONMENT"] = str(folder / "venv")
    python = folder / "venv" / "bin" / "python"

    def done(*command: str | Path) -> None:
        ended = subprocess.run(  # noqa: S603 - our own tools
            command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr

    done(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    [wheel] = folder.glob("*.whl")
    done(uv, "sync", "--frozen", "--no-default-groups", "--no-install-project", "--python", sys.executable)
    done(uv, "pip", "install", "--no-deps", "--python", python, wheel)
    done(uv, "pip", "check", "--python", python)
    return Installed(wheel, folder / "venv")


def _files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


@pytest.mark.parametrize(("source", "target"), FORCED.items())
def test_a_folder_beside_the_package_is_in_the_wheel(installed: Installed, source: str, target: str) -> None:
    """Templates, migrations and plans lie in it file by file, also those that are no Python."""
    with zipfile.ZipFile(installed.wheel) as wheel:
        inside = {name.removeprefix(f"{target}/") for name in wheel.namelist() if name.startswith(f"{target}/")}

    assert len(inside) > 2
    assert inside == _files(CHECKOUT / source)


def test_the_wheel_has_what_migrations_need(installed: Installed) -> None:
    """Alembic finds its environment and each version, and no module in that folder hides the library."""
    migrations = _files(installed.package() / "_alembic")

    assert {"env.py", "script.py.mako"} < migrations
    assert {name for name in migrations if name.startswith("versions/0")}
    assert "__init__.py" not in migrations


def test_the_wheel_has_nothing_of_the_workshop(installed: Installed) -> None:
    """Tests, benchmarks and data of whoever built it stay at home; the licences go with it."""
    with zipfile.ZipFile(installed.wheel) as wheel:
        names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}

    assert tops == {"taskforce", next(top for top in tops if top.endswith(".dist-info"))}
    assert not [name for name in names if name.endswith((".pyc", ".log")) or "/." in name]
    assert {name.rsplit("/", 1)[1] for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_it_runs_from_where_it_was_installed(installed: Installed, tmp_path: Path) -> None:
    """The program that a user starts is the wheel's, not the checkout's."""
    said = installed.run("taskforce", "version", "--json", home=tmp_path)
    place = installed.run("python", "-c", "import taskforce; print(taskforce.__file__)", home=tmp_path)

    assert json.loads(said.stdout)["taskforce"] == installed.wheel.name.split("-")[1], said.stderr
    assert Path(place.stdout.strip()).parent == installed.package()


def test_it_checks_a_plan_that_it_ships(installed: Installed, tmp_path: Path) -> None:
    """A plan file is checked with the vocabularies of the wheel, without a database."""
    plan = installed.package() / "_plans" / "tz-ncostf-2020.yaml"

    said = installed.run("taskforce", "plan", "check", "--json", str(plan), home=tmp_path)

    assert said.returncode == 0, said.stderr
    [report] = json.loads(said.stdout)
    assert report["mechanism"] == "TZ-NCOSTF"
    assert report["activities"] > 5
    assert list(tmp_path.iterdir()) == []


def test_it_makes_and_answers_the_demonstration(installed: Installed, tmp_path: Path) -> None:
    """Database, migrations, plans and the first page: all from the wheel; then its server has stopped."""
    said = installed.run("taskforce", "demo", "--check", home=tmp_path)

    assert said.returncode == 0, said.stdout + said.stderr
    assert "the first page answered" in said.stdout
    assert (tmp_path / "postgres" / "PG_VERSION").is_file()
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
