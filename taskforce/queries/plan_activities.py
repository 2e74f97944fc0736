"""The lines of a plan as its page, its list and its file show them."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Numeric, Select, Text, and_, func, literal, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from taskforce.access import Actor
from taskforce.db import Session
from taskforce.models import (
    Activity,
    ActivityPlace,
    ActivitySupport,
    ActivityTargetGroup,
    Agency,
    BudgetLine,
    DuplicationAlert,
    FundingSource,
    Objective,
    Output,
    Place,
    VocabularyTerm,
)
from taskforce.queries.plan import PlanRow
from taskforce.queries.plan_filter import ActivityFilter, matching, of_plan, open_alert_of, other_line

BATCH = 500  # lines that a file is read in, so that memory stays flat

# Where a line stands in the order of its plan: positions, and codes where positions are equal.
Place_ = tuple[int, str, int, str, int, str]
