"""Codes of a plan file: none twice, none unknown, no chain that comes back to its start."""

from collections.abc import Iterator
from typing import Final

from taskforce.exchange.file_error import Problem
from taskforce.exchange.plan_rows import Row, Rows, responsibility_code, text, texts
from taskforce.exchange.plan_values import NATIONAL, shown
from taskforce.exchange.vocabulary import Vocabularies, VocabularyName, codes_of

DEEPEST_PLACE: Final = 12  # a village lies in fewer levels; also bounds what looking up all places above costs

UNIQUE: Final = (
    ("sources", "id"),
    ("agencies", "code"),
    ("places", "code"),
    ("funding_sources", "code"),
    ("objectives", "code"),
    ("outputs", "code"),
    ("indicators", "code"),
    ("activities", "code"),
    ("cost_items", "code"),
    ("messages", "code"),
    ("mous", "subject"),
    ("funding_history", "year"),
)

REFERENCES: Final = (
    ("mechanism", "lead_agency", "agencies"),
    ("mechanism", "chair", "agencies"),
    ("mechanism", "secretariat", "agencies"),
    ("mechanism", "start_up_funder", "funding_sources"),
    ("agencies", "parent", "agencies"),
    ("places", "parent", "places"),
    ("funding_sources", "provider", "agencies"),
    ("responsibilities", "agency", "agencies"),
    ("assignments", "agency", "agencies"),
    ("activities", "lead", "agencies"),
    ("activities", "support", "agencies"),
    ("activities", "responsibilities", "responsibilities"),
    ("activities", "messages", "messages"),
    ("activities", "joint_with", "activities"),
    ("budget", "source", "funding_sources"),
    ("transitions", "from", "funding_sources"),
    ("transitions", "to", "funding_sources"),
    ("cost_items", "activity", "activities"),
    ("messages", "adopted_by", "agencies"),
    ("pairs", "a", "activities"),
    ("pairs", "b", "activities"),
    ("indicators", "fact_target", "sources"),
)

IN_VOCABULARIES: Final[tuple[tuple[str, str, VocabularyName], ...]] = (
    ("agencies", "sector", "sector"),
    ("responsibilities", "mnr", "capability"),
    ("objectives", "mnr", "capability"),
    ("activities", "mnr", "capability"),
    ("activities", "kind", "kind"),
    ("activities", "target_groups", "target_group"),
    ("messages", "audience", "target_group"),
    ("budget", "cost", "cost_type"),
    ("required", "cost", "cost_type"),
)

NAMES: Final = {
    "sources": "source",
    "agencies": "agency",
    "places": "place",
    "funding_sources": "funding source",
    "responsibilities": "responsibility",
    "objectives": "objective",
    "outputs": "output",
    "indicators": "indicator",
    "activities": "activity",
    "cost_items": "cost item",
    "messages": "message",
    "mous": "agreement",
    "funding_history": "funding history",
}


def reference_problems(rows: Rows, vocabularies: Vocabularies) -> Iterator[Problem]:
    """Every code that is listed twice, refers to nothing, stands in no vocabulary or closes a circle."""
    yield from _listed_twice(rows)
    yield from _unknown(rows)
    yield from _not_in_vocabulary(rows, vocabularies)
    yield from _places(rows)
    yield from _circles(rows["agencies"], "agency")
    yield from _circles(rows["places"], "place")


def _listed_twice(rows: Rows) -> Iterator[Problem]:
    for name, key in UNIQUE:
        yield from _twice(name, key, [(row, code) for row in rows[name] if (code := text(row, key))])
    coded = [(row, responsibility_code(row)) for row in rows["responsibilities"]]
    yield from _twice("responsibilities", "code", coded)


def _twice(name: str, key: str, coded: list[tuple[Row, str]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for row, code in coded:
        if code in seen:
            yield Problem(
                (*row.path, key),
                f"{NAMES[name]} {code} is listed twice",
                f"give one of the two another {key}",
            )
        seen.add(code)


def _unknown(rows: Rows) -> Iterator[Problem]:
    known = {name: {code for row in rows[name] if (code := text(row, key))} for name, key in UNIQUE}
    known["responsibilities"] = {responsibility_code(row) for row in rows["responsibilities"]}
    listed = {name: sorted(codes) for name, codes in known.items()}
    for name, key, target in REFERENCES:
        codes = known[target]
        for row in rows[name]:
            if key in row.values:
                for path, code in texts(row, key):
                    if code not in codes:
                        yield Problem(path, f"there is no {NAMES[target]} {shown(code)}", code, listed[target])
    for row in (row for name_rows in rows.values() for row in name_rows if "fact" in row.values):
        for path, fact in texts(row, "fact"):
            if fact not in known["sources"]:
                yield Problem(path, f"there is no source {shown(fact)}", fact, listed["sources"])


def _not_in_vocabulary(rows: Rows, vocabularies: Vocabularies) -> Iterator[Problem]:
    for name, key, vocabulary in IN_VOCABULARIES:
        codes = codes_of(vocabularies[vocabulary])
        known = frozenset(codes)
        named = vocabulary.replace("_", " ")
        for row in rows[name]:
            if key in row.values:
                for path, code in texts(row, key):
                    if code not in known:
                        yield Problem(path, f"the {named} {shown(code)} is not in the vocabulary", code, codes)


def _places(rows: Rows) -> Iterator[Problem]:
    listed = {code for row in rows["places"] if (code := text(row, "code"))}
    by_name = {name: text(row, "code") for row in rows["places"] if (name := text(row, "name"))}
    for row in rows["places"]:
        if (text(row, "code") or "").lower() == NATIONAL:
            yield Problem((*row.path, "code"), "national is the whole country", "leave it out of the list of places")
    for row in rows["activities"]:
        for path, place in texts(row, "districts"):
            if place not in listed and place in by_name:
                yield Problem(
                    path, f"“{place}” is listed under places with a code", f"write its code, {by_name[place]}"
                )
            elif place != NATIONAL and place.lower() == NATIONAL:
                yield Problem(path, f"“{place}” is not the word for the whole country", "write national")


def _circles(rows: list[Row], name: str) -> Iterator[Problem]:
    """Each circle of parents once, and each row that lies deeper than `DEEPEST_PLACE` below the top."""
    above = {code: parent for row in rows if (code := text(row, "code")) and (parent := text(row, "parent"))}
    depth: dict[str, int] = {}  # of all codes whose way to the top is known; those in circles count as 0
    for row in rows:
        code = text(row, "code") or ""
        way: dict[str, None] = {}
        while code in above and code not in depth and code not in way:
            way[code] = None
            code = above[code]
        if code in way:
            circle = [*list(way)[list(way).index(code) :], code]
            ends = " → ".join(circle[:8] if len(circle) <= 8 else [*circle[:7], "…"])
            yield Problem((*row.path, "parent"), f"the {name} {code} lies inside itself ({ends})", "remove one parent")
            depth.update(dict.fromkeys(way, 0))
        for step in reversed(way):
            depth[step] = depth.get(step, depth.get(above[step], 0) + 1)
        if depth.get(text(row, "code") or "", 0) > DEEPEST_PLACE:
            yield Problem(
                (*row.path, "parent"),
                f"the {name} {text(row, 'code')} lies more than {DEEPEST_PLACE} levels below the top",
                "leave out levels between",
            )
