"""A front door with two workspaces behind it, kept apart by the database, and a mail server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from activities.connectors.creator_sources import CreatorSources
from activities.connectors.instagram import Instagram
from activities.connectors.smtp import SmtpMailer
from activities.store.access_keys import Wanted
from activities.store.pool import Pool
from activities.store.sourcing_jobs import SourcingJobs, Wish
from activities.store.workspaces import WorkspacePools
from api.access.bound import Bindings
from api.access.desk import Desk
from api.access.principal import AccessRole
from api.access.rates import Rate
from api.auth import ApiKeys
from api.embedded.mail import MailSink
from api.operators import Operators
from tests.api.conftest import SECRET, Bench, app_on, bench_on
from tests.keys import a_sealer

AGENCY = "agency"
STRIPE_SECRET, OPS_KEY = "whsec_of_the_tests", "the key of an operator"
NOWHERE = "http://127.0.0.1:9/hook"
UNHURRIED = Rate(per_second=1_000, burst=1_000_000)


class FrontDoor(Bench):
    """A served API in which callers' sessions are their workspace's."""

    async def key(self, role: AccessRole, workspace: str = "default", **narrowed: object) -> str:
        """The text of a new key."""
        await self.services.desk.members.open_workspace(workspace)
        wanted = Wanted.model_validate({"name": "of a test", "role": role, **narrowed})
        _, text = await self.services.desk.keys.create(workspace, wanted, by="test", command_id=f"{role}{narrowed}")
        assert text is not None
        return text

    @asynccontextmanager
    async def browser(self, role: AccessRole = AccessRole.OWNER) -> AsyncIterator[httpx.AsyncClient]:
        """A browser in which a member with this role has signed in."""
        desk = self.services.desk
        member = await desk.members.add("default", f"{role}@brand.example", role, None, by="test")
        async with self.client() as client:
            answer = await client.post(f"/sign-in/{await desk.sessions.link(member)}")
            assert answer.status_code == 303
            yield client


@pytest.fixture
async def door(pool: Pool, database: str) -> AsyncIterator[FrontDoor]:
    """The API as it is served, but for the engine."""
    bench, pools = bench_on(pool), WorkspacePools(database, max_size=2)
    services = replace(bench.services, bindings=Bindings(pools, a_sealer(pool)))
    yield FrontDoor(services, bench.engine, app_on(services))
    await pools.aclose()


@pytest.fixture
def door_with_mail(door: FrontDoor, pool: Pool, mail_sink: MailSink) -> FrontDoor:
    """The same, and its mails arrive."""
    mailer = SmtpMailer(mail_sink.host, mail_sink.port, "Groundswell <campaigns@groundswell.example>")
    services = replace(door.services, desk=Desk.on(pool, SECRET, "http://api.test", mailer))
    return FrontDoor(services, door.engine, app_on(services))


class NotedSourcing:
    """Notes that a source is to be asked, which no worker does here."""

    def __init__(self, jobs: SourcingJobs) -> None:
        self._jobs = jobs

    async def start(self, job_id: str, workspace: str, wish: Wish) -> None:
        """See `CreatorSourcing`."""
        await self._jobs.open(job_id, workspace, wish)


@pytest.fixture
async def installation(door: FrontDoor) -> AsyncIterator[FrontDoor]:
    """An API to which everything is connected that it can be connected to."""
    sources = CreatorSources(Instagram("a token", "an account", base_url=NOWHERE))
    services = replace(
        door.services,
        sources=sources,
        sourcing=NotedSourcing(door.services.jobs),
        stripe_webhook_secret=SecretStr(STRIPE_SECRET),
        webhooks_allow_private=True,
        operators=Operators(ApiKeys({"ada": OPS_KEY}), secret=SECRET),
    )
    for limiter in (services.desk.per_stranger, services.desk.per_key):
        limiter.rate = UNHURRIED
    yield FrontDoor(services, door.engine, app_on(services))
    await sources.aclose()
