"""Who submitted a plan, who endorsed it, and why it was returned, suspended or cancelled."""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("plan", sa.Column("submitted_by_id", sa.Uuid(), nullable=True))
    op.add_column("plan", sa.Column("endorsed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("plan", sa.Column("endorsed_by_id", sa.Uuid(), nullable=True))
    op.add_column("plan", sa.Column("status_reason", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_plan_endorsed_by_id"), "plan", "account", ["endorsed_by_id"], ["id"])
    op.create_check_constraint(op.f("ck_plan_is_endorsed_by_another"), "plan", "endorsed_by_id <> submitted_by_id")
    op.create_foreign_key(op.f("fk_plan_submitted_by_id"), "plan", "account", ["submitted_by_id"], ["id"])
    # Whoever set a plan back before this gave no reason: it says so, past the audit of what people did.
    op.execute("alter table plan disable trigger user")
    op.execute(
        "update plan set status_reason = 'No reason was recorded.' where status in ('returned', 'suspended', 'cancelled')"
    )
    op.execute("alter table plan enable trigger user")
    op.create_check_constraint(
        op.f("ck_plan_set_back_says_why"),
        "plan",
        "status not in ('returned', 'suspended', 'cancelled') or is_imported"
        " or coalesce(btrim(status_reason), '') <> ''",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_plan_set_back_says_why"), "plan")
    op.drop_constraint(op.f("ck_plan_is_endorsed_by_another"), "plan")
    for column in ("status_reason", "endorsed_by_id", "endorsed_at", "submitted_by_id", "submitted_at"):
        op.drop_column("plan", column)
