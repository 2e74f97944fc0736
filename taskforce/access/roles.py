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


# How far reading reaches within a mechanism; the queries and row-level security say the same.
READS = {
    "Activities, and what hangs on them": "Those that the own agency leads, always. From consultation on all that are "
    "not confidential. Secretariat and chair read every one.",
    "Budget lines": "One by one: secretariat, chair and treasury all of them, the treasury without the names of "
    "activities that it does not read; focal points and officers those of the activities that they read; donors those "
    "that their own agency pays; observers none. Everybody reads what all lines of the activities that they read come "
    "to, by year and source; no filter of the money page narrows such a total down to a line.",
    "Alerts": "Both leads, secretariat and chair. Others once they may read both activities; observers none. The money "
    "at stake is told to whoever reads the activity that it pays.",
    "The past": "Of what is read today, without the time in which the reader could not have read it. The history of "
    "all that happens in a mechanism: secretariat and chair.",
    "People": "Names of posts for all; e-mail addresses for secretariat, chair and administrator.",
}
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
