"""Second factors, recovery codes, scopes of tokens, rights of sessions, handed-over posts, mail that failed."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SCOPES = "'account', 'people', 'read', 'write_money', 'write_plan'"
NEW_TABLES = ("second_factor", "recovery_code", "api_token_use")


def upgrade() -> None:
    op.add_column("account", sa.Column("second_factor_at", MOMENT, nullable=True))
    _make_tables()
    _change_sessions()
    _change_tokens()
    op.add_column("sign_in_attempt", sa.Column("kind", sa.Text(), server_default="sign_in", nullable=False))
    op.create_check_constraint(
        op.f("ck_sign_in_attempt_kind_is_known"), "sign_in_attempt", "kind in ('sign_in', 'reset')"
    )
    op.add_column("appointment", sa.Column("follows_id", sa.Uuid(), nullable=True))
    op.add_column("appointment", sa.Column("reason", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_appointment_mechanism_id_follows_id"),
        "appointment",
        "appointment",
        ["mechanism_id", "follows_id"],
        ["mechanism_id", "id"],
    )
    op.create_check_constraint(op.f("ck_appointment_does_not_follow_itself"), "appointment", "follows_id <> id")
    op.add_column("outbox", sa.Column("failed_at", MOMENT, nullable=True))
    op.add_column("outbox", sa.Column("error", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_outbox_sent_or_failed"), "outbox", "sent_at is null or failed_at is null")
    op.drop_index("ix_outbox_due", "outbox")
    op.create_index(
        "ix_outbox_due", "outbox", ["next_try_at"], postgresql_where=sa.text("sent_at is null and failed_at is null")
    )


def _make_tables() -> None:
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.Column("pending_secret", sa.Text(), nullable=True),
        sa.Column("pending_until", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(totp_secret is null) = (last_step is null)", name=op.f("ck_second_factor_secret_has_its_last_step")
        ),
        sa.CheckConstraint(
            "(pending_secret is null) = (pending_until is null)", name=op.f("ck_second_factor_pending_has_an_end")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_account_id", "recovery_code", ["account_id"])


def _change_sessions() -> None:
    """Everybody signs in anew: what a session is worth was not known before."""
    op.execute("delete from auth_session")
    op.add_column("auth_session", sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False))
    op.add_column("auth_session", sa.Column("earlier_token_hash", sa.LargeBinary(), nullable=True))
    op.add_column("auth_session", sa.Column("second_factor_at", MOMENT, nullable=True))
    op.add_column("auth_session", sa.Column("is_from_link", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("auth_session", sa.Column("rights", sa.ARRAY(sa.Text()), nullable=False))
    op.alter_column("auth_session", "verified_at", nullable=False)
    op.drop_constraint(op.f("pk_auth_session"), "auth_session")
    op.create_primary_key(op.f("pk_auth_session"), "auth_session", ["id"])
    op.create_unique_constraint(op.f("uq_auth_session_token_hash"), "auth_session", ["token_hash"])


def _change_tokens() -> None:
    """Tokens that were made without a scope may read from now on, no more."""
    op.add_column("api_token", sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False))
    op.add_column("api_token", sa.Column("scopes", sa.ARRAY(sa.Text()), server_default="{read}", nullable=False))
    op.alter_column("api_token", "scopes", server_default=None)
    op.drop_constraint(op.f("pk_api_token"), "api_token")
    op.create_primary_key(op.f("pk_api_token"), "api_token", ["id"])
    op.create_unique_constraint(op.f("uq_api_token_token_hash"), "api_token", ["token_hash"])
    op.create_check_constraint(op.f("ck_api_token_scopes_are_known"), "api_token", f"scopes <@ array[{SCOPES}]::text[]")
    op.create_check_constraint(op.f("ck_api_token_scopes_are_given"), "api_token", "cardinality(scopes) > 0")
    op.create_check_constraint(op.f("ck_api_token_expires_after_it_is_made"), "api_token", "expires_at > created_at")
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"])
    op.create_table(
        "api_token_use",
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_token.id"], name=op.f("fk_api_token_use_token_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_api_token_use")),
    )
    for table in NEW_TABLES:
        op.execute(f"grant select, insert, update, delete on {table} to tf_app")


def downgrade() -> None:
    op.drop_index("ix_outbox_due", "outbox")
    op.create_index("ix_outbox_due", "outbox", ["next_try_at"], postgresql_where=sa.text("sent_at is null"))
    op.drop_constraint(op.f("ck_outbox_sent_or_failed"), "outbox")
    op.drop_column("outbox", "error")
    op.drop_column("outbox", "failed_at")
    op.drop_constraint(op.f("ck_appointment_does_not_follow_itself"), "appointment")
    op.drop_constraint(op.f("fk_appointment_mechanism_id_follows_id"), "appointment")
    op.drop_column("appointment", "reason")
    op.drop_column("appointment", "follows_id")
    op.drop_column("sign_in_attempt", "kind")
    op.drop_table("api_token_use")
    op.drop_index("ix_api_token_account_id", "api_token")
    for name in ("scopes_are_known", "scopes_are_given", "expires_after_it_is_made"):
        op.drop_constraint(op.f(f"ck_api_token_{name}"), "api_token")
    for table in ("api_token", "auth_session"):
        op.drop_constraint(op.f(f"uq_{table}_token_hash"), table)
        op.drop_constraint(op.f(f"pk_{table}"), table)
        op.create_primary_key(op.f(f"pk_{table}"), table, ["token_hash"])
        op.drop_column(table, "id")
    op.drop_column("api_token", "scopes")
    for column in ("rights", "earlier_token_hash", "is_from_link", "second_factor_at"):
        op.drop_column("auth_session", column)
    op.alter_column("auth_session", "verified_at", nullable=True)
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    op.drop_column("account", "second_factor_at")
