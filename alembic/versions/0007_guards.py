"""State guards and frozen lines: what the rules of the application refuse, the database refuses as well."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# The tables of moves of rules/states.py, as of this migration; a house test compares them.
MOVES = {
    "plan": (
        ("draft", "consultation"),
        ("draft", "cancelled"),
        ("consultation", "submitted"),
        ("consultation", "cancelled"),
        ("submitted", "endorsed"),
        ("submitted", "returned"),
        ("submitted", "cancelled"),
        ("returned", "draft"),
        ("returned", "cancelled"),
        ("endorsed", "active"),
        ("endorsed", "suspended"),
        ("endorsed", "cancelled"),
        ("active", "closing"),
        ("active", "suspended"),
        ("active", "cancelled"),
        ("suspended", "active"),
        ("suspended", "cancelled"),
        ("closing", "closed"),
    ),
    "duplication_alert": (
        ("open", "acknowledged"),
        ("open", "proposed"),
        ("open", "resolved"),
        ("open", "snoozed"),
        ("open", "stale"),
        ("acknowledged", "proposed"),
        ("acknowledged", "resolved"),
        ("acknowledged", "snoozed"),
        ("acknowledged", "stale"),
        ("proposed", "resolved"),
        ("proposed", "acknowledged"),
        ("proposed", "snoozed"),
        ("proposed", "stale"),
        ("snoozed", "open"),
        ("snoozed", "acknowledged"),
        ("snoozed", "proposed"),
        ("snoozed", "resolved"),
        ("snoozed", "stale"),
        ("resolved", "open"),
        ("stale", "open"),
    ),
    "activity": (
        ("not_started", "on_track"),
        ("not_started", "constrained"),
        ("not_started", "no_progress"),
        ("not_started", "met"),
        ("not_started", "cancelled"),
        ("on_track", "constrained"),
        ("on_track", "no_progress"),
        ("on_track", "met"),
        ("on_track", "cancelled"),
        ("constrained", "on_track"),
        ("constrained", "no_progress"),
        ("constrained", "met"),
        ("constrained", "cancelled"),
        ("no_progress", "on_track"),
        ("no_progress", "constrained"),
        ("no_progress", "met"),
        ("no_progress", "cancelled"),
        ("met", "on_track"),
        ("cancelled", "not_started"),
    ),
}
STATE_COLUMN = {"plan": "status", "duplication_alert": "state", "activity": "status"}

OPEN_PLANS = "('draft', 'consultation', 'returned')"
# What stands in a plan, and how its rows (r) find their plan (p); `free`: columns that change past consultation too.
LINES = {
    "objective": ("join plan p on p.mechanism_id = r.mechanism_id and p.id = r.plan_id", ()),
    "output": ("join plan p on p.mechanism_id = r.mechanism_id and p.id = r.plan_id", ()),
    "indicator": ("join plan p on p.mechanism_id = r.mechanism_id and p.id = r.plan_id", ()),
    "target": (
        "join indicator i on i.mechanism_id = r.mechanism_id and i.id = r.indicator_id"
        " join plan p on p.mechanism_id = i.mechanism_id and p.id = i.plan_id",
        (),
    ),
    "activity": (
        "join plan p on p.mechanism_id = r.mechanism_id and p.id = r.plan_id",
        ("status", "status_reason", "actual_starts_on", "actual_ends_on", "version"),
    ),
    **dict.fromkeys(
        (
            "activity_support",
            "activity_place",
            "activity_target_group",
            "activity_capability",
            "activity_responsibility",
            "budget_line",
        ),
        (
            "join activity a on a.mechanism_id = r.mechanism_id and a.id = r.activity_id"
            " join plan p on p.mechanism_id = a.mechanism_id and p.id = a.plan_id",
            (),
        ),
    ),
}

GUARD_STATE = """
-- A state follows another as the table of moves says. Whoever has a shell on the server may put things right.
create function guard_state() returns trigger language plpgsql as $$
declare
  was text := to_jsonb(old) ->> tg_argv[0];
  wanted text := to_jsonb(new) ->> tg_argv[0];
begin
  if ctx_principal() is distinct from 'operator'
      and not exists (select from state_moves() m where m.machine = tg_table_name and m.before = was and m.after = wanted) then
    raise check_violation using message = format('%s cannot become %s', was, wanted),
      constraint = format('ck_%s_%s_follows', tg_table_name, tg_argv[0]), table = tg_table_name;
  end if;
  return new;
end $$
"""
# Statement level: a look-up of plans for each statement and not for each of 10,000 rows.
GUARD_LINES = f"""
-- Past consultation the lines of a plan stand still. Imports of whole mechanisms bring plans in any state.
create function guard_lines() returns trigger language plpgsql as $$
declare
  source text := case tg_op when 'DELETE' then 'old_rows' when 'INSERT' then 'new_rows' else
    '(select n.* from old_rows o join new_rows n using (' || tg_argv[2] || ')'
    ' where to_jsonb(o) - $1 is distinct from to_jsonb(n) - $1)' end;
  closed text;
begin
  if ctx_principal() = 'operator' then
    return null;
  end if;
  execute 'select p.code || '' is '' || p.status from ' || source || ' r ' || tg_argv[0]
    || $q$ where p.status not in {OPEN_PLANS} limit 1$q$ into closed using string_to_array(tg_argv[1], ',');
  if closed is not null then
    raise check_violation using message = format('the plan %s: its lines stand still', closed),
      constraint = format('ck_%s_plan_is_open', tg_table_name), table = tg_table_name;
  end if;
  return null;
end $$
"""
# Whoever asks whether an agency or an account is in other mechanisms too sees these tables and no other.
ELSEWHERE = ("membership", "appointment")
OPERATIONS = (
    ("insert", "new table as new_rows"),
    ("update", "old table as old_rows new table as new_rows"),
    ("delete", "old table as old_rows"),
)


def _keys(table: str) -> str:
    """The primary key of each guarded table, as a list of columns."""
    links = {
        "activity_support": "agency_id",
        "activity_place": "place_id",
        "activity_target_group": "target_group_id",
        "activity_capability": "capability_id",
        "activity_responsibility": "responsibility_id",
    }
    return f"mechanism_id, activity_id, {links[table]}" if table in links else "mechanism_id, id"


def upgrade() -> None:
    moves = ", ".join(
        f"('{machine}', '{before}', '{after}')" for machine, pairs in MOVES.items() for before, after in pairs
    )
    op.execute(
        "create function state_moves() returns table (machine text, before text, after text) language sql immutable"
        f" parallel safe as $$ values {moves} $$"
    )
    op.execute(GUARD_STATE)
    for table in ELSEWHERE:
        op.execute(
            f"create policy {table}_elsewhere on {table} for select using ((select ctx_principal()) = 'elsewhere')"
        )
    op.execute(GUARD_LINES)
    for table, column in STATE_COLUMN.items():
        op.execute(
            f"create trigger guard_state before update on {table} for each row"
            f" when (old.{column} is distinct from new.{column}) execute function guard_state('{column}')"
        )
    for table, (join, free) in LINES.items():
        for operation, transition in OPERATIONS:
            op.execute(
                f"create trigger guard_lines_{operation} after {operation} on {table} referencing {transition}"
                f" for each statement execute function guard_lines('{join}', '{','.join(free)}', '{_keys(table)}')"
            )


def downgrade() -> None:
    for table in ELSEWHERE:
        op.execute(f"drop policy {table}_elsewhere on {table}")
    for table in STATE_COLUMN:
        op.execute(f"drop trigger guard_state on {table}")
    for table in LINES:
        for operation, _ in OPERATIONS:
            op.execute(f"drop trigger guard_lines_{operation} on {table}")
    op.execute("drop function guard_lines(), guard_state(), state_moves()")
