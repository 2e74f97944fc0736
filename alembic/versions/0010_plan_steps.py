"""Who submitted a plan, and why it was returned."""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan", sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("plan", sa.Column("submitted_by_id", sa.Uuid(), nullable=True))
    op.add_column("plan", sa.Column("status_reason", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_plan_submitted_by_id"), "plan", "account", ["submitted_by_id"], ["id"])
    # Whoever returned a plan before this gave no reason: it says so, past the audit of what people did.
    op.execute("alter table plan disable trigger user")
    op.execute("update plan set status_reason = 'No reason was recorded.' where status = 'returned'")
    op.execute("alter table plan enable trigger user")
    op.create_check_constraint(
        op.f("ck_plan_returned_says_why"),
        "plan",
        "status <> 'returned' or is_imported or coalesce(btrim(status_reason), '') <> ''",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_plan_returned_says_why"), "plan")
    for column in ("status_reason", "submitted_by_id", "submitted_at"):
        op.drop_column("plan", column)
