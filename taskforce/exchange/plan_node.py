"""What every mapping of a plan file shares: closed to unknown keys, and the mark of where it comes from."""

from pydantic import BaseModel, ConfigDict, Field

from taskforce.exchange.plan_values import Reference


class Node(BaseModel):
    """Any mapping of the file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Provenance(Node):
    """A node that says where it comes from."""

    fact: Reference | None = Field(None, description="Id of the entry in `sources` that says this.")
    illustrative: bool | None = Field(
        None,
        description="True: this node and all below it are invented to be plausible; nothing published says it. "
        "False below a true one: this part is not. Left out: as the node above.",
    )
