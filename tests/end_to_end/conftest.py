"""An API and a worker in this process, as the commands `groundswell api` and `worker` make them, on real servers."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from activities.store.pool import Pool, open_pool
from api.app import create_app, open_services
from api.dependencies import Services
from api.embedded.mail import MailSink
from domain.creators import Profile
from domain.events import Envelope
from tests.keys import MASTER_KEYS
from workflows.settings import Settings
from workflows.worker import running_worker

API_KEY = "test-key-of-the-brand"


@dataclass
class Site:
    """What runs, and ways to look at it."""

    brand: httpx.AsyncClient
    services: Services
    pool: Pool
    settings: Settings
    mail: MailSink

    async def events(self, campaign_id: str, kind: str) -> list[Envelope]:
        """The events of this type of a campaign and its collaborations."""
        return [each for each in await self.services.log.read_campaign(campaign_id) if each.type == kind]

    async def add_creators(self, *profiles: Profile) -> list[str]:
        """Put creators into the directory and return their ids."""
        return [added.id for added in await self.services.creators.upsert("default", profiles)]

    def as_creator(self, collaboration_id: str) -> httpx.AsyncClient:
        """Calls the API as the creator of this collaboration."""
        token = self.services.links.token(collaboration_id)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(transport=self.brand._transport, base_url="http://api.test", headers=headers)


Open = Callable[..., AbstractAsyncContextManager[Site]]


def a_settings(**given: object) -> Settings:
    """The usual settings of a process, with these."""
    usual = {
        "database_url": SecretStr("postgresql://nobody@127.0.0.1:1/none"),
        "secret_key": SecretStr("a secret of the tests, long enough"),
        "master_keys": SecretStr(MASTER_KEYS),
        "api_keys": SecretStr(f"manager={API_KEY}"),
        "task_queue": f"tests-{uuid4().hex}",
        "poll_seconds": 0.05,
    }
    return Settings.model_validate({**usual, **given})


@pytest.fixture
def site(database: str, temporal_address: str, mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens an API and a worker with these settings, on a database and a task queue of their own."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)

    @asynccontextmanager
    async def opened(**given: object) -> AsyncIterator[Site]:
        settings = a_settings(
            database_url=SecretStr(database), smtp_host=mail_sink.host, smtp_port=mail_sink.port, **given
        )
        pool = await open_pool(database, application_name="tests")
        try:
            async with running_worker(settings), open_services(settings) as services:
                headers = {"Authorization": f"Bearer {API_KEY}"}
                transport = httpx.ASGITransport(create_app(services))
                async with httpx.AsyncClient(
                    transport=transport, base_url="http://api.test", headers=headers, timeout=30
                ) as brand:
                    yield Site(brand, services, pool, settings, mail_sink)
        finally:
            await pool.close()

    return opened
