"""Who may do what: the actions, the roles in prose, the policy table, the actor, the named system principals."""

from taskforce.access.actions import May
from taskforce.access.actor import Actor, Appointed, RowContext
from taskforce.access.policy import POLICY, Scope, may, require
from taskforce.access.principals import ALERTS, JOBS, NOBODY, OPERATOR, SIGN_IN, SYSTEM_PRINCIPALS
from taskforce.access.roles import Role

__all__ = [
    "ALERTS",
    "JOBS",
    "NOBODY",
    "OPERATOR",
    "POLICY",
    "SIGN_IN",
    "SYSTEM_PRINCIPALS",
    "Actor",
    "Appointed",
    "May",
    "Role",
    "RowContext",
    "Scope",
    "may",
    "require",
]
