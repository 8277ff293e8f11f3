"""One deliverable of a collaboration, and how far it has come."""

from dataclasses import dataclass
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

    @property
    def is_live(self) -> bool:
        """Whether the post has been published, measured or not."""
        return self.status in (WorkStatus.PUBLISHED, WorkStatus.MEASURED, WorkStatus.UNMEASURED)
