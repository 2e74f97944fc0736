"""What the installation is built from, and under which licence each part is."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

VENDORED = Path(str(files("taskforce"))) / "web" / "static" / "vendor" / "LICENCES.md"
SECTION = re.compile(r"^## (\S+) (\S+)\n\nLicence: (.+?)\n\n```text\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Licence:
    """One part: its licence as an SPDX name where it has one; `text` is empty where only the name is known."""

    name: str
    version: str
    licence: str
    text: str = ""


@cache
def browser_licences() -> tuple[Licence, ...]:
    """What pages load from static/vendor, with the whole text of each licence."""
    return tuple(Licence(*found) for found in SECTION.findall(VENDORED.read_text(encoding="utf-8")))


def _licence_of(found: Distribution) -> str:
    said = found.metadata.json
    classified = [each for each in said.get("classifier", []) if each.startswith("License :: OSI")]
    named = classified[0].rsplit(" :: ", 1)[-1] if classified else ""
    # Some packages put the whole text into License: its first line is the name.
    first_line = str(said.get("license", "")).strip().partition("\n")[0]
    return str(said.get("license_expression") or named or first_line)


@cache
def server_licences() -> tuple[Licence, ...]:
    """The packages that Taskforce itself asks for, by name; empty when it is not installed as a package."""
    try:
        wanted = distribution("taskforce").requires or []
    except PackageNotFoundError:
        return ()
    names = sorted({re.split(r"[^A-Za-z0-9._-]", each, maxsplit=1)[0] for each in wanted if "extra ==" not in each})
    found = [distribution(name) for name in names]
    return tuple(Licence(each.metadata["Name"], each.version, _licence_of(each)) for each in found)
