"""The principals that are no person, each with the reason why it exists."""

from collections.abc import Mapping
from typing import Final

from taskforce.access.actor import Actor

ALERTS = Actor(principal="alerts", title="Duplication alerts", is_system=True)
JOBS = Actor(principal="jobs", title="Scheduled jobs", is_system=True)
OPERATOR = Actor(principal="operator", title="Operator on the server", is_system=True)
SIGN_IN = Actor(principal="sign_in", title="Sign-in")
ELSEWHERE = Actor(principal="elsewhere", title="Look at other mechanisms")
OUTBOX = Actor(principal="outbox", title="Outgoing mail")
NOBODY = Actor(principal="nobody", title="")

REASONS: Final[Mapping[Actor, str]] = {
    ALERTS: "Looks rival activities up over all agencies, so that a save finds drafts that its writer may not read.",
    JOBS: "Runs what happens without anybody asking: cleaning technical tables, clocked work.",
    OPERATOR: "Somebody with a shell on the server: imports, exports, the demonstration, the first administrator.",
    SIGN_IN: "Looks accounts, sessions and one-time links up before it is known who asks; of mechanisms it sees "
    "only who is appointed.",
    ELSEWHERE: "Looks whether an agency or an account is in other mechanisms too; nothing but yes or no leaves that.",
    OUTBOX: "Sends mail that waits; knows the texts, sees no mechanism.",
    NOBODY: "A visitor who has not signed in; sees no mechanism.",
}
SYSTEM_PRINCIPALS = tuple(actor for actor in REASONS if actor.is_system)
