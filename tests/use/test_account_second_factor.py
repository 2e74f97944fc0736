"""The second factor: obligatory for some, set up by scanning, asked for after the password, codes good once."""

import asyncio
import re

import pyotp
import pytest
from sqlalchemy import text

from taskforce.access import OPERATOR, SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.services import account as accounts
from taskforce.services.account import Entry
from taskforce.web.session_cookie import cookie_name
from tests.conftest import NOW
from tests.page_client import DOMAIN
from tests.use.questions import appointment_of
from tests.use.ways_in import PASSWORD, SET_UP, age, code, count, give_app, give_password, secret_of, set_up, sign_in
from tests.world import World


@pytest.mark.parametrize(
    ("who", "is_led_there"),
    [
        ("secretariat", True),
        ("chair", True),
        ("treasury", True),
        ("administrator", True),
        ("police_focal", False),
        ("police_officer", False),
        ("donor", False),
        ("observer", False),
        ("stranger", False),
    ],
)
async def test_who_must_have_one(world: World, visit, sessions: Sessions, who: str, is_led_there: bool) -> None:
    """After the password these get nowhere but to the page that sets it up; others go on."""
    await give_password(sessions, world.people[who])
    client = await visit(None)

    page = await sign_in(client, world.people[who])

    assert page.title.startswith("Your role needs a second factor") is is_led_there
    for path in ("/desk", f"/mechanisms/{world.mechanism.code}", "/account", "/account/tokens/add", "/mechanisms"):
        answer = await client.http.get(path)
        assert answer.headers.get("location", "").startswith(SET_UP) is is_led_there, path


async def test_before_it_nothing_can_be_sent_either(world: World, visit, sessions: Sessions) -> None:
    """A form that somebody kept open changes nothing; help and signing out still work."""
    client = await visit(world.secretariat)
    page = await client.get(f"/objectives/{world.objective.id}/edit")
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update auth_session set second_factor_at = null where account_id = :id"), {"id": world.secretariat.id}
        )

    sent = await client.submit(page, {"title": "Taken over"})
    help_page = await client.get("/help")
    stored = (await client.api_get(f"/objectives/{world.objective.id}")).json()

    assert (sent.status_code, sent.headers["location"].startswith(SET_UP)) == (303, True)
    assert stored["title"] == world.objective.title
    assert help_page.status == 200
    assert world.secretariat.title not in help_page.text


async def test_it_is_set_up_by_scanning(world: World, visit, sessions: Sessions) -> None:
    """The picture holds the secret and passes the security policy; the first code opens everything; ten codes."""
    await give_password(sessions, world.secretariat)
    client = await visit(None)
    await sign_in(client, world.secretariat)
    before = client.http.cookies.get(cookie_name())

    confirm = await client.send(await client.get(SET_UP), action=SET_UP)
    wrong = await client.send(confirm, {"code": "000000"})
    app = pyotp.TOTP(secret_of(confirm))
    done = await client.send(confirm, {"code": code(app)})

    assert 'src="data:image/svg+xml' in confirm.html
    assert wrong.status == 409
    assert "The code is wrong" in wrong.text
    codes = set(re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", done.text))
    assert len(codes) == 10
    assert client.http.cookies.get(cookie_name()) != before
    assert await client.status("/desk") == 200
    assert (await client.get("/account")).text.count("10 recovery codes left") == 1


async def test_the_code_is_asked_for_after_the_password(world: World, visit, sessions: Sessions) -> None:
    """Only then the page that was wanted opens; the session has another secret than after the password."""
    await give_password(sessions, world.chair)
    app = await give_app(sessions, world.chair)
    client = await visit(None)
    wanted = f"/mechanisms/{world.mechanism.code}/plan"
    page = await client.get(wanted)
    asked = await client.send(page, {"email": world.chair.email, "password": PASSWORD})
    half = client.http.cookies.get(cookie_name())

    wrong = await client.send(asked, {"code": "123456"})
    arrived = await client.send(asked, {"code": f"{code(app)[:3]} {code(app)[3:]}"})

    assert asked.title.startswith("Type the code of your app")
    assert wrong.status == 409
    assert arrived.url.endswith(wanted)
    assert client.http.cookies.get(cookie_name()) != half
    thief = await visit(None)
    thief.http.cookies.set(cookie_name(), half or "", domain=DOMAIN)
    assert await thief.status("/desk") == 303


async def test_before_the_code_nothing_is_open(world: World, visit, sessions: Sessions) -> None:
    """Neither pages, nor the password, nor a second factor of a thief's own: a password alone changes nothing."""
    await give_password(sessions, world.police_focal)
    await give_app(sessions, world.police_focal)
    client = await visit(None)
    await sign_in(client, world.police_focal)

    for path in ("/desk", "/password", SET_UP, f"{SET_UP}/confirm", "/account", "/step-up"):
        answer = await client.http.get(path)
        assert answer.headers["location"].startswith("/sign-in/code"), path


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_a_code_works_once(world: World, visit, sessions: Sessions, steps: int) -> None:
    """A phone's clock may be half a minute off; what was taken, and what is older, is not taken again."""
    await give_password(sessions, world.chair)
    app = await give_app(sessions, world.chair)
    first, second = await visit(None), await visit(None)
    asked, again = await sign_in(first, world.chair), await sign_in(second, world.chair)

    in_time = await first.submit(asked, {"code": code(app, steps=steps)})
    used = await second.submit(again, {"code": code(app, steps=steps)})

    assert (in_time.status_code, used.status_code) == (303, 409)


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
async def test_a_code_of_another_time_does_not_work(world: World, visit, sessions: Sessions, steps: int) -> None:
    """One step either way, no more."""
    await give_password(sessions, world.chair)
    app = await give_app(sessions, world.chair)
    client = await visit(None)

    answer = await client.submit(await sign_in(client, world.chair), {"code": code(app, steps=steps)})

    assert answer.status_code == 409


async def test_one_code_sent_twice_at_once_lets_one_in(world: World, visit, sessions: Sessions) -> None:
    """Of two who send the same code at the same moment, one comes second."""
    await give_password(sessions, world.chair)
    app = await give_app(sessions, world.chair)
    clients = [await visit(None) for _ in range(4)]
    pages = [await sign_in(client, world.chair) for client in clients]

    answers = await asyncio.gather(
        *(client.submit(page, {"code": code(app)}) for client, page in zip(clients, pages, strict=True))
    )

    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]


async def test_a_recovery_code_works_once(world: World, visit, sessions: Sessions) -> None:
    """In small letters and without dashes too; each of the others stays good."""
    await give_password(sessions, world.police_focal)
    client = await visit(world.police_focal)
    _app, codes = await set_up(client)
    answers = []
    for typed in (codes[0], codes[0], codes[1].lower().replace("-", "")):
        guest = await visit(None)
        answers.append(await guest.submit(await sign_in(guest, world.police_focal), {"code": typed}))

    left = (await client.api_get("/account")).json()["second_factor"]["recovery_code_count"]

    assert [answer.status_code for answer in answers] == [303, 409, 303]
    assert left == 8


async def test_neither_secret_nor_codes_can_be_read_from_the_audit(world: World, visit, sessions: Sessions) -> None:
    """The event says that a second factor was set up, not which; recovery codes are stored as hashes."""
    client = await visit(world.police_focal)
    app, codes = await set_up(client)

    async with transaction(sessions, OPERATOR) as session:
        events = str(
            list(await session.scalars(text("select row(e.*)::text from audit_event e where table_name = 'account'")))
        )
        stored = str(list(await session.scalars(text("select row(r.*)::text from recovery_code r"))))

    assert str(world.police_focal.id) in events
    assert "second_factor_at" in events
    assert app.secret not in events
    assert all(each not in stored and each.replace("-", "") not in stored for each in codes)


async def test_setting_it_up_ends_other_sessions(world: World, visit) -> None:
    """Whoever sits in another browser with the password alone is out."""
    here, there = await visit(world.police_focal), await visit(world.police_focal)

    await set_up(here)

    assert (await here.status("/desk"), await there.status("/desk")) == (200, 303)


async def test_the_old_app_works_until_the_new_one_was_used(world: World, visit, sessions: Sessions) -> None:
    """Beginning again changes nothing until the first code of the new app is typed; then only that one counts."""
    await give_password(sessions, world.police_focal)
    old = await give_app(sessions, world.police_focal)
    client = await visit(world.police_focal)
    confirm = await client.send(await client.get(SET_UP), action=SET_UP)
    guest, late = await visit(None), await visit(None)

    during = await guest.submit(await sign_in(guest, world.police_focal), {"code": code(old, steps=-1)})
    await client.send(confirm, {"code": code(pyotp.TOTP(secret_of(confirm)))})
    after = await late.submit(await sign_in(late, world.police_focal), {"code": code(old, steps=1)})

    assert (during.status_code, after.status_code) == (303, 409)


async def test_it_is_removed_where_no_role_needs_it(world: World, visit, sessions: Sessions) -> None:
    """A focal point may go back to the password alone, a chair may not."""
    await give_app(sessions, world.police_focal)
    await give_app(sessions, world.chair)
    focal, chair = await visit(world.police_focal), await visit(world.chair)

    removed = await focal.submit(await focal.get(SET_UP), action=f"{SET_UP}/remove")
    page = await chair.get(SET_UP)
    refused = await chair.http.post(f"{SET_UP}/remove", data=page.form(SET_UP), headers={"origin": page.url[:21]})

    assert removed.status_code == 303
    assert (await focal.api_get("/account")).json()["second_factor"]["since"] is None
    assert f"{SET_UP}/remove" not in page.html
    assert refused.status_code == 409


async def test_whoever_gains_such_a_role_sets_it_up_at_the_next_request(
    world: World, visit, sessions: Sessions
) -> None:
    """A role that begins today asks for it in sessions that are open, and they get a new secret."""
    async with transaction(sessions, SIGN_IN) as session:
        secret = await accounts.open_session(session, world.observer.id, Entry("a", "b"), now=NOW)
    client = await visit(None)
    client.http.cookies.set(cookie_name(), secret, domain=DOMAIN)
    assert await client.status("/desk") == 200
    appointment = await appointment_of(world, "observer")
    await world.change(appointment, role="chair")
    async with transaction(sessions, OPERATOR) as session:  # both held: a role was gained, none was lost
        await session.execute(
            text("update auth_session set rights = '{}' where account_id = :id"), {"id": world.observer.id}
        )

    answer = await client.http.get("/desk")

    assert answer.headers["location"].startswith(SET_UP)
    assert client.http.cookies.get(cookie_name()) not in (None, secret)
    assert await client.status(SET_UP) == 200


async def test_the_invitation_of_a_secretariat_ends_at_the_second_factor(
    world: World, visit, sessions: Sessions
) -> None:
    """Link, password, app, and only then the desk."""
    async with transaction(sessions, SIGN_IN) as session:
        link = await accounts.make_link(session, world.secretariat.id, "invitation", now=NOW)
    client = await visit(None)

    password = await client.send(await client.get(f"/sign-in/{link}"))
    led = await client.send(password, {"password": PASSWORD})
    await set_up(client)

    assert password.title.startswith("Set your password")
    assert led.title.startswith("Your role needs a second factor")
    assert await client.status("/desk") == 200


async def test_a_reset_link_does_not_go_round_the_second_factor(world: World, visit, sessions: Sessions) -> None:
    """Whoever reads the mailbox alone sets no password."""
    await give_app(sessions, world.chair)
    async with transaction(sessions, SIGN_IN) as session:
        link = await accounts.make_link(session, world.chair.id, "reset", now=NOW)
    client = await visit(None)

    led = await client.send(await client.get(f"/sign-in/{link}"))
    password = await client.http.get("/password")

    assert led.title.startswith("Type the code of your app")
    assert password.status_code == 303


async def test_in_the_demonstration_the_link_is_enough(app, world: World, visit, sessions: Sessions) -> None:
    """There the one-time link counts as second factor, and as what dangerous actions ask for."""
    app.state.is_demonstration = True
    try:
        async with transaction(sessions, SIGN_IN) as session:
            link = await accounts.make_link(session, world.secretariat.id, "sign_in", now=NOW)
        client = await visit(None)
        desk = await client.send(await client.get(f"/sign-in/{link}"))
        await age(sessions, world.secretariat, 60)
        dangerous = await client.status("/account/tokens/add")
    finally:
        app.state.is_demonstration = False

    assert desk.url.endswith("/desk")
    assert dangerous == 200


async def test_a_pending_secret_runs_out(world: World, visit, sessions: Sessions) -> None:
    """What was begun and left is not taken into use later."""
    client = await visit(world.police_focal)
    confirm = await client.send(await client.get(SET_UP), action=SET_UP)
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update second_factor set pending_until = :now where account_id = :id"),
            {"now": NOW, "id": world.police_focal.id},
        )

    late = await client.submit(confirm, {"code": code(pyotp.TOTP(secret_of(confirm)))})

    assert late.status_code in (303, 409)
    assert await count(
        sessions, "select count(*) from account where id = :id and second_factor_at is null", id=world.police_focal.id
    )
