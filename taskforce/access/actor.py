"""Who acts, and which rows the database shows to them."""

from dataclasses import dataclass, field
from uuid import UUID

from taskforce.access.actions import May
from taskforce.access.roles import Role

GOVERNING = frozenset({Role.SECRETARIAT, Role.CHAIR})
ALL_MONEY = GOVERNING | {Role.TREASURY}
MEMBERS = frozenset({Role.FOCAL_POINT, Role.AUTHORISED_OFFICER})
WRITING = GOVERNING | {Role.FOCAL_POINT, Role.AUTHORISED_OFFICER, Role.TREASURY, Role.DONOR}


@dataclass(frozen=True, slots=True)
class Appointed:
    """A current appointment."""

    mechanism_id: UUID
    role: Role
    agency_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RowContext:
    """What row-level security is told: ids as sets, so that policies stay array look-ups.

    `agencies` are pairs of a mechanism and an agency for which the actor stands there: what an agency may read in one
    mechanism gives no right in another. `govern` are the mechanisms in which drafts and confidential lines of all
    agencies are read and written, `money` those whose budget lines are all read, `lines` those whose budget lines are
    read one by one as far as their activities are read. `everything` is for the named system principals alone.
    """

    principal: str
    read: frozenset[UUID] = frozenset()
    govern: frozenset[UUID] = frozenset()
    write: frozenset[UUID] = frozenset()
    money: frozenset[UUID] = frozenset()
    lines: frozenset[UUID] = frozenset()
    agencies: frozenset[tuple[UUID, UUID]] = frozenset()
    everything: bool = False
    installation: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a named system principal. `title` is the post by which people know them.

    `allowed` are the actions of the token by which they came: what neither it nor the policy allows is refused.
    None: they came in person.
    """

    principal: str
    title: str
    account_id: UUID | None = None
    is_administrator: bool = False
    language: str = "en"
    appointments: tuple[Appointed, ...] = field(default=())
    is_system: bool = False
    allowed: frozenset[May] | None = None

    def roles_in(self, mechanism_id: UUID) -> frozenset[Role]:
        """The appointed roles in one mechanism."""
        return frozenset(held.role for held in self.appointments if held.mechanism_id == mechanism_id)

    def agencies_in(self, mechanism_id: UUID, roles: frozenset[Role] | None = None) -> frozenset[UUID]:
        """The agencies for which the actor is appointed in one mechanism, in any or in these roles."""
        return frozenset(
            held.agency_id
            for held in self.appointments
            if held.mechanism_id == mechanism_id and held.agency_id and (roles is None or held.role in roles)
        )

    def _where(self, roles: frozenset[Role]) -> frozenset[UUID]:
        return frozenset(held.mechanism_id for held in self.appointments if held.role in roles)

    @property
    def row_context(self) -> RowContext:
        """What the database is told of this actor at the start of each transaction."""
        return RowContext(
            principal=self.principal,
            read=frozenset(held.mechanism_id for held in self.appointments),
            govern=self._where(GOVERNING),
            write=self._where(WRITING),
            money=self._where(ALL_MONEY),
            lines=self._where(ALL_MONEY | MEMBERS),
            agencies=frozenset((held.mechanism_id, held.agency_id) for held in self.appointments if held.agency_id),
            everything=self.is_system,
            installation=self.is_system or self.is_administrator,
        )
