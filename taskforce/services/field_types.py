"""Kinds of text that commands take: what a plan file can carry, said to the person who types it."""

import re
from typing import Annotated, Any, Final

from babel import Locale
from babel.numbers import is_currency
from pydantic import AfterValidator, BeforeValidator

LONGEST_CODE: Final = 40  # characters
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
MECHANISM_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{1,39}", re.ASCII)
MOST_CODES: Final = 100  # what one person still checks
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


def _codes(value: Any) -> Any:
    """Take `A1, A2`, as a form sends it, for two entries; each is kept once."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        return value
    codes = (code.strip() for each in texts for code in each.split(","))
    return list(dict.fromkeys(code for code in codes if code))


def _not_too_many(value: list[str]) -> list[str]:
    if len(value) > MOST_CODES:
        raise ValueError(f"These are {len(value)} activities. Name at most {MOST_CODES}.")
    return value


Code = Annotated[str, AfterValidator(_code)]
ActivityCodes = Annotated[list[str], BeforeValidator(_codes), AfterValidator(_not_too_many)]
OneLine = Annotated[str, AfterValidator(_one_line)]
MechanismCode = Annotated[str, AfterValidator(_mechanism_code)]
Email = Annotated[str, AfterValidator(_email)]
Country = Annotated[str, AfterValidator(_country)]
Currency = Annotated[str, AfterValidator(_currency)]
