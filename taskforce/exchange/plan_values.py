"""The single values of a plan file: codes, days, amounts, years, countries; each says what to write instead."""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Final, TypeVar
from zoneinfo import available_timezones

from babel import Locale
from babel.numbers import list_currencies
from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from taskforce.rules import agreement

CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"
MECHANISM_CODE: Final = r"^[A-Z0-9][A-Z0-9-]{1,39}$"
LANGUAGE: Final = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
ONE_LINE: Final = r"^[^\r\n]*$"

NATIONAL: Final = agreement.NATIONAL  # among districts: the whole country
ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
YEAR: Final = re.compile(r"(\d{4})(?:[-/](\d{2}|\d{4}))?")
NUMBER: Final = re.compile(r"-?\d{1,18}(\.\d+)?")
LARGEST_AMOUNT: Final = Decimal(10) ** 15

T = TypeVar("T")


def wrong(problem: str, advice: str) -> PydanticCustomError:
    """An error that carries its own advice to the reader of the file."""
    return PydanticCustomError("plan_file", "{problem}", {"problem": problem, "advice": advice})


def shown(value: object) -> str:
    """A value as an error quotes it: on one line, at most 60 characters."""
    text = "nothing" if value is None else f"“{value}”"
    if isinstance(value, list | tuple):
        text = "a list"
    elif isinstance(value, dict):
        text = "a mapping"
    text = " ".join(text.split())
    return text if len(text) <= 62 else f"{text[:59]}…”"


@cache
def countries() -> dict[str, str]:
    """ISO 3166-1 codes of two letters with their English names. Source: CLDR, through Babel."""
    names = Locale("en").territories
    left_out = {"EU", "EZ", "UN", "QO", "XA", "XB"}  # ZZ stays: the starter plans name no country yet
    return {code: name for code, name in names.items() if re.fullmatch("[A-Z]{2}", code) and code not in left_out}


def _day(value: object) -> object:
    if isinstance(value, str):
        if ISO_DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise wrong(f"{shown(value)} is not a day of the calendar", "check the month and the day") from None
        raise wrong(f"{shown(value)} is not a date", "write year-month-day, for example 2026-03-31")
    if type(value) is date:
        return value
    raise wrong(f"{shown(value)} is not a date", "write year-month-day, for example 2026-03-31")


def _number(value: object) -> Decimal:
    text = str(value) if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool) else ""
    if isinstance(value, Decimal):
        text = format(value, "f")
    if not NUMBER.fullmatch(text):
        raise wrong(
            f"{shown(value)} is not a number",
            "write digits alone, with a point before decimals and no spaces, commas or words, for example 1250000",
        )
    return Decimal(text)


def decimals(number: Decimal) -> int:
    """How many decimals a number needs: 1.50 needs one."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _amount(value: object) -> Decimal:
    number = _number(value)
    if number < 0:
        raise wrong(f"the amount {number} is negative", "write it without the sign; a refund is not a budget line")
    if number > LARGEST_AMOUNT:
        raise wrong(f"the amount {number} is above {LARGEST_AMOUNT:f}", "check it for digits too many")
    return _at_most(number, 2)


def _at_most(number: Decimal, most: int) -> Decimal:
    if decimals(number) > most:
        raise wrong(f"{number} has {decimals(number)} decimals", f"write at most {most}")
    return number


def _figure(value: object) -> Decimal:
    return _at_most(_number(value), 2)


def _share(value: object) -> Decimal:
    number = _number(value)
    if not 0 <= number <= 1:
        raise wrong(f"the share {number} is not between 0 and 1", "write a part of one, for example 0.25 for 25 %")
    return _at_most(number, 4)


def _weight(value: object) -> Decimal:
    number = _share(value)
    if number == 0:
        raise wrong("the weight is 0", "write a share above 0 and at most 1, or leave the line out")
    return number


def _whole(value: object) -> int:
    if type(value) is int:
        return value
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
        return int(value)
    raise wrong(f"{shown(value)} is not a whole number", "write digits alone, for example 12")


def _year(value: object) -> int:
    found = YEAR.fullmatch(str(value)) if isinstance(value, str | int) else None
    if not found or not 1900 <= int(found[1]) <= 2200:
        raise wrong(f"{shown(value)} is not a fiscal year", "write the year in which it starts, for example 2026")
    first = int(found[1])
    if found[2] and int(found[2]) not in (first + 1, (first + 1) % 100):
        raise wrong(f"{shown(value)} is not one fiscal year", f"write {first} or {first}-{(first + 1) % 100:02d}")
    return first


def _moment(value: object) -> int | date:
    if isinstance(value, str | int) and re.fullmatch(r"\d{4}", str(value)):
        return _year(value)
    if type(value) is date or (isinstance(value, str) and ISO_DAY.fullmatch(value)):
        return _day(value)  # type: ignore[return-value]  # _day gives a date or raises
    raise wrong(f"{shown(value)} is neither a year nor a date", "write 2013 or 2013-08-01")


def _country(value: object) -> object:
    if isinstance(value, str) and value in countries():
        return value
    by_name = {name.lower(): code for code, name in countries().items()}
    meant = by_name.get(str(value).lower()) or (str(value).upper() if str(value).upper() in countries() else None)
    advice = f"did you mean {meant}?" if meant else "write its two letters of ISO 3166-1, for example KE"
    raise wrong(f"{shown(value)} is not a country code", advice)


def _country_or_international(value: object) -> object:
    return value if value == "international" else _country(value)


def _currency(value: object) -> object:
    if isinstance(value, str) and value in list_currencies():
        return value
    raise wrong(f"{shown(value)} is not a currency", "write the three letters of ISO 4217, for example KES or USD")


def _time_zone(value: object) -> object:
    if isinstance(value, str) and value in available_timezones():
        return value
    raise wrong(f"{shown(value)} is not a time zone", "write its IANA name, for example Africa/Nairobi")


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str | int) and not isinstance(value, bool) else value


def _answer(value: object) -> object:
    if isinstance(value, str):
        plain = value.strip().lower()
        if plain in ("yes", "true"):
            return True
        if plain in ("no", "false"):
            return False
    return value


Code = Annotated[str, StringConstraints(pattern=CODE)]
MechanismCode = Annotated[str, StringConstraints(pattern=MECHANISM_CODE)]
PlaceCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=ONE_LINE)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=200)]  # a code that is listed elsewhere
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=ONE_LINE)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Link = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s<>\"]+$")]
Language = Annotated[str, StringConstraints(pattern=LANGUAGE)]
Day = Annotated[date, BeforeValidator(_day)]
Amount = Annotated[Decimal, BeforeValidator(_amount)]
Figure = Annotated[Decimal, BeforeValidator(_figure)]
Share = Annotated[Decimal, BeforeValidator(_share)]
Weight = Annotated[Decimal, BeforeValidator(_weight)]
Whole = Annotated[int, BeforeValidator(_whole)]
FiscalYear = Annotated[int, BeforeValidator(_year)]
Moment = Annotated[int | date, BeforeValidator(_moment)]
Country = Annotated[str, BeforeValidator(_country)]
CountryOrInternational = Annotated[str, BeforeValidator(_country_or_international)]
Currency = Annotated[str, BeforeValidator(_currency)]
TimeZone = Annotated[str, BeforeValidator(_time_zone)]
Month = Annotated[Whole, Field(ge=1, le=12)]
WeekDay = Annotated[Whole, Field(ge=1, le=7)]
Capability = Annotated[Whole, Field(ge=1, le=999)]
Capabilities = Annotated[tuple[Capability, ...], BeforeValidator(_one_or_many)]
OwnPlan = Annotated[bool | Title, BeforeValidator(_answer)]
