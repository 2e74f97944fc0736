"""Cost items: what must be paid year after year, and what it needs; add, edit, delete."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.errors import Refused
from taskforce.models import CostItem, CostRequirement
from taskforce.queries import cost_item as cost_items
from taskforce.queries import mechanism as mechanisms
from taskforce.queries import node
from taskforce.queries.vocabulary_term import terms
from taskforce.services.amount import AmountText, minor_units, read_amount, shown_amount
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion

Domain = Literal["leadership", "financing", "programming", "service_delivery"]
MOST_YEARS = 30


class EditCostItem(Command):
    """What the form of a cost item and the API send."""

    title: str = Field(title="What is paid", min_length=1, max_length=500, description="What is paid.")
    code: str = Field(title="Code", min_length=1, max_length=90, description="Unique in its mechanism, like C1.")
    domain: Domain = Field(default="programming", title="Which side of the work")
    is_recurrent: bool = Field(default=False, title="Recurrent", description="It comes again every year.")
    is_salaries: bool = Field(default=False, title="Salaries", description="It pays people.")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")


class RequireMoney(Command):
    """What a cost item needs of one cost type in each of some fiscal years; 0 takes the need away."""

    cost_type_id: str = Field(title="Cost type", min_length=1, description="An id like cost_type:staff.")
    first_year: int = Field(title="From fiscal year", ge=1900, le=2200, description="The year in which it starts.")
    last_year: int | None = Field(default=None, title="To fiscal year", ge=1900, le=2200)
    required_amount: AmountText = Field(title="Required a year", description="In the mechanism's currency.")
    version: int | None = Field(default=None, title="Version", ge=1, description="The cost item's, that you opened.")


class AddCostItem(EditCostItem):
    """The same with what it needs, so that a new cost item does not stand empty."""

    cost_type_id: str | None = Field(default=None, title="Cost type", description="An id like cost_type:staff.")
    first_year: int | None = Field(default=None, title="From fiscal year", ge=1900, le=2200)
    last_year: int | None = Field(default=None, title="To fiscal year", ge=1900, le=2200)
    required_amount: AmountText | None = Field(default=None, title="Required a year")


def stored(item: CostItem) -> EditCostItem:
    """The command that would write what is stored now."""
    return EditCostItem.model_validate({name: getattr(item, name) for name in EditCostItem.model_fields})


async def add_cost_item(session: Session, actor: Actor, code: str, command: AddCostItem) -> CostItem:
    """Add a cost item at the end of the mechanism's list, with what it needs if that is said.

    Raises:
        NotFound, NotAllowed: the mechanism is not the actor's to see, or to change.
        Refused: the code is taken, or the need is incomplete or no amount.
    """
    head = await mechanisms.head(session, actor, code)
    require(actor, May.COST_ITEM_EDIT, head.id)
    item = CostItem(
        mechanism_id=head.id,
        position=node.place_after(CostItem, mechanism_id=head.id),
        **command.model_dump(include={"code", "title", "domain", "is_recurrent", "is_salaries"}),
    )
    session.add(item)
    await session.flush()
    if command.required_amount is not None:
        await _require(session, item, _need(command), head.currency)
    return item


async def edit_cost_item(session: Session, actor: Actor, cost_item_id: UUID, command: EditCostItem) -> CostItem:
    """Change a cost item; what it needs has a command of its own.

    Raises:
        NotFound, NotAllowed, Refused: as in adding.
        Stale: somebody saved it meanwhile.
    """
    item = await for_update(session, actor, cost_item_id)
    check_version(item, command.version, stored(item))
    for name, value in command.model_dump(exclude={"version"}).items():
        setattr(item, name, value)
    await session.flush()
    return item


async def delete_cost_item(session: Session, actor: Actor, cost_item_id: UUID, command: Deletion) -> CostItem:
    """Delete a cost item that no line pays for.

    Raises:
        NotFound, NotAllowed, Stale: as in editing.
        Refused: it has budget lines.
    """
    item = await for_update(session, actor, cost_item_id)
    await check_deletion(session, actor, item, command, stored(item))
    if await cost_items.line_count(session, item):
        raise Refused(
            "%(code)s has budget lines: delete those first, so that no money disappears with it.", code=item.code
        )
    await session.delete(item)
    await session.flush()
    return item


async def require_money(session: Session, actor: Actor, cost_item_id: UUID, command: RequireMoney) -> CostItem:
    """Record what a cost item needs, for a run of fiscal years at once.

    Raises:
        NotFound, NotAllowed: it is not the actor's to see, or to change.
        Stale: somebody saved the cost item, or what it needs, meanwhile.
        Refused: the years or the amount are none, or less than is secured already.
    """
    item = await for_update(session, actor, cost_item_id)
    check_version(item, command.version, await _stored_need(session, item, command))
    head = await mechanisms.head_by_id(session, actor, item.mechanism_id)
    await _require(session, item, command, head.currency)
    return item


async def for_update(session: Session, actor: Actor, cost_item_id: UUID) -> CostItem:
    """A cost item, locked: whoever else writes it, its need or its lines waits."""
    item = await node.one(session, actor, CostItem, cost_item_id, for_update=True)
    require(actor, May.COST_ITEM_EDIT, item.mechanism_id)
    return item


def _need(command: AddCostItem) -> RequireMoney:
    if not command.cost_type_id or command.first_year is None:
        field = "first_year" if command.cost_type_id else "cost_type_id"
        raise Refused("Say of which cost type, and from which fiscal year on, this is required.", field=field)
    return RequireMoney(
        cost_type_id=command.cost_type_id,
        first_year=command.first_year,
        last_year=command.last_year,
        required_amount=command.required_amount or "0",
    )


async def _stored_need(session: Session, item: CostItem, command: RequireMoney) -> RequireMoney:
    """The same with the amount that is stored for its years, or with each of them by its year where they differ."""
    last_year = _last_year(command)
    found = {
        row.fiscal_year: shown_amount(row.required_amount)
        for row in await cost_items.requirements(session, item)
        if row.cost_type_id == command.cost_type_id and command.first_year <= row.fiscal_year <= last_year
    }
    is_one = len(found) == last_year - command.first_year + 1 and len(set(found.values())) == 1
    amounts = found[last_year] if is_one else ", ".join(f"{year}: {amount}" for year, amount in found.items())
    return command.model_copy(update={"required_amount": amounts})


def _last_year(command: RequireMoney) -> int:
    return command.last_year if command.last_year is not None else command.first_year


async def _require(session: Session, item: CostItem, command: RequireMoney, currency: str) -> None:
    last_year = _last_year(command)
    if not 0 <= last_year - command.first_year < MOST_YEARS:
        raise Refused(
            "The years run from %(first)s to %(last)s. Write a last year that is not before the first, and at most "
            "%(most)s years.",
            field="last_year",
            first=command.first_year,
            last=last_year,
            most=MOST_YEARS,
        )
    if command.cost_type_id not in {term.id for term in await terms(session, "cost_type")}:
        raise Refused(
            "%(term)s is not a cost type. Choose one of the list.", field="cost_type_id", term=command.cost_type_id
        )
    amount = read_amount(command.required_amount, currency, field="required_amount")
    for year in range(command.first_year, last_year + 1):
        await set_requirement(session, item, command.cost_type_id, year, amount)
        await check_ceiling(session, item, (command.cost_type_id, year), currency, field="required_amount")


async def set_requirement(session: Session, item: CostItem, cost_type_id: str, year: int, amount: Decimal) -> bool:
    """Write what a locked cost item needs of a cost type in a year, and say whether that is new; 0 takes it away."""
    found = await cost_items.requirement(session, item, cost_type_id, year)
    if amount == (found.required_amount if found is not None else 0):
        return False
    if found is not None and not amount:
        await session.delete(found)
    elif found is not None:
        found.required_amount = amount
        found.version += 1
    else:
        session.add(
            CostRequirement(
                mechanism_id=item.mechanism_id,
                cost_item_id=item.id,
                cost_type_id=cost_type_id,
                fiscal_year=year,
                required_amount=amount,
            )
        )
    await session.flush()
    return True


def rounded(amount: Decimal, currency: str) -> Decimal:
    """A weighted sum in the currency's smallest unit."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)), ROUND_HALF_EVEN)


async def check_ceiling(session: Session, item: CostItem, key: tuple[str, int], currency: str, *, field: str) -> None:
    """Let pass while no more is secured than the locked cost item needs of a cost type (`key[0]`) in a year (`key[1]`).

    Lines in other currencies are left out.

    Raises:
        Refused: more is secured.
    """
    found = await cost_items.requirement(session, item, *key)
    if found is None:
        return
    secured = rounded((await cost_items.key_sums(session, item, *key, currency)).secured, currency)
    if secured > found.required_amount:
        raise Refused(
            "In %(year)s %(currency)s %(secured)s would be secured, more than the %(currency)s %(required)s that "
            "are required. Lower what is secured, or raise what is required.",
            field=field,
            year=key[1],
            currency=currency,
            secured=shown_amount(secured),
            required=shown_amount(found.required_amount),
        )
