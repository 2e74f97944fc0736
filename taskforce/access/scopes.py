"""What a token of the API may be made for: each action belongs to one scope, or to none and is for people alone."""

from collections.abc import Iterable
from enum import StrEnum

from taskforce.access.actions import May


class TokenScope(StrEnum):
    """A part of the maker's rights, alphabetical."""

    ACCOUNT = "account"
    PEOPLE = "people"
    READ = "read"
    WRITE_MONEY = "write_money"
    WRITE_PLAN = "write_plan"


# What changes; whatever reads is in the scope READ.
CHANGES: dict[TokenScope, frozenset[May]] = {
    TokenScope.ACCOUNT: frozenset({May.OWN_ACCOUNT_EDIT, May.TOKEN_EDIT}),
    TokenScope.PEOPLE: frozenset(
        {
            May.ACCOUNT_EDIT,
            May.AGENCY_EDIT,
            May.MECHANISM_CREATE,
            May.MECHANISM_EDIT,
            May.MEMBERSHIP_EDIT,
            May.USER_EDIT,
        }
    ),
    TokenScope.WRITE_MONEY: frozenset(
        {May.BUDGET_LINE_EDIT, May.COST_ITEM_EDIT, May.EXCHANGE_RATE_ADD, May.FUNDING_SOURCE_EDIT}
    ),
    TokenScope.WRITE_PLAN: frozenset(
        {
            May.ACTIVITY_CONFIRM,
            May.ACTIVITY_EDIT,
            May.ALERT_DECIDE,
            May.ATTACHMENT_ADD,
            May.ATTACHMENT_PURGE,
            May.INDICATOR_EDIT,
            May.OBJECTIVE_EDIT,
            May.OUTPUT_EDIT,
            May.PLACE_EDIT,
            May.PLAN_DECIDE,
            May.PLAN_EDIT,
            May.RESPONSIBILITY_EDIT,
        }
    ),
}
# These make, confirm and end browser sessions and the ways into them: no token does.
FOR_PEOPLE_ALONE = frozenset(
    {May.CREDENTIAL_EDIT, May.INSTALLATION_BEGIN, May.SESSION_CREATE, May.SESSION_END, May.SESSION_VERIFY}
)


def actions_of(scopes: Iterable[str]) -> frozenset[May]:
    """The actions of scopes, by their names; what anybody may read is always among them."""
    chosen = {TokenScope(scope) for scope in scopes}
    changes = frozenset[May]().union(*(CHANGES.get(scope, frozenset()) for scope in chosen))
    reads = {action for action in May if action.value.endswith(":read")} if TokenScope.READ in chosen else set()
    return changes | reads | {May.PAGE_READ}


def scope_of(action: May) -> TokenScope | None:
    """The scope that an action belongs to; None where only people may do it."""
    if action.value.endswith(":read"):
        return TokenScope.READ
    return next((scope for scope, actions in CHANGES.items() if action in actions), None)
