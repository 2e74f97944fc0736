"""What of the past stays hidden: what somebody could not have read when it was so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Why = Literal["confidential", "draft"]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Step(Generic[Value]):
    """What something was from an event on; None once it was deleted."""

    event_id: int
    transaction_id: int
    value: Value | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Who could read a line at a time: whose it was, whether it was confidential, whether its plan was a draft."""

    lead: str | None
    is_confidential: bool
    is_draft: bool


def around(course: Sequence[Step[Value]], event_id: int, transaction_id: int) -> tuple[Value | None, Value | None]:
    """What something was before and after the transaction of an event, as others saw it; None: not there.

    `course` is in the order of its events. What was so only within the transaction was never there for others.
    """
    own = [step for step in course if step.transaction_id == transaction_id]
    begins = min([event_id, *(step.event_id for step in own)])
    earlier = [step for step in course if step.event_id < begins and step.transaction_id != transaction_id]
    before = earlier[-1].value if earlier else None
    return before, own[-1].value if own else before


def why_hidden(standing: Standing | None, agencies: frozenset[str]) -> Why | None:
    """Why somebody who stands for these agencies could not read a line; None: they could.

    Where nothing is known of the line, it was not theirs to read.
    """
    if standing is None:
        return "confidential"
    if standing.lead in agencies:
        return None
    if standing.is_confidential:
        return "confidential"
    return "draft" if standing.is_draft else None
