"""A front door with two workspaces behind it, kept apart by the database, and a mail server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from activities.connectors.smtp import SmtpMailer
from activities.store.access_keys import Wanted
from activities.store.pool import Pool
from activities.store.workspaces import WorkspacePools
from api.access.bound import Bindings
from api.access.desk import Desk
from api.access.principal import AccessRole
from api.app import create_app
from api.embedded.mail import MailSink
from tests.api.conftest import SECRET, Bench, bench_on
from tests.keys import a_sealer

AGENCY = "agency"


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
    yield FrontDoor(services, bench.engine, create_app(services))
    await pools.aclose()


@pytest.fixture
def door_with_mail(door: FrontDoor, pool: Pool, mail_sink: MailSink) -> FrontDoor:
    """The same, and its mails arrive."""
    mailer = SmtpMailer(mail_sink.host, mail_sink.port, "Groundswell <campaigns@groundswell.example>")
    services = replace(door.services, desk=Desk.on(pool, SECRET, "http://api.test", mailer))
    return FrontDoor(services, door.engine, create_app(services))
