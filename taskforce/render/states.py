"""How each state looks: its tone, its shape and its word, so that colour never carries a meaning alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """One state as it is shown; `word` is a message of the catalogue, in English."""

    tone: str
    shape: str
    word: str


def N_(message: str) -> str:
    """Mark a message for the catalogue now; it is translated when it is shown. The name is gettext's own."""
    return message


# Drawn in a box of 12 by 12. A shape belongs to a meaning: circle goes well, triangle needs care, square is wrong,
# ring has not begun, tick is finished.
SHAPES = {
    "circle": "M6 .5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11",
    "triangle": "M6 .5 11.8 11H.2z",
    "square": "M1 1h10v10H1z",
    "ring": "M6 .5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11m0 2a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7",
    "tick": "M4.6 10.8.4 6.4l1.7-1.6 2.5 2.6L10 1.5l1.7 1.6z",
    "cross": "M2.4 1 6 4.6 9.6 1 11 2.4 7.4 6 11 9.6 9.6 11 6 7.4 2.4 11 1 9.6 4.6 6 1 2.4z",
    "pen": "M1 9.2V11h1.8L9 4.8 7.2 3zM8 2.2 9.8 4l1-1L9 1.2z",
    "arrow": "M5 1v3h3a3 3 0 0 1 0 6H2v2h6A5 5 0 0 0 8 2H5V0L1 2.5z",
    "bars": "M2 1h3v10H2zM7 1h3v10H7z",
    "pair": "M1 0h7v7H1zM4 8h5V3h2v8H4z",
    "hollow": "M1 1h10v10H1zm2 2v6h6V3z",
    "diamond": "M6 0l6 6-6 6-6-6z",
    "lock": "M3 5V3.5a3 3 0 0 1 6 0V5h1v6.5H2V5zm1.5 0h3V3.5a1.5 1.5 0 0 0-3 0z",
}

STATES: dict[str, Mark] = {
    # progress of an activity
    "met": Mark("info", "tick", N_("Met")),
    "on track": Mark("ok", "circle", N_("On track")),
    "constrained": Mark("warn", "triangle", N_("Constrained")),
    "no progress": Mark("bad", "square", N_("No progress")),
    "not started": Mark("mute", "ring", N_("Not started")),
    # plan, amendment, activity
    "draft": Mark("mute", "pen", N_("Draft")),
    "consultation": Mark("info", "diamond", N_("In consultation")),
    "submitted": Mark("info", "circle", N_("Submitted")),
    "returned": Mark("warn", "arrow", N_("Returned")),
    "endorsed": Mark("ok", "tick", N_("Endorsed")),
    "planned": Mark("mute", "ring", N_("Planned")),
    "active": Mark("ok", "circle", N_("Active")),
    "ongoing": Mark("ok", "circle", N_("Ongoing")),
    "underway": Mark("ok", "circle", N_("Under way")),
    "completed": Mark("info", "tick", N_("Completed")),
    "closing": Mark("warn", "bars", N_("Closing")),
    "closed": Mark("mute", "lock", N_("Closed")),
    "suspended": Mark("warn", "bars", N_("Suspended")),
    "cancelled": Mark("bad", "cross", N_("Cancelled")),
    "review": Mark("info", "diamond", N_("In review")),
    "applied": Mark("ok", "tick", N_("Applied")),
    "refused": Mark("bad", "cross", N_("Refused")),
    # report
    "accepted": Mark("info", "tick", N_("Accepted")),
    "waived": Mark("mute", "hollow", N_("Waived")),
    "reopened": Mark("warn", "arrow", N_("Reopened")),
    "due": Mark("warn", "triangle", N_("Due")),
    "due soon": Mark("warn", "triangle", N_("Due soon")),
    "not yet due": Mark("mute", "ring", N_("Not yet due")),
    "overdue": Mark("bad", "square", N_("Overdue")),
    # mechanism, agency, user, membership, source
    "forming": Mark("info", "diamond", N_("Forming")),
    "dormant": Mark("warn", "bars", N_("Dormant")),
    "dissolved": Mark("mute", "cross", N_("Dissolved")),
    "ended": Mark("mute", "lock", N_("Ended")),
    "disabled": Mark("mute", "cross", N_("Disabled")),
    "merged": Mark("mute", "pair", N_("Merged")),
    "confirmed": Mark("ok", "tick", N_("Confirmed")),
    "unconfirmed": Mark("warn", "triangle", N_("Not confirmed")),
    "disputed": Mark("warn", "triangle", N_("Disputed")),
    # responsibility
    "gap": Mark("bad", "hollow", N_("Gap")),
    "clash": Mark("bad", "pair", N_("Clash")),
    "assigned": Mark("ok", "circle", N_("Assigned")),
    "accountable": Mark("ok", "circle", N_("Accountable")),
    "responsible": Mark("info", "diamond", N_("Responsible")),
    "consulted": Mark("mute", "ring", N_("Consulted")),
    "informed": Mark("mute", "hollow", N_("Informed")),
    # alert: state, kind and band
    "open": Mark("bad", "square", N_("Open")),
    "acknowledged": Mark("warn", "triangle", N_("Acknowledged")),
    "proposed": Mark("info", "diamond", N_("Proposed")),
    "resolved": Mark("ok", "tick", N_("Resolved")),
    "snoozed": Mark("mute", "bars", N_("Snoozed")),
    "stale": Mark("mute", "hollow", N_("Stale")),
    "duplicate": Mark("bad", "pair", N_("Duplicate")),
    "overlap": Mark("warn", "pair", N_("Overlap")),
    "complement": Mark("info", "pair", N_("Complement")),
    "likely": Mark("bad", "square", N_("Likely")),
    "possible": Mark("warn", "triangle", N_("Possible")),
    "joint": Mark("ok", "pair", N_("Joint")),
    "split": Mark("ok", "hollow", N_("Split")),
    "coordinated": Mark("ok", "diamond", N_("Coordinated")),
    "not a duplicate": Mark("mute", "cross", N_("Not a duplicate")),
    "high": Mark("bad", "square", N_("High")),
    "medium": Mark("warn", "triangle", N_("Medium")),
    "low": Mark("mute", "ring", N_("Low")),
    # money and provenance
    "secured": Mark("ok", "circle", N_("Secured")),
    "asked": Mark("mute", "ring", N_("Asked")),
    "unfunded": Mark("bad", "hollow", N_("Unfunded")),
    "cliff": Mark("bad", "triangle", N_("Funding ends")),
    "illustrative": Mark("warn", "hollow", N_("Illustrative")),
    "fact": Mark("info", "tick", N_("Fact")),
    "imported": Mark("mute", "diamond", N_("Imported")),
    "confidential": Mark("mute", "lock", N_("Confidential")),
    # work in the background
    "waiting": Mark("mute", "ring", N_("Waiting")),
    "running": Mark("info", "circle", N_("Running")),
    "done": Mark("info", "tick", N_("Done")),
    "failed": Mark("bad", "square", N_("Failed")),
}


def mark(state: str) -> Mark:
    """The mark of a state, spelled with spaces, underscores or capitals; one that is not listed looks neutral."""
    spelled = state.replace("_", " ").replace("-", " ").strip().lower()
    found = STATES.get(spelled)
    return found or Mark("mute", "ring", spelled[:1].upper() + spelled[1:])
