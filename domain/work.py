"""One deliverable of a collaboration, and how far it has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from domain.clauses import Deliverable
from domain.deadlines import Paused
from domain.disclosure import Disclosure
from domain.personal import PERSONAL, PERSONAL_URL


class WorkStatus(StrEnum):
    """Where one deliverable stands."""

    AWAITING_DRAFT = "awaiting_draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    MEASURED = "measured"
    UNMEASURED = "unmeasured"
    MISSED = "missed"


class Finding(StrEnum):
    """What came of looking for a published post on its platform."""

    VERIFIED = "verified"
    """It is there, and discloses the partnership."""
    MISSING = "missing"
    UNDISCLOSED = "undisclosed"
    UNREACHABLE = "unreachable"
    """The service that reads it has failed for as long as we try."""
    UNKNOWN = "unknown"
    """No service reads it: the creator's word stands."""
    VOUCHED = "vouched"
    """A person of the brand has seen it, where the service had not found it."""


DOUBTFUL = frozenset({Finding.MISSING, Finding.UNDISCLOSED})
"""What the creator has to mend. Where nobody could look, their word stands."""


@dataclass(frozen=True)
class LivePost:
    """A published post, and what was found when it was last looked for. `checked_at` is None until it was."""

    published_at: datetime
    source: str | None = None
    """The service that reads it; None if none does."""
    finding: Finding | None = Finding.UNKNOWN
    """None while the first check is awaited."""
    checked_at: datetime | None = None
    post_id: Annotated[str | None, PERSONAL] = None
    """What the service calls it."""
    restored: bool = False
    """Whether the creator has said since the last check that it is mended."""


@dataclass(frozen=True)
class Work:
    """One deliverable and how far it has come. `version` counts drafts, `rounds` the changes asked for."""

    deliverable: Deliverable
    status: WorkStatus = WorkStatus.AWAITING_DRAFT
    version: int = 0
    rounds: int = 0
    caption: Annotated[str, PERSONAL] = ""
    disclosure: Disclosure | None = None
    feedback: Annotated[str, PERSONAL] = ""
    paused: Paused | None = None
    """The review's clock while the creator makes changes."""
    url: Annotated[str | None, PERSONAL_URL] = None
    live: LivePost | None = None
    """None until it is published."""

    @property
    def is_live(self) -> bool:
        """Whether the post has been published, measured or not."""
        return self.status in (WorkStatus.PUBLISHED, WorkStatus.MEASURED, WorkStatus.UNMEASURED)

    @property
    def stands(self) -> bool:
        """Whether the post is live as far as anybody knows: not while its first check, or its mending, is awaited."""
        return self.is_live and self.live is not None and self.live.finding is not None and not self.in_doubt

    @property
    def in_doubt(self) -> bool:
        """Whether the post was found missing, or without its disclosure, and has not been mended."""
        return self.live is not None and self.live.finding in DOUBTFUL
