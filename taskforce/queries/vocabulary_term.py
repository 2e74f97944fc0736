"""Questions about vocabularies."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, select

from taskforce.db import Session
from taskforce.models import VocabularyTerm


@dataclass(frozen=True, slots=True)
class Term:
    """A term: its id `VOCABULARY:CODE`, its label, the group under which it is listed."""

    id: str
    code: str
    label: str
    group: str | None


async def terms(session: Session, vocabulary: str) -> list[Term]:
    """The terms of a vocabulary in its order."""
    return [Term(*row) for row in await session.execute(_TERMS, {"vocabulary": vocabulary})]


async def labels(session: Session) -> dict[str, str]:
    """What the terms of all vocabularies are called, by id."""
    return {row[0]: row[1] for row in await session.execute(select(VocabularyTerm.id, VocabularyTerm.label))}


_TERMS: Final = (
    select(VocabularyTerm.id, VocabularyTerm.code, VocabularyTerm.label, VocabularyTerm.group)
    .where(VocabularyTerm.vocabulary == bindparam("vocabulary"))
    .order_by(VocabularyTerm.position)
)
