"""Who may do what: the actions, the roles in prose, the policy table, the actor, the named system principals."""

from taskforce.access.actions import May
from taskforce.access.actor import ALL_MONEY, MEMBERS, Actor, Appointed, RowContext
from taskforce.access.policy import POLICY, Scope, may, require, require_scope
from taskforce.access.principals import ALERTS, ELSEWHERE, JOBS, NOBODY, OPERATOR, OUTBOX, SIGN_IN, SYSTEM_PRINCIPALS
from taskforce.access.roles import Role
from taskforce.access.scopes import TokenScope, actions_of
from taskforce.access.second_factor import BEFORE_SECOND_FACTOR, needs_second_factor, rights_of

__all__ = [
    "ALERTS",
    "ALL_MONEY",
    "BEFORE_SECOND_FACTOR",
    "ELSEWHERE",
    "JOBS",
    "MEMBERS",
    "NOBODY",
    "OPERATOR",
    "OUTBOX",
    "POLICY",
    "SIGN_IN",
    "SYSTEM_PRINCIPALS",
    "Actor",
    "Appointed",
    "May",
    "Role",
    "RowContext",
    "Scope",
    "TokenScope",
    "actions_of",
    "may",
    "needs_second_factor",
    "require",
    "require_scope",
    "rights_of",
]
