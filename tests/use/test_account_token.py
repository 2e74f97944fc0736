"""Tokens of the API: made with a part of one's rights, shown once, ended; each does what its scopes say and no more."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from taskforce.access import OPERATOR, SIGN_IN, May, TokenScope, actions_of
from taskforce.access.policy import may
from taskforce.access.scopes import CHANGES, FOR_PEOPLE_ALONE, scope_of
from taskforce.db import Sessions, transaction
from taskforce.models import Account
from taskforce.queries import account as accounts
from taskforce.services.account_token import MakeToken, make_token
from tests.conftest import NOW
from tests.page_client import Client
from tests.use.ways_in import count
from tests.world import World


async def _with(visit, sessions: Sessions, account: Account, *scopes: TokenScope) -> Client:
    """A program of somebody with a token of these scopes."""
    client = await visit(None)
    async with transaction(sessions, SIGN_IN) as session:
        client.token = await make_token(
            session, account.id, MakeToken(title="part", scopes=list(scopes), days=1), now=NOW
        )
    return client


def test_each_action_belongs_to_one_scope_or_is_for_people_alone() -> None:
    """A new action is put somewhere, or no token can do it, and this says so."""
    placed = [action for scope in CHANGES.values() for action in scope]

    assert len(placed) == len(set(placed))
    for action in May:
        is_somewhere = scope_of(action) is not None
        assert is_somewhere is not (action in FOR_PEOPLE_ALONE), f"{action}: put it into access/scopes.py, in one place"


@pytest.mark.parametrize("action", May)
@pytest.mark.parametrize("scope", TokenScope)
def test_both_must_allow(action: May, scope: TokenScope) -> None:
    """A system principal with a token does not exist; for everybody else the scope and the policy decide together."""
    allowed = actions_of([scope])

    assert (action in allowed) is (scope_of(action) is scope or action is May.PAGE_READ)


async def test_a_scope_never_gives_what_the_policy_does_not(world: World, sessions: Sessions) -> None:
    """All scopes together are the person, not more; one scope is less."""
    async with transaction(sessions, SIGN_IN) as session:
        person = await accounts.actor_of(session, world.observer.id, world.today)
    whole = replace(person, allowed=actions_of(TokenScope))
    reader = replace(person, allowed=actions_of([TokenScope.READ]))

    for action in May:
        here = may(person, action, world.mechanism.id)
        assert may(whole, action, world.mechanism.id) is (here and action not in FOR_PEOPLE_ALONE)
        assert not may(reader, action, world.mechanism.id) or here
    assert not may(reader, May.OWN_ACCOUNT_EDIT)


@pytest.mark.parametrize(
    ("scope", "reads", "plan", "money", "people", "account"),
    [
        (TokenScope.READ, 200, 403, 403, 403, 403),
        (TokenScope.WRITE_PLAN, 403, 400, 403, 403, 403),
        (TokenScope.WRITE_MONEY, 403, 403, 400, 403, 403),
        (TokenScope.PEOPLE, 403, 403, 403, 400, 403),
        (TokenScope.ACCOUNT, 403, 403, 403, 403, 400),
    ],
)
async def test_a_token_does_what_it_was_made_for(
    world: World, visit, sessions: Sessions, scope: TokenScope, reads, plan, money, people, account
) -> None:
    """Whatever is sent beyond the scope is refused before it is read; inside it, an empty command is malformed."""
    client = await _with(visit, sessions, world.secretariat, scope)
    code = world.mechanism.code

    assert (await client.api_get(f"/objectives/{world.objective.id}")).status_code == reads
    assert (await client.api(f"/objectives/{world.objective.id}/edit")).status_code == plan
    assert (await client.api(f"/mechanisms/{code}/funding-sources/add")).status_code == money
    assert (await client.api(f"/mechanisms/{code}/appointments/add")).status_code == people
    assert (await client.api("/account/tokens/add")).status_code == account


async def test_a_refusal_names_the_scope(world: World, visit, sessions: Sessions) -> None:
    """Whoever wrote the program learns what token it needs."""
    client = await _with(visit, sessions, world.secretariat, TokenScope.READ)

    answer = await client.api(f"/objectives/{world.objective.id}/edit")

    assert answer.headers["content-type"].startswith("application/problem+json")
    assert "needs the scope write_plan" in answer.json()["detail"]


async def test_a_token_is_made_shown_once_and_stored_as_a_hash(world: World, visit, sessions: Sessions) -> None:
    """The page shows the secret, which works at once; neither the list nor the database nor the audit has it."""
    client = await visit(world.police_focal)
    form = await client.get("/account/tokens/add")

    made = await client.send(form, {"title": "Monthly export", "scopes": ["read"], "days": "30"})
    [secret] = re.findall(r"<code>([\w-]{43})</code>", made.html)
    client.token = secret
    page = await client.get("/account")

    assert "Monthly export" in [each["title"] for each in (await client.api_get("/account")).json()["tokens"]]
    assert (await client.api(f"/activities/{world.activity.id}/edit")).status_code == 403
    assert "Monthly export" in page.text
    assert secret not in page.html
    async with transaction(sessions, OPERATOR) as session:
        for table in ("api_token", "audit_event", "idempotency_key"):
            stored = str(list(await session.scalars(text(f"select row(t.*)::text from {table} t"))))  # noqa: S608
            assert secret not in stored, table


async def test_the_same_form_sent_twice_makes_one_token(world: World, visit, sessions: Sessions) -> None:
    """A double click goes on to the account; a program is told that the secret is gone."""
    client = await visit(world.police_focal)
    form = await client.get("/account/tokens/add")
    values = {"title": "Once", "scopes": ["read"], "days": "30"}
    command: dict[str, Any] = {"title": "By program", "scopes": ["read"], "days": 30}

    await client.submit(form, values)
    again = await client.submit(form, values)
    first = await client.api("/account/tokens/add", key="the-same-key", **command)
    second = await client.api("/account/tokens/add", key="the-same-key", **command)

    assert (again.status_code, again.headers["location"]) == (303, "/account")
    assert (first.status_code, second.status_code) == (201, 409)
    assert first.json()["secret"] not in second.text
    sql = "select count(*) from api_token where account_id = :id and title in ('Once', 'By program')"
    assert await count(sessions, sql, id=world.police_focal.id) == 2


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("observer", ["account", "read"]),
        ("police_focal", ["account", "read", "write_money", "write_plan"]),
        ("secretariat", ["account", "people", "read", "write_money", "write_plan"]),
        ("administrator", ["account", "people", "read", "write_money"]),
    ],
)
async def test_who_may_give_which_scopes(world: World, visit, who: str, offered: list[str]) -> None:
    """A part of what the maker may do that day; the rest is refused by name."""
    client = await visit(world.people[who])
    page = await client.get("/account/tokens/add")

    shown = sorted(set(re.findall(r'name="scopes" type="checkbox" value="(\w+)"', page.html)))
    beyond = [scope.value for scope in TokenScope if scope.value not in offered]
    answers = [await client.api("/account/tokens/add", title="x", scopes=[each], days=1) for each in beyond]

    assert shown == offered
    assert [answer.status_code for answer in answers] == [409] * len(beyond)
    assert all(scope in answer.text for scope, answer in zip(beyond, answers, strict=True))


async def test_a_token_makes_no_token_that_may_more(world: World, visit, sessions: Sessions) -> None:
    """A program with the account scope alone does not become a secretariat."""
    client = await _with(visit, sessions, world.secretariat, TokenScope.ACCOUNT, TokenScope.READ)

    same = await client.api("/account/tokens/add", title="x", scopes=["read"], days=1)
    more = await client.api("/account/tokens/add", title="x", scopes=["read", "write_plan"], days=1)

    assert (same.status_code, more.status_code) == (201, 409)


@pytest.mark.parametrize(("days", "status"), [(0, 400), (1, 201), (366, 201), (367, 400), (-1, 400)])
async def test_a_token_lives_a_year_at_most(world: World, visit, days: int, status: int) -> None:
    """From one day to 366."""
    client = await visit(world.police_focal)

    answer = await client.api("/account/tokens/add", title="x", scopes=["read"], days=days)

    assert answer.status_code == status


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "nonsense"]])
async def test_a_token_has_scopes_that_exist(world: World, visit, scopes: list[str]) -> None:
    """None, or one that is unknown, is malformed."""
    client = await visit(world.police_focal)

    assert (await client.api("/account/tokens/add", title="x", scopes=scopes, days=1)).status_code == 400


async def test_a_token_is_revoked_at_once(world: World, visit, sessions: Sessions) -> None:
    """It is out at its next request; nobody revokes a token of somebody else."""
    client, other = await visit(world.police_focal), await visit(world.chair)
    page = await client.get("/account")
    [path] = re.findall(r"/account/tokens/[0-9a-f-]{36}/revoke", page.html)
    foreign = await other.api(path)

    before = (await client.api_get("/account")).status_code
    revoked = await client.submit(page, action=path)

    assert (foreign.status_code, before, revoked.status_code) == (404, 200, 303)
    assert (await client.api_get("/account")).status_code == 401


async def test_a_token_ends_by_itself(world: World, visit, sessions: Sessions) -> None:
    """At the moment of its end it is worth nothing."""
    client = await visit(world.police_focal)
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update api_token set created_at = :then, expires_at = :now where account_id = :id"),
            {"then": NOW - dt.timedelta(days=1), "now": NOW, "id": world.police_focal.id},
        )

    assert (await client.api_get("/account")).status_code == 401


async def test_use_is_noted_and_not_audited(world: World, visit, sessions: Sessions) -> None:
    """The list says when a token was last used; that alone writes no history, and not at each request."""
    client = await visit(world.police_focal)
    events = "select count(*) from audit_event where table_name = 'api_token'"
    before = await count(sessions, events)
    for _ in range(3):
        answer = await client.api_get("/account")

    assert dt.datetime.fromisoformat(answer.json()["tokens"][0]["used_at"]) == NOW
    assert await count(sessions, events) == before


async def test_what_a_role_loses_its_tokens_lose(world: World, visit, sessions: Sessions) -> None:
    """A token made by a focal point writes nothing once the role is gone, though its scope says so."""
    client = await _with(visit, sessions, world.police_focal, TokenScope.WRITE_PLAN, TokenScope.READ)
    before = await client.api(f"/activities/{world.activity.id}/edit", version=1, title="x")
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update appointment set ends_on = :day where account_id = :id"),
            {"day": world.today - dt.timedelta(days=1), "id": world.police_focal.id},
        )

    after = await client.api_get(f"/activities/{world.activity.id}")

    assert before.status_code in (200, 400, 409)
    assert after.status_code == 404
