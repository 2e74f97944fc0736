"""When a line counts as confirmed by its agency."""

from taskforce.errors import Refused


def check_open(plan_code: str, plan_status: str) -> None:
    """Let pass what is confirmed while its plan is in consultation.

    Raises:
        Refused: it is not yet, or no longer.
    """
    if plan_status != "consultation":
        raise Refused(
            "Lines are confirmed during consultation, and %(plan)s is %(status)s.",
            plan=plan_code,
            status=plan_status.replace("_", " "),
        )


def is_confirmed(version: int, confirmed_version: int | None) -> bool:
    """Whether what was confirmed is what the line says now: any change after it asks for another confirmation."""
    return confirmed_version == version
