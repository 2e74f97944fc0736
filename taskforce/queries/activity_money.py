"""What pays for an activity, line by line, and what is at stake when it goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, and_, any_, bindparam, func, select

from taskforce.access import Actor
from taskforce.db import Session, adds_up
from taskforce.models import Agency, BudgetLine, FundingSource, VocabularyTerm
from taskforce.queries.budget_line import wanted
from taskforce.queries.visible import Reader, reader, scope, visible


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A budget line. `weight`: the share of it that counts here, above 0 and at most 1."""

    id: UUID
    source_id: UUID
    source_title: str
    source_class: str
    provider_agency_id: UUID | None
    provider_title: str | None
    cost_type: str
    fiscal_year: int
    currency: str
    asked_amount: Decimal
    refused_amount: Decimal
    secured_amount: Decimal
    weight: Decimal
    is_in_kind: bool
    vote_code: str | None
    is_illustrative: bool | None


class Amounts(NamedTuple):
    """What was asked for, refused and secured in a fiscal year and currency, × weight, not rounded."""

    fiscal_year: int
    currency: str
    asked: Decimal
    refused: Decimal
    secured: Decimal


async def budget_lines(session: Session, actor: Actor, mechanism_id: UUID, activity_id: UUID) -> list[MoneyRow]:
    """The budget lines of a visible activity that the actor reads one by one, by year and then in their order."""
    asked = scope(actor) | {"mechanism_id": mechanism_id, "activity_id": activity_id}
    return [MoneyRow(*row) for row in await session.execute(_budget_lines(reader(actor)), asked)]


@adds_up
async def sums_of_others(
    session: Session, actor: Actor, mechanism_id: UUID, activity_id: UUID, providers: Iterable[UUID]
) -> list[Amounts]:
    """What all sources but those of these agencies pay for a visible activity, by year and currency."""
    asked = scope(actor) | {"mechanism_id": mechanism_id, "activity_id": activity_id, "providers": list(providers)}
    return [Amounts(*row) for row in await session.execute(_sums_of_others(reader(actor)), asked)]


@cache
def _sums_of_others(reader: Reader) -> Select[*tuple[Any, ...]]:
    weight, provider = BudgetLine.weight, FundingSource.provider_agency_id
    amounts = (wanted(), BudgetLine.refused_amount, BudgetLine.secured_amount)
    return (
        select(BudgetLine.fiscal_year, BudgetLine.currency, *(func.sum(amount * weight) for amount in amounts))
        .join(
            FundingSource,
            and_(FundingSource.mechanism_id == BudgetLine.mechanism_id, FundingSource.id == BudgetLine.source_id),
        )
        .where(
            visible(reader, BudgetLine.mechanism_id),
            BudgetLine.mechanism_id == bindparam("mechanism_id"),
            BudgetLine.activity_id == bindparam("activity_id"),
            provider.is_(None) | ~(provider == any_(bindparam("providers", type_=ARRAY(Uuid)))),
        )
        .group_by(BudgetLine.fiscal_year, BudgetLine.currency)
    )


@cache
def _budget_lines(reader: Reader) -> Select[*tuple[Any, ...]]:
    return (
        select(
            BudgetLine.id,
            FundingSource.id,
            FundingSource.title,
            FundingSource.source_class,
            FundingSource.provider_agency_id,
            Agency.title,
            VocabularyTerm.label,
            BudgetLine.fiscal_year,
            BudgetLine.currency,
            BudgetLine.asked_amount,
            BudgetLine.refused_amount,
            BudgetLine.secured_amount,
            BudgetLine.weight,
            BudgetLine.is_in_kind,
            BudgetLine.vote_code,
            BudgetLine.is_illustrative,
        )
        .join(
            FundingSource,
            and_(FundingSource.mechanism_id == BudgetLine.mechanism_id, FundingSource.id == BudgetLine.source_id),
        )
        .join(VocabularyTerm, VocabularyTerm.id == BudgetLine.cost_type_id)
        .outerjoin(Agency, Agency.id == FundingSource.provider_agency_id)
        .where(
            visible(reader, BudgetLine.mechanism_id),
            BudgetLine.mechanism_id == bindparam("mechanism_id"),
            BudgetLine.activity_id == bindparam("activity_id"),
        )
        .order_by(BudgetLine.fiscal_year, BudgetLine.position, FundingSource.title, VocabularyTerm.label)
    )
