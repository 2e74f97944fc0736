"""Users: listed, disabled, enabled and reset by the administrator, who sees nothing of what they do."""

import re

import pytest
from sqlalchemy import text

from taskforce.access import OPERATOR, SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.services import account as accounts
from taskforce.services.user import ChangeUser, disable_user
from tests.conftest import NOW
from tests.page_client import ADDRESS
from tests.use.questions import mails_to
from tests.use.ways_in import PASSWORD, count, give_app, give_password, sign_in
from tests.world import World


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 401), ("stranger", 403), ("observer", 403), ("secretariat", 403), ("chair", 403), ("administrator", 200)],
)
async def test_who(world: World, visit, who: str | None, status: int) -> None:
    """The list, and each command, is the administrator's alone."""
    client = await visit(world.people[who] if who else None)
    path = f"/users/{world.observer.id}"

    assert (await client.api_get("/users")).status_code == status
    assert (await client.api_get(path)).status_code == status
    for verb in ("disable", "reset"):
        answer = await client.api(f"{path}/{verb}", reason="x", version=99)
        assert answer.status_code == (412 if status == 200 else status), verb


async def test_the_menu_leads_there(world: World, visit) -> None:
    """The administrator finds it, and nobody else is offered what they may not open."""
    for who, is_offered in (("administrator", True), ("secretariat", False), ("stranger", False)):
        page = await (await visit(world.people[who])).get("/mechanisms")
        assert ("/users" in page.links()) is is_offered, who


async def test_the_list_is_filtered_and_shows_no_mechanism(world: World, visit) -> None:
    """By post or address, also with signs that a pattern knows; nothing of any plan stands on it."""
    client = await visit(world.administrator)
    number = world.observer.email.split(".")[1].split("@")[0]

    page = await client.get(f"/users?text=observer.{number}@")
    nothing = await client.get("/users?text=%25_%25")
    answer = (await client.api_get(f"/users?text=observer.{number}@")).json()

    assert [each["email"] for each in answer["users"]] == [world.observer.email]
    assert world.observer.title in page.text
    assert world.mechanism.title not in page.text
    assert "No user matches" in nothing.text


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999999"])
async def test_a_page_number_that_is_none_is_malformed(world: World, visit, query: str) -> None:
    """It is no error of ours."""
    client = await visit(world.administrator)

    assert (await client.api_get(f"/users?{query}")).status_code == 400


async def test_who_is_disabled_is_out_at_the_next_request(world: World, visit, sessions: Sessions) -> None:
    """Browser, token and link end together; the reason stands in the history."""
    admin, victim = await visit(world.administrator), await visit(world.police_focal)
    async with transaction(sessions, SIGN_IN) as session:
        link = await accounts.make_link(session, world.police_focal.id, "sign_in", now=NOW)
    guest = await visit(None)
    kept = await guest.get(f"/sign-in/{link}")

    form = await admin.get(f"/users/{world.police_focal.id}/disable")
    done = await admin.submit(form, {"reason": "left the police"})

    assert done.status_code == 303
    assert await victim.status("/desk") == 303
    assert (await victim.api_get("/account")).status_code == 401
    assert (await guest.submit(kept)).status_code == 409
    sql = (
        "select count(*) from audit_event"
        " where table_name = 'account' and row_id = :id and action = 'user:disable' and reason = :why"
    )
    assert await count(sessions, sql, id=str(world.police_focal.id), why="left the police") == 1


async def test_who_is_enabled_signs_in_as_before(world: World, visit, sessions: Sessions) -> None:
    """Password and second factor are kept; earlier browsers and tokens do not come back."""
    await give_password(sessions, world.police_focal)
    admin, victim = await visit(world.administrator), await visit(world.police_focal)
    path = f"/users/{world.police_focal.id}"
    await admin.api(f"{path}/disable", reason="x", version=(await admin.api_get(path)).json()["version"])
    closed = await sign_in(await visit(None), world.police_focal, PASSWORD)

    await admin.submit(await admin.get(f"{path}/enable"), {"reason": "came back"})
    again = await sign_in(await visit(None), world.police_focal, PASSWORD)

    assert closed.status == 409
    assert again.url.endswith("/desk")
    assert await victim.status("/desk") == 303
    assert (await victim.api_get("/account")).status_code == 401


async def test_a_reset_ends_everything_and_mails_a_link(world: World, visit, sessions: Sessions) -> None:
    """Who lost the phone: second factor and password go, and only the mailbox gets the way to a new one."""
    await give_password(sessions, world.chair)
    await give_app(sessions, world.chair)
    admin, victim = await visit(world.administrator), await visit(world.chair)

    done = await admin.send(await admin.get(f"/users/{world.chair.id}/reset"), {"reason": "lost the phone"})
    [mail] = await mails_to(world, world.chair.email)
    [link] = re.findall(r"http\S+", mail.body)
    guest = await visit(None)
    old = await sign_in(await visit(None), world.chair, PASSWORD)
    entered = await guest.send(await guest.get(link.removeprefix(ADDRESS)))
    led = await guest.send(entered, {"password": "a wholly new set of words"})

    assert link.rsplit("/", 1)[1] not in done.html
    assert await victim.status("/desk") == 303
    assert old.status == 409
    assert entered.title.startswith("Set your password")
    assert led.title.startswith("Your role needs a second factor")


async def test_nobody_disables_or_resets_themselves(world: World, visit) -> None:
    """The list offers it to nobody for themselves, and the API refuses."""
    admin = await visit(world.administrator)
    path = f"/users/{world.administrator.id}"
    found = (await admin.api_get(path)).json()

    assert found["may"] == []
    for verb in ("disable", "reset"):
        assert (await admin.api(f"{path}/{verb}", reason="x", version=found["version"])).status_code == 409


async def test_the_last_administrator_stays(world: World, sessions: Sessions) -> None:
    """On the server too; of two who are disabled one after the other the second is refused."""
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update account set is_administrator = false, version = version + 1 where id <> :id"),
            {"id": world.administrator.id},
        )

    with pytest.raises(Exception, match="only administrator"):
        async with transaction(sessions, OPERATOR) as session:
            await disable_user(session, OPERATOR, world.administrator.id, ChangeUser(reason="x", version=1), now=NOW)


async def test_a_stale_change_is_told_so(world: World, visit) -> None:
    """Two administrators who look at the same user."""
    admin = await visit(world.administrator)
    form = await admin.get(f"/users/{world.observer.id}/disable")
    await admin.api(f"/users/{world.observer.id}/reset", reason="x", version=1)

    late = await admin.submit(form, {"reason": "y"})

    assert late.status_code == 409


async def test_a_missing_user_answers_as_nothing(world: World, visit) -> None:
    """No such id."""
    admin = await visit(world.administrator)

    assert (await admin.api_get("/users/01a2106c-eb05-7eff-9789-6f6c99d72c19")).status_code == 404
