"""The way to have an outside source asked for creators."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.starting import SOURCING_WORKFLOW, TASK_QUEUE, SourcingStart, sourcing_id
from activities.store.sourcing_jobs import SourcingJobs, Wish
from workflows.client import NO_ANSWER, EngineUnavailable

START_WITHIN = timedelta(seconds=10)


class SourcingEngine:
    """Has jobs carried out."""

    def __init__(self, client: Client, jobs: SourcingJobs, task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._jobs = jobs
        self._task_queue = task_queue

    async def start(self, job_id: str, workspace: str, wish: Wish) -> None:
        """Note a job and start it; the same again changes nothing.

        Raises:
            IdempotencyKeyReused: the id is another wish's.
            EngineUnavailable: come back later with the same id; the job is noted.
        """
        await self._jobs.open(job_id, workspace, wish)
        try:
            await self._client.start_workflow(
                SOURCING_WORKFLOW,
                SourcingStart(job_id=job_id),
                id=sourcing_id(job_id),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"creators from {wish.source}",
                rpc_timeout=START_WITHIN,
            )
        except WorkflowAlreadyStartedError:
            return  # it is over already
        except RPCError as error:
            if error.status not in NO_ANSWER:
                raise
            seconds = int(START_WITHIN.total_seconds())
            raise EngineUnavailable(seconds=seconds, why=error.status.name.lower()) from error
