"""How workflows are started and told things: the types on the wire between clients, activities and workflows."""

from uuid import NAMESPACE_URL, uuid5

from domain.decider import Actor
from domain.events import JsonObject
from domain.values import Line, Value
from domain.verification import OpenCollaboration

TASK_QUEUE = "groundswell"
CAMPAIGN_WORKFLOW = "Campaign"
COLLABORATION_WORKFLOW = "Collaboration"
RIGHTS_WORKFLOW = "Rights"
SOURCING_WORKFLOW = "Sourcing"

CATCH_UP = "CatchUp"
"""The update that has a workflow read its stream, which has come to the version that is given."""


class CampaignStart(Value):
    """Input of the campaign workflow. Everything else is read from its stream, so a restart needs nothing more."""

    campaign_id: Line


class CollaborationStart(Value):
    """Input of the collaboration workflow. Without an opening it continues the stream that exists."""

    collaboration_id: Line
    opening: OpenCollaboration | None = None


class RightsStart(Value):
    """Input of the workflow that keeps the clocks of a collaboration that has ended; the rest is in the record."""

    collaboration_id: Line


class SourcingStart(Value):
    """Input of a job that asks a source for creators; what it asks for is in the database."""

    job_id: Line


class Instruction(Value):
    """A command on its way to the workflow that decides it; the name of the update is the command's type."""

    command: JsonObject
    actor: Actor
    traceparent: str | None = None


class Answer(Value):
    """What came of a command: the types of its events and the version of the stream after them."""

    stream: Line
    version: int
    events: tuple[Line, ...]
    fingerprint: Line
    """Of the command that was decided: differs from the one sent if its id had been used before."""


def campaign_stream(campaign_id: str) -> str:
    """Name of a campaign's stream, and id of its workflow."""
    return f"campaign/{campaign_id}"


def collaboration_stream(collaboration_id: str) -> str:
    """Name of a collaboration's stream, and id of its workflow."""
    return f"collaboration/{collaboration_id}"


def rights_stream(collaboration_id: str) -> str:
    """Name of the stream of what outlives a collaboration, and id of its workflow."""
    return f"rights/{collaboration_id}"


def sourcing_id(job_id: str) -> str:
    """Id of the workflow of a job that asks a source for creators."""
    return f"sourcing/{job_id}"


def collaboration_id(campaign_id: str, creator_id: str) -> str:
    """The id of the one collaboration of this creator in this campaign: inviting twice is inviting once."""
    return uuid5(NAMESPACE_URL, f"groundswell:{campaign_id}:{creator_id}").hex
