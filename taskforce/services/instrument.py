"""The instruments on which duties rest: add, edit, delete."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Instrument
from taskforce.queries import node
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion

InstrumentKind = Literal["law", "decree", "policy", "protocol", "agreement", "terms_of_reference", "other"]


class SaveInstrument(Command):
    """What the form of an instrument and the API send."""

    kind: InstrumentKind = Field(title="Kind")
    citation: str = Field(title="Citation", min_length=1, max_length=500, description="As it is cited.")
    article: str | None = Field(default=None, title="Article or section", max_length=500)
    is_seen: bool = Field(default=False, title="Seen", description="Somebody of the mechanism has seen the text.")
    link: str | None = Field(
        default=None, title="Link to the text", max_length=2000, description="An http or https address."
    )
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


def stored(instrument: Instrument) -> SaveInstrument:
    """The command that would write what is stored now."""
    return SaveInstrument.model_validate(
        {
            "kind": instrument.kind,
            "citation": instrument.citation,
            "article": instrument.article,
            "is_seen": instrument.is_seen,
            "link": instrument.link,
            "version": instrument.version,
        }
    )


def check_link(link: str | None, *, field: str = "link") -> None:
    """Let pass what is safe to click.

    Raises:
        Refused: the link is no web address.
    """
    if link and not link.lower().startswith(("https://", "http://")):
        raise Refused("%(link)s is not a web address: write it with https:// in front.", field=field, link=link)


async def edit_instrument(session: Session, actor: Actor, instrument_id: UUID, command: SaveInstrument) -> Instrument:
    """Change an instrument for all duties that rest on it.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to change.
        Refused: the link is no web address, or another instrument has this citation and article.
        Stale: somebody saved it meanwhile.
    """
    instrument = await node.one(session, actor, Instrument, instrument_id, for_update=True)
    require(actor, May.RESPONSIBILITY_EDIT, instrument.mechanism_id)
    check_link(command.link)
    check_version(instrument, command.version, stored(instrument))
    instrument.kind, instrument.citation, instrument.article = command.kind, command.citation, command.article
    instrument.is_seen, instrument.link = command.is_seen, command.link
    await session.flush()
    return instrument


async def delete_instrument(session: Session, actor: Actor, instrument_id: UUID, command: Deletion) -> Instrument:
    """Delete an instrument on which nothing rests; the database refuses others. Raises as in editing."""
    instrument = await node.one(session, actor, Instrument, instrument_id, for_update=True)
    require(actor, May.RESPONSIBILITY_EDIT, instrument.mechanism_id)
    await check_deletion(session, actor, instrument, command, stored(instrument))
    await session.delete(instrument)
    await session.flush()
    return instrument
