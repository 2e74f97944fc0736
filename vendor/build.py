"""Makes all of taskforce/web/static/vendor: fetched by npm at pinned versions, styles compiled by sass.

Run it after changing a version or a scss file: `python vendor/build.py`. It needs npm. The result is committed, so that
neither a user nor a test needs npm; tests/house/test_vendored.py holds every file to the hash in manifest.json.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "taskforce" / "web" / "static" / "vendor"
SASS_VERSION = "1.108.2"


@dataclass(frozen=True)
class Package:
    """One npm package: its exact version, its licence, and where each file that we take goes."""

    name: str
    version: str
    licence: str
    licence_file: str | None
    taken: dict[str, str]


GOVUK = Package(
    name="govuk-frontend",
    version="6.6.0",
    licence="MIT",
    licence_file=None,  # the package carries none; its text stands in licences/govuk-frontend.txt beside this script
    taken={"dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js"},
)
PACKAGES = (
    GOVUK,
    Package("htmx.org", "2.0.11", "0BSD", "LICENSE", {"dist/htmx.min.js": "htmx.min.js"}),
    # The version must be the one inside the Python package plotly, else figures and script disagree.
    Package("plotly.js-basic-dist-min", "4.1.1", "MIT", "LICENSE", {"plotly-basic.min.js": "plotly-basic.min.js"}),
    Package(
        "swagger-ui-dist",
        "5.35.0",
        "Apache-2.0",
        "LICENSE",
        {
            "swagger-ui.css": "swagger-ui.css",
            "swagger-ui-bundle.js": "swagger-ui-bundle.js",
            "NOTICE": "swagger-ui-NOTICE.txt",
        },
    ),
)


def say(text: str) -> None:
    """One line for the person who runs the script."""
    sys.stdout.write(text + "\n")


def run(*command: str, folder: Path) -> str:
    """The output of a command; its failure ends the build with what it said."""
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)  # noqa: S603 (own commands)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def fetched(package: Package, folder: Path) -> Path:
    """The unpacked package, fetched by npm at its pinned version."""
    said = json.loads(run("npm", "pack", "--json", f"{package.name}@{package.version}", folder=folder))
    packed = next(iter(said.values())) if isinstance(said, dict) else said[0]
    unpacked = folder / "unpacked" / package.name
    with tarfile.open(folder / packed["filename"]) as archive:
        archive.extractall(folder / "tar" / package.name, filter="data")
    unpacked.parent.mkdir(exist_ok=True)
    shutil.move(folder / "tar" / package.name / "package", unpacked)
    return unpacked


def styles(folder: Path) -> str:
    """GOV.UK Frontend compiled once from scss/govuk.scss, without comments and spaces."""
    run("npm", "install", "--no-save", "--no-package-lock", f"sass@{SASS_VERSION}", folder=folder)
    return run(
        *("npx", "sass", "--style=compressed", "--no-source-map", "--no-charset", "--quiet-deps"),
        *(f"--load-path={folder / 'unpacked'}", str(HERE / "scss" / "govuk.scss")),
        folder=folder,
    )


def entry(file: str, package: Package, made_by: str) -> dict[str, object]:
    """What the manifest says of one file."""
    content = (TARGET / file).read_bytes()
    return {
        "file": file,
        "package": package.name,
        "version": package.version,
        "licence": package.licence,
        "made_by": made_by,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def licences(texts: dict[str, str]) -> str:
    """The third-party notice as Markdown, one section a package."""
    head = "# Licences of what is vendored here\n\nMade by vendor/build.py; do not edit.\n"
    section = "\n## {0.name} {0.version}\n\nLicence: {0.licence}\n\n```text\n{1}\n```\n"
    sections = [section.format(package, texts[package.name].strip()) for package in PACKAGES]
    return head + "".join(sections)


def main() -> None:
    """Fetch, compile, copy, and write the manifest."""
    TARGET.mkdir(parents=True, exist_ok=True)
    entries: list[dict[str, object]] = []
    texts: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        places = {package.name: fetched(package, folder) for package in PACKAGES}
        (TARGET / "govuk.css").write_text(styles(folder), encoding="utf-8")
        entries.append(entry("govuk.css", GOVUK, f"sass {SASS_VERSION}"))
        for package in PACKAGES:
            for source, file in package.taken.items():
                shutil.copyfile(places[package.name] / source, TARGET / file)
                entries.append(entry(file, package, "copied"))
            own = HERE / "licences" / f"{package.name}.txt"
            text = places[package.name] / package.licence_file if package.licence_file else own
            texts[package.name] = text.read_text(encoding="utf-8")
    (TARGET / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    (TARGET / "LICENCES.md").write_text(licences(texts), encoding="utf-8")
    for made in entries:
        say(f"{made['file']:<28} {made['package']} {made['version']}  {made['bytes']} bytes")


if __name__ == "__main__":
    main()
