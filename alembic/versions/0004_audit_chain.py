"""A chain over the audit events of each mechanism, sealed at commit."""

import sqlalchemy as sa

from alembic import context, op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTALLATION_CHAIN = "'00000000-0000-0000-0000-000000000000'::uuid"

FUNCTIONS = (
    """
-- What the events of a link say, as one digest; times in UTC whatever the session's zone.
create function audit_digest(link uuid, chain uuid, place bigint, previous bytea, out event_count bigint, out digest bytea)
language sql stable set timezone = 'UTC' as $$
  select count(*), sha256(previous || convert_to(concat_ws(chr(10), chain, place, count(*),
    string_agg(jsonb_build_array(e.id, e.mechanism_id, e.table_name, e.row_id, e.operation, e.before, e.after,
      e.principal, e.action, e.reason, e.transaction_id, e.happened_at)::text, chr(10) order by e.id)), 'UTF8'))
  from audit_event e where e.link_id = link
$$
""",
    """
-- The link that collects what this transaction changes in a chain.
create function audit_link_open(wanted uuid) returns uuid language plpgsql as $$
declare
  found_id uuid;
begin
  insert into audit_link (chain, transaction_id) values (wanted, pg_current_xact_id()::text::bigint)
    on conflict (chain, transaction_id) where digest is null do nothing;
  select id into strict found_id from audit_link
    where chain = wanted and transaction_id = pg_current_xact_id()::text::bigint and digest is null;
  return found_id;
end $$
""",
    """
-- A link begins empty, whatever is sent, and is sealed once, by what stands in the events.
create function guard_audit_link() returns trigger language plpgsql as $$
declare
  last audit_link;
begin
  if tg_op = 'INSERT' then
    new.position := null; new.event_count := null; new.previous := null; new.digest := null; new.sealed_at := null;
    new.transaction_id := pg_current_xact_id()::text::bigint;
    return new;
  end if;
  if tg_op = 'DELETE' or old.digest is not null then
    raise insufficient_privilege using message = 'what the audit has sealed is never changed';
  end if;
  select * into last from audit_link
    where chain = old.chain and position is not null order by position desc limit 1;
  new := old;
  new.position := coalesce(last.position, 0) + 1;
  new.previous := coalesce(last.digest, ''::bytea);
  select * into new.event_count, new.digest from audit_digest(old.id, old.chain, new.position, new.previous);
  new.sealed_at := clock_timestamp();
  return new;
end $$
""",
    """
-- At commit: take the heads of all chains of this transaction, in one order, so that no two wait for each other.
create function seal_audit_link() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(open.chain::text, 0)) from (
    select chain from audit_link
    where transaction_id = pg_current_xact_id()::text::bigint and digest is null order by chain) as open;
  update audit_link set sealed_at = clock_timestamp() where id = new.id and digest is null;
  return null;
end $$
""",
    """
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if pg_trigger_depth() < 2 then
      raise insufficient_privilege using message = 'events are written by the triggers of the tables alone';
    end if;
    return null;
  end if;
  raise insufficient_privilege using message = 'what happened is never rewritten';
end $$
""",
)

# As in 0002, with the link of the chain that each event belongs to, and more names of secrets.
WRITE_EVENTS = f"""
create or replace function write_audit_events() returns trigger language plpgsql as $$
declare
  secret constant text[] := array['password_hash', 'token_hash', 'csrf_secret', 'totp_secret', 'code_hash'];
  old_rows text := case tg_op when 'INSERT' then 'null::jsonb' else 'to_jsonb(o.*) - $2' end;
  new_rows text := case tg_op when 'DELETE' then 'null::jsonb' else 'to_jsonb(n.*) - $2' end;
  source text := case tg_op
    when 'INSERT' then 'new_rows n'
    when 'DELETE' then 'old_rows o'
    else (select format('old_rows o join new_rows n on (%s)', string_agg(format('o.%1$I = n.%1$I', a.attname), ' and '))
          from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
          where i.indrelid = tg_relid and i.indisprimary)
  end;
begin
  -- materialized: each row becomes JSON once and not once for every use of it
  execute format($q$
    with changed as materialized (
      select row.before, row.after, coalesce(row.after, row.before) as said,
        coalesce((coalesce(row.after, row.before) ->> case when $1 = 'mechanism' then 'id' else 'mechanism_id' end)::uuid,
          {INSTALLATION_CHAIN}) as chain
      from (select %1$s as before, %2$s as after from %3$s offset 0) as row
      where row.before is distinct from row.after
    ),
    link as materialized (select chain, audit_link_open(chain) as id from (select distinct chain from changed) as each)
    insert into audit_event
      (mechanism_id, table_name, row_id, operation, before, after, principal, action, reason, transaction_id, link_id)
    select nullif(changed.chain, {INSTALLATION_CHAIN}), $1, changed.said ->> $5, lower($3), changed.before, changed.after,
      $6, $7, $8, $4, link.id
    from changed join link using (chain)
  $q$, old_rows, new_rows, source)
  using tg_table_name::text, secret, tg_op, pg_current_xact_id()::text::bigint, tg_argv[0],
    coalesce(ctx_principal(), session_user::text), nullif(current_setting('taskforce.action', true), ''),
    nullif(current_setting('taskforce.reason', true), '');
  return null;
end $$
"""

READABLE = "any((select ctx_ids('read'))::uuid[])"
WRITABLE = "any((select ctx_ids('write'))::uuid[])"


def upgrade() -> None:
    op.create_table(
        "audit_link",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("chain", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("event_count", sa.BigInteger(), nullable=True),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nulls(position, event_count, previous, digest, sealed_at) in (0, 5)",
            name=op.f("ck_audit_link_is_open_or_sealed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("chain", "position", name=op.f("uq_audit_link_chain_position")),
    )
    op.create_index(
        "ix_audit_link_open",
        "audit_link",
        ["chain", "transaction_id"],
        unique=True,
        postgresql_where=sa.text("digest is null"),
    )
    op.add_column("audit_event", sa.Column("link_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_audit_event_link_id"), "audit_event", "audit_link", ["link_id"], ["id"])
    for function in (*FUNCTIONS, WRITE_EVENTS):
        op.execute(function)
    # What happened before there was a chain becomes its first link.
    op.execute("alter table audit_event no force row level security")
    op.execute(
        f"insert into audit_link (chain, transaction_id) select distinct coalesce(mechanism_id, {INSTALLATION_CHAIN}), 0"
        " from audit_event"
    )
    op.execute(
        "update audit_event e set link_id = l.id from audit_link l"
        f" where l.chain = coalesce(e.mechanism_id, {INSTALLATION_CHAIN})"
    )
    op.execute("alter table audit_event alter column link_id set not null")
    op.create_index("ix_audit_event_link", "audit_event", ["link_id"])
    op.execute(
        "create trigger guard before insert or update or delete on audit_link for each row execute function guard_audit_link()"
    )
    op.execute("update audit_link set sealed_at = clock_timestamp()")
    op.execute("alter table audit_event force row level security")
    op.execute(
        "create constraint trigger seal after insert on audit_link deferrable initially deferred"
        " for each row execute function seal_audit_link()"
    )
    op.execute(
        "create trigger only_added_to before update or delete or truncate on audit_event"
        " for each statement execute function refuse_audit_change()"
    )
    op.execute(
        "create trigger only_by_triggers after insert on audit_event"
        " for each statement execute function refuse_audit_change()"
    )
    op.execute("alter table audit_link enable row level security")
    op.execute("alter table audit_link force row level security")
    op.execute(
        f"create policy audit_link_select on audit_link for select using (chain = {READABLE} or chain = {INSTALLATION_CHAIN})"
    )
    op.execute(
        f"create policy audit_link_insert on audit_link for insert with check (chain = {WRITABLE} or chain = {INSTALLATION_CHAIN})"
    )
    op.execute(
        f"create policy audit_link_update on audit_link for update using (chain = {WRITABLE} or chain = {INSTALLATION_CHAIN})"
    )
    # Users, agencies and tokens have no rows that are hidden from the application; sealing must read their events.
    op.execute("drop policy audit_event_select on audit_event")
    op.execute(
        f"create policy audit_event_select on audit_event for select using (mechanism_id is null or mechanism_id = {READABLE})"
    )
    op.execute("grant select, insert on audit_link to tf_app")
    op.execute("grant update (sealed_at) on audit_link to tf_app")


def downgrade() -> None:
    # Events are kept, the chain over them is not.
    earlier = context.script.get_revision("0002").module.FUNCTIONS[-1]
    op.execute(earlier.replace("create function", "create or replace function"))
    op.execute("drop trigger only_added_to on audit_event")
    op.execute("drop trigger only_by_triggers on audit_event")
    op.drop_column("audit_event", "link_id")
    op.execute("drop policy audit_event_select on audit_event")
    op.execute(f"create policy audit_event_select on audit_event for select using (mechanism_id = {READABLE})")
    op.drop_table("audit_link")
    op.execute(
        "drop function audit_digest(uuid, uuid, bigint, bytea), audit_link_open(uuid), guard_audit_link(),"
        " seal_audit_link(), refuse_audit_change()"
    )
