"""Frozen copies of a plan: written once, read by whoever could read the record then, never changed."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CAUSES = "'endorsed', 'amended'"
KINDS = "'objective', 'output', 'indicator', 'target', 'activity', 'cost_requirement', 'budget_line'"


def _in(claim: str, row: str) -> str:
    return f"{row}.mechanism_id = any((select ctx_ids('{claim}'))::uuid[])"


def _stands_for(column: str) -> str:
    row = "baseline_record"
    return f"{row}.mechanism_id || ':' || {row}.{column} = any((select ctx_pairs('agencies'))::text[])"


def _record_is_read() -> str:
    """A line is read by what it was then; so are its needs and money, which carry its title, by those who read money
    one by one. Who reads all money reads none of a confidential line here, where it would come with its name.
    """
    row = "baseline_record"
    line = f"(not {row}.is_confidential or {_stands_for('lead_agency_id')})"
    one_by_one = f"({_in('money', row)} or {_in('lines', row)} or {_stands_for('source_agency_id')})"
    return (
        f"{_in('read', row)} and ({_in('govern', row)} or ({line} and ({row}.kind <> 'budget_line' or {one_by_one})))"
    )


def _secure(table: str, read: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f"create policy {table}_select on {table} for select using ({read})")
    write = f"{_in('write', table)} and {_in('govern', table)}"
    op.execute(f"create policy {table}_insert on {table} for insert with check ({write})")
    op.execute(f"create policy {table}_update on {table} for update using (false)")
    op.execute(f"create policy {table}_delete on {table} for delete using (false)")
    op.execute(f"grant select, insert on {table} to tf_app")


def upgrade() -> None:
    op.create_table(
        "baseline",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("record_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_baseline_number_is_from_one")),
        sa.CheckConstraint(f"cause in ({CAUSES})", name=op.f("ck_baseline_cause_is_known")),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_baseline_digest_is_a_sha256")),
        sa.CheckConstraint("record_count >= 0", name=op.f("ck_baseline_record_count_is_not_negative")),
        sa.ForeignKeyConstraint(["made_by_id"], ["account.id"], name=op.f("fk_baseline_made_by_id")),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_baseline_mechanism_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "plan_id"],
            ["plan.mechanism_id", "plan.id"],
            name=op.f("fk_baseline_mechanism_id_plan_id"),
        ),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_baseline")),
        sa.UniqueConstraint("mechanism_id", "plan_id", "number", name=op.f("uq_baseline_mechanism_id_plan_id_number")),
    )
    op.create_table(
        "baseline_record",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("lead_agency_id", sa.Uuid(), nullable=True),
        sa.Column("source_agency_id", sa.Uuid(), nullable=True),
        sa.Column("is_confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(f"kind in ({KINDS})", name=op.f("ck_baseline_record_kind_is_known")),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_baseline_record_mechanism_id")),
        sa.ForeignKeyConstraint(
            ["mechanism_id", "baseline_id"],
            ["baseline.mechanism_id", "baseline.id"],
            name=op.f("fk_baseline_record_mechanism_id_baseline_id"),
        ),
        sa.PrimaryKeyConstraint("mechanism_id", "baseline_id", "record_id", name=op.f("pk_baseline_record")),
    )
    _secure("baseline", _in("read", "baseline"))
    _secure("baseline_record", _record_is_read())
    # The digest of a baseline is audited; its records, which nobody may change, are proved by it and not copied again.
    for operation, transition in (
        ("insert", "new table as new_rows"),
        ("update", "old table as old_rows new table as new_rows"),
        ("delete", "old table as old_rows"),
    ):
        op.execute(
            f"create trigger audit_{operation} after {operation} on baseline referencing {transition}"
            " for each statement execute function write_audit_events('id')"
        )


def downgrade() -> None:
    op.drop_table("baseline_record")
    op.drop_table("baseline")
