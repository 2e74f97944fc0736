"""Questions about an installation that is being set up, asked as the principal `sign_in`."""

from sqlalchemy import select

from taskforce.db import Session
from taskforce.models import Installation


async def installation(session: Session) -> Installation:
    """The one row of the installation."""
    return (await session.scalars(select(Installation))).one()


async def installation_for_update(session: Session) -> Installation:
    """The same, locked until the transaction ends."""
    return (await session.scalars(select(Installation).with_for_update())).one()
