"""The way to a sourcing job: what is said when nobody can be asked to start it."""

from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.store.pool import open_pool
from activities.store.sourcing_jobs import SourcingJobs, Wish
from domain.creators import Platform
from tests.keys import a_sealer
from workflows.client import EngineUnavailable
from workflows.sourcing_client import SourcingEngine


class Away:
    """Temporal, when it is not there."""

    async def start_workflow(self, *_: object, **__: object) -> None:
        """Nobody answers."""
        raise RPCError("connection refused", RPCStatusCode.UNAVAILABLE, b"")


async def test_a_job_that_cannot_be_started_is_asked_for_again(database: str, temporal_client: Client) -> None:
    """The caller is told to come back with the same id; the second time starts what the first one noted."""
    pool = await open_pool(database, application_name="tests")
    jobs = SourcingJobs(pool, a_sealer(pool).keyring)
    wish, job_id = Wish(source="fohr", platform=Platform.INSTAGRAM, handles=("ines",)), uuid4().hex
    with pytest.raises(EngineUnavailable, match="unavailable"):
        await SourcingEngine(Away(), jobs).start(job_id, "default", wish)  # type: ignore[arg-type]  # all that is used
    await SourcingEngine(temporal_client, jobs, f"nobody-{uuid4().hex}").start(job_id, "default", wish)
    handle = temporal_client.get_workflow_handle(f"sourcing/{job_id}")
    assert (await handle.describe()).workflow_type == "Sourcing"
    await handle.terminate()
    await pool.close()
