"""The state machines of plan, report, alert and activity: which move follows which, and which needs a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from taskforce.errors import Refused

Machine = Literal["plan", "report", "alert", "activity"]
OPEN_ALERTS: Final = ("open", "acknowledged", "proposed")  # states in which an alert waits for a decision


@dataclass(frozen=True, slots=True)
class Move:
    """A state that may come next."""

    to: str
    needs_reason: bool = False


def _to(*states: str) -> tuple[Move, ...]:
    """Moves to the named states; an asterisk after a name: only with a reason."""
    return tuple(Move(state.removesuffix("*"), state.endswith("*")) for state in states)


PLAN: Final[Mapping[str, tuple[Move, ...]]] = MappingProxyType(
    {
        "draft": _to("consultation", "cancelled*"),
        "consultation": _to("submitted", "cancelled*"),
        "submitted": _to("endorsed", "returned*", "cancelled*"),
        "returned": _to("draft", "cancelled*"),
        "endorsed": _to("active", "suspended*", "cancelled*"),
        "active": _to("closing", "suspended*", "cancelled*"),
        "suspended": _to("active", "cancelled*"),
        "closing": _to("closed"),
        "closed": (),
        "cancelled": (),
    }
)

REPORT: Final[Mapping[str, tuple[Move, ...]]] = MappingProxyType(
    {
        "draft": _to("submitted", "waived*"),
        "submitted": _to("accepted", "returned*"),
        "returned": _to("submitted", "waived*"),
        "accepted": _to("reopened*"),
        "waived": _to("reopened*"),
        "reopened": _to("submitted", "waived*"),
    }
)

# A proposal carries its reason, so the other side's yes needs none; where the other side is silent the secretariat
# decides, which is why an alert may be resolved before anybody proposed anything. A resolved or stale pair comes back
# when what was compared changes.
ALERT: Final[Mapping[str, tuple[Move, ...]]] = MappingProxyType(
    {
        "open": _to("acknowledged", "proposed*", "resolved*", "snoozed", "stale"),
        "acknowledged": _to("proposed*", "resolved*", "snoozed", "stale"),
        "proposed": _to("resolved", "acknowledged*", "snoozed", "stale"),
        "snoozed": _to("open", "acknowledged", "proposed*", "resolved*", "stale"),
        "resolved": _to("open"),
        "stale": _to("open"),
    }
)

ACTIVITY: Final[Mapping[str, tuple[Move, ...]]] = MappingProxyType(
    {
        "not_started": _to("on_track", "constrained*", "no_progress*", "met", "cancelled*"),
        "on_track": _to("constrained*", "no_progress*", "met", "cancelled*"),
        "constrained": _to("on_track", "no_progress*", "met", "cancelled*"),
        "no_progress": _to("on_track", "constrained*", "met", "cancelled*"),
        "met": _to("on_track*"),
        "cancelled": _to("not_started*"),
    }
)

MACHINES: Final[Mapping[Machine, Mapping[str, tuple[Move, ...]]]] = MappingProxyType(
    {"plan": PLAN, "report": REPORT, "alert": ALERT, "activity": ACTIVITY}
)


def may_move_to(machine: Machine, now: str) -> tuple[str, ...]:
    """The states that may come next, the usual way first; none for an end state.

    Raises:
        Refused: the machine has no such state.
    """
    return tuple(move.to for move in _moves(machine, now))


def check(machine: Machine, now: str, wanted: str) -> None:
    """Let a move pass that the table has.

    Raises:
        Refused: it is not in the table; the message names those that are.
    """
    _move(machine, now, wanted)


def needs_reason(machine: Machine, now: str, wanted: str) -> bool:
    """Whether a move is made only with a written reason.

    Raises:
        Refused: the move is not in the table.
    """
    return _move(machine, now, wanted).needs_reason


def _move(machine: Machine, now: str, wanted: str) -> Move:
    moves = _moves(machine, now)
    for move in moves:
        if move.to == wanted:
            return move
    if not moves:
        raise Refused(f"the {machine} is {_read(now)} and stays so; it cannot become {_read(wanted)}")
    allowed = " or ".join(_read(move.to) for move in moves)
    raise Refused(f"the {machine} is {_read(now)} and cannot become {_read(wanted)}; it may become {allowed}")


def _moves(machine: Machine, now: str) -> tuple[Move, ...]:
    states = MACHINES[machine]
    if now not in states:
        raise Refused(f"{now!r} is no state of {machine}; its states are {', '.join(states)}")
    return states[now]


def _read(state: str) -> str:
    return state.replace("_", " ")
