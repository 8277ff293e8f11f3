"""Campaigns as their events have made them, at one version of their stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from activities.records import campaign_after
from domain.campaign import Campaign
from domain.events import Envelope


@dataclass(frozen=True)
class Folded:
    """A campaign after its last event; when its first was decided."""

    state: Campaign
    started_at: datetime
    last: Envelope

    @property
    def version(self) -> int:
        """Of its stream."""
        return self.last.version

    @property
    def updated_at(self) -> datetime:
        """When its last event was decided."""
        return self.last.metadata.decided_at


def folded(events: Sequence[Envelope], before: Folded | None = None) -> Folded:
    """The campaign after its first events, at least one; or after those that follow what it was before."""
    return Folded(
        state=campaign_after(events, None if before is None else before.state),
        started_at=events[0].metadata.decided_at if before is None else before.started_at,
        last=events[-1],
    )
