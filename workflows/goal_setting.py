"""Stage 1, goal setting: the campaign waits for its brief, which arrives with the request that started it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from domain.campaign import Campaign
from workflows.event_sourced import EventSourced

BRIEF_ARRIVES_WITHIN = timedelta(minutes=10)
"""The request that starts the workflow carries the brief; a run without one is a mistake, not a campaign."""


async def set_goals(flow: EventSourced[Campaign]) -> None:
    """Wait for the brief."""
    try:
        await workflow.wait_condition(
            lambda: flow.state.started, timeout=BRIEF_ARRIVES_WITHIN, timeout_summary="no brief has arrived"
        )
    except TimeoutError as late:
        raise ApplicationError("no brief arrived; start the campaign again", type="no_brief") from late
