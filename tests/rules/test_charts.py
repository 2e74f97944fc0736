"""Charts of who pays: the same numbers in Plotly's figure and in the server's drawing, readable and safe."""

import json
import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from taskforce.render import areas
from taskforce.render.charts import Figure, Year, share_bar, shares_by_year
from taskforce.render.series import PALETTE, stacked

SVG = "{http://www.w3.org/2000/svg}"
YEARS = [
    Year(2024, {"Government": Decimal(20), "Fund": Decimal(80)}, "spent"),
    Year(2025, {"Government": Decimal(45), "Fund": Decimal(55)}, "secured"),
    Year(2026, {"Government": Decimal(75), "Fund": Decimal(25)}, "asked", "Handover 2026"),
]


def drawn(**changes: object) -> Figure:
    """The chart of YEARS."""
    settings = {"title": "Government pays more than half from 2026", "currency": "USD", "known_until": 2025}
    return shares_by_year(YEARS, **{**settings, **changes})  # type: ignore[arg-type]


def parsed(picture: str) -> ElementTree.Element:
    """A drawing as a tree; it must be well-formed XML, since it is also sent by mail and printed."""
    return ElementTree.fromstring(picture)  # noqa: S314 (our own drawing)


def texts(picture: str) -> list[str]:
    """The words in a drawing, its name and description left out."""
    return [each.text or "" for each in parsed(picture).iter(f"{SVG}text")]


def test_figure_and_drawing_show_the_same_shares() -> None:
    """Plotly's figure holds each share in per cent, and the area of the drawing ends at the same height."""
    figure = drawn()

    traces = {each["name"]: each for each in json.loads(figure.json)["data"]}
    assert traces["Government"]["y"] == [20, 45, 75]
    assert traces["Fund"]["y"] == [80, 55, 25]
    assert traces["Fund"]["customdata"][0] == "USD\u00a080"
    first = parsed(figure.svg).find(f"{SVG}polygon")
    assert first is not None
    heights = [float(point.split(",")[1]) for point in first.get("points", "").split()[:3]]
    assert heights == pytest.approx([areas.WIDE.level(share) for share in (0.20, 0.45, 0.75)], abs=0.06)


def test_the_figure_is_small() -> None:
    """No template of Plotly's travels with the page."""
    layout = json.loads(drawn().json)["layout"]

    assert "template" not in layout or not layout["template"]
    assert len(drawn().json) < 4000


@pytest.mark.parametrize("variant", ["svg", "narrow_svg"])
def test_a_drawing_names_and_describes_itself(variant: str) -> None:
    """Who does not see the picture hears its finding and its shares."""
    tree = parsed(getattr(drawn(), variant))

    named = [each.text or "" for each in (*tree.iter(f"{SVG}title"), *tree.iter(f"{SVG}desc"))]
    ids = {each.get("id") for each in tree.iter()}
    assert tree.get("role") == "img"
    assert set((tree.get("aria-labelledby") or "").split()) <= ids
    assert named[0] == "Government pays more than half from 2026"
    assert "Government: 20% in 2024, 75% in 2026" in named[1]


@pytest.mark.parametrize(("variant", "pixels"), [("svg", 780), ("narrow_svg", 288)])
def test_text_is_large_enough(variant: str, pixels: int) -> None:
    """At the smallest width at which a drawing is shown on a screen of 390 px or more, text has 12 px."""
    tree = parsed(getattr(drawn(), variant))
    across = float((tree.get("viewBox") or "").split()[2])

    assert float(tree.get("font-size") or 0) * pixels / across >= 12
    assert not [each for each in tree.iter(f"{SVG}text") if each.get("font-size")]


@pytest.mark.parametrize("variant", ["svg", "narrow_svg"])
def test_ids_differ_between_drawings(variant: str) -> None:
    """Both widths of two charts can stand on one page."""
    figures = [drawn(), drawn(title="Another")]
    ids = [re.findall(r'id="([^"]+)"', getattr(each, name)) for each in figures for name in ("svg", "narrow_svg")]

    flat = [each for found in ids for each in found]
    assert len(flat) == len(set(flat))
    assert getattr(drawn(), variant) == getattr(drawn(), variant)


def test_years_to_come_are_striped_and_said() -> None:
    """What lies after the known years is striped, and a line says so; without such years nothing is."""
    after = "Striped: not yet known, after 2025"

    assert after in texts(drawn().svg)
    assert after in texts(drawn().narrow_svg)
    assert not [words for words in texts(drawn(known_until=2026).svg) if words.startswith("Striped")]


def test_names_stand_in_their_areas_or_in_the_legend() -> None:
    """Each payer is named exactly once in each drawing, beside years, notes and the marked year."""
    words = texts(drawn().svg)

    assert words.count("Government") == words.count("Fund") == 1
    assert {"2024", "2025", "2026", "spent", "secured", "asked", "Handover 2026", "0%", "100%"} <= set(words)


def test_no_name_leaves_its_area() -> None:
    """A name is put where its area is as high as a line over the whole width of the name."""
    stack = stacked(YEARS, currency="USD", known_until=None, gap="")
    for sheet in (areas.WIDE, areas.NARROW):
        for label in areas.labels(stack, sheet):
            place = [each.label for each in stack.series].index(label.series.label)
            low, high = areas._band(stack, [0, 1, 2], place, label.year)
            assert low < label.share < high


def test_hostile_names_stay_text() -> None:
    """A name with markup is text in the drawing, in Plotly's figure and in the script element around it."""
    evil = "</script><b onclick=x>&"
    figure = shares_by_year(
        [Year(2025, {evil: Decimal(1)}, evil), Year(2026, {evil: Decimal(1)}, "", evil)], title=evil, currency="USD"
    )

    assert "<" not in figure.json
    assert json.loads(figure.json)["data"][0]["name"] == "&lt;/script&gt;&lt;b onclick=x&gt;&amp;"
    for picture in (figure.svg, figure.narrow_svg):
        assert not list(parsed(picture).iter(f"{SVG}b"))
        assert "style=" not in picture


def test_a_year_without_money_is_a_hole() -> None:
    """A share of nothing is not drawn as nought per cent: years around the hole are separate areas and traces."""
    years = [*YEARS, Year(2027, {}), Year(2028, {"Government": Decimal(1)})]
    figure = shares_by_year(years, title="t", currency="USD")

    spans = [each["x"] for each in json.loads(figure.json)["data"] if each["name"] == "Government"]
    assert spans == [[2024, 2025, 2026], [2027.85, 2028.15]]
    assert len(list(parsed(figure.svg).iter(f"{SVG}polygon"))) == 4


def test_many_payers_share_the_last_colour() -> None:
    """Nine or more payers keep eight colours: the smallest become one band, and no money is lost."""
    amounts = {f"Payer {each}": Decimal(100 - each) for each in range(12)} | {"Unfunded": Decimal(5)}
    stack = stacked([Year(2026, amounts)], currency="USD", known_until=None, gap="Unfunded")

    assert stack.series[0].label == "Payer 0"
    assert [each.label for each in stack.series][-2:] == ["Other payers", "Unfunded"]
    assert len(stack.series) == len(PALETTE) + 1
    assert stack.total(0) == sum(amounts.values())
    assert stack.amount("Other payers", 0) == sum((100 - each for each in range(7, 12)), Decimal(0))


def test_the_gap_is_hollow() -> None:
    """Money that nobody pays is striped on white and on top, never in a payer's colour."""
    stack = stacked(
        [Year(2026, {"Unfunded": Decimal(1), "A": Decimal(1)})], currency="USD", known_until=None, gap="Unfunded"
    )

    assert [(each.label, each.is_gap) for each in stack.series] == [("A", False), ("Unfunded", True)]


def luminance(colour: str) -> float:
    """The relative luminance of a colour. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("fill", "ink"), PALETTE)
def test_text_on_colours_can_be_read(fill: str, ink: str) -> None:
    """Text on every colour has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    dark, light = sorted((luminance(fill), luminance(ink)))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_one_year_is_a_bar() -> None:
    """One year has no course: it becomes a bar, with each share and amount written out."""
    figure = shares_by_year(YEARS[:1], title="Who pays in 2024", currency="USD")

    assert figure.json == ""
    assert "20% · USD\u00a020" in texts(figure.svg)
    assert "80% · USD\u00a080" in texts(figure.narrow_svg)


def test_nothing_is_said_to_be_nothing() -> None:
    """A year without amounts says so instead of drawing an empty bar."""
    assert "No amounts are recorded." in texts(share_bar({}, title="t", currency="USD").svg)


@pytest.mark.parametrize(
    "years",
    [
        [],
        [Year(2026, {"A": Decimal(1)}), Year(2026, {"A": Decimal(2)})],
        [Year(2026, {"A": Decimal(-1)})],
    ],
)
def test_what_cannot_be_drawn_is_refused(years: list[Year]) -> None:
    """No years, a year twice, and amounts below zero are errors, not pictures."""
    with pytest.raises(ValueError, match=r"years that differ|below zero"):
        shares_by_year(years, title="t", currency="USD")
