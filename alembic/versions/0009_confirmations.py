"""Agencies confirm their lines."""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLE = "activity_confirmation"
IN = "activity_confirmation.mechanism_id = any((select ctx_ids('{claim}'))::uuid[])"
LINE = (
    "exists (select from activity p where p.mechanism_id = activity_confirmation.mechanism_id"
    " and p.id = activity_confirmation.activity_id and {condition})"
)
LED = "p.mechanism_id || ':' || p.lead_agency_id = any((select ctx_pairs('agencies'))::text[])"


def _policy(claim: str, condition: str) -> str:
    governs = IN.format(claim="govern")
    return f"{IN.format(claim=claim)} and ({governs} or {LINE.format(condition=condition)})"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("activity_version", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("is_on_behalf", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "activity_id"],
            ["activity.mechanism_id", "activity.id"],
            name=op.f("fk_activity_confirmation_mechanism_id_activity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_activity_confirmation_mechanism_id")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["account.id"], name=op.f("fk_activity_confirmation_confirmed_by_id")
        ),
        sa.PrimaryKeyConstraint("mechanism_id", "activity_id", name=op.f("pk_activity_confirmation")),
    )
    read, write = _policy("read", "true"), _policy("write", LED)
    op.execute(f"alter table {TABLE} enable row level security")
    op.execute(f"alter table {TABLE} force row level security")
    op.execute(f"create policy {TABLE}_select on {TABLE} for select using ({read})")
    op.execute(f"create policy {TABLE}_insert on {TABLE} for insert with check ({write})")
    op.execute(f"create policy {TABLE}_update on {TABLE} for update using ({write}) with check ({write})")
    op.execute(f"create policy {TABLE}_delete on {TABLE} for delete using ({write})")
    op.execute(f"grant select, insert, update, delete on {TABLE} to tf_app")
    for operation, transition in (
        ("insert", "new table as new_rows"),
        ("update", "old table as old_rows new table as new_rows"),
        ("delete", "old table as old_rows"),
    ):
        op.execute(
            f"create trigger audit_{operation} after {operation} on {TABLE} referencing {transition}"
            " for each statement execute function write_audit_events('activity_id')"
        )


def downgrade() -> None:
    op.drop_table(TABLE)
