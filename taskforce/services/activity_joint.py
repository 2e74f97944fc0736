"""Which lines of other agencies a line is joint with. The link has no side: it is stored once for both."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.errors import Refused, Stale
from taskforce.models import Activity, ActivityJoint
from taskforce.queries import activity as activities
from taskforce.queries.activity import Coded
from taskforce.services.activity_command import SaveActivity
from taskforce.services.field_types import LONGEST_CODE

_FIELD = "joint_with"


def check_joint_opened(command: SaveActivity, stored: SaveActivity) -> None:
    """Let pass who opened the links that are stored.

    The other line's save and a decided alert write a link without a new version of this line, which may be no line
    that they may write.

    Raises:
        Stale: a link was made or taken away meanwhile.
    """
    if "joint_opened" in command.model_fields_set and set(command.joint_opened) != set(stored.joint_with):
        raise Stale(
            f"you opened it joint with {command.joint_opened}, and it is joint with {stored.joint_with} now: "
            "compare and save again",
            theirs=stored.model_dump(),
        )


async def set_joint(
    session: Session, actor: Actor, activity: Activity, wanted: Sequence[str], kept: Sequence[str]
) -> None:
    """Make a stored line joint with the lines of these codes in its plan.

    `kept` are the codes of those that the actor sees it joint with now: they may stay whatever became of them, and
    links that the actor does not see stay too.

    Raises:
        Refused: a new one is not there, not the actor's to see, the line itself, of the same lead, or cancelled.
    """
    added = [code for code in wanted if code not in kept]
    gone = [code for code in kept if code not in wanted]
    if not added and not gone:
        return
    found = {each.code: each for each in await activities.coded(session, actor, activity.plan_id, [*added, *gone])}
    _check_all_there([code for code in added if code not in found])
    for code in added:
        _check(activity, found[code])
    for code in added:
        await session.execute(insert(ActivityJoint).values(_pair(activity, found[code])).on_conflict_do_nothing())
    for code in gone:
        if code in found:
            await session.execute(delete(ActivityJoint).filter_by(**_pair(activity, found[code])))


def _pair(activity: Activity, other: Coded) -> dict[str, object]:
    low, high = sorted((activity.id, other.id))
    return {"mechanism_id": activity.mechanism_id, "activity_id": low, "other_id": high}


def _check_all_there(missing: Sequence[str]) -> None:
    codes = [code if len(code) <= LONGEST_CODE else f"{code[:LONGEST_CODE]}…" for code in missing]
    if len(codes) == 1:
        raise Refused(
            "There is no activity %(code)s in this plan. Write codes such as 1.2.3, separated by commas.",
            field=_FIELD,
            code=codes[0],
        )
    if codes:
        raise Refused(
            "There are no activities %(codes)s in this plan. Write codes such as 1.2.3, separated by commas.",
            field=_FIELD,
            codes=", ".join(codes),
        )


def _check(activity: Activity, other: Coded) -> None:
    if other.id == activity.id:
        raise Refused(
            "%(code)s is this activity itself. Name activities of other agencies.", field=_FIELD, code=other.code
        )
    if other.lead_agency_id is not None and other.lead_agency_id == activity.lead_agency_id:
        raise Refused(
            "%(code)s has the same lead agency. Name activities of other agencies.", field=_FIELD, code=other.code
        )
    if other.status == "cancelled":
        raise Refused(
            "%(code)s is cancelled. Leave it out, or ask its lead agency to take it up again.",
            field=_FIELD,
            code=other.code,
        )
