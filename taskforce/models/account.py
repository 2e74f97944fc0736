"""People who sign in, their sessions, their one-time links and their failed tries."""

import datetime as dt
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from taskforce.models.base import Base, one_of, own_key

LINK_PURPOSES = ("sign_in", "invitation", "reset")


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
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)


class AuthSession(Base):
    """A signed-in browser. Only the hash of its secret is stored."""

    __tablename__ = "auth_session"
    __table_args__ = (Index("ix_auth_session_account_id", "account_id"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    csrf_secret: Mapped[str]
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    idle_until: Mapped[dt.datetime]
    absolute_until: Mapped[dt.datetime]
    address: Mapped[str | None]
    agent: Mapped[str | None]
    verified_at: Mapped[dt.datetime | None]


class ApiToken(Base):
    """A bearer token of the API, shown once, stored as a hash, with its end."""

    __tablename__ = "api_token"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    title: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]


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
        Index("ix_sign_in_attempt_email", "email", "tried_at"),
        Index("ix_sign_in_attempt_address", "address", "tried_at"),
    )

    id: Mapped[UUID] = own_key()
    email: Mapped[str]
    address: Mapped[str]
    tried_at: Mapped[dt.datetime]
