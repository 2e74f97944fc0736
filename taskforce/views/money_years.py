"""Money added up by year and source, by the rules of money."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from babel.numbers import get_currency_precision

from taskforce.queries.funding_source import SourceRow
from taskforce.queries.money import Basis, HistoryRow, NeedRow, ShortfallRow, SumRow
from taskforce.rules import money
from taskforce.rules.periods import fiscal_year_label
from taskforce.views.money import HistoryYear, NotConvertible, PayerShare, SourceYear, Unconverted, YearView

ZERO = Decimal(0)
PAYERS: tuple[money.Payer, ...] = ("government", "industry", "ngo", "other", "donor")  # from the bottom of the chart up
UNFUNDED = "unfunded"
CLASSES: dict[str, money.SourceClass] = {each: each for each in money.PAYERS}


def minor_units(currency: str) -> int:
    """How many decimals amounts in the currency are shown with; the database keeps two."""
    return min(get_currency_precision(currency), 2)


def in_units(amount: Decimal, currency: str) -> Decimal:
    """An amount in the smallest units of its currency, rounded once, half to even."""
    return money.convert(amount, Decimal(1), minor_units(currency))


def payer_of(source_class: str) -> money.Payer:
    """Who carries the cost that a source of this class pays."""
    return money.PAYERS[CLASSES[source_class]]


def year_views(
    basis: Basis,
    sources: Mapping[UUID, SourceRow],
    sums: Sequence[SumRow],
    needs: Sequence[NeedRow],
    *,
    current: int,
) -> list[YearView]:
    """Every year with lines or needs, the earliest first; sources in their order."""
    needed = {row.fiscal_year: row for row in needs}
    years = sorted({row.fiscal_year for row in sums} | set(needed))
    return [
        year_view(
            basis,
            sources,
            [row for row in sums if row.fiscal_year == year],
            needed.get(year, NeedRow(year, ZERO, ZERO)),
            current=current,
        )
        for year in years
    ]


def year_view(
    basis: Basis, sources: Mapping[UUID, SourceRow], sums: Sequence[SumRow], need: NeedRow, *, current: int
) -> YearView:
    """One year; amounts in other currencies at their rate, or left out where there is none."""
    units = minor_units(basis.currency)
    lines = [(row, _line(row, sources[row.source_id].source_class, units)) for row in sums if row.rate is not None]
    added = money.totals(line for _row, line in lines)
    whole = added.by_year.get(need.fiscal_year, money.Sums())
    unfunded = in_units(need.unfunded, basis.currency)
    carried = _carried(line for _row, line in lines)
    base = whole.secured + unfunded
    return YearView(
        year=need.fiscal_year,
        label=fiscal_year_label(need.fiscal_year, basis.start_month),
        is_current=need.fiscal_year == current,
        sources=_source_years(sources, lines, added, basis.currency),
        asked_amount=in_units(whole.asked, basis.currency),
        refused_amount=in_units(whole.refused, basis.currency),
        secured_amount=in_units(whole.secured, basis.currency),
        in_kind_amount=in_units(_in_kind(line for _row, line in lines), basis.currency),
        needed_amount=in_units(need.needed, basis.currency),
        unfunded_amount=unfunded,
        unfunded_is=certainty_of(need),
        not_convertible=unconverted(basis, sums),
        currency=basis.currency,
        government_share=money.share(carried.get("government", ZERO), base) if base else None,
        donor_share=money.share(carried.get("donor", ZERO), base) if base else None,
        shares=_shares(carried, unfunded, basis.currency),
    )


def certainty_of(row: NeedRow | ShortfallRow) -> money.Certainty:
    """How well it is known what nobody pays."""
    return money.certainty(has_secured_apart=row.has_secured_apart, has_need_apart=row.has_need_apart)


def _line(row: SumRow, source_class: str, units: int) -> money.Line:
    rate = row.rate or Decimal(1)
    return money.Line(
        year=row.fiscal_year,
        source=str(row.source_id),
        source_class=CLASSES[source_class],
        cost_type="",
        asked=money.convert(row.asked, rate, units),
        refused=money.convert(row.refused, rate, units),
        secured=money.convert(row.secured, rate, units),
        in_kind=row.is_in_kind,
    )


def _in_kind(lines: Iterable[money.Line]) -> Decimal:
    return sum((line.secured for line in lines if line.in_kind), ZERO)


def _carried(lines: Iterable[money.Line]) -> dict[money.Payer, Decimal]:
    """What each payer secured."""
    by_class: dict[money.SourceClass, Decimal] = {}
    for line in lines:
        by_class[line.source_class] = by_class.get(line.source_class, ZERO) + line.secured
    return money.by_payer(by_class)


def _shares(carried: Mapping[money.Payer, Decimal], unfunded: Decimal, currency: str) -> list[PayerShare]:
    amounts: dict[str, Decimal] = {payer: carried[payer] for payer in PAYERS if carried.get(payer)}
    if unfunded:
        amounts[UNFUNDED] = unfunded
    return [
        PayerShare(payer=payer, share=share, amount=amounts[payer], currency=currency)
        for payer, share in money.shares(amounts).items()
    ]


def _source_years(
    sources: Mapping[UUID, SourceRow],
    lines: Sequence[tuple[SumRow, money.Line]],
    added: money.Totals,
    currency: str,
) -> list[SourceYear]:
    return [
        SourceYear(
            source_id=source.id,
            code=source.code,
            title=source.title,
            payer=payer_of(source.source_class),
            asked_amount=added.by_source[str(source.id)].asked,
            refused_amount=added.by_source[str(source.id)].refused,
            secured_amount=added.by_source[str(source.id)].secured,
            in_kind_amount=in_units(_in_kind(line for row, line in lines if row.source_id == source.id), currency),
            currency=currency,
        )
        for source in sources.values()
        if str(source.id) in added.by_source
    ]


def not_convertible(basis: Basis, sums: Sequence[SumRow]) -> list[NotConvertible]:
    """What stands apart because no rate is recorded, by year and currency."""
    found: dict[tuple[int, str], tuple[Decimal, Decimal]] = {}
    for row in sums:
        if row.rate is None:
            asked, secured = found.get((row.fiscal_year, row.currency), (ZERO, ZERO))
            found[row.fiscal_year, row.currency] = (asked + row.asked, secured + row.secured)
    return [
        NotConvertible(
            year=year,
            label=fiscal_year_label(year, basis.start_month),
            currency=currency,
            asked_amount=in_units(asked, currency),
            secured_amount=in_units(secured, currency),
        )
        for (year, currency), (asked, secured) in found.items()
    ]


def unconverted(basis: Basis, sums: Sequence[SumRow]) -> list[Unconverted]:
    """The same of one year, by currency."""
    return [
        Unconverted(currency=each.currency, asked_amount=each.asked_amount, secured_amount=each.secured_amount)
        for each in not_convertible(basis, sums)
    ]


def history_years(basis: Basis, rows: Sequence[HistoryRow], *, before: int | None) -> list[HistoryYear]:
    """The earlier years of which only shares are known; those from `before` on are left out."""
    by_year: dict[int, list[HistoryRow]] = {}
    for row in rows:
        if before is None or row.fiscal_year < before:
            by_year.setdefault(row.fiscal_year, []).append(row)
    return [
        HistoryYear(
            year=year,
            label=fiscal_year_label(year, basis.start_month),
            shares=[(payer, row.share) for payer in PAYERS for row in found if row.payer == payer],
            note=next((row.note for row in found if row.note), None),
            is_illustrative=any(row.is_illustrative for row in found),
        )
        for year, found in by_year.items()
    ]
