"""Kinds of text that commands take: what a plan file can carry, said to the person who types it."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)


def _code(value: str) -> str:
    if not CODE.fullmatch(value):
        raise ValueError(
            "The code may have letters, digits, dots, dashes and underscores, at most 40, "
            "and begins with a letter or digit. For example A1."
        )
    return value


def _one_line(value: str) -> str:
    if "\n" in value:
        raise ValueError("Write this in one line.")
    return value


Code = Annotated[str, AfterValidator(_code)]
OneLine = Annotated[str, AfterValidator(_one_line)]
