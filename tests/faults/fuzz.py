"""Sending many cases through the application in its own loop, and what must hold of each answer."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel

from tests.faults.hostile import ODD, PAYLOADS

T = TypeVar("T")
# What a field of this name takes, so that a case gets past the first check and its hostile text is stored.
FITTING: dict[str, Sequence[str]] = {
    "accountable": ("yes",),
    "currency": ("TZS", "USD"),
    "country": ("TZ", "KE"),
    "domain": ("programming", "financing"),
    "kind": ("law", "task_force", "government", "donor"),
    "sector": ("police", "government"),
    "status": ("not_started", "active"),
    "role": ("accountable", "member", "observer", "informed"),
    "own_plan": ("yes", "no"),
    "cost_type_id": ("cost_type:staff", "cost_type:training"),
    "kind_id": ("kind:training",),
    "capability_id": ("capability:4",),
    "capabilities": ("capability:4", "capability:1"),
    "target_groups": ("target_group:teachers",),
    "resolution": ("joint", "not_a_duplicate", "changed"),
    "language": ("en",),
}
TEXTS = st.one_of(
    st.sampled_from(PAYLOADS),
    st.sampled_from(ODD),
    st.text(max_size=60),
    st.text(alphabet="\x00\x01\t\r\n\x0b\x7f\x85\u2028\u202e\u2066\ufeff\ufffe\U0010ffffa<&\"'", max_size=20),
    st.builds("{}{}".format, st.sampled_from(PAYLOADS), st.text(max_size=10)),
    st.integers(1, 3).map(lambda power: "a" * 10**power * 3),
)
DATES = st.one_of(st.dates().map(str), st.sampled_from(("2026-03-01", "2026-12-31", "2026-02-30", "2016", "x")))
NUMBERS = st.one_of(st.integers(-10, 10**25).map(str), st.decimals(allow_nan=True).map(str), st.just("1200.50"))


async def each_of(strategy: SearchStrategy[T], check: Callable[[T], Coroutine[Any, Any, None]], *, most: int) -> int:
    """Draw cases in a thread and check each in this loop, where the application's connections live; how many it were.

    The same cases each time: a failure is a failure for everybody.
    """
    loop, count = asyncio.get_running_loop(), 0

    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),  # a case that fails is printed as it is: shrinking it would take minutes
    )
    @given(strategy)
    def run(case: T) -> None:
        nonlocal count
        count += 1
        asyncio.run_coroutine_threadsafe(check(case), loop).result(60)

    await asyncio.to_thread(run)
    return count


def value_of(name: str, title: str, places: Mapping[str, Any]) -> SearchStrategy[str]:
    """What is sent for a field: mostly what fits its name, else anything."""
    fitting = list(FITTING.get(name, ()))
    single = name.removesuffix("s") if name.endswith("_ids") else name
    known = {**places, "lead_agency_id": places["agency_id"], "support_agency_id": places["agency_id"]}
    if single in known or f"{single.removesuffix('_id')}_id" in known:
        fitting.append(str(known.get(single, known.get(f"{single.removesuffix('_id')}_id"))))
    if fitting:
        return st.one_of(st.sampled_from(fitting), st.sampled_from(fitting), TEXTS)
    if name.endswith("_on"):
        return st.one_of(st.sampled_from(("2026-03-01", "2026-06-30")), DATES)
    if name.endswith(("_amount", "amount", "value", "target", "baseline")) or "year" in name or "month" in name:
        return st.one_of(st.sampled_from(("1", "2026", "100")), NUMBERS)
    if name.startswith("is_"):
        return st.sampled_from(("yes", "no", "true", "1", "\x00"))
    if name in ("code", "acronym"):
        return st.one_of(st.integers(1, 10**6).map("Z{}".format), TEXTS)
    if name == "email":
        return st.one_of(st.integers(1, 10**6).map("z{}@example.org".format), TEXTS)
    return TEXTS


def fields_of(command: type[BaseModel], places: Mapping[str, Any]) -> SearchStrategy[dict[str, str]]:
    """A form for a command: each field that must be there nearly always, the others as it comes, and strangers."""
    required: dict[str, SearchStrategy[str]] = {}
    optional: dict[str, SearchStrategy[str]] = {"strange\x00": TEXTS, "__proto__": TEXTS, "csrf": TEXTS}
    for name, found in command.model_fields.items():
        (required if found.is_required() else optional)[name] = value_of(name, found.title or name, places)
    optional.pop("version", None)
    usual = {name: each for name, each in optional.items() if name in command.model_fields}
    return st.one_of(
        st.fixed_dictionaries(required, optional=usual),
        st.fixed_dictionaries(required, optional=usual),
        st.fixed_dictionaries({}, optional=required | optional),
    )
