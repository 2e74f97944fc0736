"""What a plan file wants to be stored, before anything is looked up, and what an import says that it does."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Named:
    """Another row, by its noun and its name in the file."""

    noun: str
    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row that a file wants.

    `name` is what the file calls it, unique in its noun. `values` are complete, by column; a foreign key is a `Named`.
    `given` are the columns and link words that the file sets: only these change a stored row. `is_of_plan`: the row
    changes with its plan, so not after consultation. `has_position`: it stands in a list of the file.
    """

    name: str
    values: dict[str, object]
    given: frozenset[str]
    links: dict[str, list[object]] = field(default_factory=dict)
    is_of_plan: bool = False
    has_position: bool = True


@dataclass(frozen=True, slots=True)
class PlanRows:
    """A plan file as rows; `nouns` by the names in plan_columns, `joint` as pairs of activity codes."""

    mechanism: Wanted
    agencies: list[Wanted]
    nouns: dict[str, list[Wanted]]
    joint: list[tuple[str, str]]
    plan_code: str | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with its value before and after, as the file writes them; "" where there is none."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """A stored row and what changes in it."""

    name: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class NounReport:
    """What an import does to one noun: what it adds, changes, finds equal, and what is stored and not in the file.

    `kept` differs from the file and stays, because other mechanisms share it.
    """

    noun: str
    added: tuple[str, ...]
    changed: tuple[RowChange, ...]
    same_count: int
    not_in_file_count: int
    kept: tuple[RowChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import does, noun by noun in the order of writing. A preview's ids of new rows are never used."""

    mechanism: str
    mechanism_id: UUID
    plan: str | None
    plan_id: UUID | None
    is_new_mechanism: bool
    is_new_plan: bool
    nouns: tuple[NounReport, ...]

    @property
    def added_count(self) -> int:
        """Rows that are added."""
        return sum(len(noun.added) for noun in self.nouns)

    @property
    def changed_count(self) -> int:
        """Rows that are changed."""
        return sum(len(noun.changed) for noun in self.nouns)
