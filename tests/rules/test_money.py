"""Reading, splitting, converting and adding up money."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from taskforce.errors import Refused
from taskforce.rules.money import (
    Line,
    SourceClass,
    Sums,
    by_payer,
    convert,
    parse_amount,
    share,
    shares,
    split,
    totals,
)

PLANS = Path(__file__).parents[3] / "shared" / "plans"
KINDS: dict[str, SourceClass] = {
    "government": "government",
    "donor": "donor_grant",
    "industry": "industry",
    "ngo": "ngo_own",
}

amounts = st.decimals(0, 10**12, places=2)
weights = st.lists(st.decimals(0, 1000, places=4), min_size=1, max_size=12).filter(any)


def d(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("total", "parts", "minor_units", "expected"),
    [
        ("100", "1 1 1", 2, "33.34 33.33 33.33"),
        ("100", "1 1 1", 0, "34 33 33"),
        ("0.05", "1 1", 2, "0.03 0.02"),
        ("1000", "0.5 0 0.5", 2, "500.00 0.00 500.00"),
        ("10", "1 2 3 4", 0, "1 2 3 4"),
        ("10", "1 2", 0, "3 7"),
        ("-100", "1 1 1", 2, "-33.34 -33.33 -33.33"),
        ("0", "1 5", 2, "0.00 0.00"),
        ("7", "0 0 2", 0, "0 0 7"),
        ("1.000", "1 3", 3, "0.250 0.750"),
    ],
)
def test_a_total_is_split_by_largest_remainder(total: str, parts: str, minor_units: int, expected: str) -> None:
    """Units left over go to the largest remainders, the earlier first, and nothing is lost."""
    found = split(d(total), [d(part) for part in parts.split()], minor_units)

    assert [str(part) for part in found] == expected.split()


@given(amounts, weights)
def test_parts_add_up_and_stay_near_their_due(total: Decimal, by: list[Decimal]) -> None:
    """The parts add up to the total exactly, and none is a whole smallest unit away from its exact share."""
    found = split(total, by, 2)

    assert sum(found) == total
    assert all(abs(part - total * weight / sum(by)) < d("0.010001") for part, weight in zip(found, by, strict=True))


@pytest.mark.parametrize(
    ("total", "parts", "message"),
    [
        ("10", "", "one above 0"),
        ("10", "0 0", "one above 0"),
        ("10", "1 -1", "each must be 0 or more"),
        ("10.005", "1 1", "10.005 has more than 2 decimals"),
    ],
)
def test_a_split_that_cannot_be_is_refused(total: str, parts: str, message: str) -> None:
    """No weights, negative weights and totals finer than the currency are refused, not guessed at."""
    with pytest.raises(Refused, match=message):
        split(d(total), [d(part) for part in parts.split()], 2)


@given(st.dictionaries(st.text(max_size=3), amounts, min_size=1, max_size=8))
def test_shares_add_up_to_one(by: dict[str, Decimal]) -> None:
    """Shares add up to exactly 1 at three digits, or are all 0 where there is no money."""
    found = shares(by)

    assert sum(found.values()) == (1 if any(by.values()) else 0)
    assert all(part == part.quantize(d("0.001")) for part in found.values())


def test_a_share_below_zero_is_refused() -> None:
    """A refund among the amounts would make the others more than everything."""
    with pytest.raises(Refused, match="below zero"):
        shares({"a": d("10"), "b": d("-1")})


@pytest.mark.parametrize(
    ("amount", "rate", "minor_units", "expected"),
    [
        ("100", "2300", 0, "230000"),
        ("1.005", "1", 2, "1.00"),
        ("1.015", "1", 2, "1.02"),
        ("0.5", "1", 0, "0"),
        ("1.5", "1", 0, "2"),
        ("123456789012345.67", "25000.123456789", 2, "3086434966887393464.68"),
        ("-2.345", "1", 2, "-2.34"),
    ],
)
def test_money_is_converted_and_rounded_once(amount: str, rate: str, minor_units: int, expected: str) -> None:
    """Halves go to the even digit, and large amounts lose nothing before they are rounded."""
    assert str(convert(d(amount), d(rate), minor_units)) == expected


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity"])
def test_a_rate_is_above_zero(rate: str) -> None:
    """A rate of nothing would make money vanish."""
    with pytest.raises(Refused, match="must be above 0"):
        convert(d("1"), d(rate), 2)


@pytest.mark.parametrize(
    ("typed", "minor_units", "expected"),
    [
        ("1200.50", 2, "1200.50"),
        (" 0 ", 2, "0"),
        ("007", 0, "7"),
        ("1.234", 3, "1.234"),
        ("999999999999999", 0, "999999999999999"),
    ],
)
def test_plain_digits_are_read(typed: str, minor_units: int, expected: str) -> None:
    """Digits with a point before the decimals are an amount."""
    assert str(parse_amount(typed, currency="TZS", minor_units=minor_units)) == expected


@pytest.mark.parametrize(
    ("typed", "minor_units", "message"),
    [
        ("", 2, "the amount is empty"),
        ("   ", 2, "the amount is empty"),
        ("1,200.50", 2, "1,200.50 has separators between the thousands; write 1200.50"),
        ("1,200", 2, "write 1200"),
        ("1 200 000", 2, "write 1200000"),
        ("1\u00a0200", 2, "write 1200"),
        ("1'200.5", 2, "write 1200.5"),
        ("1.200,50", 2, "write 1200.50"),
        ("1.200.000", 2, "write 1200000"),
        ("12,5", 2, "12,5 has a comma; write 12.5"),
        ("TZS 500", 2, "names the currency, which stands in its own field; write 500"),
        ("500 tzs", 2, "write 500"),
        ("TZS 1,500", 2, "write 1500"),
        ("five million", 2, "“five million” is not a number in digits"),
        ("5m", 2, "not a number in digits"),
        ("1e6", 2, "not a number in digits"),
        ("NaN", 2, "not a number in digits"),
        ("٥٠٠", 2, "not a number in digits"),
        ("12,34,567", 2, "not a number in digits"),
        ("-5", 2, "-5 is below zero"),
        ("−1,200", 2, "is below zero"),
        ("(500)", 2, "is below zero"),
        ("12.345", 2, "12.345 has 3 decimals; TZS takes at most 2 decimals: write 12.34, or 12345 if"),
        ("1.5", 0, "TZS takes no decimals: write 2"),
        ("1000000000000000", 2, "more than 15 digits"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(typed: str, minor_units: int, message: str) -> None:
    """Words, separators, signs and decimals that the currency lacks are refused, and the refusal says what to do."""
    with pytest.raises(Refused) as refusal:
        parse_amount(typed, currency="TZS", minor_units=minor_units, field="asked")

    assert message in str(refusal.value)
    assert refusal.value.field == "asked"


@given(st.text(max_size=12))
def test_whatever_is_typed_is_an_amount_or_refused(typed: str) -> None:
    """No input breaks the reader, and what it lets through is finite, not negative and within the currency."""
    try:
        found = parse_amount(typed, currency="KES", minor_units=2)
    except Refused:
        return

    assert found.is_finite()
    assert found >= 0
    assert found == found.quantize(d("0.01"))


def test_lines_add_up_by_year_source_and_class() -> None:
    """Each line counts × its weight; unfunded is what is required and not secured, year by year, never below zero."""
    lines = [
        Line(2024, "vote", "government", "staff", d("100"), secured=d("80")),
        Line(2024, "council", "local_government", "venue", d("50"), secured=d("50"), weight=d("0.5"), in_kind=True),
        Line(2024, "fund", "donor_grant", "travel", d("40"), refused=d("40")),
        Line(2025, "vote", "government", "staff", d("100"), is_unfunded=True),
        Line(2026, "fund", "donor_grant", "staff", d("10"), secured=d("10")),
    ]

    found = totals(lines, required={2024: d("200"), 2026: d("4"), 2027: d("90")})

    assert found.by_year[2024] == Sums(d("165.0"), d("40"), d("105.0"), d("25.0"))
    assert found.by_source["vote"] == Sums(d("200"), d("0"), d("80"), d("0"))
    assert found.by_class["donor_grant"] == Sums(d("50"), d("40"), d("10"), d("0"))
    assert list(found.required) == [2024, 2025, 2026, 2027]
    assert found.required == {2024: d("200"), 2025: d("100"), 2026: d("4"), 2027: d("90")}
    assert found.unfunded == {2024: d("95"), 2025: d("100"), 2026: d("0"), 2027: d("90")}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (Line(2024, "vote", "government", "staff", d("1"), weight=d("1.1")), "weight 1.1 is outside 0 to 1"),
        (Line(2024, "vote", "government", "staff", d("-1")), "-1 is below zero"),
        (Line(2024, "vote", "government", "staff", d("5"), secured=d("5"), is_unfunded=True), "marked unfunded"),
    ],
)
def test_a_line_that_contradicts_itself_is_refused(line: Line, message: str) -> None:
    """The refusal names the line and what is wrong with it."""
    with pytest.raises(Refused, match=f"budget line vote 2024 staff.*{message}"):
        totals([line])


def test_classes_are_grouped_by_who_carries_the_cost() -> None:
    """Government and councils are one payer, grants, loans and pools another; the rest stay apart."""
    found = by_payer(
        {
            "government": d("1"),
            "local_government": d("2"),
            "donor_grant": d("4"),
            "loan": d("8"),
            "pooled": d("16"),
            "ngo_own": d("32"),
            "industry": d("64"),
            "in_kind": d("128"),
        }
    )

    assert found == {"government": 3, "donor": 28, "ngo": 32, "industry": 64, "other": 128}


@pytest.mark.skipif(not PLANS.exists(), reason="the seven national plans are not beside this checkout")
@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("tz-ncostf-2020", {"donor": "0.603", "government": "0.294", "industry": "0.102"}),
        ("kh-cncc-2022", {"donor": "0.734", "government": "0.183", "industry": "0.083"}),
    ],
)
def test_shares_agree_with_the_recorded_history(stem: str, expected: dict[str, str]) -> None:
    """Each payer's share of what a national plan asks for is the figure that its history records."""
    plan = yaml.safe_load((PLANS / f"{stem}.yaml").read_text(encoding="utf-8"))
    classes = {source["code"]: KINDS[source["kind"]] for source in plan["funding_sources"]}
    lines = [
        Line(plan["plan"]["start"].year, line["source"], classes[line["source"]], line["cost"], Decimal(line["amount"]))
        for objective in plan["objectives"]
        for output in objective["outputs"]
        for activity in output["activities"]
        for line in activity["budget"]
    ]

    asked = by_payer({name: sums.asked for name, sums in totals(lines).by_class.items()})

    assert {payer: str(share(amount, sum(asked.values(), d("0")))) for payer, amount in asked.items()} == expected
    assert sum(shares(asked).values()) == 1
