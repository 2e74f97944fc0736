"""What an account is safe from: old ways in, guessing in parallel, and whoever invited its holder."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from taskforce.access import SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.models import OneTimeLink, SignInAttempt
from taskforce.services import account as accounts
from taskforce.services.account_password import SetPassword, set_password
from taskforce.services.account_tries import MOST_TRIES
from tests.conftest import NOW
from tests.use.questions import appointment_of, verifications
from tests.world import World

PASSWORD = "correct horse battery staple"


async def _link(sessions: Sessions, world: World, purpose: str) -> str:
    async with transaction(sessions, SIGN_IN) as session:
        return await accounts.make_link(session, world.stranger.id, purpose, now=NOW)


async def test_a_new_password_closes_the_old_ways_in(world: World, visit, sessions: Sessions) -> None:
    """Links that nobody used and tokens of the API stop working with the password that they went around."""
    program, guest = await visit(world.secretariat), await visit(None)
    async with transaction(sessions, SIGN_IN) as session:
        secret = await accounts.make_link(session, world.secretariat.id, "sign_in", now=NOW)
    before = await program.api_get(f"/objectives/{world.objective.id}")
    link = await guest.get(f"/sign-in/{secret}")

    async with transaction(sessions, SIGN_IN) as session:
        await set_password(session, world.secretariat.id, SetPassword(password=PASSWORD))

    assert before.status_code == 200
    assert (await program.api_get(f"/objectives/{world.objective.id}")).status_code == 401
    assert (await guest.submit(link)).status_code == 409


@pytest.mark.parametrize(("purpose", "status"), [("invitation", 409), ("reset", 409), ("sign_in", 303)])
async def test_a_used_link_ends_the_others(world: World, visit, sessions: Sessions, purpose: str, status: int) -> None:
    """Whoever accepted with one link is not followed in with an earlier invitation or reset."""
    other, used = await _link(sessions, world, purpose), await _link(sessions, world, "invitation")
    guest, thief = await visit(None), await visit(None)
    kept = await thief.get(f"/sign-in/{other}")

    entered = await guest.submit(await guest.get(f"/sign-in/{used}"))

    assert entered.status_code == 303
    assert (await thief.submit(kept)).status_code == status


async def test_two_links_used_at_once_let_one_in(world: World, visit, sessions: Sessions) -> None:
    """Each link ends the other: one of two who press at the same moment is told so, and nothing breaks."""
    guests = [await visit(None) for _ in range(4)]
    pages = [await guest.get(f"/sign-in/{await _link(sessions, world, 'invitation')}") for guest in guests]

    answers = await asyncio.gather(*(guest.submit(page) for guest, page in zip(guests, pages, strict=True)))

    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]


async def _tries(sessions: Sessions, email: str) -> int:
    async with transaction(sessions, SIGN_IN) as session:
        counted = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.email == email)
        return await session.scalar(counted) or 0


async def test_guesses_in_parallel_are_counted_before_they_are_checked(
    world: World, visit, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many guesses arrive at once, no more passwords are compared than the limit allows."""
    async with transaction(sessions, SIGN_IN) as session:
        await set_password(session, world.secretariat.id, SetPassword(password=PASSWORD))
    checked = verifications(monkeypatch)
    client = await visit(None)
    page = await client.get("/sign-in")
    email = world.secretariat.email

    answers = await asyncio.gather(
        *(client.submit(page, {"email": email, "password": f"guess number {n}"}) for n in range(30))
    )

    assert {answer.status_code for answer in answers} == {409}
    assert len(checked) == MOST_TRIES
    assert await _tries(sessions, email) == MOST_TRIES


async def test_the_right_password_leaves_no_try_behind(world: World, visit, sessions: Sessions) -> None:
    """Whoever signs in often is not shut out by it."""
    async with transaction(sessions, SIGN_IN) as session:
        await set_password(session, world.secretariat.id, SetPassword(password=PASSWORD))
    client = await visit(None)

    answer = await client.submit(
        await client.get("/sign-in"), {"email": world.secretariat.email.upper(), "password": PASSWORD}
    )

    assert answer.status_code == 303
    assert await _tries(sessions, world.secretariat.email) == 0


@pytest.mark.parametrize("trace", ["link", "session"])
async def test_whoever_came_in_once_gets_no_second_invitation(
    world: World, visit, sessions: Sessions, trace: str
) -> None:
    """Who accepted and has set no password yet is a person by now: the inviter gets no link into their account."""
    client = await visit(world.secretariat)
    appointment = await appointment_of(world, "observer")
    path = f"/appointments/{appointment.id}/invite-again"
    fresh = await client.api(path)
    if trace == "session":
        await visit(world.observer)
    else:
        row = OneTimeLink(token_hash=uuid4().bytes, account_id=world.observer.id, purpose="invitation")
        row.expires_at = row.used_at = NOW
        await world.add(row)

    refused = await client.send(await client.get(path))

    assert fresh.status_code == 201
    assert refused.status == 409
    assert "has signed in already" in refused.text
    assert "invite_again" not in (await client.api_get(f"/appointments/{appointment.id}")).json()["may"]
