"""Vocabulary files: the editable lists of capabilities, target groups, kinds of work, cost types and sectors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationError

from taskforce.exchange.file_error import Broken, FileError, Unreadable, field_name
from taskforce.exchange.plan_node import Node
from taskforce.exchange.plan_values import Text, Title
from taskforce.exchange.yaml_text import decode, load

VocabularyName = Literal["capability", "target_group", "kind", "cost_type", "sector"]
FILES: Final[Mapping[VocabularyName, str]] = {
    "capability": "capabilities.yaml",
    "target_group": "target_groups.yaml",
    "kind": "kinds.yaml",
    "cost_type": "cost_types.yaml",
    "sector": "sectors.yaml",
}

TermCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]{0,59}$")]


class Term(Node):
    """One term of a vocabulary."""

    code: TermCode = Field(description="What plan files write.")
    label: Title = Field(description="What people read.")
    group: Title | None = Field(None, description="Heading under which it is shown.")
    source: Title | None = Field(None, description="Where the term comes from.")


class Vocabulary(Node):
    """One vocabulary, its terms in the order in which they are shown."""

    schema_: Literal["taskforce.vocabulary/1"] = Field(alias="schema", description="Name and version of this format.")
    vocabulary: VocabularyName = Field(description="Which list it is.")
    note: Text | None = Field(None, description="What a reader of the list must know.")
    terms: tuple[Term, ...] = Field(min_length=1, description="The terms.")


Vocabularies = Mapping[VocabularyName, Vocabulary]


def read_vocabularies(folder: Path) -> Vocabularies:
    """Read the five vocabularies from their files in a folder.

    Raises:
        Unreadable: a file is missing or is not YAML.
        Broken: a file breaks the format, or holds a code twice.
    """
    return {name: read_vocabulary(folder / file) for name, file in FILES.items()}


def read_vocabulary(path: Path) -> Vocabulary:
    """Read one vocabulary file.

    Raises:
        Unreadable: the file is missing or is not YAML.
        Broken: it breaks the format, or holds a code twice.
    """
    try:
        text = decode(path.read_bytes())
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror})", "restore the vocabulary file") from None
    loaded = load(text)
    try:
        vocabulary = Vocabulary.model_validate(loaded.value)
    except ValidationError as error:
        raise Broken(
            tuple(
                FileError(1, 1, field_name(one["loc"]), one["msg"], f"correct {path.name}")
                for one in error.errors(include_url=False)
            )
        ) from None
    codes = codes_of(vocabulary)
    for code in codes:
        if codes.count(code) > 1:
            raise Broken((FileError(1, 1, "terms", f"the code {code} is listed twice", f"correct {path.name}"),))
    return vocabulary


def codes_of(vocabulary: Vocabulary) -> list[str]:
    """The codes of a vocabulary, in its order."""
    return [term.code for term in vocabulary.terms]
