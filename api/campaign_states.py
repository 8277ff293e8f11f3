"""Campaigns as their events have made them, at one version of their stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from activities.event_streams import registry_of
from activities.records import decider_of
from domain.campaign import Campaign, CampaignDecider
from domain.events import Envelope


@dataclass(frozen=True)
class Folded:
    """A campaign at a version; when its first event was decided, and when its last."""

    state: Campaign
    version: int
    started_at: datetime
    updated_at: datetime


def folded(events: Sequence[Envelope], before: Folded | None = None) -> Folded:
    """The campaign after its first events, at least one; or after those that follow what it was before."""
    stream = events[0].stream
    return Folded(
        state=reduce(
            decider_of(stream).evolve,
            map(registry_of(stream).decode, events),
            CampaignDecider.initial if before is None else before.state,
        ),
        version=events[-1].version,
        started_at=events[0].metadata.decided_at if before is None else before.started_at,
        updated_at=events[-1].metadata.decided_at,
    )
