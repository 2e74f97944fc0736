"""What is wrong with a file, and where: one error of it, and the two ways in which a file is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from taskforce.errors import Refused

FieldPath = tuple[str | int, ...]

MOST_ERRORS: Final = 100  # more than a person reads before correcting the first ones
LONGEST_COMPARED: Final = 60  # characters of a value for which a near code is looked for
HIDDEN: Final = "\N{REPLACEMENT CHARACTER}"  # for signs that would turn or hide what stands after them on a screen
MOST_COMPARED: Final = 2000  # codes among which it is looked for


@dataclass(frozen=True, slots=True, order=True)
class FileError:
    """One error. Line and column count from 1; `field` is the way to the value, its list positions from 0."""

    line: int
    column: int
    field: str
    problem: str
    advice: str

    def __str__(self) -> str:
        """One line of text, as the command line prints it after the file's name."""
        return f"{self.line}:{self.column}: {self.field or 'file'}: {self.problem}: {self.advice}"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error before its line is known: the way to the value, what is wrong with it, what to write.

    With `known` codes the advice is the nearest of them to `advice`. It is looked for only when the error is shown,
    since a file may hold more unknown codes than anybody could compare with everything.
    """

    path: FieldPath
    problem: str
    advice: str
    known: Sequence[str] | None = None


class Unreadable(Refused):
    """The file cannot be read as a plan file at all: missing, too large, not UTF-8, not YAML, or a YAML bomb."""

    def __init__(self, problem: str, advice: str, *, line: int | None = None, column: int | None = None) -> None:
        where = "" if line is None else f"line {line}, column {column}: "
        super().__init__(f"{where}{problem}: {advice}")
        self.problem = problem
        self.advice = advice
        self.line = line
        self.column = column


class Broken(Refused):
    """The file breaks the format or a rule.

    `errors` are sorted by line and at most `MOST_ERRORS`; `left_off` counts those that are not among them.
    """

    def __init__(self, errors: tuple[FileError, ...], *, left_off: int = 0) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors
        self.left_off = left_off


def field_name(path: FieldPath) -> str:
    """The way to a value as people write it: `agencies[2].role`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def file_error(place: tuple[int, int], field: str, problem: str, advice: str) -> FileError:
    """An error at a line and column; what the file says is quoted on one line and not at full length."""
    return FileError(*place, _short(field, 200), _short(problem, 400), _short(advice, 400))


def _short(text: str, most: int) -> str:
    plain = "".join(sign if sign.isprintable() else HIDDEN for sign in " ".join(text[: 2 * most].split()))
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def suggestion(value: str, known: Sequence[str]) -> str:
    """What to write instead of an unknown code: the nearest one, or the first few of the list."""
    near = [code for code in known if code.lower() == value.lower()]
    if not value.isdigit() and len(value) <= LONGEST_COMPARED and len(known) <= MOST_COMPARED:
        near += get_close_matches(value, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    if not known:
        return "there is none in this file yet: add it to its list first"
    shown = ", ".join(known[:12])
    return f"write one of {shown}" + (f" … ({len(known)} in all)" if len(known) > 12 else "")
