"""The command line, through real processes: some as users start them, most forked from one that is imported already."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import httpx
import pytest

from taskforce import postgres
from taskforce.cli import main
from taskforce.settings import project_folder
from tests.data_folder import copied
from tests.use.commands import PATIENCE, Done, run

ROOT = Path(__file__).parents[2]
PLANS = project_folder("plans")
TANZANIA = str(PLANS / "tz-ncostf-2020.yaml")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def _environment(home: Path, **values: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TASKFORCE_", "PYTEST_"))}
    return kept | {"TASKFORCE_HOME": str(home), "PYTHONPATH": str(ROOT), "PORT": str(_free_port())} | values


def _run(home: Path, *arguments: str, answer: str = "", **values: str) -> Done:
    """Run a command to its end, forked."""
    return run(*arguments, environment=_environment(home, **values), answer=answer)


def _start(home: Path, *arguments: str, **values: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as a user starts it."""
    return subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-m", "taskforce", *arguments],
        env=_environment(home, **values),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def home(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with the demonstration in it, for all tests of this file; its server runs between the commands."""
    folder = copied(demonstration, tmp_path_factory.mktemp("cli") / "home")
    with postgres.in_use(folder):
        yield folder


@pytest.fixture
def at_rest(demonstration: Path, tmp_path: Path) -> Path:
    """One whose server does not run."""
    return copied(demonstration, tmp_path / "at-rest")


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _commands(found, f"{path} {name}")


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(*each, id=each[0]) for each in _commands(main, "taskforce")]
)
def test_help_has_an_example(path: str, command: click.Command) -> None:
    """Whoever asks for help gets a line that can be copied."""
    words = command.get_help(click.Context(command, info_name=path))

    assert re.search(r"Example:\s+(\w+=\S+\s+)*taskforce", words), words


def test_plan_check_tells_all_files_and_the_worst_exit_code(tmp_path: Path) -> None:
    """Valid, broken and unreadable files in one list, with line, column and field; no database is touched."""
    broken, missing = tmp_path / "broken.yaml", tmp_path / "missing.yaml"
    broken.write_text(Path(TANZANIA).read_text().replace("lead: C-SEMA", "lead: C-SEMAA", 1))

    done = _start(tmp_path / "home", "plan", "check", TANZANIA, str(broken), str(missing), "--json")

    valid, wrong, absent = json.loads(done.stdout)
    assert done.returncode == 2
    assert (valid["mechanism"], valid["plan"], valid["activities"]) == ("TZ-NCOSTF", "TZ-2020", 11)
    assert {"gaps", "clashes", "alerts", "money"} <= set(valid)
    line = broken.read_text().splitlines().index("            lead: C-SEMAA") + 1
    assert wrong["errors"] == [
        {
            "line": line,
            "column": 19,
            "field": "objectives[0].outputs[0].activities[0].lead",
            "message": "there is no agency “C-SEMAA”: did you mean C-SEMA?",
        }
    ]
    assert "there is no file" in absent["errors"][0]["message"]
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, 0), ("schema: taskforce.plan/1\n", 1), ("a: [1, 2\n", 2), ("a: &x 1\nb: *x\n", 2)],
    ids=["valid", "breaks the format", "no YAML", "an alias"],
)
def test_plan_check_exits_by_what_is_wrong(tmp_path: Path, content: str | None, code: int) -> None:
    """0 valid, 1 breaks the format or a rule, 2 unreadable; never a traceback."""
    path = Path(TANZANIA)
    if content is not None:
        path = tmp_path / "plan.yaml"
        path.write_text(content)

    done = _run(tmp_path / "home", "plan", "check", str(path))

    assert done.returncode == code
    assert "Traceback" not in done.stdout + done.stderr


def test_plan_check_loads_neither_server_nor_database() -> None:
    """It starts fast, because a command pays for nothing that another needs."""
    code = (
        "import sys\nfrom taskforce.cli import main\n"
        f"main(['plan', 'check', {TANZANIA!r}], standalone_mode=False)\n"
        "print(sorted({'litestar', 'sqlalchemy', 'granian', 'plotly', 'alembic'} & set(sys.modules)))"
    )

    done = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )

    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_a_second_demonstration_finds_everything_in_place(at_rest: Path) -> None:
    """The second start loads nothing."""
    done = _run(at_rest, "demo", "--check")

    assert (done.returncode, done.stderr) == (0, "")
    assert "The demonstration is there already." in done.stdout


def test_a_demonstration_stays_on_this_machine(home: Path) -> None:
    """It refuses to listen where others could reach its one-time links; so does serve, once it is marked."""
    for command in (("demo",), ("serve",)):
        done = _run(home, *command, TASKFORCE_HOST="0.0.0.0")  # noqa: S104 -- what must be refused

        assert done.returncode == 1
        assert "127.0.0.1" in done.stderr
        assert "Traceback" not in done.stderr


def test_export_and_import_over_the_command_line(home: Path, tmp_path: Path) -> None:
    """What is exported imports without a change, asks before a change, and writes nothing on a no."""
    path = tmp_path / "kh.yaml"
    exported = _run(home, "plan", "export", "KH-OCSE", "KH-2027", "--output", str(path))
    assert exported.returncode == 0, exported.stderr

    same = _run(home, "plan", "import", str(path), "--json")
    content = path.read_text().replace("title: Youth ambassadors on safe internet use", "title: Youth ambassadors", 1)
    path.write_text(content)
    refused = _run(home, "plan", "import", str(path), answer="n\n")
    written = _run(home, "plan", "import", str(path), "--yes")
    after = _run(home, "plan", "export", "KH-OCSE", "KH-2027")

    report = json.loads(same.stdout)
    assert sum(len(noun["added"]) + len(noun["changed"]) for noun in report["nouns"]) == 0
    assert refused.returncode == 1
    assert "title Youth ambassadors on safe internet use → Youth ambassadors" in refused.stdout
    assert written.returncode == 0, written.stderr
    assert "1 to change" in written.stdout  # so the no before it wrote nothing
    assert after.stdout == content


def test_what_cannot_be_imported_says_why(home: Path, tmp_path: Path) -> None:
    """A broken file, a plan past consultation, a new one that is decided and an unknown mechanism: exit code 1."""
    broken, closed, decided = (tmp_path / f"{name}.yaml" for name in ("broken", "closed", "decided"))
    broken.write_text("schema: taskforce.plan/1\n")
    closed.write_text(Path(TANZANIA).read_text().replace("Two-day workshop", "Three-day workshop", 1))
    decided.write_text(Path(TANZANIA).read_text().replace("code: TZ-2020", "code: TZ-2019", 1))

    results = [
        _run(home, "plan", "import", str(broken), "--yes"),
        _run(home, "plan", "import", str(closed), "--yes"),
        _run(home, "plan", "export", "NOWHERE"),
        _run(home, "plan", "import", str(decided)),
        _run(home, "plan", "import", str(decided), "--json"),
    ]

    assert [done.returncode for done in results] == [1, 1, 1, 1, 1]
    assert "mechanism is missing" in results[0].stderr
    assert "TZ-2020 is closed" in results[1].stderr
    assert "NOWHERE" in results[2].stderr
    assert all("TZ-2019 is new in TZ-NCOSTF and the file says closed" in done.stderr for done in results[3:])
    assert all("Traceback" not in done.stderr for done in results)


def test_a_user_gets_a_link_once(home: Path) -> None:
    """The link is printed on the address that users see; the role is that of the mechanism."""
    done = _run(
        home,
        *("user", "add", "--email", "new@example.net", "--title", "Focal point, Police", "--json"),
        *("--mechanism", "TZ-NCOSTF", "--role", "focal_point", "--agency", "TPF"),
        PORT="8123",
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["link"].startswith("http://localhost:8123/sign-in/")
    refused = _run(home, "user", "add", "--email", "new@example.net", "--title", "x", "--administrator")
    assert refused.returncode == 1
    assert "has an account already" in refused.stderr


def test_the_doctor_finds_a_healthy_installation_healthy(home: Path, tmp_path: Path) -> None:
    """Ticks where all is well, and for each cross what mends it."""
    healthy = _run(home, "doctor", "--json")
    ill = _run(tmp_path, "doctor", "--json", TASKFORCE_DATABASE_URL="postgresql+asyncpg://nobody@127.0.0.1:1/none")

    assert healthy.returncode == 0, healthy.stdout
    assert all(finding["is_well"] for finding in json.loads(healthy.stdout))
    crosses = [finding for finding in json.loads(ill.stdout) if not finding["is_well"]]
    assert ill.returncode == 1
    assert crosses
    assert all(finding["fix"] for finding in crosses)


def test_an_unexpected_error_has_no_traceback_without_debug(tmp_path: Path) -> None:
    """A database that is not there is said in words; with --debug the traceback is shown."""
    nowhere = {"TASKFORCE_DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:1/none"}

    plain = _start(tmp_path, "plan", "export", "TZ-NCOSTF", **nowhere)

    assert plain.returncode == 1
    assert "Traceback" not in plain.stderr
    assert plain.stderr.startswith("Error: ")


@contextmanager
def _serving(home: Path, *command: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """A server that answers, and its port; ended if the test did not end it."""
    environment = _environment(home)
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-m", "taskforce", *command],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    port = int(environment["PORT"])
    try:
        _wait_for_page(process, port)
        yield process, port
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate(timeout=PATIENCE)


def _wait_for_page(process: "subprocess.Popen[str]", port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stdout and process.stdout.read()
        try:
            if httpx.get(f"http://127.0.0.1:{port}/sign-in", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("no page came")


def test_demo_serves_and_ctrl_c_stops_it(at_rest: Path) -> None:
    """A link for each role that signs in, a port that nobody else gets, and an end that leaves nothing running."""
    with _serving(at_rest, "demo") as (process, port):
        taken = _run(at_rest, "serve", PORT=str(port))
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0
    assert taken.returncode == 1
    assert f"port {port}" in taken.stderr
    assert "PORT=" in taken.stderr
    links = re.findall(rf"(\S.*?) +http://localhost:{port}/sign-in/\S{{40,}}\n", printed)
    assert {"Secretariat, Tanzania", "Administrator of this installation"} <= {title.strip() for title in links}
    assert len(links) == 8
    assert postgres.is_alive(postgres.Server(at_rest / "postgres", Path("/nowhere"), 5432)) is False
    assert not (at_rest / "postgres" / "postmaster.pid").exists()
