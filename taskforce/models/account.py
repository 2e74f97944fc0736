"""People who sign in: second factors, sessions, tokens, one-time links and failed tries."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.access import TokenScope
from taskforce.models.base import Base, one_of, own_key

LINK_PURPOSES = ("sign_in", "invitation", "reset")
ATTEMPT_KINDS = ("sign_in", "reset")
_SCOPES = ", ".join(repr(scope.value) for scope in TokenScope)


class Account(Base):
    """A user. `post` is how others see them ("Secretariat, Tanzania"); the e-mail address is how they sign in."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("email = lower(email) and email like '%_@_%'", name="email_is_an_address"),
        CheckConstraint("btrim(title) <> ''", name="title_is_given"),
    )

    id: Mapped[UUID] = own_key()
    email: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="en", default="en")
    password_hash: Mapped[str | None]
    is_administrator: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    disabled_at: Mapped[dt.datetime | None]
    second_factor_at: Mapped[dt.datetime | None]  # since when a code is asked for; None: there is no second factor
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)


class SecondFactor(Base):
    """The secret that an account shares with an app (RFC 6238), apart from the account, whose changes are audited.

    `last_step` is the half-minute of the last code that was taken, so that each works once. A new secret is pending
    until the first code of it is typed; the old one works until then.
    """

    __tablename__ = "second_factor"
    __table_args__ = (
        CheckConstraint("(totp_secret is null) = (last_step is null)", name="secret_has_its_last_step"),
        CheckConstraint("(pending_secret is null) = (pending_until is null)", name="pending_has_an_end"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    totp_secret: Mapped[str | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    pending_secret: Mapped[str | None]
    pending_until: Mapped[dt.datetime | None]


class RecoveryCode(Base):
    """A code on paper, in place of the app; good once. Only its hash is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("ix_recovery_code_account_id", "account_id"),)

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    used_at: Mapped[dt.datetime | None]


class AuthSession(Base):
    """A signed-in browser. Only the hash of its secret is stored.

    `rights` are the roles at its start: who loses one is signed out, who gains one gets a new secret.
    `earlier_token_hash` is of the secret before the last renewal, which still signs out and does nothing else.
    `verified_at` is when a password, a code or a link was last given; `second_factor_at` when a code was.
    """

    __tablename__ = "auth_session"
    __table_args__ = (Index("ix_auth_session_account_id", "account_id"),)

    id: Mapped[UUID] = own_key()
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    earlier_token_hash: Mapped[bytes | None]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    csrf_secret: Mapped[str]
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    idle_until: Mapped[dt.datetime]
    absolute_until: Mapped[dt.datetime]
    address: Mapped[str | None]
    agent: Mapped[str | None]
    verified_at: Mapped[dt.datetime]
    second_factor_at: Mapped[dt.datetime | None]
    is_from_link: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    rights: Mapped[list[str]]


class ApiToken(Base):
    """A bearer token of the API, shown once, stored as a hash, with its end and what it may be used for."""

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint(f"scopes <@ array[{_SCOPES}]::text[]", name="scopes_are_known"),
        CheckConstraint("cardinality(scopes) > 0", name="scopes_are_given"),
        CheckConstraint("expires_at > created_at", name="expires_after_it_is_made"),
        Index("ix_api_token_account_id", "account_id"),
    )

    id: Mapped[UUID] = own_key()
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    title: Mapped[str]
    scopes: Mapped[list[str]]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]


class ApiTokenUse(Base):
    """When a token was last used; apart from the token, whose changes are audited."""

    __tablename__ = "api_token_use"

    token_id: Mapped[UUID] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True)
    used_at: Mapped[dt.datetime]


class OneTimeLink(Base):
    """A link that works once until it expires."""

    __tablename__ = "one_time_link"
    __table_args__ = (CheckConstraint(one_of("purpose", LINK_PURPOSES), name="purpose_is_known"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    purpose: Mapped[str]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class SignInAttempt(Base):
    """One failed try, by account name and by address; counted over all workers."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        CheckConstraint(one_of("kind", ATTEMPT_KINDS), name="kind_is_known"),
        Index("ix_sign_in_attempt_email", "email", "tried_at"),
        Index("ix_sign_in_attempt_address", "address", "tried_at"),
    )

    id: Mapped[UUID] = own_key()
    email: Mapped[str]
    address: Mapped[str]
    tried_at: Mapped[dt.datetime]
    kind: Mapped[str] = mapped_column(server_default="sign_in", default="sign_in")
