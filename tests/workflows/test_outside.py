"""Which outside services the settings name, and what is said when nobody can be asked to ask them."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.store.pool import open_pool
from activities.store.sourcing_jobs import SourcingJobs, Wish
from domain.creators import Platform
from tests.keys import MASTER_KEYS, a_sealer
from workflows.client import EngineUnavailable
from workflows.outside import SourcingEngine, creator_sources, stripe
from workflows.settings import Settings


def settings(**facts: Any) -> Settings:
    """What must be set, and these."""
    required = {
        "database_url": SecretStr("postgresql://nowhere"),
        "secret_key": SecretStr("k" * 32),
        "master_keys": SecretStr(MASTER_KEYS),
    }
    return Settings(**{**required, **facts})


async def test_a_source_is_there_if_its_address_and_its_credentials_are_set() -> None:
    """One without the other is none."""
    key = SecretStr("key")
    half = {"instagram_token": key, "neoreach_url": "http://neoreach.invalid", "fohr_key": key}
    whole = {**half, "instagram_account": "1", "neoreach_key": key, "fohr_url": "http://fohr.invalid"}
    empty = dict.fromkeys(whole, "")
    for facts, names in (({}, []), (half, []), (empty, []), (whole, ["fohr", "instagram", "neoreach"])):
        sources = creator_sources(settings(**facts))
        assert sources.names == names
        await sources.aclose()


async def test_stripe_is_there_if_its_key_is_set() -> None:
    """An empty one is none."""
    assert stripe(settings()) is None
    assert stripe(settings(stripe_secret_key="")) is None
    connected = stripe(settings(stripe_secret_key=SecretStr("sk")))
    assert connected is not None
    await connected.aclose()


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
