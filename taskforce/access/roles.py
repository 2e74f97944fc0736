"""The roles that an appointment gives, in prose."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is in a mechanism; ANYBODY, USER and ADMINISTRATOR are not appointments."""

    ANYBODY = "anybody"
    USER = "user"
    OBSERVER = "observer"
    FOCAL_POINT = "focal_point"
    AUTHORISED_OFFICER = "authorised_officer"
    SECRETARIAT = "secretariat"
    CHAIR = "chair"
    DONOR = "donor"
    TREASURY = "treasury"
    ADMINISTRATOR = "administrator"


PROSE = {
    Role.ANYBODY: "Whoever opens a page without signing in.",
    Role.USER: "Whoever has signed in, whatever their appointments.",
    Role.OBSERVER: "Reads what members share; changes nothing.",
    Role.FOCAL_POINT: "Keeps the lines that the own agency leads and prepares its reports.",
    Role.AUTHORISED_OFFICER: "Answers for the own agency: confirms its lines and submits its reports.",
    Role.SECRETARIAT: "Keeps the plan, the members and the money of the mechanism, and chases reports.",
    Role.CHAIR: "Endorses the plan and decides what members cannot agree on.",
    Role.DONOR: "Reviews what the own agency pays for; reads other money as totals.",
    Role.TREASURY: "Reviews all money and marks what the national budget takes over.",
    Role.ADMINISTRATOR: "Runs the installation; sees no mechanism's content without an appointment there.",
}
