"""Dates, numbers and names as pages write them, and macros as browsers get them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import html5lib
import pytest
from jinja2 import Environment, UndefinedError

from taskforce.models.duplication_alert import ALERT_BANDS, ALERT_KINDS, ALERT_RESOLUTIONS
from taskforce.models.mechanism import MECHANISM_STATUSES
from taskforce.render import wording
from taskforce.render.marks import quarters
from taskforce.render.states import SHAPES, STATES, mark
from taskforce.rules.states import MACHINES
from taskforce.settings import project_folder

NAIROBI = ZoneInfo("Africa/Nairobi")
PAGE = {"csrf": 'a"b', "nonce": "n", "language": "en"}


@pytest.fixture(scope="module")
def environment() -> Environment:
    """The environment of the real templates."""
    return wording.environment(project_folder("templates"))


def shown(environment: Environment, source: str, **context: object) -> str:
    """A piece of template, rendered with the page's macros at hand."""
    return environment.from_string(source).render(page=PAGE, **context)


def form(values: Mapping[str, object] | None = None, errors: list[dict[str, str]] | None = None) -> dict[str, object]:
    """A form as web/ hands it over."""
    return {"values": values or {}, "errors": errors or [], "version": "3", "opened": "", "key": "k", "conflict": []}


@pytest.mark.parametrize(
    ("language", "value", "words"),
    [
        ("en", date(2026, 7, 15), "15 July 2026"),
        ("sw", date(2026, 7, 15), "15 Julai 2026"),
        ("pt", date(2026, 7, 15), "15 de julho de 2026"),
        ("en", None, "–"),
        ("zz", date(2026, 7, 15), "15 July 2026"),
    ],
)
def test_day(language: str, value: date | None, words: str) -> None:
    """A date is written in full, in the reader's language; none is a dash; an unknown language reads English."""
    with wording.speaking(language):
        assert wording.day(value) == words


def test_moment() -> None:
    """A moment is written in the given zone, and in UTC without one."""
    late = datetime(2026, 7, 15, 22, 5, tzinfo=UTC)

    assert wording.moment(late) == "15 July 2026, 22:05"
    assert wording.moment(late, NAIROBI) == "16 July 2026, 01:05"
    assert wording.moment(None) == "–"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words"),
    [
        (date(2026, 1, 3), date(2026, 3, 31), "Jan to Mar"),
        (date(2026, 9, 1), date(2026, 9, 30), "Sep"),
        (date(2025, 10, 1), date(2026, 3, 31), "Oct 2025 to Mar 2026"),
        (date(2025, 3, 1), date(2026, 3, 31), "Mar 2025 to Mar 2026"),
    ],
)
def test_months(starts_on: date, ends_on: date, words: str) -> None:
    """A span is named by its months; the years appear only where they differ."""
    assert wording.months(starts_on, ends_on) == words


@pytest.mark.parametrize(
    ("value", "currency", "words"),
    [
        (Decimal("571300.00"), "USD", "USD\u00a0571,300"),
        (Decimal("0"), "USD", "USD\u00a00"),
        (Decimal("0.50"), "USD", "USD\u00a00.50"),
        (Decimal("1000.5"), "UGX", "UGX\u00a01,000.50"),
        (Decimal("1.125"), "BHD", "BHD\u00a01.125"),
        (Decimal("12345678901234567.89"), "VND", "VND\u00a012,345,678,901,234,567.89"),
        (Decimal("-40"), "KES", "KES\u00a0-40"),
        (None, "USD", "–"),
    ],
)
def test_money(value: Decimal | None, currency: str, words: str) -> None:
    """An amount is exact, grouped, on one line with its currency, and shows minor units only where there are some."""
    assert wording.money(value, currency) == words


def test_numbers_follow_the_language() -> None:
    """Thousands and decimals are grouped as the reader's language does."""
    with wording.speaking("pt"):
        assert wording.number(Decimal("1234567.5")) == "1.234.567,5"
    assert wording.number(1234567) == "1,234,567"
    assert wording.number(Decimal("2"), 1) == "2.0"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Decimal("0"), "0%"),
        (Decimal("0.0001"), "under 1%"),
        (Decimal("0.459"), "46%"),
        (Decimal("0.9999"), "over 99%"),
        (Decimal("1"), "100%"),
        (Decimal("1.1"), "110%"),
        (0.29, "29%"),
        (None, "–"),
    ],
)
def test_percent(share: Decimal | float | None, words: str) -> None:
    """A share is whole per cent, but never 0 % of something or 100 % of less than all."""
    assert wording.percent(share) == words


def test_names() -> None:
    """Countries and languages are named in the reader's language, languages also in their own."""
    assert wording.country("tz") == "Tanzania"
    assert wording.country("XQ") == "XQ"
    assert wording.language("km") == "Khmer"
    assert wording.autonym("sw") == "Kiswahili"
    with wording.speaking("sw"):
        assert wording.country("KE") == "Kenya"
        assert wording.language("en") == "Kiingereza"


@pytest.mark.parametrize(
    ("text", "length", "kept"),
    [
        ("Train officers", 20, "Train officers"),
        ("Train 120 district officers", 16, "Train 120…"),
        ("One, two, three", 10, "One, two…"),
        ("Unbreakable", 6, "Unbre…"),
    ],
)
def test_truncated(text: str, length: int, kept: str) -> None:
    """A text is cut at a word, within its length, and says that something is missing."""
    assert wording.truncated(text, length) == kept
    assert len(kept) <= length


@pytest.mark.parametrize(
    ("span", "plan", "today", "strip"),
    [
        ((date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 1, 1), date(2026, 12, 31)), None, "x..."),
        ((date(2026, 3, 31), date(2026, 4, 1)), (date(2026, 1, 1), date(2026, 12, 31)), date(2026, 12, 31), "xx.N"),
        ((date(2025, 7, 1), date(2026, 6, 30)), (date(2025, 7, 1), date(2026, 6, 30)), date(2025, 10, 1), "xXxx"),
        ((date(2026, 8, 1), date(2026, 8, 2)), (date(2026, 1, 1), date(2027, 3, 31)), date(2030, 1, 1), "..x.."),
    ],
)
def test_quarters(span: tuple[date, date], plan: tuple[date, date], today: date | None, strip: str) -> None:
    """Quarters count from the plan's first day; x runs, N is now, X is both."""
    drawn = {(True, False): "x", (False, True): "N", (True, True): "X", (False, False): "."}
    assert "".join(drawn[each] for each in quarters(span, plan, today)) == strip


def test_every_state_has_a_shape() -> None:
    """Each state names a shape that can be drawn and a tone that has a colour."""
    assert {each.shape for each in STATES.values()} <= set(SHAPES)
    assert {each.tone for each in STATES.values()} <= {"ok", "warn", "bad", "info", "mute"}


@pytest.mark.parametrize("state", ["on_track", "on track", "On-Track", " ON TRACK "])
def test_states_are_found_however_spelled(state: str) -> None:
    """Tables write states with underscores, people with spaces."""
    assert mark(state) == STATES["on track"]


def test_an_unknown_state_is_neutral() -> None:
    """A state that nobody gave a look is shown by its own word, in no colour that judges."""
    assert (mark("half_way").tone, mark("half_way").word) == ("mute", "Half way")


@pytest.mark.parametrize(
    "states",
    [*MACHINES.values(), MECHANISM_STATUSES, ALERT_KINDS, ALERT_BANDS, ALERT_RESOLUTIONS],
    ids=[*MACHINES, "mechanism", "alert kind", "alert band", "alert resolution"],
)
def test_every_state_of_the_domain_has_a_look(states: Iterable[str]) -> None:
    """Whatever a row may hold is listed, so that no page shows the neutral fallback."""
    assert {state.replace("_", " ") for state in states} <= set(STATES)


def test_every_component_of_govuk_can_be_called(environment: Environment) -> None:
    """Each name in COMPONENTS leads to a macro that exists, and no other name does."""
    for name in wording.COMPONENTS:
        assert callable(getattr(environment.globals["govuk"], name))
    with pytest.raises(UndefinedError):
        shown(environment, "{{ govuk.carousel({}) }}")


def test_a_missing_name_is_an_error(environment: Environment) -> None:
    """A template that asks for what it was not given fails instead of showing nothing."""
    with pytest.raises(UndefinedError):
        shown(environment, "{{ nothing }}")


def test_what_people_typed_is_escaped_everywhere(environment: Environment) -> None:
    """A value with markup comes back as text from every kind of field, label and hint."""
    evil = '"><script>alert(1)</script>'
    source = (
        '{% from "parts/form.html" import text_field, textarea, select, radios, checkboxes, tick, amount_field, '
        "error_summary, date_field, post_form %}{{ error_summary(form) }}"
        "{% call post_form(page, form, evil, evil, evil) %}{{ text_field(form, 'a', evil, evil) }}"
        "{{ textarea(form, 'b', evil, evil, most=9) }}{{ textarea(form, 'b2', evil) }}"
        "{{ select(form, 'c', evil, [(evil, evil)], evil, blank=evil) }}{{ date_field(form, 'h', evil) }}"
        "{{ radios(form, 'd', evil, [(evil, evil, evil)], evil) }}{{ checkboxes(form, 'e', evil, [(evil, evil)]) }}"
        "{{ tick(form, 'f', evil, evil) }}{{ amount_field(form, 'g', evil, evil) }}{% endcall %}"
    )
    names = ("a", "b", "b2", "c", "d", "e", "f", "g", "h")
    values = dict.fromkeys(names, evil)

    html = shown(environment, source, form=form(values, [{"name": name, "text": evil} for name in names]), evil=evil)

    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 30


def test_a_form_comes_back_as_it_was_sent(environment: Environment) -> None:
    """Typed text, choices, lists and a first empty line survive a refused form."""
    source = (
        '{% from "parts/form.html" import textarea, select, radios, checkboxes %}'
        "{{ textarea(form, 'note', 'Note') }}{{ select(form, 'lead', 'Lead', [(1, 'A'), (2, 'B')]) }}"
        "{{ radios(form, 'own', 'Own', [('yes', 'Yes'), ('no', 'No')]) }}"
        "{{ checkboxes(form, 'places', 'Places', [('p', 'P'), ('q', 'Q'), ('r', 'R')]) }}"
    )
    values = {"note": "\n first\n", "lead": "2", "own": "no", "places": ["p", "r"]}

    tree = html5lib.parse(shown(environment, source, form=form(values)), namespaceHTMLElements=False)

    assert tree.find(".//textarea").text == "\n first\n"
    assert [each.get("value") for each in tree.iter("option") if each.get("selected") is not None] == ["2"]
    assert [each.get("value") for each in tree.iter("input") if each.get("checked") is not None] == ["no", "p", "r"]


def test_an_error_is_tied_to_its_field(environment: Environment) -> None:
    """The summary links to the field, and the field names its error and its hint as its description."""
    source = (
        '{% from "parts/form.html" import error_summary, text_field, radios %}{{ error_summary(form) }}'
        "{{ text_field(form, 'code', 'Code', 'Like O1') }}{{ radios(form, 'own', 'Own', [('yes', 'Yes')]) }}"
    )
    errors = [{"name": "code", "text": "Fill in the code"}, {"name": "own", "text": "Choose"}]

    tree = html5lib.parse(shown(environment, source, form=form({}, errors)), namespaceHTMLElements=False)

    ids = {each.get("id"): each for each in tree.iter() if each.get("id")}
    assert [link.get("href") for link in tree.iter("a")] == ["#code", "#own"]
    assert ids["code"].get("aria-describedby") == "code-hint code-error"
    assert "Fill in the code" in "".join(ids["code-error"].itertext())
    assert ids["own"].get("type") == "radio"


@pytest.mark.parametrize("base", [{}, {"base": "First"}])
def test_a_conflict_shows_both_texts(environment: Environment, base: dict[str, str]) -> None:
    """Who saved too late sees what stands now and what they typed; what both began from only where it is known."""
    found = form({}, [{"name": "", "text": "Somebody saved this"}])
    found["conflict"] = [{"name": "lead_agency", "theirs": "Police <b>", "yours": "", **base}]

    html = shown(environment, '{% from "parts/form.html" import error_summary %}{{ error_summary(form) }}', form=found)

    tree = html5lib.parse(html, namespaceHTMLElements=False)
    cells = [
        "".join(each.itertext()) for each in tree.iter() if each.tag in ("th", "td") and each.get("scope") != "col"
    ]
    assert cells == ["Lead agency", *base.values(), "Police <b>", "–"]
    assert len([each for each in tree.iter() if each.get("role") == "alert"]) == 1


def test_every_form_carries_its_plumbing(environment: Environment) -> None:
    """A form and a one-button command carry the secret of the session, a key of their own, and the version seen."""
    source = (
        '{% from "parts/form.html" import post_form %}{% from "parts/actions.html" import command %}'
        "{% call post_form(page, form, '/a', 'Save') %}{% endcall %}{{ command(page, '/b', 'Go', 7) }}"
        "{{ command(page, '/c', 'Go') }}"
    )

    tree = html5lib.parse(shown(environment, source, form=form()), namespaceHTMLElements=False)

    sent = [{i.get("name"): i.get("value") for i in each.iter("input")} for each in tree.iter("form")]
    assert [each["csrf"] for each in sent] == ['a"b'] * 3
    assert [each.get("version") for each in sent] == ["3", "7", None]
    assert len({each["idempotency_key"] for each in sent}) == 3


def test_a_table_keeps_its_roles(environment: Environment) -> None:
    """A table that becomes cards on a phone says its roles, and each cell its column."""
    source = (
        '{% from "parts/table.html" import dense_table, rows, row, main_cell, cell %}'
        "{% call dense_table('Lines', ['Line', {'text': 'Sum', 'numeric': true}]) %}{% call rows() %}{% call row() %}"
        "{{ main_cell('Helpline', '/x', 'B-1') }}{{ cell('Sum', '5', numeric=true) }}"
        "{% endcall %}{% endcall %}{% endcall %}"
    )

    tree = html5lib.parse(shown(environment, source), namespaceHTMLElements=False)

    roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
    for tag, role in roles.items():
        assert {each.get("role") for each in tree.iter(tag)} == {role}
    assert {each.get("role") for each in tree.iter("th")} == {"columnheader", "rowheader"}
    assert tree.find(".//td").get("data-l") == "Sum"


@pytest.mark.parametrize(
    ("number", "count", "shown_pages"),
    [(1, 1, []), (1, 3, ["1", "2", "3"]), (5, 9, ["1", "…", "4", "5", "6", "…", "9"]), (9, 9, ["1", "…", "8", "9"])],
)
def test_pagination(environment: Environment, number: int, count: int, shown_pages: list[str]) -> None:
    """A list of one page has no page links; a long one shows the ends and the neighbours, and keeps the filters."""
    source = '{% from "parts/filters.html" import pagination %}{{ pagination(number, count, "/plans?lead=p") }}'

    tree = html5lib.parse(shown(environment, source, number=number, count=count), namespaceHTMLElements=False)

    items = ["".join(each.itertext()).strip().replace("⋯", "…") for each in tree.iter("li")]
    assert items == shown_pages
    assert all(link.get("href", "").startswith("/plans?lead=p&page=") for link in tree.iter("a"))


@pytest.mark.parametrize("share", [None, Decimal("0"), Decimal("0.46"), Decimal("1.2")])
def test_a_meter_needs_no_style(environment: Environment, share: Decimal | None) -> None:
    """A meter is drawn by attributes that the security policy allows, and is never wider than its track."""
    html = shown(environment, '{% from "parts/figures.html" import meter %}{{ meter(share) }}', share=share)

    assert "style" not in html
    drawn = {None: [], Decimal("0"): [], Decimal("0.46"): ["46.0"], Decimal("1.2"): ["100.0"]}[share]
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    bars = [each for each in tree.iter("{http://www.w3.org/2000/svg}rect") if each.get("class") != "track"]
    assert [each.get("width") for each in bars] == drawn


def test_static_files_carry_their_hash() -> None:
    """The address of a file changes with its content, so browsers may keep it for ever; a missing file is an error."""
    assert wording.static("tf.css").startswith("/static/tf.css?v=")
    with pytest.raises(FileNotFoundError):
        wording.static("none.css")


def test_no_template_breaks_the_security_policy() -> None:
    """No template writes a style attribute, a handler or an inline script, nor forgets to say what it is for."""
    for template in sorted(Path(project_folder("templates")).rglob("*.html")):
        source = template.read_text(encoding="utf-8")
        assert " style=" not in source, template
        assert "<script>" not in source, template
        assert " onclick=" not in source, template
