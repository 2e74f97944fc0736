"""Indicators of an output with their targets by year: add, edit, delete."""

import re
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_serializer, field_validator

from taskforce.access import Actor, May, require
from taskforce.db import Session
from taskforce.models import Indicator, Output, Target
from taskforce.queries import indicator as indicators
from taskforce.queries import node
from taskforce.services.command import Command, check_version
from taskforce.services.deletion import Deletion, check_deletion
from taskforce.services.field_types import Code, OneLine
from taskforce.services.open_plan import open_plan

RollUp = Literal["sum", "max", "latest", "average", "ratio"]
LINE: Final = re.compile(r"\s*(?P<year>[0-9]{4})\s*[:=]\s*(?P<value>[0-9]+(?:\.[0-9]+)?)\s*", re.ASCII)


class TargetValue(Command):
    """The value to reach in a fiscal year, named by the year in which it starts."""

    fiscal_year: int = Field(title="Year", ge=1900, le=2200)
    value: Decimal = Field(title="Value", ge=0, max_digits=20, decimal_places=2)


class SaveIndicator(Command):
    """What the form of an indicator and the API send. The form writes targets as lines: `2026: 120`."""

    code: Code = Field(title="Code", description="Unique in its plan, like I1.")
    title: OneLine = Field(title="What is counted", min_length=1, max_length=500)
    unit: OneLine = Field(title="Unit", min_length=1, max_length=500, description="Like people, schools or percent.")
    baseline: Decimal | None = Field(default=None, title="Value before the plan", ge=0, max_digits=20, decimal_places=2)
    baseline_year: int | None = Field(default=None, title="Year of the baseline", ge=1900, le=2200)
    targets: list[TargetValue] = Field(default=[], title="Targets")
    disaggregation: list[str] = Field(default=[], title="Split by", description="Like sex, age, disability.")
    roll_up_periods: RollUp = Field(default="sum", title="How values of several periods join")
    roll_up_places: RollUp = Field(default="sum", title="How values of several places join")
    version: int | None = Field(default=None, title="Version", ge=1, description="The version that you opened.")

    @field_validator("targets", mode="before")
    @classmethod
    def read_lines(cls, value: Any) -> Any:
        """Take lines of text, as a form sends them, for targets."""
        if not isinstance(value, list):
            return value
        found: list[Any] = []
        for each in value:
            if isinstance(each, str):
                found += [_target(line) for line in each.splitlines() if line.strip()]
            else:
                found.append(each)
        return found

    @field_validator("targets")
    @classmethod
    def name_each_year_once(cls, value: list[TargetValue]) -> list[TargetValue]:
        """One target a year, the earliest first."""
        years = [each.fiscal_year for each in value]
        twice = next((year for year in years if years.count(year) > 1), None)
        if twice:
            raise ValueError(f"Targets name {twice} twice. Keep one line for each year.")
        return sorted(value, key=lambda each: each.fiscal_year)

    @field_validator("disaggregation", mode="before")
    @classmethod
    def split_words(cls, value: Any) -> Any:
        """Take `sex, age` for two entries."""
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            return value
        words = [word.strip() for each in value for word in re.split(r"[,\n]", each)]
        return list(dict.fromkeys(word for word in words if word))

    @field_validator("baseline_year")
    @classmethod
    def date_the_baseline(cls, value: int | None, info: ValidationInfo) -> int | None:
        """A year without a value says nothing."""
        if value is not None and info.data.get("baseline") is None:
            raise ValueError("The year of the baseline needs the baseline itself. Write its value, or empty the year.")
        return value

    @field_serializer("targets")
    def written_as_lines(self, value: list[TargetValue]) -> list[str]:
        """How a form and a comparison show them."""
        return [f"{each.fiscal_year}: {each.value.normalize():f}" for each in value]


def _target(line: str) -> dict[str, str]:
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"“{line.strip()}” is not a target. Write the year, a colon and the number, like 2026: 120.")
    return {"fiscal_year": found["year"], "value": found["value"]}


async def stored(session: Session, actor: Actor, indicator: Indicator) -> SaveIndicator:
    """The command that would write what is stored now."""
    targets = await indicators.targets(session, actor, indicator.id)
    fields = ("code", "title", "unit", "baseline", "baseline_year", "roll_up_periods", "roll_up_places", "version")
    return SaveIndicator.model_construct(
        **{name: getattr(indicator, name) for name in fields},
        disaggregation=list(indicator.disaggregation),
        targets=[TargetValue.model_construct(fiscal_year=each.fiscal_year, value=each.value) for each in targets],
    )


async def add_indicator(session: Session, actor: Actor, output_id: UUID, command: SaveIndicator) -> Indicator:
    """Add an indicator at the end of an output.

    Raises:
        NotFound, NotAllowed: the output is not the actor's to see, or its indicators not theirs to keep.
        Refused: the plan is past consultation.
    """
    output = await node.one(session, actor, Output, output_id)
    require(actor, May.INDICATOR_EDIT, output.mechanism_id)
    await open_plan(session, actor, output.plan_id)
    indicator = Indicator(
        mechanism_id=output.mechanism_id,
        plan_id=output.plan_id,
        output_id=output.id,
        position=node.place_after(Indicator, mechanism_id=output.mechanism_id, output_id=output.id),
        **command.model_dump(exclude={"targets", "version"}),
    )
    session.add(indicator)
    await session.flush()
    await _set_targets(session, actor, indicator, command)
    return indicator


async def edit_indicator(session: Session, actor: Actor, indicator_id: UUID, command: SaveIndicator) -> Indicator:
    """Change an indicator and its targets.

    Raises:
        NotFound, NotAllowed, Refused: as in adding.
        Stale: somebody saved it meanwhile.
    """
    indicator = await node.one(session, actor, Indicator, indicator_id, for_update=True)
    require(actor, May.INDICATOR_EDIT, indicator.mechanism_id)
    await open_plan(session, actor, indicator.plan_id)
    check_version(indicator, command.version, await stored(session, actor, indicator))
    for name, value in command.model_dump(exclude={"targets", "version"}).items():
        setattr(indicator, name, value)
    await session.flush()
    await _set_targets(session, actor, indicator, command)
    return indicator


async def delete_indicator(session: Session, actor: Actor, indicator_id: UUID, command: Deletion) -> Indicator:
    """Delete an indicator with its targets.

    Raises:
        NotFound, NotAllowed, Refused, Stale: as in editing.
    """
    indicator = await node.one(session, actor, Indicator, indicator_id, for_update=True)
    require(actor, May.INDICATOR_EDIT, indicator.mechanism_id)
    await open_plan(session, actor, indicator.plan_id)
    await check_deletion(session, actor, indicator, command, await stored(session, actor, indicator))
    await session.delete(indicator)
    await session.flush()
    return indicator


async def _set_targets(session: Session, actor: Actor, indicator: Indicator, command: SaveIndicator) -> None:
    """Write the targets that differ, so that the history shows no change where there was none."""
    kept = {each.fiscal_year: each for each in await indicators.targets(session, actor, indicator.id)}
    wanted = {each.fiscal_year: each.value for each in command.targets}
    for year, target in kept.items():
        if year not in wanted:
            await session.delete(target)
        elif target.value != wanted[year]:
            target.value, target.version = wanted[year], target.version + 1
    session.add_all(
        Target(mechanism_id=indicator.mechanism_id, indicator_id=indicator.id, fiscal_year=year, value=value)
        for year, value in wanted.items()
        if year not in kept
    )
    await session.flush()
