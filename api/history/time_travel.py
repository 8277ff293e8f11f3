"""A campaign's collaborations and money as they stood at a point of the past: folded from events, not read models."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from activities.store.projections.spend import Spend
from api.history.as_of import PointInTime
from api.report.history import CampaignHistory
from domain.events import Envelope
from domain.lifecycle import Stage
from domain.money import Money
from domain.outcomes import Outcome

PAGE = 1_000
"""Events read at a time."""


class CampaignLog(Protocol):
    """What time travel needs of the event log."""

    async def read_campaign(self, correlation_id: str, after_position: int = 0, limit: int = 1_000) -> list[Envelope]:
        """The first `limit` events after a position over all streams of a campaign, in order."""
        ...


@dataclass(frozen=True)
class PastStanding:
    """What a campaign's collaborations had come to: the past of what the board says of the present."""

    spend: Spend
    stages: Mapping[Stage, int]
    outcomes: Mapping[Outcome, int]


async def standing_at(
    log: CampaignLog, campaign_id: str, budget: Money, point: PointInTime, own: Sequence[Envelope]
) -> PastStanding:
    """How the collaborations stood; `own` are the campaign's own events up to the point.

    An instant takes in what was decided by then in every stream. A version is the moment at which that event came into
    the record: of the collaborations it takes in what had come before it. Either reads the campaign's whole past, so
    for a campaign of 10,000 creators it takes seconds; other requests go on meanwhile.

    Raises:
        UnknownEvent: a newer release has written one of the events.
    """
    history, position, until = CampaignHistory(), 0, own[-1].position
    late: set[str] = set()
    while page := await log.read_campaign(campaign_id, position, PAGE):
        then = list(_by_instant(page, point, late) if point.at else _by_position(page, until))
        await asyncio.to_thread(history.add, then)
        position = page[-1].position
        if point.at is None and position >= until:
            break
    return _standing(history, campaign_id, budget)


def _by_position(page: Sequence[Envelope], until: int) -> Iterator[Envelope]:
    return (event for event in page if event.position <= until)


def _by_instant(page: Sequence[Envelope], point: PointInTime, late: set[str]) -> Iterator[Envelope]:
    """What had been decided by the instant; a stream ends with its first event that had not (`late`, see `upto`)."""
    assert point.at is not None, "the point is an instant"
    for event in page:
        if event.metadata.decided_at > point.at:
            late.add(event.stream)
        if event.stream not in late:
            yield event


def _standing(history: CampaignHistory, campaign_id: str, budget: Money) -> PastStanding:
    states = [past.state for past in history.collaborations.values()]
    spend = Spend(
        campaign_id=campaign_id,
        currency=budget.currency,
        total=budget.amount,
        reserved=history.moved["reserved"],
        committed=history.moved["committed"],
        paid=history.moved["paid"],
    )
    return PastStanding(
        spend=spend,
        stages=Counter(state.stage for state in states if state.outcome is None),
        outcomes=Counter(state.outcome for state in states if state.outcome is not None),
    )
