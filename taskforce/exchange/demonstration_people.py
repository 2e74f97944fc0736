"""The people of the demonstration: an account for each post, named by it, for nobody who exists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from taskforce.access import OPERATOR
from taskforce.db import Session
from taskforce.exchange.plan_file import Agency, PlanFile, activities
from taskforce.exchange.plan_works import works
from taskforce.models import Account
from taskforce.queries import account as accounts
from taskforce.queries import demonstration as questions
from taskforce.queries import plan_row
from taskforce.render.wording import country
from taskforce.rules.duplication import find
from taskforce.services.account import NewAccount, add_account
from taskforce.services.appointment import AppointmentRole, Invite, appoint

DOMAIN: Final = "example.org"  # reserved by RFC 2606, so no mail reaches anybody
ADMINISTRATOR: Final = "Administrator of this installation"


@dataclass(frozen=True, slots=True)
class _Post:
    """A post to fill: its name, its address before the @, its role, and the agency that it stands for."""

    title: str
    name: str
    role: AppointmentRole
    agency: Agency | None = None


async def add_administrator(session: Session) -> None:
    """The administrator, unless there is one."""
    email = f"administrator@{DOMAIN}"
    if await accounts.by_email(session, email) is None:
        await add_account(session, NewAccount(email=email, title=ADMINISTRATOR, is_administrator=True))


async def add_people(session: Session, file: PlanFile, mechanism_id: UUID, *, today: date) -> None:
    """Fill every post of a mechanism that is not filled yet, since the first day of last year.

    A donor is one person in all mechanisms that the donor pays for.
    """
    since = date(today.year - 1, 1, 1)
    ids = await _agency_ids(session, file)
    for post in _posts(file):
        account = await _account(session, post)
        if not await questions.holds(session, OPERATOR, mechanism_id, account.id, post.role):
            invite = Invite(
                email=account.email,
                title=post.title,
                role=post.role,
                agency_id=ids[post.agency.code] if post.agency else None,
                starts_on=since,
            )
            await appoint(session, mechanism_id, account, invite, today=today)


async def _account(session: Session, post: _Post) -> Account:
    email = f"{post.name}@{DOMAIN}"
    return await accounts.by_email(session, email) or await add_account(
        session, NewAccount(email=email, title=post.title)
    )


async def _agency_ids(session: Session, file: PlanFile) -> dict[str, UUID]:
    codes = {agency.code: _country(agency, file) for agency in file.agencies}
    stored = await plan_row.agencies_by_code(session, list(codes))
    return {str(row["code"]): UUID(str(row["id"])) for row in stored if row["country"] == codes[str(row["code"])]}


def _country(agency: Agency, file: PlanFile) -> str | None:
    return None if agency.country == "international" else agency.country or file.mechanism.country


def _posts(file: PlanFile) -> list[_Post]:
    where = country(file.mechanism.country)
    place = file.mechanism.country.lower()
    observer = _Post(f"Observer, {where}", f"observer.{place}", "observer")
    if file.plan is None:
        return [observer]
    focal, officer = _two_leads(file)
    donors = [agency for agency in file.agencies if agency.role == "donor"]
    treasury = next((agency for agency in file.agencies if agency.role == "treasury"), None)
    return [
        _Post(f"Secretariat, {where}", f"secretariat.{place}", "secretariat"),
        _Post(f"Chair, {where}", f"chair.{place}", "chair"),
        _Post(f"Focal point, {_short(focal)}", f"focal.point.{place}", "focal_point", focal),
        _Post(f"Authorised officer, {_short(officer)}", f"officer.{place}", "authorised_officer", officer),
        *(_Post(f"Donor reviewer, {_short(donor)}", f"donor.{donor.code.lower()}", "donor", donor) for donor in donors),
        _Post(f"Treasury reviewer, {where}", f"treasury.{place}", "treasury", treasury),
        observer,
    ]


def _two_leads(file: PlanFile) -> tuple[Agency, Agency]:
    """The two agencies of the likeliest alert, so that both sides of it can be tried; else the first two leads."""
    leads = {activity.code: activity.lead for _, activity in activities(file) if activity.lead}
    pairs: Sequence[tuple[str | None, str | None]] = [
        (leads.get(alert.a), leads.get(alert.b)) for alert in find(works(file)) if alert.kind != "complement"
    ]
    ordered = [code for pair in pairs for code in pair if code] + list(leads.values())
    first, second, *_ = [*dict.fromkeys(ordered), *(agency.code for agency in file.agencies)]
    by_code = {agency.code: agency for agency in file.agencies}
    return by_code[first], by_code[second]


def _short(agency: Agency) -> str:
    """The name of an agency without what stands in brackets behind it."""
    return agency.name.partition(" (")[0]
