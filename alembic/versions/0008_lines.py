"""What hangs on an activity is read where it is read; budget lines one by one, and alerts, by those who may."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LINKS = (
    "activity_capability",
    "activity_message",
    "activity_place",
    "activity_responsibility",
    "activity_support",
    "activity_target_group",
)


def _in(claim: str, row: str) -> str:
    return f"{row}.mechanism_id = any((select ctx_ids('{claim}'))::uuid[])"


def _parent(row: str, table: str, column: str, condition: str = "true") -> str:
    """Whether the row's parent is read, by the policy of the parent's own table, and holds a condition."""
    same = f"p.mechanism_id = {row}.mechanism_id and p.id = {row}.{column}"
    return f"exists (select from {table} p where {same} and {condition})"


def _stands_for(column: str, row: str = "p") -> str:
    return f"{row}.mechanism_id || ':' || {row}.{column} = any((select ctx_pairs('agencies'))::text[])"


def _of_activity(row: str, column: str = "activity_id", *, is_led: bool = False) -> str:
    return _parent(row, "activity", column, _stands_for("lead_agency_id") if is_led else "true")


def _link(table: str) -> tuple[str, str]:
    columns = ("activity_id", "other_id") if table == "activity_joint" else ("activity_id",)
    read = " or ".join(_of_activity(table, column) for column in columns)
    led = " or ".join(_of_activity(table, column, is_led=True) for column in columns)
    return (
        f"{_in('read', table)} and ({_in('govern', table)} or {read})",
        f"{_in('write', table)} and ({_in('govern', table)} or {led})",
    )


def _budget_line() -> tuple[str, str]:
    row = "budget_line"
    provided = _parent(row, "funding_source", "source_id", _stands_for("provider_agency_id"))
    return (
        f"{_in('read', row)} and ({_in('money', row)}"
        f" or (({row}.activity_id is null or {_of_activity(row)}) and ({_in('lines', row)} or {provided})))",
        f"{_in('write', row)} and ({_in('govern', row)} or {_of_activity(row, is_led=True)})",
    )


def _cost_item() -> tuple[str, str]:
    row = "cost_item"
    return (
        f"{_in('read', row)} and ({_in('money', row)} or {row}.activity_id is null or {_of_activity(row)})",
        f"{_in('write', row)} and ({_in('govern', row)} or {_of_activity(row, is_led=True)})",
    )


def _cost_requirement() -> tuple[str, str]:
    row = "cost_requirement"
    led = (
        "exists (select from cost_item i join activity p on p.mechanism_id = i.mechanism_id and p.id = i.activity_id"
        f" where i.mechanism_id = {row}.mechanism_id and i.id = {row}.cost_item_id and {_stands_for('lead_agency_id')})"
    )
    return (
        f"{_in('read', row)} and ({_in('money', row)} or {_parent(row, 'cost_item', 'cost_item_id')})",
        f"{_in('write', row)} and ({_in('govern', row)} or {led})",
    )


def _past() -> str:
    """Which events are read: all by whoever governs, by others those of rows that they read today.

    What happened in a transaction is read by itself, since it is sealed with the rights of whoever commits it.
    """
    row = "audit_event"
    said = f"coalesce({row}.after, {row}.before)"

    def parent(table: str, key: str) -> str:
        # offset 0: each event's own row is looked up, and not all that there are, as the planner would have it
        same = f"p.mechanism_id = {row}.mechanism_id and p.id = (select ({key})::uuid)"
        return f"exists (select from {table} p where {same} offset 0)"

    activity_id, cost_item_id = f"{said} ->> 'activity_id'", f"{said} ->> 'cost_item_id'"
    of_activity = f"({activity_id} is null or {parent('activity', activity_id)})"
    shown = (
        f"case when {row}.table_name = any('{{budget_line,cost_item}}') then {_in('money', row)}"
        f" or ({_in('lines', row)} and {of_activity})"
        f" when {row}.table_name = 'cost_requirement' then {_in('money', row)}"
        f" or ({_in('lines', row)} and {parent('cost_item', cost_item_id)})"
        f" when {row}.table_name = 'activity' then {parent('activity', f'{row}.row_id')}"
        f" when {row}.table_name = 'duplication_alert' then {parent('duplication_alert', f'{row}.row_id')}"
        f" when {row}.table_name = 'attachment' or {row}.table_name ^@ 'activity_' then {of_activity}"
        " else true end"
    )
    own = f"{row}.transaction_id = pg_current_xact_id_if_assigned()::text::bigint and {_in('write', row)}"
    return f"{row}.mechanism_id is null or {_in('govern', row)} or ({own}) or ({_in('read', row)} and {shown})"


def _alert_is_read(*, by_observers: bool) -> str:
    row = "duplication_alert"
    leads = " or ".join(_stands_for(column, row) for column in ("first_agency_id", "second_agency_id"))
    takes_part = "" if by_observers else f"{_in('write', row)} and "
    return (
        f"{_in('read', row)} and {takes_part}({_in('govern', row)} or {leads}"
        " or (not is_confidential and plan_id = any((select ctx_shared_plans())::uuid[])))"
    )


POLICIES = {
    **{table: _link(table) for table in (*LINKS, "activity_joint")},
    "budget_line": _budget_line(),
    "cost_item": _cost_item(),
    "cost_requirement": _cost_requirement(),
}


def _alter(table: str, read: str, write: str) -> None:
    op.execute(f"alter policy {table}_select on {table} using ({read})")
    op.execute(f"alter policy {table}_insert on {table} with check ({write})")
    op.execute(f"alter policy {table}_update on {table} using ({write}) with check ({write})")
    op.execute(f"alter policy {table}_delete on {table} using ({write})")


def upgrade() -> None:
    for table, (read, write) in POLICIES.items():
        _alter(table, read, write)
    op.execute(f"alter policy audit_event_select on audit_event using ({_past()})")
    op.execute(
        f"alter policy duplication_alert_select on duplication_alert using ({_alert_is_read(by_observers=False)})"
    )


def downgrade() -> None:
    for table in POLICIES:
        _alter(table, _in("read", table), _in("write", table))
    op.execute(
        f"alter policy audit_event_select on audit_event using (mechanism_id is null or {_in('read', 'audit_event')})"
    )
