"""Who is calling: a key, a member who has signed in, or the creator whose link it is; and what role they have."""

from dataclasses import dataclass
from enum import StrEnum

from activities.store.workspaces import FIRST
from domain.decider import Actor, Role
from domain.money import Money

DEFAULT_WORKSPACE = FIRST
"""Of the keys of the environment."""


class AccessRole(StrEnum):
    """What somebody is in a workspace. Every role but the last is on the brand's side."""

    OWNER = "owner"
    CAMPAIGN_MANAGER = "campaign_manager"
    APPROVER = "approver"
    LEGAL = "legal"
    FINANCE = "finance"
    OPS = "ops"
    CLIENT_REVIEWER = "client_reviewer"
    SERVICE_ACCOUNT = "service_account"
    CREATOR = "creator"


BRAND_ROLES = tuple(role for role in AccessRole if role is not AccessRole.CREATOR)
"""The roles that an owner can give."""


class Kind(StrEnum):
    """By what a caller is recognised."""

    KEY = "key"
    MEMBER = "member"
    CREATOR = "creator"


@dataclass(frozen=True)
class Principal:
    """Who gives a command or looks at something, and within which bounds."""

    id: str
    """A key's name or id, a member's id, or a creator's: pseudonymous, for the record and the audit."""
    workspace: str
    role: AccessRole
    kind: Kind
    spend_limit: Money | None = None
    """The most that one decision of theirs may commit, in minor units of its currency; None is no limit."""
    collaboration_id: str | None = None
    """The only collaboration that a creator reaches."""
    step: str | None = None
    """The step that a creator's link is for; None is whatever is open."""
    link: str | None = None
    """The token of a creator's link."""
    campaign_id: str | None = None
    """The only campaign that a key reaches, if it is narrowed to one."""
    read_only: bool = False
    limited: bool = True
    """Whether the rate of their requests is limited."""
    session_id: str | None = None
    """Of a member's browser; what it sends needs its CSRF token."""

    @property
    def actor(self) -> Actor:
        """Whom the record names."""
        return Actor(role=Role.BRAND if self.is_brand else Role.CREATOR, id=self.id)

    @property
    def is_brand(self) -> bool:
        """Whether they are on the brand's side."""
        return self.role is not AccessRole.CREATOR

    def reaches(self, collaboration_id: str) -> bool:
        """Whether they may know that this collaboration of their workspace exists."""
        return self.is_brand or self.collaboration_id == collaboration_id


def owner_by_key(name: str, workspace: str = DEFAULT_WORKSPACE) -> Principal:
    """Whoever has this key of the environment: the owner, by whom an installation begins."""
    return Principal(name, workspace, AccessRole.OWNER, Kind.KEY, limited=False)


def creator_by_link(
    creator_id: str, collaboration_id: str, step: str | None, link: str, workspace: str = DEFAULT_WORKSPACE
) -> Principal:
    """Whoever has this link of this collaboration."""
    return Principal(
        creator_id, workspace, AccessRole.CREATOR, Kind.CREATOR, collaboration_id=collaboration_id, step=step, link=link
    )
