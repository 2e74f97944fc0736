"""What a plan file says about its plan: gaps, clashes, duplication alerts and money, without a database."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, Literal

from babel.numbers import get_currency_precision
from pydantic import BaseModel, ConfigDict, Field

from taskforce.exchange.plan_file import PlanFile, activities, fiscal_year_start, plan_year
from taskforce.exchange.plan_money import SOURCE_CLASSES, money_lines, needed_by_year
from taskforce.exchange.plan_works import works
from taskforce.rules import coverage
from taskforce.rules.duplication import Alert, Signal, find
from taskforce.rules.money import Line, SourceClass, Sums, by_payer, shares, totals
from taskforce.rules.periods import fiscal_year_label

FIELDS: Final = {"text": "wording", "target": "target groups", "message": "shared messages"}  # of signals, in words


class Part(BaseModel):
    """A part of the report; values never change."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class GapPart(Part):
    """A duty that nobody is accountable for, or a capability that objectives work on and no duty covers."""

    kind: Literal["duty", "capability"]
    capability: str
    responsibility: str | None
    text: str | None
    objectives: tuple[str, ...]


class ClashPart(Part):
    """Two or more agencies accountable for one duty, or for one capability through different duties."""

    kind: Literal["duty", "capability"]
    capability: str
    responsibilities: tuple[str, ...]
    agencies: tuple[str, ...]
    disputed: bool


class SignalPart(Part):
    """One compared field: its value on both sides, how they relate, and that in words."""

    name: str
    a: tuple[str, ...]
    b: tuple[str, ...]
    relation: str
    weight: float
    share: float | None
    text: str


class AlertPart(Part):
    """Two activities, `a` the one that stands first in the file."""

    a: str
    b: str
    kind: str = Field(alias="class")
    band: str | None
    score: float
    signals: tuple[SignalPart, ...]


class SumsPart(Part):
    """Amounts in the report's currency as text; `unfunded` is what is needed and not secured."""

    asked: str
    secured: str
    refused: str
    in_kind: str


class YearPart(SumsPart):
    """One fiscal year, with the share of each payer in what is asked for."""

    year: int
    label: str
    needed: str
    unfunded: str
    shares: dict[str, float]


class SourcePart(SumsPart):
    """One funding source in one fiscal year."""

    source: str
    name: str
    kind: str = Field(alias="class")
    year: int


class ClassPart(SumsPart):
    """All sources of one class in the plan's year."""

    kind: str = Field(alias="class")


class MoneyPart(Part):
    """Money of the plan's fiscal year, and by year all that the file holds.

    `total` is what is asked for, secured or not; `shares` are its parts by payer, `secured_shares` those of `secured`.
    """

    currency: str
    total: str
    secured: str
    unfunded: str
    shares: dict[str, float]
    secured_shares: dict[str, float]
    by_source: tuple[SourcePart, ...]
    by_year: tuple[YearPart, ...]
    by_class: tuple[ClassPart, ...]


class Report(Part):
    """The report on one file; `model_dump(by_alias=True, mode="json")` is what `plan check --json` prints."""

    mechanism: str
    plan: str | None
    activities: int
    gaps: tuple[GapPart, ...]
    clashes: tuple[ClashPart, ...]
    alerts: tuple[AlertPart, ...]
    money: MoneyPart


def report(file: PlanFile, *, today: date) -> Report:
    """Report on a checked file. Who is accountable is asked for today, or the plan's nearest day to it."""
    on = min(max(today, file.plan.start), file.plan.end) if file.plan else today
    duties = duties_of(file)
    return Report(
        mechanism=file.mechanism.code,
        plan=file.plan.code if file.plan else None,
        activities=len(activities(file)),
        gaps=_gaps(file, duties, on),
        clashes=tuple(
            ClashPart(
                kind=clash.kind,
                capability=clash.capability,
                responsibilities=clash.duties,
                agencies=clash.agencies,
                disputed=clash.is_disputed,
            )
            for clash in coverage.clashes(duties, on=on)
        ),
        alerts=_alerts(file),
        money=_money(file),
    )


def duties_of(file: PlanFile) -> tuple[coverage.Duty, ...]:
    """The responsibilities of a file as the rules of coverage read them."""
    return tuple(
        coverage.Duty(
            key=duty.code,
            capability=str(duty.mnr),
            statement=duty.text,
            assignments=(coverage.Assignment(duty.agency, "accountable"),)
            if duty.agency
            else tuple(
                coverage.Assignment(part.agency, part.role, part.from_, part.to, part.disputed)
                for part in duty.assignments or ()
            ),
        )
        for duty in file.responsibilities
    )


def _gaps(file: PlanFile, duties: tuple[coverage.Duty, ...], on: date) -> tuple[GapPart, ...]:
    worked_on: dict[str, list[str]] = {}
    for objective in file.objectives:
        for number in objective.mnr:
            worked_on.setdefault(str(number), []).append(objective.code)
    statements = {duty.key: duty.statement for duty in duties}
    return tuple(
        GapPart(
            kind=gap.kind,
            capability=gap.capability,
            responsibility=gap.duty,
            text=statements.get(gap.duty) if gap.duty else None,
            objectives=gap.objectives,
        )
        for gap in coverage.gaps(duties, worked_on, on=on)
    )


def _alerts(file: PlanFile) -> tuple[AlertPart, ...]:
    order = {activity.code: place for place, (_, activity) in enumerate(activities(file))}
    return tuple(_alert(alert, is_turned=order[alert.a] > order[alert.b]) for alert in find(works(file)))


def _alert(alert: Alert, *, is_turned: bool) -> AlertPart:
    a, b = (alert.b, alert.a) if is_turned else (alert.a, alert.b)
    signals = tuple(_signal(signal, is_turned=is_turned) for signal in alert.signals)
    return AlertPart(a=a, b=b, kind=alert.kind, band=alert.band, score=alert.score, signals=signals)


def _signal(signal: Signal, *, is_turned: bool) -> SignalPart:
    ours, theirs = (tuple(str(value) for value in side) for side in (signal.ours, signal.theirs))
    a, b = (theirs, ours) if is_turned else (ours, theirs)
    return SignalPart(
        name=signal.name,
        a=a,
        b=b,
        relation=signal.relation,
        weight=signal.weight,
        share=signal.share,
        text=_in_words(signal.name, signal.relation, a, b),
    )


def _in_words(name: str, relation: str, a: tuple[str, ...], b: tuple[str, ...]) -> str:
    """One signal as a line of plain text; the pages word it better, in the reader's language."""
    field = FIELDS.get(name, name)
    if relation == "unknown":
        return f"{field}: not recorded on both sides"
    between = " to " if name == "dates" else ", "
    ours, theirs = between.join(a) or "none", between.join(b) or "none"
    if a == b:
        return f"{field}: the same ({ours})"
    return f"{field}: {'partly the same' if relation in ('partly', 'same') else 'different'} ({ours} | {theirs})"


def _money(file: PlanFile) -> MoneyPart:
    currency = file.plan.currency if file.plan else file.mechanism.currency or ""
    digits = Decimal(1).scaleb(-get_currency_precision(currency))
    lines = money_lines(file)
    year = plan_year(file)
    whole = totals(lines, required=needed_by_year(file))
    own = totals([line for line in lines if line.year == year])
    asked = sum((sums.asked for sums in own.by_class.values()), Decimal(0))
    secured = sum((sums.secured for sums in own.by_class.values()), Decimal(0))
    start = fiscal_year_start(file)
    return MoneyPart(
        currency=currency,
        total=_text(asked, digits),
        secured=_text(secured, digits),
        unfunded=_text(whole.unfunded.get(year, Decimal(0)) if year else Decimal(0), digits),
        shares=_shares({kind: sums.asked for kind, sums in own.by_class.items()}),
        secured_shares=_shares({kind: sums.secured for kind, sums in own.by_class.items()}),
        by_source=_by_source(file, lines, digits),
        by_year=tuple(
            YearPart(
                year=one,
                label=fiscal_year_label(one, start),
                needed=_text(whole.required[one], digits),
                unfunded=_text(whole.unfunded[one], digits),
                shares=_shares(_asked_by_class(lines, one)),
                **_sums(sums, digits),
            )
            for one, sums in whole.by_year.items()
        ),
        by_class=tuple(ClassPart(kind=kind, **_sums(sums, digits)) for kind, sums in own.by_class.items()),
    )


def _by_source(file: PlanFile, lines: list[Line], digits: Decimal) -> tuple[SourcePart, ...]:
    """Each source in each fiscal year in which it has a line, in the order of the file."""
    by_year = {year: totals([line for line in lines if line.year == year]) for year in sorted({x.year for x in lines})}
    return tuple(
        SourcePart(
            source=source.code,
            name=source.name,
            kind=SOURCE_CLASSES[source.kind],
            year=year,
            **_sums(found.by_source[source.code], digits),
        )
        for source in file.funding_sources
        for year, found in by_year.items()
        if source.code in found.by_source
    )


def _asked_by_class(lines: list[Line], year: int) -> dict[SourceClass, Decimal]:
    found = totals([line for line in lines if line.year == year])
    return {kind: sums.asked for kind, sums in found.by_class.items()}


def _shares(amounts: Mapping[SourceClass, Decimal]) -> dict[str, float]:
    """The share of each payer, 0 to 1 with three decimals, adding up to 1; none where there is no money."""
    return {payer: float(share) for payer, share in shares(by_payer(amounts)).items() if any(amounts.values())}


def _sums(sums: Sums, digits: Decimal) -> dict[str, str]:
    return {name: _text(getattr(sums, name), digits) for name in ("asked", "secured", "refused", "in_kind")}


def _text(amount: Decimal, digits: Decimal) -> str:
    """An amount as text, rounded once to the currency's smallest unit, without zeros that say nothing."""
    rounded = amount.quantize(digits, ROUND_HALF_EVEN)
    return format(rounded.normalize(), "f") if rounded else "0"
