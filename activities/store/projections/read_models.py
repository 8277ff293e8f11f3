"""The read models that every append keeps up to date: what a process gives to its `PostgresEventLog`."""

from typing import Any

from activities.store.projections.campaign_board import CampaignBoard
from activities.store.projections.collaboration_pipeline import CollaborationPipeline
from activities.store.projections.rights_clocks import RightsClocksView
from activities.store.projections.states import REMEMBERED, States
from activities.store.projections.tasks import TaskList, owner_of_campaign, owner_of_collaboration
from domain import campaign, collaboration, rights


def read_models(remembered: int = REMEMBERED) -> list[States[Any]]:
    """Those of every kind of stream. Of each kind the states of so many streams are remembered, the latest."""
    return [campaigns(remembered), collaborations(remembered), rights_of_collaborations(remembered)]


def campaigns(remembered: int = REMEMBERED) -> States[campaign.Campaign]:
    """The board, and campaigns' tasks."""
    decider = campaign.CampaignDecider()
    return States(
        "campaign/",
        initial=decider.initial,
        registry=campaign.EVENTS,
        evolve=decider.evolve,
        views=[CampaignBoard(), TaskList(owner_of_campaign)],
        remembered=remembered,
    )


def collaborations(remembered: int = REMEMBERED) -> States[collaboration.Collaboration]:
    """The pipeline, and collaborations' tasks."""
    decider = collaboration.CollaborationDecider()
    return States(
        "collaboration/",
        initial=decider.initial,
        registry=collaboration.EVENTS,
        evolve=decider.evolve,
        views=[CollaborationPipeline(), TaskList(owner_of_collaboration)],
        remembered=remembered,
    )


def rights_of_collaborations(remembered: int = REMEMBERED) -> States[rights.Rights]:
    """The clocks that run after a collaboration."""
    decider = rights.RightsDecider()
    return States(
        "rights/",
        initial=decider.initial,
        registry=rights.EVENTS,
        evolve=decider.evolve,
        views=[RightsClocksView()],
        remembered=remembered,
    )
