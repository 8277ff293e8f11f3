"""The read models that every append keeps up to date: what a process gives to its `PostgresEventLog`."""

from activities.store.projections.campaign_board import CampaignBoard
from activities.store.projections.collaboration_pipeline import CollaborationPipeline
from activities.store.projections.snapshots import Snapshots
from activities.store.projections.tasks import TaskList, owner_of_campaign, owner_of_collaboration
from activities.store.sealing import Sealer
from domain import campaign, collaboration


def campaigns(sealer: Sealer) -> Snapshots[campaign.Campaign]:
    """Campaigns' states, with the board and their tasks."""
    decider = campaign.CampaignDecider()
    return Snapshots(
        "campaign/",
        sealer=sealer,
        initial=decider.initial,
        registry=campaign.EVENTS,
        evolve=decider.evolve,
        views=[CampaignBoard(), TaskList(owner_of_campaign)],
    )


def collaborations(sealer: Sealer) -> Snapshots[collaboration.Collaboration]:
    """Collaborations' states, with the pipeline and their tasks."""
    decider = collaboration.CollaborationDecider()
    return Snapshots(
        "collaboration/",
        sealer=sealer,
        initial=decider.initial,
        registry=collaboration.EVENTS,
        evolve=decider.evolve,
        views=[CollaborationPipeline(), TaskList(owner_of_collaboration)],
    )
