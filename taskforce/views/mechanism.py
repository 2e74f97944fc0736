"""Mechanisms as pages and the API show them."""

from uuid import UUID

from taskforce.views.base import View


class MechanismHead(View):
    """What every page of a mechanism carries on top."""

    id: UUID
    code: str
    title: str
    country: str
    status: str
    currency: str
    open_alert_count: int
