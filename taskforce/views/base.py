"""The base of all views."""

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """A view is read, never changed; it has no defaults, so that nothing is forgotten."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Choice(View):
    """An entry of a list to choose from."""

    id: str
    label: str
