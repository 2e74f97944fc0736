"""Row-level security, grants and audit triggers of the first tables."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Rows of a mechanism that whoever is appointed there may read, and whoever writes there may write.
SHARED = (
    "activity_capability",
    "activity_joint",
    "activity_message",
    "activity_place",
    "activity_responsibility",
    "activity_support",
    "activity_target_group",
    "adoption",
    "agreement",
    "appointment",
    "assignment",
    "budget_line",
    "cost_item",
    "cost_requirement",
    "funding_history",
    "funding_source",
    "indicator",
    "instrument",
    "membership",
    "message",
    "objective",
    "objective_capability",
    "output",
    "place",
    "plan",
    "provenance",
    "responsibility",
    "responsibility_instrument",
    "target",
)
INSTALLATION = ("account", "agency", "api_token", "exchange_rate", "vocabulary_term")
TECHNICAL = (
    "auth_session",
    "idempotency_key",
    "installation",
    "job_run",
    "one_time_link",
    "outbox",
    "sign_in_attempt",
)
OWN_POLICY = ("activity", "duplication_alert", "mechanism")
AUDITED = (*SHARED, *OWN_POLICY, *INSTALLATION)

FUNCTIONS = (
    """
create function ctx_ids(name text) returns uuid[] language sql stable parallel safe
  return coalesce(nullif(current_setting('taskforce.' || name, true), ''), '{}')::uuid[]
""",
    """
-- Pairs MECHANISM:AGENCY: whoever stands for an agency in one mechanism does not stand for it in another.
create function ctx_pairs(name text) returns text[] language sql stable parallel safe
  return coalesce(nullif(current_setting('taskforce.' || name, true), ''), '{}')::text[]
""",
    """
create function ctx_principal() returns text language sql stable parallel safe
  return nullif(current_setting('taskforce.principal', true), '')
""",
    """
-- The plans of readable mechanisms that are past draft: their lines are every member's to read.
create function ctx_shared_plans() returns uuid[] language sql stable parallel safe
  return (select coalesce(array_agg(id), '{}') from plan
          where mechanism_id = any((select ctx_ids('read'))::uuid[]) and status <> 'draft')
""",
    """
-- One audit event for each changed row of a statement. Secrets never enter it.
create function write_audit_events() returns trigger language plpgsql as $$
declare
  secret constant text[] := array['password_hash', 'token_hash', 'csrf_secret'];
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
  -- offset 0 keeps the subquery apart, so that each row becomes JSON once and not once for every use of it
  execute format($q$
    insert into audit_event
      (mechanism_id, table_name, row_id, operation, before, after, principal, action, reason, transaction_id)
    select
      coalesce(
        (coalesce(changed.after, changed.before) ->> 'mechanism_id')::uuid,
        case when $1 = 'mechanism' then (coalesce(changed.after, changed.before) ->> 'id')::uuid end
      ),
      $1, coalesce(changed.after, changed.before) ->> $5, lower($3), changed.before, changed.after,
      $6, $7, $8, $4
    from (select %1$s as before, %2$s as after from %3$s offset 0) as changed
    where changed.before is distinct from changed.after
  $q$, old_rows, new_rows, source)
  using tg_table_name::text, secret, tg_op, pg_current_xact_id()::text::bigint, tg_argv[0],
    coalesce(ctx_principal(), session_user::text), nullif(current_setting('taskforce.action', true), ''),
    nullif(current_setting('taskforce.reason', true), '');
  return null;
end $$
""",
)


def _row_id(table: str) -> str:
    """The column by which an event finds its row; link rows belong to their first parent."""
    parents = {
        "adoption": "message_id",
        "objective_capability": "objective_id",
        "responsibility_instrument": "responsibility_id",
        "api_token": "account_id",
    }
    if table.startswith("activity_"):
        return "activity_id"
    return parents.get(table, "id")


def _secure(table: str) -> None:
    for statement in (
        f"alter table {table} enable row level security",
        f"alter table {table} force row level security",
    ):
        op.execute(statement)


def _policy(table: str, command: str, *, using: str | None = None, check: str | None = None) -> None:
    parts = [f"create policy {table}_{command} on {table} for {command}"]
    parts += [f"using ({using})"] if using else []
    parts += [f"with check ({check})"] if check else []
    op.execute(" ".join(parts))


def _policies(table: str, read: str, write: str, remove: str | None = None) -> None:
    _secure(table)
    _policy(table, "select", using=read)
    _policy(table, "insert", check=write)
    _policy(table, "update", using=write, check=write)
    _policy(table, "delete", using=remove or write)


def _ids(name: str) -> str:
    return f"any((select ctx_ids('{name}'))::uuid[])"


def _stands_for(column: str) -> str:
    return f"mechanism_id || ':' || {column} = any((select ctx_pairs('agencies'))::text[])"


def upgrade() -> None:
    for function in FUNCTIONS:
        op.execute(function)
    for table in SHARED:
        _policies(table, f"mechanism_id = {_ids('read')}", f"mechanism_id = {_ids('write')}")
    own = f"(mechanism_id = {_ids('govern')} or {_stands_for('lead_agency_id')})"
    _policies(
        "activity",
        f"mechanism_id = {_ids('read')} and ({own}"
        " or (not is_confidential and plan_id = any((select ctx_shared_plans())::uuid[])))",
        f"mechanism_id = {_ids('write')} and {own}",
    )
    # Both leads read an alert on their drafts, from the row itself; others once they may read both activities.
    leads = f"{_stands_for('first_agency_id')} or {_stands_for('second_agency_id')}"
    own = f"(mechanism_id = {_ids('govern')} or {leads})"
    _policies(
        "duplication_alert",
        f"mechanism_id = {_ids('read')} and ({own}"
        " or (not is_confidential and plan_id = any((select ctx_shared_plans())::uuid[])))",
        f"mechanism_id = {_ids('write')} and {own}",
    )
    # The only policy that knows system principals by name: from it they get the ids that all others ask for.
    system = "(select ctx_principal()) = any('{alerts,jobs,operator}')"
    _policies("mechanism", f"id = {_ids('read')} or {system}", f"id = {_ids('write')}")
    # Who signs in learns their own appointments before any mechanism is bound.
    op.execute(
        "create policy appointment_sign_in on appointment for select using ((select ctx_principal()) = 'sign_in')"
    )
    _secure("audit_event")
    _policy("audit_event", "select", using=f"mechanism_id = {_ids('read')}")
    _policy("audit_event", "insert", check=f"mechanism_id is null or mechanism_id = {_ids('write')}")

    op.execute("grant usage on schema public to tf_app")
    op.execute("grant select on alembic_version to tf_app")
    op.execute("grant select, insert on audit_event to tf_app")
    for table in AUDITED:
        op.execute(f"grant select, insert, update, delete on {table} to tf_app")
        for operation, transition in (
            ("insert", "new table as new_rows"),
            ("update", "old table as old_rows new table as new_rows"),
            ("delete", "old table as old_rows"),
        ):
            op.execute(
                f"create trigger audit_{operation} after {operation} on {table} referencing {transition}"
                f" for each statement execute function write_audit_events('{_row_id(table)}')"
            )
    for table in TECHNICAL:
        op.execute(f"grant select, insert, update, delete on {table} to tf_app")
    op.execute("revoke update, delete on exchange_rate from tf_app")
    op.execute("insert into installation default values")


def downgrade() -> None:
    for table in AUDITED:
        for operation in ("insert", "update", "delete"):
            op.execute(f"drop trigger audit_{operation} on {table}")
    for table in (*SHARED, *OWN_POLICY, "audit_event"):
        op.execute(f"alter table {table} no force row level security")
        op.execute(f"alter table {table} disable row level security")
        for command in ("select", "insert", "update", "delete"):
            op.execute(f"drop policy if exists {table}_{command} on {table}")
    op.execute("drop policy appointment_sign_in on appointment")
    op.execute(
        "drop function write_audit_events(), ctx_shared_plans(), ctx_principal(), ctx_pairs(text), ctx_ids(text)"
    )
    op.execute("revoke all on all tables in schema public from tf_app")
