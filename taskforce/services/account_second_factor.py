"""The second factor: a secret shared with an app (RFC 6238), codes that work once, and recovery codes on paper."""

import datetime as dt
import hmac
import re
from uuid import UUID

import pyotp
from pydantic import Field
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from taskforce.access import Actor, May, needs_second_factor, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import Account, RecoveryCode, SecondFactor
from taskforce.queries import account as accounts
from taskforce.queries import account_second_factor as questions
from taskforce.services.account import digest, end_sessions
from taskforce.services.command import Command

STEP_SECONDS = 30  # Source: RFC 6238 section 5.2; the clock of a phone may be one step off
PENDING_FOR = dt.timedelta(minutes=30)
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 random bits, 16 letters and digits in base 32


class GiveCode(Command):
    """A code of the app, or a recovery code."""

    code: str = Field(title="Code", min_length=6, max_length=40)
    next: str = Field(default="/desk", title="Next page", max_length=2000)


class StepUp(Command):
    """The password or a code, given once more before something dangerous."""

    given: str = Field(title="Password or code", min_length=1, max_length=1024)
    next: str = Field(default="/desk", title="Next page", max_length=2000)


class ConfirmCode(Command):
    """The first code of a new app."""

    code: str = Field(title="Code", min_length=6, max_length=40)


async def begin(session: Session, actor: Actor, *, now: dt.datetime) -> None:
    """Make a new secret, which counts once a code of it was typed; until then the one before goes on working."""
    require(actor, May.CREDENTIAL_EDIT)
    pending = {"pending_secret": pyotp.random_base32(), "pending_until": now + PENDING_FOR}
    statement = insert(SecondFactor).values(account_id=actor.account_id, **pending)
    await session.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=pending))


async def confirm(
    session: Session, actor: Actor, command: ConfirmCode, *, now: dt.datetime, session_id: UUID
) -> list[str]:
    """Take the new secret into use and end all other sessions; returns the recovery codes, which are shown once.

    Raises:
        Refused: nothing is pending any more, or the code is not one of the new app.
    """
    account, factor = await _locked(session, actor)
    pending = factor.pending_secret if factor else None
    if factor is None or pending is None or factor.pending_until is None or factor.pending_until <= now:
        raise Refused("This took longer than 30 minutes. Begin again.")
    step = _step_of(pending, command.code, now, after=0)
    if step is None:
        raise Refused("The code is wrong. Type the six digits that the app shows now.", field="code")
    factor.totp_secret, factor.last_step = pending, step
    factor.pending_secret = factor.pending_until = None
    account.second_factor_at = now
    account.version += 1
    await session.flush()
    await end_sessions(session, account.id, but=session_id)
    return await _new_recovery_codes(session, account.id)


async def renew_recovery_codes(session: Session, actor: Actor) -> list[str]:
    """New recovery codes in place of all earlier ones; shown once.

    Raises:
        Refused: there is no second factor that they could stand for.
    """
    account, _ = await _locked(session, actor)
    if account.second_factor_at is None:
        raise Refused("Set a second factor up first.")
    return await _new_recovery_codes(session, account.id)


async def check_code(session: Session, account_id: UUID, code: str, *, now: dt.datetime) -> bool:
    """Whether this is a code of the account's app, or a recovery code, that was not used before; it is used up."""
    typed = re.sub(r"[\s-]", "", code).upper()
    if not re.fullmatch(r"[0-9]{6}", typed):
        used = update(RecoveryCode).where(
            RecoveryCode.account_id == account_id,
            RecoveryCode.code_hash == digest(typed),
            RecoveryCode.used_at.is_(None),
        )
        return await session.scalar(used.values(used_at=now).returning(RecoveryCode.code_hash)) is not None
    factor = await questions.for_update(session, account_id)
    if factor is None or factor.totp_secret is None or factor.last_step is None:
        return False
    step = _step_of(factor.totp_secret, typed, now, after=factor.last_step)
    if step is None:
        return False
    factor.last_step = step
    await session.flush()
    return True


async def remove(session: Session, actor: Actor, *, session_id: UUID) -> None:
    """Go back to the password alone; all other sessions end.

    Raises:
        Refused: a role of today needs the second factor.
    """
    account, _ = await _locked(session, actor)
    if needs_second_factor(actor):
        raise Refused("Your role needs a second factor. Change the app instead of removing it.")
    await forget_second_factor(session, account)
    await end_sessions(session, account.id, but=session_id)


async def forget_second_factor(session: Session, account: Account) -> None:
    """Delete the secret and the recovery codes of an account."""
    account.second_factor_at = None
    account.version += 1
    await session.flush()
    await session.execute(delete(SecondFactor).where(SecondFactor.account_id == account.id))
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def address_of(secret: str, account: Account) -> str:
    """What the picture says to the app: the secret, and under which name to keep it."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name="Taskforce")


async def _locked(session: Session, actor: Actor) -> tuple[Account, SecondFactor | None]:
    require(actor, May.CREDENTIAL_EDIT)
    account = await accounts.own(session, actor, for_update=True)
    return account, await questions.for_update(session, account.id)


def _step_of(secret: str, code: str, now: dt.datetime, *, after: int) -> int | None:
    """The half-minute of a code, if it is later than the last one that was taken; all are compared, whichever fits."""
    typed = re.sub(r"\s", "", code)
    current = int(now.timestamp()) // STEP_SECONDS
    right = [
        step
        for step in (current - 1, current, current + 1)
        if hmac.compare_digest(pyotp.TOTP(secret).at(step * STEP_SECONDS).encode(), typed.encode())
    ]
    return next((step for step in right if step > after), None)


async def _new_recovery_codes(session: Session, account_id: UUID) -> list[str]:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [pyotp.random_base32(32)[: RECOVERY_BYTES * 8 // 5] for _ in range(RECOVERY_CODES)]
    session.add_all([RecoveryCode(code_hash=digest(code), account_id=account_id) for code in codes])
    await session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]
