"""Row-level security that only the application can set: the context of a transaction is signed."""

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The claims, a line each, that one setting holds and the signature covers; taskforce.db has the same list.
CLAIMS = ("principal", "issued", "installation", "read", "govern", "write", "money", "lines", "agencies")
_LINES = " ".join(f"when '{claim}' then {line}" for line, claim in enumerate(CLAIMS, start=1))

# The only function that runs with its owner's rights: nobody else may read the key.
ENTER = f"""
create function tf_enter(name text) returns text language plpgsql stable parallel safe security definer
  set search_path = pg_catalog, public
as $$
declare
  signature constant text := coalesce(current_setting('taskforce.signature', true), '');
  claims constant text := coalesce(current_setting('taskforce.claims', true), '');
  issued bigint;
  keys context_key;
begin
  if signature = '' then
    return null;  -- nobody is bound, and sees nothing
  end if;
  select * into strict keys from context_key;
  if encode(sha256(keys.outer_pad || sha256(keys.inner_pad || convert_to(claims, 'UTF8'))), 'hex') <> signature then
    raise insufficient_privilege using message = 'the row context of this transaction is not signed by the application';
  end if;
  issued := split_part(claims, chr(10), 2);
  if extract(epoch from transaction_timestamp()) not between issued - 300 and issued + 86400 then
    raise insufficient_privilege using message = 'the row context of this transaction is of another day';
  end if;
  return nullif(split_part(claims, chr(10), case name {_LINES} end), '');
end $$
"""

READERS = (
    """
create or replace function ctx_ids(name text) returns uuid[] language sql stable parallel safe
  return coalesce(tf_enter(name), '{}')::uuid[]
""",
    """
create or replace function ctx_pairs(name text) returns text[] language sql stable parallel safe
  return coalesce(tf_enter(name), '{}')::text[]
""",
    """
create or replace function ctx_principal() returns text language sql stable parallel safe
  return tf_enter('principal')
""",
)
PLAIN_READERS = (
    """
create or replace function ctx_ids(name text) returns uuid[] language sql stable parallel safe
  return coalesce(nullif(current_setting('taskforce.' || name, true), ''), '{}')::uuid[]
""",
    """
create or replace function ctx_pairs(name text) returns text[] language sql stable parallel safe
  return coalesce(nullif(current_setting('taskforce.' || name, true), ''), '{}')::text[]
""",
    """
create or replace function ctx_principal() returns text language sql stable parallel safe
  return nullif(current_setting('taskforce.principal', true), '')
""",
)


def upgrade() -> None:
    op.create_table(
        "context_key",
        sa.Column("id", sa.Integer(), server_default=sa.text("1"), autoincrement=False, nullable=False),
        sa.Column("inner_pad", sa.LargeBinary(), nullable=False),
        sa.Column("outer_pad", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_context_key_is_one_row")),
        sa.CheckConstraint(
            "length(inner_pad) = 64 and length(outer_pad) = 64", name=op.f("ck_context_key_pads_are_one_block")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_context_key")),
    )
    op.execute(ENTER)
    op.execute("revoke all on function tf_enter(text) from public")
    op.execute("grant execute on function tf_enter(text) to tf_app")
    for function in READERS:
        op.execute(function)


def downgrade() -> None:
    for function in PLAIN_READERS:
        op.execute(function)
    op.execute("drop function tf_enter(text)")
    op.drop_table("context_key")
