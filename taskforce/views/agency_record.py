"""The records of organisations, as whoever runs the installation keeps them."""

from uuid import UUID

from taskforce.views.base import View


class RecordRow(View):
    """An organisation; without a country it is an international one."""

    id: UUID
    title: str
    acronym: str | None
    country: str | None
    sector: str


class RecordList(View):
    """Organisations whose names contain the text; `is_cut` if more matched than are listed."""

    text: str
    agencies: list[RecordRow]
    is_cut: bool


class RecordView(View):
    """The record of one organisation. Code and country stay, since plan files know it by them."""

    id: UUID
    country: str | None
    code: str
    title: str
    acronym: str | None
    other_names: list[str]
    sector: str
    iati_identifier: str | None
    version: int


class RecordForm(View):
    """The form of a record, and the sectors that may be chosen."""

    agency_id: UUID
    title: str
    country: str | None
    sectors: list[str]
