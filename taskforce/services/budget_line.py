"""Budget lines of activities and of longer cost items: add, edit, delete, under the ceiling of what is required."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from babel.numbers import list_currencies
from pydantic import Field
from sqlalchemy.dialects.postgresql import insert

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import NotFound, Refused
from taskforce.models import Activity, BudgetLine, CostItem, FundingSource, Plan
from taskforce.queries import budget_line as lines
from taskforce.queries import cost_item as cost_items
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries.vocabulary_term import terms
from taskforce.rules.periods import fiscal_year
from taskforce.services import cost_item as cost_item_service
from taskforce.services.amount import AmountText, read_amount, shown_amount
from taskforce.services.command import Command, check_version
from taskforce.services.cost_item import check_ceiling, rounded, set_requirement
from taskforce.services.deletion import Deletion, check_deletion
from taskforce.services.open_plan import open_plan

# In the code of a cost item that came with an activity's first line, as in plan files; no typed code has it.
OWN = ":"


class SaveBudgetLine(Command):
    """What the form of a line and the API send; amounts are text in digits, never floats.

    `asked_amount` is all that the source was asked for; what it secured and what it refused are parts of it. It may
    stay 0 where only what was secured is known. `required_amount` is what the cost needs of this cost type in this
    year from all sources; left out, an activity needs what its lines ask for.
    """

    source_id: UUID = Field(title="Source")
    cost_type_id: str = Field(title="Cost type", min_length=1, description="An id like cost_type:staff.")
    fiscal_year: int = Field(title="Fiscal year", ge=1900, le=2200, description="The year in which it starts.")
    asked_amount: AmountText = Field(default="0", title="Asked")
    refused_amount: AmountText = Field(default="0", title="Refused")
    secured_amount: AmountText = Field(default="0", title="Secured")
    required_amount: AmountText | None = Field(default=None, title="Required")
    currency: str | None = Field(
        default=None, title="Currency", min_length=3, max_length=3, description="Left out: the mechanism's."
    )
    is_in_kind: bool = Field(default=False, title="In kind")
    vote_code: str | None = Field(default=None, title="Vote or budget code", max_length=500)
    weight: Decimal = Field(
        default=Decimal(1), title="Share that counts here", gt=0, le=1, max_digits=5, decimal_places=4
    )
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


@dataclass(frozen=True)
class Cost:
    """Whose money a line is: a longer cost item (locked), or an activity's own costs, with its open plan."""

    item: CostItem
    activity: Activity | None
    currency: str


async def stored(session: Session, line: BudgetLine) -> SaveBudgetLine:
    """The command that would write what is stored now."""
    item = await session.get_one(CostItem, (line.mechanism_id, line.cost_item_id))
    need = await cost_items.requirement(session, item, line.cost_type_id, line.fiscal_year)
    return SaveBudgetLine(
        source_id=line.source_id,
        cost_type_id=line.cost_type_id,
        fiscal_year=line.fiscal_year,
        asked_amount=shown_amount(line.asked_amount),
        refused_amount=shown_amount(line.refused_amount),
        secured_amount=shown_amount(line.secured_amount),
        required_amount=shown_amount(need.required_amount) if need and line.activity_id else None,
        currency=line.currency,
        is_in_kind=line.is_in_kind,
        vote_code=line.vote_code,
        weight=line.weight,
        version=line.version,
    )


async def fiscal_years(session: Session, actor: Actor, plan: Plan) -> list[int]:
    """The fiscal years in which a plan runs: those of its lines."""
    mechanism = await mechanisms.one(session, actor, plan.mechanism_id)
    month = mechanism.fiscal_year_start_month
    return list(range(fiscal_year(plan.starts_on, month), fiscal_year(plan.ends_on, month) + 1))


async def add_activity_line(session: Session, actor: Actor, activity_id: UUID, command: SaveBudgetLine) -> BudgetLine:
    """Add a line to an activity; with the first one its own cost item is made.

    Raises:
        NotFound, NotAllowed: the activity is not the actor's to see, or its money not theirs to change.
        Refused: the plan is past consultation, an amount is wrong, the line is there already, or it exceeds the need.
    """
    activity = await node.one(session, actor, Activity, activity_id)
    require(actor, May.BUDGET_LINE_EDIT, activity.mechanism_id, activity.lead_agency_id)
    plan = await open_plan(session, actor, activity.plan_id)
    years = await fiscal_years(session, actor, plan)
    if command.fiscal_year not in years:
        raise Refused(
            "%(year)s is not a year of the plan. Write %(years)s, or record a cost item for costs of other years.",
            field="fiscal_year",
            year=command.fiscal_year,
            years=", ".join(map(str, years)),
        )
    head = await mechanisms.head_by_id(session, actor, activity.mechanism_id)
    item = await _own_item(session, activity, plan)
    return await _add(session, actor, Cost(item, activity, head.currency), command)


async def add_item_line(session: Session, actor: Actor, cost_item_id: UUID, command: SaveBudgetLine) -> BudgetLine:
    """Add a line to a cost item that is wider than one plan.

    Raises:
        NotFound, NotAllowed, Refused: as in adding to an activity.
    """
    item = await cost_item_service.for_update(session, actor, cost_item_id)
    if item.activity_id:
        raise Refused("%(code)s is an activity's own cost: add the line on the activity's page.", code=item.code)
    head = await mechanisms.head_by_id(session, actor, item.mechanism_id)
    return await _add(session, actor, Cost(item, None, head.currency), command)


async def edit_budget_line(session: Session, actor: Actor, line_id: UUID, command: SaveBudgetLine) -> BudgetLine:
    """Change a line; what its activity needs follows its lines as long as nobody typed another need.

    Raises:
        NotFound, NotAllowed, Refused: as in adding.
        Stale: somebody saved it meanwhile.
    """
    line, cost = await _for_update(session, actor, line_id)
    check_version(line, command.version, await stored(session, line))
    before = (line.cost_type_id, line.fiscal_year)
    if command.fiscal_year != line.fiscal_year and cost.activity:
        plan = await node.one(session, actor, Plan, cost.activity.plan_id)
        if command.fiscal_year not in await fiscal_years(session, actor, plan):
            raise Refused("%(year)s is not a year of the plan.", field="fiscal_year", year=command.fiscal_year)
    follows = await _follows(session, cost, before)
    follows_there = await _follows(session, cost, (command.cost_type_id, command.fiscal_year))
    await _write(session, actor, cost, line, command)
    await session.flush()
    after = (line.cost_type_id, line.fiscal_year)
    if after != before:
        await _settle(session, cost, before, None, follows=follows)
    await _settle(session, cost, after, _typed_need(cost, command), follows=follows_there)
    await check_ceiling(session, cost.item, after, cost.currency, field="secured_amount")
    return line


async def delete_budget_line(session: Session, actor: Actor, line_id: UUID, command: Deletion) -> BudgetLine:
    """Delete a line; with its last one an activity's own cost item goes too. Raises as in editing."""
    line, cost = await _for_update(session, actor, line_id)
    await check_deletion(session, actor, line, command, await stored(session, line))
    key = (line.cost_type_id, line.fiscal_year)
    follows = await _follows(session, cost, key)
    await session.delete(line)
    await session.flush()
    if cost.activity and OWN in cost.item.code and not await cost_items.line_count(session, cost.item):
        await session.delete(cost.item)
        await session.flush()
        return line
    await _settle(session, cost, key, None, follows=follows)
    return line


async def _for_update(session: Session, actor: Actor, line_id: UUID) -> tuple[BudgetLine, Cost]:
    """A line that the actor may change, with its cost item locked before it."""
    line = await lines.one(session, actor, line_id)
    activity = None
    if line.activity_id:
        activity = await node.one(session, actor, Activity, line.activity_id)
        require(actor, May.BUDGET_LINE_EDIT, line.mechanism_id, activity.lead_agency_id)
        await open_plan(session, actor, activity.plan_id)
    else:
        require(actor, May.COST_ITEM_EDIT, line.mechanism_id)
    item = await node.one(session, actor, CostItem, line.cost_item_id, for_update=True)
    line = await node.one(session, actor, BudgetLine, line_id, for_update=True)
    head = await mechanisms.head_by_id(session, actor, line.mechanism_id)
    return line, Cost(item, activity, head.currency)


async def _own_item(session: Session, activity: Activity, plan: Plan) -> CostItem:
    """The cost item of an activity's own costs, made if there is none yet, and locked."""
    item = await cost_items.own_item(session, activity)
    if item is not None:
        return item
    code = f"{plan.code}{OWN}{activity.code}"
    await session.execute(
        insert(CostItem)
        .values(mechanism_id=activity.mechanism_id, code=code, title=activity.title, activity_id=activity.id)
        .on_conflict_do_nothing()
    )
    item = await cost_items.own_item(session, activity)
    if item is None:
        raise Refused(
            "Another cost item has the code %(code)s, which this activity's own costs take: change that code first.",
            code=code,
        )
    return item


async def _add(session: Session, actor: Actor, cost: Cost, command: SaveBudgetLine) -> BudgetLine:
    key = (command.cost_type_id, command.fiscal_year)
    follows = await _follows(session, cost, key)
    line = BudgetLine(
        mechanism_id=cost.item.mechanism_id,
        cost_item_id=cost.item.id,
        activity_id=cost.activity.id if cost.activity else None,
        position=node.place_after(BudgetLine, mechanism_id=cost.item.mechanism_id, cost_item_id=cost.item.id),
    )
    await _write(session, actor, cost, line, command)
    session.add(line)
    await session.flush()
    await _settle(session, cost, key, _typed_need(cost, command), follows=follows)
    await check_ceiling(session, cost.item, key, cost.currency, field="secured_amount")
    return line


async def _write(session: Session, actor: Actor, cost: Cost, line: BudgetLine, command: SaveBudgetLine) -> None:
    """Put what was sent into the line, checked."""
    currency = (command.currency or cost.currency).upper()
    await _check(session, actor, cost, command, currency)
    asked = read_amount(command.asked_amount, currency, field="asked_amount")
    refused = read_amount(command.refused_amount, currency, field="refused_amount")
    if refused > asked:
        raise Refused(
            "%(refused)s is refused of %(asked)s asked. Write in “asked” all that the source was asked for.",
            field="refused_amount",
            refused=shown_amount(refused),
            asked=shown_amount(asked),
        )
    line.source_id, line.cost_type_id, line.fiscal_year = command.source_id, command.cost_type_id, command.fiscal_year
    line.currency, line.is_in_kind, line.vote_code = currency, command.is_in_kind, command.vote_code
    line.asked_amount, line.refused_amount = asked, refused
    line.secured_amount = read_amount(command.secured_amount, currency, field="secured_amount")
    line.weight = command.weight
    with session.no_autoflush:
        if await cost_items.same_line(session, line):
            raise Refused(
                "This source pays this cost type in %(year)s already. Edit that line, or choose another.",
                field="source_id",
                year=line.fiscal_year,
            )


async def _check(session: Session, actor: Actor, cost: Cost, command: SaveBudgetLine, currency: str) -> None:
    try:
        source = await node.one(session, actor, FundingSource, command.source_id)
    except NotFound:
        source = None
    if source is None or source.mechanism_id != cost.item.mechanism_id:
        raise Refused("This source is not of this mechanism. Choose one of the list.", field="source_id")
    if command.cost_type_id not in {term.id for term in await terms(session, "cost_type")}:
        raise Refused(
            "%(term)s is not a cost type. Choose one of the list.", field="cost_type_id", term=command.cost_type_id
        )
    if currency not in list_currencies():
        raise Refused(
            "%(currency)s is not a currency. Write its three letters, like USD.", field="currency", currency=currency
        )
    if currency != cost.currency and cost.activity and command.required_amount is None:
        raise Refused(
            "The line is in %(currency)s. Write what is required in %(own)s too.",
            field="required_amount",
            currency=currency,
            own=cost.currency,
        )


def _typed_need(cost: Cost, command: SaveBudgetLine) -> Decimal | None:
    """The need that somebody typed; longer cost items have a form of their own for it."""
    if cost.activity is None or command.required_amount is None:
        return None
    return read_amount(command.required_amount, cost.currency, field="required_amount")


@dataclass(frozen=True)
class Follows:
    """Whether a need is what the lines ask for, and nobody's own figure; `amount` is what is recorded, if anything."""

    is_true: bool
    amount: Decimal | None


async def _follows(session: Session, cost: Cost, key: tuple[str, int]) -> Follows:
    found = await cost_items.requirement(session, cost.item, *key)
    if found is None:
        return Follows(is_true=True, amount=None)
    sums = await cost_items.key_sums(session, cost.item, *key, cost.currency)
    is_true = found.required_amount == rounded(sums.wanted, cost.currency)
    return Follows(is_true=is_true, amount=found.required_amount)


async def _settle(
    session: Session, cost: Cost, key: tuple[str, int], typed: Decimal | None, *, follows: Follows
) -> None:
    """Bring the need of an activity's own cost in line after its lines changed; longer cost items keep theirs."""
    if cost.activity is None:
        return
    sums = await cost_items.key_sums(session, cost.item, *key, cost.currency)
    if typed is not None and not (follows.is_true and typed == follows.amount):
        amount = typed
    elif not sums.line_count:
        amount = Decimal(0)
    elif follows.is_true:
        amount = rounded(sums.wanted, cost.currency)
    else:
        amount = follows.amount or Decimal(0)
    if await set_requirement(session, cost.item, *key, amount):
        cost.item.version += 1  # who has the form of what it needs open is told
        await session.flush()
