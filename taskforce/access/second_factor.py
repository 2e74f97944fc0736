"""Who must have a second factor, and what somebody may do before they gave it."""

from taskforce.access.actions import May
from taskforce.access.actor import Actor
from taskforce.access.roles import Role

# Whose account opens everything of a mechanism, all its money, or the installation.
NEED_SECOND_FACTOR = frozenset({Role.SECRETARIAT, Role.CHAIR, Role.TREASURY})
# What is open to somebody who must set a second factor up: that, their password, and the way out.
BEFORE_SECOND_FACTOR = frozenset({May.CREDENTIAL_EDIT, May.SESSION_END, May.SESSION_VERIFY})


def needs_second_factor(actor: Actor) -> bool:
    """Whether the roles of today make a second factor obligatory."""
    return actor.is_administrator or any(held.role in NEED_SECOND_FACTOR for held in actor.appointments)


def rights_of(actor: Actor) -> frozenset[str]:
    """The roles of an actor as texts that a session keeps, to notice what was gained and lost since."""
    held = {f"{each.mechanism_id}:{each.role}:{each.agency_id or ''}" for each in actor.appointments}
    return frozenset(held | ({"administrator"} if actor.is_administrator else set()))
