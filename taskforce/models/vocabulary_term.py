"""Vocabularies as data: capabilities, target groups, kinds of work, cost types."""

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, one_of

VOCABULARIES = ("capability", "target_group", "kind", "cost_type")


class VocabularyTerm(Base):
    """One term; its id is `VOCABULARY:CODE`, so that a column can hold only its own vocabulary's terms."""

    __tablename__ = "vocabulary_term"
    __table_args__ = (
        UniqueConstraint("vocabulary", "code"),
        CheckConstraint(one_of("vocabulary", VOCABULARIES), name="vocabulary_is_known"),
        CheckConstraint("id = vocabulary || ':' || code", name="id_says_vocabulary_and_code"),
        CheckConstraint("btrim(label) <> ''", name="label_is_given"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    vocabulary: Mapped[str]
    code: Mapped[str]
    label: Mapped[str]
    group: Mapped[str | None]
    source: Mapped[str | None]
    position: Mapped[int]
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)
