"""Kinds of text that commands take: what a plan file can carry, said to the person who types it."""

import re
from typing import Annotated, Final

from babel import Locale
from babel.numbers import is_currency
from pydantic import AfterValidator

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
MECHANISM_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}", re.ASCII)
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


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


def _mechanism_code(value: str) -> str:
    code = value.upper()
    if not MECHANISM_CODE.fullmatch(code):
        raise ValueError("Write 2 to 40 letters, digits and dashes, beginning with a letter or digit, like TZ-NCOSTF.")
    return code


def _email(value: str) -> str:
    if not EMAIL.fullmatch(value):
        raise ValueError("Write a whole e-mail address, like name@example.org.")
    return value


def _country(value: str) -> str:
    if len(value) != 2 or value not in Locale("en").territories:
        raise ValueError("Choose a country from the list.")
    return value


def _currency(value: str) -> str:
    """Source: ISO 4217, through CLDR."""
    if not is_currency(value.upper()):
        raise ValueError(f"{value} is no currency. Write its three letters, like TZS or USD.")
    return value.upper()


Code = Annotated[str, AfterValidator(_code)]
OneLine = Annotated[str, AfterValidator(_one_line)]
MechanismCode = Annotated[str, AfterValidator(_mechanism_code)]
Email = Annotated[str, AfterValidator(_email)]
Country = Annotated[str, AfterValidator(_country)]
Currency = Annotated[str, AfterValidator(_currency)]
