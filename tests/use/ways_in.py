"""How tests come in: passwords, apps that show codes, sessions of some age."""

import datetime as dt
import re

import pyotp
from sqlalchemy import text

from taskforce.access import OPERATOR, SIGN_IN
from taskforce.db import Sessions, transaction
from taskforce.models import Account, SecondFactor
from taskforce.services.account_password import SetPassword, set_password
from tests.conftest import NOW
from tests.page_client import Client, Page

PASSWORD = "correct horse battery staple"
STEP = 30  # seconds
SET_UP = "/account/second-factor"


async def give_password(sessions: Sessions, account: Account, password: str = PASSWORD) -> None:
    """Set the password of an account."""
    async with transaction(sessions, SIGN_IN) as session:
        await set_password(session, account.id, SetPassword(password=password))


async def give_app(sessions: Sessions, account: Account) -> pyotp.TOTP:
    """Set up a second factor of which no code was used yet; the app that shows its codes."""
    secret = pyotp.random_base32()
    async with transaction(sessions, SIGN_IN) as session:
        session.add(SecondFactor(account_id=account.id, totp_secret=secret, last_step=0))
        await session.execute(
            text("update account set second_factor_at = :n where id = :i"), {"n": NOW, "i": account.id}
        )
    return pyotp.TOTP(secret)


def code(app: pyotp.TOTP, *, steps: int = 0) -> str:
    """What the app shows now, or some half-minutes from now."""
    return app.at(NOW + dt.timedelta(seconds=STEP * steps))


def secret_of(page: Page) -> str:
    """The secret that the page shows as text, in groups of four."""
    found = re.search(r"((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", page.text)
    assert found, page.text
    return found[1].replace(" ", "")


async def set_up(client: Client) -> tuple[pyotp.TOTP, list[str]]:
    """Set a second factor up on its pages; the app, and the recovery codes."""
    confirm = await client.send(await client.get(SET_UP), action=SET_UP)
    app = pyotp.TOTP(secret_of(confirm))
    done = await client.send(confirm, {"code": code(app)})
    assert done.title.startswith("Write these codes down now"), done.text
    return app, re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", done.text)


async def age(sessions: Sessions, account: Account, minutes: int) -> None:
    """Let it be long ago that a password or a code was given in the sessions of an account."""
    async with transaction(sessions, OPERATOR) as session:
        await session.execute(
            text("update auth_session set verified_at = :moment where account_id = :id"),
            {"moment": NOW - dt.timedelta(minutes=minutes), "id": account.id},
        )


async def sign_in(client: Client, account: Account, password: str = PASSWORD, **headers: str) -> Page:
    """Fill the sign-in form in; where that leads."""
    client.http.headers.update(headers)
    return await client.send(await client.get("/sign-in"), {"email": account.email, "password": password})


async def count(sessions: Sessions, sql: str, **values: object) -> int:
    """A number that the database knows."""
    async with transaction(sessions, OPERATOR) as session:
        return int(await session.scalar(text(sql), values) or 0)
