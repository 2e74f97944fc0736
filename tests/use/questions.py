"""What tests ask and set in the database directly, where no page does."""

import threading

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from taskforce.access import OPERATOR
from taskforce.db import transaction
from taskforce.models import Activity, Agency, Appointment, Membership, Outbox, Plan
from tests.world import World


def verifications(monkeypatch: pytest.MonkeyPatch, threads: list[str] | None = None) -> list[str]:
    """Fills up with the stored hash of every password comparison from now on; they are still made.

    `threads` fills up with the names of the threads in which that is done.
    """
    seen: list[str] = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, stored: str | bytes, password: str | bytes) -> bool:
        seen.append(str(stored))
        if threads is not None:
            threads.append(threading.current_thread().name)
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    return seen


async def membership_of(world: World, agency: Agency) -> Membership:
    """The one membership of an agency in the world's mechanism."""
    async with transaction(world.sessions, OPERATOR) as session:
        return (
            await session.scalars(
                select(Membership).where(
                    Membership.mechanism_id == world.mechanism.id, Membership.agency_id == agency.id
                )
            )
        ).one()


async def appointment_of(world: World, name: str) -> Appointment:
    """The one appointment of somebody of the cast."""
    async with transaction(world.sessions, OPERATOR) as session:
        return (
            await session.scalars(
                select(Appointment).where(
                    Appointment.mechanism_id == world.mechanism.id,
                    Appointment.account_id == world.people[name].id,
                )
            )
        ).one()


async def mails_to(world: World, address: str) -> list[Outbox]:
    """The mails that wait for an address."""
    async with transaction(world.sessions, OPERATOR) as session:
        return list(await session.scalars(select(Outbox).where(Outbox.recipient == address)))


async def set_status(world: World, status: str) -> None:
    """Put the world's plan into a state, whatever the way there."""
    async with transaction(world.sessions, OPERATOR) as session:
        plan = await session.get_one(Plan, (world.mechanism.id, world.plan.id))
        plan.status = status


async def complete_line(world: World) -> None:
    """Make the world's line a national one, so that it has a place."""
    async with transaction(world.sessions, OPERATOR) as session:
        line = await session.get_one(Activity, (world.mechanism.id, world.activity.id))
        line.is_national = True
