"""What is vendored is what vendor/build.py made, in the versions that the rest of the house expects."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs_version

from taskforce.render.licences import browser_licences

STATIC = Path(__file__).resolve().parents[2] / "taskforce" / "web" / "static"
VENDORED = STATIC / "vendor"
MANIFEST = json.loads((VENDORED / "manifest.json").read_text(encoding="utf-8"))
VERSIONS = {entry["package"]: entry["version"] for entry in MANIFEST}


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_files_are_those_of_the_manifest(entry: dict[str, str]) -> None:
    """No vendored file was edited by hand: each has the hash under which it was made."""
    content = (VENDORED / entry["file"]).read_bytes()

    assert hashlib.sha256(content).hexdigest() == entry["sha256"]


def test_nothing_lies_beside_the_manifest() -> None:
    """Every vendored file is listed, so that nothing unknown is served."""
    listed = {entry["file"] for entry in MANIFEST} | {"manifest.json", "LICENCES.md"}

    assert {each.name for each in VENDORED.iterdir()} == listed


def test_plotly_draws_what_plotly_makes() -> None:
    """The script in the pages has the version for which the Python package writes figures."""
    head = (VENDORED / "plotly-basic.min.js").read_text(encoding="utf-8")[:200]

    assert VERSIONS["plotly.js-basic-dist-min"] == get_plotlyjs_version()
    assert f"v{get_plotlyjs_version()}" in head


def test_pinned_versions() -> None:
    """htmx stays at 2.0.11 (4.x is another library) and GOV.UK Frontend at 6.6.0, for which the macros are written."""
    assert VERSIONS["htmx.org"] == "2.0.11"
    assert 'version:"2.0.11"' in (VENDORED / "htmx.min.js").read_text(encoding="utf-8")
    assert VERSIONS["govuk-frontend"] == "6.6.0"


def test_licences_are_shown_whole() -> None:
    """Every package has its licence text on the licences page."""
    shown = {each.name: each for each in browser_licences()}

    assert set(shown) == set(VERSIONS)
    assert all(len(each.text) > 500 and each.version == VERSIONS[each.name] for each in shown.values())


def test_nothing_of_the_crown_is_served() -> None:
    """GOV.UK's typeface, crown and crest may not be used outside gov.uk."""
    styles = (VENDORED / "govuk.css").read_text(encoding="utf-8")

    assert not re.search(r"GDS Transport|crown|crest|@font-face|url\(", styles, re.IGNORECASE)


def test_a_first_visit_is_light() -> None:
    """Styles and scripts of every page weigh at most 45 KB compressed, so that a first page stays within 60 KB."""
    loaded = ("vendor/govuk.css", "tf.css", "vendor/govuk-frontend.min.js", "tf.js", "icon.svg")
    weights = {name: len(gzip.compress((STATIC / name).read_bytes())) for name in loaded}

    assert sum(weights.values()) <= 45_000, weights


def test_own_files_load_nothing_from_elsewhere() -> None:
    """No style or script of ours names another server."""
    for each in STATIC.glob("*.*"):
        assert not re.search(
            r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9.-]+\.[a-z]{2,}/", each.read_text("utf-8")
        ), each
