"""What activities look up before they act: streams folded into state, and the person behind an id."""

from collections.abc import Sequence

from activities.ports import Directory, EventLog
from activities.starting import campaign_stream
from domain import campaign, collaboration
from domain.brief import Brief
from domain.campaign import Campaign, CampaignDecider
from domain.collaboration import Collaboration, CollaborationDecider
from domain.creators import Creator
from domain.errors import NotFound
from domain.events import Envelope
from domain.goal_setting import CampaignStarted


def campaign_after(events: Sequence[Envelope]) -> Campaign:
    """The campaign after its first events."""
    state, decider = CampaignDecider.initial, CampaignDecider()
    for envelope in events:
        state = decider.evolve(state, campaign.EVENTS.decode(envelope))
    return state


def collaboration_after(events: Sequence[Envelope]) -> Collaboration:
    """The collaboration after its first events."""
    state, decider = CollaborationDecider.initial, CollaborationDecider()
    for envelope in events:
        state = decider.evolve(state, collaboration.EVENTS.decode(envelope))
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
