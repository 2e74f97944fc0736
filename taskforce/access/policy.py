"""The one table: which role may do what, and how far; templates and services ask the same functions."""

from enum import StrEnum
from uuid import UUID

from taskforce.access.actions import May
from taskforce.access.actor import Actor
from taskforce.access.roles import Role
from taskforce.access.scopes import scope_of
from taskforce.errors import NotAllowed


class Scope(StrEnum):
    """How far a permission reaches."""

    ANYWHERE = "anywhere"
    MECHANISM = "the own mechanism"
    OWN_AGENCY = "what the own agency leads"


_MEMBERS = (Role.FOCAL_POINT, Role.AUTHORISED_OFFICER, Role.SECRETARIAT, Role.CHAIR)
_READERS = (Role.OBSERVER, *_MEMBERS, Role.DONOR, Role.TREASURY)
_READ = dict.fromkeys(_READERS, Scope.MECHANISM)
_TAKES_PART = dict.fromkeys((*_MEMBERS, Role.DONOR, Role.TREASURY), Scope.MECHANISM)  # observers read what is agreed
_SECRETARIAT = {Role.SECRETARIAT: Scope.MECHANISM}
_LEADS = {
    Role.FOCAL_POINT: Scope.OWN_AGENCY,
    Role.AUTHORISED_OFFICER: Scope.OWN_AGENCY,
    Role.SECRETARIAT: Scope.MECHANISM,
}

POLICY: dict[May, dict[Role, Scope]] = {
    May.ACCOUNT_EDIT: {
        Role.SECRETARIAT: Scope.MECHANISM,
        Role.CHAIR: Scope.MECHANISM,
        Role.ADMINISTRATOR: Scope.ANYWHERE,
    },
    May.ACTIVITY_CONFIRM: {Role.AUTHORISED_OFFICER: Scope.OWN_AGENCY, Role.SECRETARIAT: Scope.MECHANISM},
    May.ACTIVITY_EDIT: _LEADS,
    May.ACTIVITY_READ: _READ,
    May.AGENCY_EDIT: {**_SECRETARIAT, Role.ADMINISTRATOR: Scope.ANYWHERE},
    May.AGENCY_READ: _READ,
    May.ALERT_DECIDE: {**_LEADS, Role.CHAIR: Scope.MECHANISM},
    May.ALERT_READ: _TAKES_PART,
    May.ATTACHMENT_ADD: _LEADS,
    May.ATTACHMENT_PURGE: _SECRETARIAT,
    May.ATTACHMENT_READ: _READ,
    May.BUDGET_LINE_EDIT: _LEADS,
    May.COST_ITEM_EDIT: _SECRETARIAT,
    May.CREDENTIAL_EDIT: {Role.USER: Scope.ANYWHERE},
    May.DESK_READ: {Role.USER: Scope.ANYWHERE},
    May.EXCHANGE_RATE_ADD: {Role.ADMINISTRATOR: Scope.ANYWHERE},
    May.EXCHANGE_RATE_READ: {Role.USER: Scope.ANYWHERE},
    May.FUNDING_SOURCE_EDIT: _SECRETARIAT,
    May.HEALTH_READ: {Role.ANYBODY: Scope.ANYWHERE},
    May.HISTORY_READ: {Role.SECRETARIAT: Scope.MECHANISM, Role.CHAIR: Scope.MECHANISM},
    May.INDICATOR_EDIT: _SECRETARIAT,
    May.INSTALLATION_BEGIN: {Role.ANYBODY: Scope.ANYWHERE},
    May.MECHANISM_CREATE: {Role.ADMINISTRATOR: Scope.ANYWHERE},
    May.MECHANISM_EDIT: {Role.SECRETARIAT: Scope.MECHANISM, Role.CHAIR: Scope.MECHANISM},
    May.MECHANISM_READ: _READ,
    May.MEMBERSHIP_EDIT: _SECRETARIAT,
    May.MONEY_READ: _READ,
    May.OBJECTIVE_EDIT: _SECRETARIAT,
    May.OUTPUT_EDIT: _SECRETARIAT,
    May.OWN_ACCOUNT_EDIT: {Role.USER: Scope.ANYWHERE},
    May.OWN_ACCOUNT_READ: {Role.USER: Scope.ANYWHERE},
    May.PAGE_READ: {Role.ANYBODY: Scope.ANYWHERE},
    May.PLACE_EDIT: _SECRETARIAT,
    May.PLAN_DECIDE: {Role.CHAIR: Scope.MECHANISM},
    May.PLAN_EDIT: _SECRETARIAT,
    May.PLAN_READ: _READ,
    May.RESPONSIBILITY_EDIT: _SECRETARIAT,
    May.RESPONSIBILITY_READ: _READ,
    May.SESSION_CREATE: {Role.ANYBODY: Scope.ANYWHERE},
    May.SESSION_END: {Role.USER: Scope.ANYWHERE},
    May.SESSION_VERIFY: {Role.USER: Scope.ANYWHERE},
    May.TOKEN_EDIT: {Role.USER: Scope.ANYWHERE},
    May.USER_EDIT: {Role.ADMINISTRATOR: Scope.ANYWHERE},
    May.USER_READ: {Role.ADMINISTRATOR: Scope.ANYWHERE},
}


def may(actor: Actor, action: May, mechanism_id: UUID | None = None, *agencies: UUID | None) -> bool:
    """Whether the policy lets the actor do this.

    `mechanism_id` is the mechanism of the thing; without it only what reaches ANYWHERE counts, or, for a system
    principal, everything. `agencies` are the agencies whose own thing it is (the lead of an activity, the two leads
    of an alert); without them OWN_AGENCY asks only whether the actor stands for any agency there.
    """
    if actor.is_system:
        return True
    if actor.allowed is not None and action not in actor.allowed:
        return False
    rule = POLICY[action]
    general = {Role.ANYBODY: True, Role.USER: actor.account_id is not None, Role.ADMINISTRATOR: actor.is_administrator}
    if any(rule.get(role) is Scope.ANYWHERE and held for role, held in general.items()):
        return True
    if mechanism_id is None:
        return False
    roles = actor.roles_in(mechanism_id)
    if any(rule.get(role) is Scope.MECHANISM for role in roles):
        return True
    own = frozenset(role for role in roles if rule.get(role) is Scope.OWN_AGENCY)
    held_for = actor.agencies_in(mechanism_id, own)
    return bool(held_for and (not agencies or held_for.intersection(agencies)))


def may_somewhere(actor: Actor, action: May) -> bool:
    """Whether the actor may do this in at least one mechanism, or anywhere."""
    return may(actor, action) or any(may(actor, action, held.mechanism_id) for held in actor.appointments)


def require_scope(actor: Actor, action: May) -> None:
    """Let pass who came in person, or by a token that was made for this.

    Raises:
        NotAllowed: the token was not made for this; the message names the scope that would do.
    """
    if actor.allowed is not None and action not in actor.allowed:
        scope = scope_of(action)
        needed = f"It needs the scope {scope}." if scope else "Only people do it, with a browser."
        raise NotAllowed(f"This token was not made for {action}. {needed}")


def require(actor: Actor, action: May, mechanism_id: UUID | None = None, *agencies: UUID | None) -> None:
    """Let pass who may.

    Raises:
        NotAllowed: the policy does not let the actor do this.
    """
    require_scope(actor, action)
    if not may(actor, action, mechanism_id, *agencies):
        raise NotAllowed("This is for others to do. Who can: %(roles)s.", roles=tuple(POLICY[action]))
