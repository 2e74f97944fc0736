"""Every action that a route may name."""

from enum import StrEnum


class May(StrEnum):
    """`noun:verb`, alphabetical. A verb other than `read` changes data, or opens the form that does."""

    ACCOUNT_EDIT = "account:edit"
    ACTIVITY_EDIT = "activity:edit"
    ACTIVITY_READ = "activity:read"
    AGENCY_EDIT = "agency:edit"
    AGENCY_READ = "agency:read"
    ALERT_DECIDE = "alert:decide"
    ALERT_READ = "alert:read"
    BUDGET_LINE_EDIT = "budget_line:edit"
    DESK_READ = "desk:read"
    FUNDING_SOURCE_EDIT = "funding_source:edit"
    INDICATOR_EDIT = "indicator:edit"
    INSTALLATION_BEGIN = "installation:begin"
    MECHANISM_CREATE = "mechanism:create"
    MECHANISM_EDIT = "mechanism:edit"
    MECHANISM_READ = "mechanism:read"
    MEMBERSHIP_EDIT = "membership:edit"
    MONEY_READ = "money:read"
    OBJECTIVE_EDIT = "objective:edit"
    OUTPUT_EDIT = "output:edit"
    PAGE_READ = "page:read"
    PLAN_EDIT = "plan:edit"
    PLAN_READ = "plan:read"
    RESPONSIBILITY_EDIT = "responsibility:edit"
    RESPONSIBILITY_READ = "responsibility:read"
    SESSION_CREATE = "session:create"
    SESSION_END = "session:end"
