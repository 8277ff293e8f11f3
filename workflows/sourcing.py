"""Asking an outside source for creators: a job of batches, which waits as long as the source asks it to."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.sourcing import BatchRequest, JobEnd, Sourcing
from activities.starting import SOURCING_WORKFLOW, SourcingStart
from workflows import policies


@workflow.defn(name=SOURCING_WORKFLOW)
class SourcingWorkflow:
    """One job. What it asks for and what came of it is in the database, where it can be forgotten."""

    @workflow.run
    async def run(self, start: SourcingStart) -> str:
        """Every batch, one after the other; the first that fails for good ends the job, what came before is kept."""
        failure = await self._batches(start.job_id)
        await workflow.execute_activity_method(
            Sourcing.end_job,
            JobEnd(job_id=start.job_id, failure=failure),
            summary="note the end of the job",
            **policies.SOURCING_NOTES,
        )
        return failure or "completed"

    async def _batches(self, job_id: str) -> str | None:
        """Why it failed; None if it did not."""
        batch: BatchRequest | None = BatchRequest(job_id=job_id)
        while batch is not None:
            try:
                done = await workflow.execute_activity_method(
                    Sourcing.bring_in,
                    batch,
                    summary=f"batch {batch.place + 1} of creators from a source",
                    **policies.SOURCING,
                )
            except ActivityError as error:
                cause = error.cause
                return (cause.type if isinstance(cause, ApplicationError) else None) or "timed_out"
            batch = done.following
        return None
