"""The tables: columns, constraints, relations; no behaviour. Every table is listed here once, by who owns its rows."""

from taskforce.models.account import (
    Account,
    ApiToken,
    ApiTokenUse,
    AuthSession,
    OneTimeLink,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
)
from taskforce.models.activity import (
    Activity,
    ActivityCapability,
    ActivityConfirmation,
    ActivityJoint,
    ActivityMessage,
    ActivityPlace,
    ActivityResponsibility,
    ActivitySupport,
    ActivityTargetGroup,
)
from taskforce.models.agency import Agency
from taskforce.models.agreement import Agreement
from taskforce.models.attachment import Attachment
from taskforce.models.audit_event import AuditEvent, AuditLink
from taskforce.models.base import Base
from taskforce.models.baseline import Baseline, BaselineRecord
from taskforce.models.cost_item import BudgetLine, CostItem, CostRequirement
from taskforce.models.duplication_alert import DuplicationAlert
from taskforce.models.exchange_rate import ExchangeRate
from taskforce.models.funding_source import FundingHistory, FundingSource
from taskforce.models.indicator import Indicator, Target
from taskforce.models.mechanism import Mechanism
from taskforce.models.membership import Appointment, Membership
from taskforce.models.message import Adoption, Message
from taskforce.models.place import Place
from taskforce.models.plan import Objective, ObjectiveCapability, Output, Plan
from taskforce.models.provenance import Provenance
from taskforce.models.responsibility import Assignment, Instrument, Responsibility, ResponsibilityInstrument
from taskforce.models.technical import ContextKey, IdempotencyKey, Installation, JobRun, Outbox
from taskforce.models.vocabulary_term import VocabularyTerm

# Rows of one mechanism: `mechanism_id` stands in their key, row-level security is forced, every change is audited.
# What a digest proves (BaselineRecord) is not written into the audit again: that has the digest.
TENANT = (
    Activity,
    ActivityCapability,
    ActivityConfirmation,
    ActivityJoint,
    ActivityMessage,
    ActivityPlace,
    ActivityResponsibility,
    ActivitySupport,
    ActivityTargetGroup,
    Adoption,
    Agreement,
    Appointment,
    Assignment,
    Attachment,
    Baseline,
    BaselineRecord,
    BudgetLine,
    CostItem,
    CostRequirement,
    DuplicationAlert,
    FundingHistory,
    FundingSource,
    Indicator,
    Instrument,
    Mechanism,  # the tenant itself: its own id is the key
    Membership,
    Message,
    Objective,
    ObjectiveCapability,
    Output,
    Place,
    Plan,
    Provenance,
    Responsibility,
    ResponsibilityInstrument,
    Target,
)
# Rows that all mechanisms share: audited, without row-level security.
INSTALLATION = (Account, Agency, ApiToken, ExchangeRate, VocabularyTerm)
# Rows of the machinery: neither audited nor content.
TECHNICAL = (
    ApiTokenUse,
    AuditEvent,
    AuditLink,
    AuthSession,
    ContextKey,
    IdempotencyKey,
    Installation,
    JobRun,
    OneTimeLink,
    Outbox,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
)

__all__ = [
    "INSTALLATION",
    "TECHNICAL",
    "TENANT",
    "Account",
    "Activity",
    "ActivityCapability",
    "ActivityConfirmation",
    "ActivityJoint",
    "ActivityMessage",
    "ActivityPlace",
    "ActivityResponsibility",
    "ActivitySupport",
    "ActivityTargetGroup",
    "Adoption",
    "Agency",
    "Agreement",
    "ApiToken",
    "ApiTokenUse",
    "Appointment",
    "Assignment",
    "Attachment",
    "AuditEvent",
    "AuditLink",
    "AuthSession",
    "Base",
    "Baseline",
    "BaselineRecord",
    "BudgetLine",
    "ContextKey",
    "CostItem",
    "CostRequirement",
    "DuplicationAlert",
    "ExchangeRate",
    "FundingHistory",
    "FundingSource",
    "IdempotencyKey",
    "Indicator",
    "Installation",
    "Instrument",
    "JobRun",
    "Mechanism",
    "Membership",
    "Message",
    "Objective",
    "ObjectiveCapability",
    "OneTimeLink",
    "Outbox",
    "Output",
    "Place",
    "Plan",
    "Provenance",
    "RecoveryCode",
    "Responsibility",
    "ResponsibilityInstrument",
    "SecondFactor",
    "SignInAttempt",
    "Target",
    "VocabularyTerm",
]
