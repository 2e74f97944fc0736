"""Deleting what was read: the command of all nouns, and the check that nobody changed the thing meanwhile."""

from pydantic import BaseModel, Field

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import Stale
from taskforce.models import Agency
from taskforce.models.base import TenantNode
from taskforce.queries import audit_event
from taskforce.services.command import Command, is_current
from taskforce.views.audit_event import history_of


class Deletion(Command):
    """What the page that asks before deleting and the API send."""

    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you read.")


async def check_deletion(
    session: Session, actor: Actor, record: TenantNode | Agency, command: Deletion, stored: BaseModel
) -> None:
    """Let pass who read the version that is about to go; the caller has locked the row.

    `stored` is the command that would write what is stored now. What was done to the record of an organisation is
    told to nobody here: it belongs to no mechanism whose history the actor reads.

    Raises:
        Refused: the sender does not say which version they read.
        Stale: somebody saved another version meanwhile; `since` tells what they did.
    """
    if is_current(record, command.version):
        return
    table = getattr(record, "__tablename__", "row")
    events = []
    if isinstance(record, TenantNode):
        events = await audit_event.since(session, actor, record, command.version or 0)
    names = await audit_event.names(session, actor, events)
    told = history_of(events, names, silent=frozenset({f"{table}_id"}))
    raise Stale(
        f"you read version {command.version} of this {table}, and version {record.version} was saved since: "
        "see what changed, and delete it only if that is still right",
        theirs=stored.model_dump() | {"version": record.version},
        since=told,
    )
