"""The principals that are no person, each with the reason why it exists."""

from taskforce.access.actor import Actor

# Looks rival activities up over all agencies, so that a save can find drafts that its writer may not read.
ALERTS = Actor(principal="alerts", title="Duplication alerts", is_system=True)
# Runs what happens without anybody asking: cleaning technical tables, clocked work.
JOBS = Actor(principal="jobs", title="Scheduled jobs", is_system=True)
# Somebody with a shell on the server: imports, exports, the demonstration, the first administrator.
OPERATOR = Actor(principal="operator", title="Operator on the server", is_system=True)
# Looks accounts, sessions and one-time links up before it is known who asks; sees no mechanism.
SIGN_IN = Actor(principal="sign_in", title="Sign-in")
# Looks whether an agency or an account is in other mechanisms too; nothing but yes or no leaves that question.
ELSEWHERE = Actor(principal="elsewhere", title="Look at other mechanisms")
# Sends mail that waits; knows the texts, sees no mechanism.
OUTBOX = Actor(principal="outbox", title="Outgoing mail")
# A visitor who has not signed in.
NOBODY = Actor(principal="nobody", title="")

SYSTEM_PRINCIPALS = (ALERTS, JOBS, OPERATOR)
