"""Evidence files."""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = (
    "'application/pdf', 'application/vnd.oasis.opendocument.spreadsheet', 'application/vnd.oasis.opendocument.text',"
    " 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',"
    " 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',"
    " 'image/jpeg', 'image/png', 'image/webp', 'text/csv', 'text/plain'"
)
PARENTS = ("activity", "instrument", "cost_item")
CHECKS = {
    "hangs_on_one_thing": "num_nonnulls(activity_id, instrument_id, cost_item_id) = 1",
    "name_is_given": "btrim(name) <> ''",
    "note_is_given": "btrim(note) <> ''",
    "media_type_is_known": f"media_type in ({KINDS})",
    "byte_count_is_allowed": "byte_count between 1 and 10485760",
    "sha256_is_a_hash": "sha256 ~ '^[0-9a-f]{64}$'",
    "purged_says_when_and_why": "(purged_at is null) = (purge_reason is null) and btrim(purge_reason) <> ''",
}
# Whoever reads the thing reads its evidence: the policy of that table decides, here too.
PARENT_IS_READ = " or ".join(
    f"exists (select from {parent} p where p.mechanism_id = attachment.mechanism_id and p.id = attachment.{parent}_id)"
    for parent in PARENTS
)
READABLE = f"mechanism_id = any((select ctx_ids('read'))::uuid[]) and ({PARENT_IS_READ})"
WRITABLE = f"mechanism_id = any((select ctx_ids('write'))::uuid[]) and ({PARENT_IS_READ})"


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("mechanism_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(f"{parent}_id", sa.Uuid(), nullable=True) for parent in PARENTS),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purged_by_id", sa.Uuid(), nullable=True),
        sa.Column("purge_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_attachment_{name}")) for name, rule in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint(
                ["mechanism_id", f"{parent}_id"],
                [f"{parent}.mechanism_id", f"{parent}.id"],
                name=op.f(f"fk_attachment_mechanism_id_{parent}_id"),
                ondelete="CASCADE",
            )
            for parent in PARENTS
        ),
        sa.ForeignKeyConstraint(["mechanism_id"], ["mechanism.id"], name=op.f("fk_attachment_mechanism_id")),
        sa.ForeignKeyConstraint(["added_by_id"], ["account.id"], name=op.f("fk_attachment_added_by_id")),
        sa.ForeignKeyConstraint(["purged_by_id"], ["account.id"], name=op.f("fk_attachment_purged_by_id")),
        sa.PrimaryKeyConstraint("mechanism_id", "id", name=op.f("pk_attachment")),
    )
    op.create_index("ix_attachment_activity", "attachment", ["mechanism_id", "activity_id"])
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])
    op.execute("alter table attachment enable row level security")
    op.execute("alter table attachment force row level security")
    op.execute(f"create policy attachment_select on attachment for select using ({READABLE})")
    op.execute(f"create policy attachment_insert on attachment for insert with check ({WRITABLE})")
    op.execute(f"create policy attachment_update on attachment for update using ({WRITABLE}) with check ({WRITABLE})")
    op.execute(f"create policy attachment_delete on attachment for delete using ({WRITABLE})")
    # No grant to delete: a record goes only with the thing that it hangs on.
    op.execute("grant select, insert, update on attachment to tf_app")
    for operation, transition in (
        ("insert", "new table as new_rows"),
        ("update", "old table as old_rows new table as new_rows"),
        ("delete", "old table as old_rows"),
    ):
        op.execute(
            f"create trigger audit_{operation} after {operation} on attachment referencing {transition}"
            " for each statement execute function write_audit_events('id')"
        )


def downgrade() -> None:
    op.drop_table("attachment")
