"""Rules of a plan file that join several values: dates, leads, money, what a plan of that status must have."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from babel.numbers import get_currency_precision, list_currencies

from taskforce.exchange.file_error import FieldPath, Problem
from taskforce.exchange.plan_rows import Row, Rows, day, inside, text, texts
from taskforce.exchange.plan_values import NUMBER, YEAR, decimals

# What an activity must have once its plan has left the draft, and once it is submitted (domain.md, State machines).
NEEDED_IN_CONSULTATION: Final = ("lead", "start", "end", "districts")
NEEDED_AFTERWARDS: Final = (*NEEDED_IN_CONSULTATION, "kind", "target_groups")
LISTS_WITHOUT_REPEATS: Final = (
    ("activities", "support"),
    ("activities", "districts"),
    ("activities", "target_groups"),
    ("activities", "responsibilities"),
    ("activities", "messages"),
    ("activities", "joint_with"),
    ("activities", "mnr"),
    ("objectives", "mnr"),
    ("messages", "adopted_by"),
)
PERIODS: Final = (
    ("agencies", "joined", "left"),
    ("funding_sources", "start", "end"),
    ("assignments", "from", "to"),
    ("activities", "start", "end"),
    ("activities", "actual_start", "actual_end"),
    ("mous", "start", "end"),
)
PAYERS: Final = ("donor", "government", "industry", "ngo", "other")


def rule_problems(rows: Rows) -> Iterator[Problem]:
    """Everything that contradicts something else in the file."""
    yield from _mechanism(rows)
    yield from _plan(rows)
    yield from _periods(rows)
    for row in rows["activities"]:
        yield from _activity(row, rows["plan"])
    yield from _repeats(rows)
    yield from _assignments(rows)
    yield from _money(rows)
    yield from _targets(rows)
    for row in rows["transitions"]:
        if text(row, "from") is not None and text(row, "from") == text(row, "to"):
            yield Problem(
                (*row.path, "to"), f"{text(row, 'to')} hands over to itself", "name the source that takes over"
            )
    for row in rows["pairs"]:
        if text(row, "a") is not None and text(row, "a") == text(row, "b"):
            yield Problem((*row.path, "b"), f"{text(row, 'b')} is compared with itself", "name two activities")


def _mechanism(rows: Rows) -> Iterator[Problem]:
    for row in rows["mechanism"]:
        if not rows["plan"]:
            if not text(row, "currency"):
                yield Problem(
                    (*row.path, "currency"), "there is neither a plan nor a currency", "add currency, ISO 4217"
                )
            for objective in rows["objectives"][:1]:
                yield Problem(objective.path, "there are objectives and no plan", "add plan with code, title and dates")
        began, ended = text(row, "established"), text(row, "ended")
        if began and ended and YEAR.match(began) and YEAR.match(ended) and ended < began[: len(ended)]:
            yield Problem((*row.path, "ended"), f"it ends {ended} before it starts {began}", "correct one of the two")
    leads = [row for row in rows["agencies"] if text(row, "role") == "lead"]
    for row in leads[1:]:
        yield Problem(
            (*row.path, "role"),
            f"{text(row, 'code')} is a second lead agency, after {text(leads[0], 'code')}",
            "keep one role: lead",
        )


def _plan(rows: Rows) -> Iterator[Problem]:
    for row in rows["plan"]:
        start, end = day(row, "start"), day(row, "end")
        if start and end and end <= start:
            yield Problem((*row.path, "end"), f"the plan ends {end} before it starts {start}", "correct one of the two")
        elif start and end and (end.year - start.year, end.month, end.day) >= (2, start.month, start.day):
            yield Problem(
                (*row.path, "end"), f"the plan lasts from {start} to {end}", "a plan lasts less than two years"
            )
        for key in ("parent", "follows"):
            if text(row, key) is not None and text(row, key) == text(row, "code"):
                yield Problem(
                    (*row.path, key), f"the plan {text(row, key)} names itself", "name another plan or leave it out"
                )


def _periods(rows: Rows) -> Iterator[Problem]:
    for name, first, last in PERIODS:
        for row in rows[name]:
            start, end = day(row, first), day(row, last)
            if start and end and end < start:
                named = text(row, "code") or text(row, "agency") or text(row, "subject") or ""
                yield Problem(
                    (*row.path, last), f"{named} ends {end} before it starts {start}".lstrip(), "correct one of the two"
                )


def _activity(row: Row, plans: list[Row]) -> Iterator[Problem]:
    code = text(row, "code") or "the activity"
    for plan in plans:
        start, end = day(plan, "start"), day(plan, "end")
        for key in ("start", "end"):
            own = day(row, key)
            if own and start and end and not start <= own <= end:
                yield Problem(
                    (*row.path, key), f"{code} has {own}, outside the plan", f"write a day from {start} to {end}"
                )
        yield from _needed(row, code, text(plan, "status") or "draft")
        if "carried_over_from" in row.values and not text(plan, "follows"):
            yield Problem(
                (*row.path, "carried_over_from"),
                f"{code} is carried over, but the plan follows none",
                "add follows: CODE of last year's plan to plan",
            )
    lead = text(row, "lead")
    for path, agency in texts(row, "support"):
        if agency == lead:
            yield Problem(path, f"{agency} leads {code} and supports it", "remove it from support")
    for path, other in texts(row, "joint_with"):
        if other == text(row, "code"):
            yield Problem(path, f"{code} is joint with itself", "name another activity")


def _needed(row: Row, code: str, status: str) -> Iterator[Problem]:
    if status in ("draft", "cancelled"):
        return
    for key in NEEDED_IN_CONSULTATION if status == "consultation" else NEEDED_AFTERWARDS:
        if row.values.get(key) in (None, "", []):
            yield Problem((*row.path, key), f"{code} has no {key}, and the plan is in status {status}", f"add {key}")


def _repeats(rows: Rows) -> Iterator[Problem]:
    for name, key in LISTS_WITHOUT_REPEATS:
        for row in rows[name]:
            seen: set[str] = set()
            for path, value in texts(row, key) if key in row.values else ():
                if value in seen:
                    yield Problem(path, f"{value} is named twice", "keep one")
                seen.add(value)


def _assignments(rows: Rows) -> Iterator[Problem]:
    for row in rows["responsibilities"]:
        parts: dict[str, list[tuple[date, date, Row]]] = {}
        for part in inside(row, "assignments"):
            span = (day(part, "from") or date.min, day(part, "to") or date.max, part)
            parts.setdefault(text(part, "agency") or "", []).append(span)
        for agency, spans in parts.items():
            reached: date | None = None
            for start, end, part in sorted(spans, key=lambda span: (span[0], span[2].path)):
                if reached is not None and start <= reached:
                    problem = f"{agency} has two parts in it at the same time"
                    yield Problem((*part.path, "agency"), problem, "keep one, or set from and to")
                reached = max(end, reached or end)
        named: set[tuple[str | None, str | None]] = set()
        for part in inside(row, "instruments"):
            key = (text(part, "citation"), text(part, "article"))
            if key in named:
                yield Problem((*part.path, "citation"), f"{key[0]} is named twice", "keep one, or name its articles")
            named.add(key)


def _money(rows: Rows) -> Iterator[Problem]:
    currency = next((found for row in rows["plan"] + rows["mechanism"] if (found := text(row, "currency"))), "")
    places = get_currency_precision(currency) if currency in list_currencies() else 2
    for row in rows["budget"] + rows["required"]:
        for key in ("amount", "secured", "asked", "refused"):
            written = text(row, key) if key in row.values else None
            if written and NUMBER.fullmatch(written) and 2 >= decimals(Decimal(written)) > places:
                yield Problem(
                    (*row.path, key), f"{written} has decimals", f"{currency} has {places or 'none'}: round it"
                )
    yield from _lines_twice(rows["activities"], "budget", ("source", "cost", "year", "in_kind"))
    yield from _lines_twice(rows["cost_items"], "lines", ("source", "cost", "year", "in_kind"))
    yield from _lines_twice(rows["cost_items"], "required", ("cost", "year"))
    paid = {code for row in rows["activities"] if row.values.get("budget") and (code := text(row, "code"))}
    for row in rows["cost_items"]:
        if text(row, "activity") in paid:
            yield Problem(
                (*row.path, "activity"),
                f"{text(row, 'activity')} has a budget of its own",
                "keep its money in one place: its budget, or this cost item",
            )
    for row in rows["funding_history"]:
        total = sum(
            (Decimal(share) for key in PAYERS if (share := text(row, key)) and NUMBER.fullmatch(share)), Decimal(0)
        )
        if total > Decimal("1.005"):
            yield Problem(
                (*row.path, "year"), f"the shares of {text(row, 'year')} add up to {total}", "they are parts of one"
            )


def _lines_twice(rows: list[Row], key: str, parts: tuple[str, ...]) -> Iterator[Problem]:
    for row in rows:
        if key not in row.values:
            continue
        seen: set[tuple[object, ...]] = set()
        for line in inside(row, key):
            mark = tuple(line.values.get(part) for part in parts)
            if mark in seen and all(isinstance(value, str | None) for value in mark):
                yield Problem(line.path, f"a line with the same {', '.join(parts)} stands above", "add the two up")
            seen.add(mark)


def _targets(rows: Rows) -> Iterator[Problem]:
    plan = next(iter(rows["plan"]), None)
    start = day(plan, "start") if plan else None
    for row in rows["indicators"]:
        years = row.values.get("targets")
        path: FieldPath = (*row.path, "targets")
        if start and isinstance(years, dict) and str(start.year) in years:
            yield Problem((*path, str(start.year)), "this is the plan's own year", "write it as target")
