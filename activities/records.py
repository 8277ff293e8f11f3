"""What activities look up before they act: streams folded into state, and the person behind an id."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

from activities.event_streams import registry_of
from activities.ports import Directory, EventLog
from activities.starting import campaign_stream
from domain import campaign
from domain.brief import Brief
from domain.campaign import Campaign, CampaignDecider
from domain.collaboration import Collaboration, CollaborationDecider
from domain.creators import Creator
from domain.decider import Decider, Event
from domain.errors import NotFound
from domain.events import Envelope
from domain.goal_setting import CampaignStarted
from domain.rights import Rights, RightsDecider

DECIDERS: Mapping[str, Decider[Any, Any, Event]] = {
    "campaign": CampaignDecider(),
    "collaboration": CollaborationDecider(),
    "rights": RightsDecider(),
}
"""The rules by the kind of stream, the part of its name before the slash."""


def decider_of(stream: str) -> Decider[Any, Any, Event]:
    """The rules of a stream."""
    return DECIDERS[stream.partition("/")[0]]


def state_after(stream: str, events: Sequence[Envelope], before: Any = None) -> Any:
    """The state of a stream of any kind after its first events, or after those that follow what it was before."""
    initial = decider_of(stream).initial if before is None else before
    return reduce(decider_of(stream).evolve, map(registry_of(stream).decode, events), initial)


def campaign_after(events: Sequence[Envelope], before: Campaign | None = None) -> Campaign:
    """The campaign after its first events, or after those that follow what it was before."""
    state: Campaign = state_after("campaign/", events, before)
    return state


def collaboration_after(events: Sequence[Envelope]) -> Collaboration:
    """The collaboration after its first events."""
    state: Collaboration = state_after("collaboration/", events)
    return state


def rights_after(events: Sequence[Envelope]) -> Rights:
    """What outlives a collaboration, after its first events."""
    state: Rights = state_after("rights/", events)
    return state


async def brief_of(log: EventLog, campaign_id: str) -> Brief:
    """The brief that a campaign was started with.

    Raises:
        NotFound: no such campaign has started.
    """
    for envelope in await log.read(campaign_stream(campaign_id), 0, 1):
        event = campaign.EVENTS.decode(envelope)
        if isinstance(event, CampaignStarted):
            return event.brief
    raise NotFound(kind="campaign", id=campaign_id)


async def creator_of(directory: Directory, creator_id: str) -> Creator:
    """The creator with this id.

    Raises:
        NotFound: the directory does not know the id.
    """
    found = (await directory.get([creator_id])).get(creator_id)
    if found is None:
        raise NotFound(kind="creator", id=creator_id)
    return found
