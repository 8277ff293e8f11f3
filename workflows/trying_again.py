"""Work beside the story that fails for good: the story goes on, operators read of it, and it is tried again."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.failures import kind_of
from workflows.event_sourced import EventSourced

AGAIN = timedelta(hours=1)
"""Long enough for somebody to mend what no retry can."""


async def tried_again(flow: EventSourced[Any], what: str, work: Awaitable[None]) -> None:
    """Do the work. After a failure that its activity does not retry, come back in an hour: the caller's loop finds the
    same work still to be done. `what` names it for operators, without personal data."""
    try:
        await work
    except ActivityError as failure:
        if is_cancelled_exception(failure):
            raise  # the story is over
        kind = kind_of(failure)
        workflow.logger.error("%s has failed: %s", what, kind, extra={"campaign_id": flow.campaign_id})
        await workflow.sleep(AGAIN, summary=f"{what} has failed ({kind}); it is tried again")
