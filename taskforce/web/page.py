"""What every page needs beside its view: who reads, which mechanism, the menu, the plumbing of forms."""

import re
from typing import Any, Final
from uuid import UUID

from litestar.connection import Request

from taskforce.access import Actor, May, may
from taskforce.access.policy import may_somewhere
from taskforce.render.wording import country
from taskforce.render.wording import gettext as _
from taskforce.views.mechanism import MechanismHead
from taskforce.web.carried import carried
from taskforce.web.form import masked

AN_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _menu(head: MechanismHead, here: str) -> list[dict[str, Any]]:
    base = f"/mechanisms/{head.code}"
    entries = (
        ("desk", _("My desk"), "/desk", None),
        ("mechanism", _("Mechanism"), base, None),
        ("plan", _("Plan"), f"{base}/plan", None),
        ("alerts", _("Alerts"), f"{base}/alerts", head.open_alert_count or None),
        ("money", _("Money"), f"{base}/money", None),
        ("responsibilities", _("Responsibilities"), f"{base}/responsibilities", None),
        ("agencies", _("Agencies"), f"{base}/agencies", None),
    )
    return [
        {"text": text, "href": href, "count": count, "active": name == here}
        for name, text, href, count in entries
        if name != "alerts" or head.open_alert_count is not None
    ]


def _header(head: MechanismHead) -> dict[str, str]:
    return {"code": head.code, "title": head.title, "country_name": country(head.country)}


def _section(path: str) -> str:
    """Which menu entry a path belongs to."""
    sections = {
        "plans": "plan",
        "plan": "plan",
        "objectives": "plan",
        "outputs": "plan",
        "activities": "plan",
        "indicators": "plan",
        "alerts": "alerts",
        "money": "money",
        "funding-sources": "money",
        "budget-lines": "money",
        "cost-items": "money",
        "responsibilities": "responsibilities",
        "agencies": "agencies",
        "memberships": "agencies",
        "appointments": "agencies",
    }
    return next((sections[part] for part in path.split("/") if part in sections), "mechanism")


def _history(actor: Actor, head: MechanismHead, view: object, path: str) -> str | None:
    """The history of the record that a page or form is about, for who reads it; None where the page itself tells it.

    Organisations are of all mechanisms, and their own page is about many records.
    """
    if hasattr(view, "history") or not may(actor, May.HISTORY_READ, head.id):
        return None
    base = f"/mechanisms/{head.code}"
    found = AN_ID.search(path)
    record = found[0] if found else str(head.id) if path in (base, f"{base}/edit") else None
    return f"{base}/history?record={record}" if record and "/agencies/" not in path else None


def page_context(request: Request[Any, Any, Any], view: object) -> dict[str, Any]:
    """The template's context; `view` may carry the head of its mechanism as `.mechanism`."""
    found = carried(request)
    actor = found.actor
    head = getattr(view, "mechanism", None)
    mechanism_id: UUID | None = head.id if isinstance(head, MechanismHead) else None
    menu = _menu(head, _section(request.url.path)) if isinstance(head, MechanismHead) else []

    def may_here(action: str, *agencies: UUID | None) -> bool:
        return may(actor, May(action), mechanism_id, *agencies)

    general = [{"text": _("My desk"), "href": "/desk", "count": None, "active": request.url.path == "/desk"}]
    if actor.account_id:
        general.append(
            {
                "text": _("Mechanisms"),
                "href": "/mechanisms",
                "count": None,
                "active": request.url.path == "/mechanisms",
            }
        )
    if may(actor, May.USER_READ):
        is_here = request.url.path.startswith("/users")
        general.append({"text": _("Users"), "href": "/users", "count": None, "active": is_here})
    if may(actor, May.EXCHANGE_RATE_ADD):
        is_here = request.url.path.startswith("/exchange-rates")
        general.append({"text": _("Exchange rates"), "href": "/exchange-rates", "count": None, "active": is_here})
    return {
        "view": view,
        "may": may_here,
        "page": {
            "actor": {"name": actor.title, "post": ""} if actor.account_id else None,
            "mechanism": _header(head) if isinstance(head, MechanismHead) else None,
            "nav": menu or (general if actor.account_id else []),
            "csrf": masked(found.csrf),
            "nonce": found.nonce,
            "demonstration": found.is_demonstration,
            "path": request.url.path,
            "history": _history(actor, head, view, request.url.path) if isinstance(head, MechanismHead) else None,
            "language": actor.language,
            "may_create_mechanism": may_somewhere(actor, May.MECHANISM_CREATE),
        },
    }
