"""After a collaboration: its clocks are started, and read the terms that were in force."""

from contextlib import suppress
from datetime import timedelta

from temporalio import activity
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.ports import EventLog
from activities.records import collaboration_after
from activities.starting import RIGHTS_WORKFLOW, TASK_QUEUE, RightsStart, collaboration_stream, rights_stream
from domain.rights import OpenRights, rights_of
from domain.values import Value

START_TIMEOUT = timedelta(seconds=10)


class TermsInForce(Value):
    """What outlives a collaboration; None if nothing does."""

    opening: OpenRights | None


class RightsClocks:
    """Starts the clocks of collaborations that have ended, and tells them what they are to keep."""

    def __init__(self, log: EventLog, *, task_queue: str = TASK_QUEUE) -> None:
        self._log = log
        self._task_queue = task_queue

    @activity.defn
    async def start_clocks(self, start: RightsStart) -> None:
        """Start the workflow of a collaboration's rights, once however often this is tried."""
        with suppress(WorkflowAlreadyStartedError):  # an earlier attempt did, and every clock has run out already
            await activity.client().start_workflow(
                RIGHTS_WORKFLOW,
                start,
                id=rights_stream(start.collaboration_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="usage rights and exclusivity after the collaboration",
                rpc_timeout=START_TIMEOUT,
            )

    @activity.defn
    async def terms_in_force(self, start: RightsStart) -> TermsInForce:
        """What the collaboration's record says it leaves behind."""
        events = await self._log.read(collaboration_stream(start.collaboration_id))
        return TermsInForce(opening=rights_of(collaboration_after(events)))
