"""An engine whose settings name Instagram's twin, and a creator who publishes there: real HTTP, whatever the clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.connectors.instagram_posts import FORMATS
from activities.connectors.simulated.instagram import ACCOUNT, TOKEN, VERSION, InstagramTwin
from activities.connectors.simulated.instagram_posts import Publication
from activities.connectors.simulated.people import Person
from activities.connectors.simulated.serving import served
from api.embedded.mail import MailSink
from domain.assignment import PostSource
from domain.content_approval import ApproveDraft, MarkPublished, SubmitDraft
from domain.decider import Role
from tests.domain.given import DISCLOSED, a_brief, a_profile
from tests.workflows.conftest import Bench, Collaborating, working

PROFILE = a_profile()
ONE_REEL = [{"format": "reel"}]


class Watching:
    """An engine that reads Instagram's posts, and one creator who publishes there."""

    def __init__(self, bench: Bench, twin: InstagramTwin) -> None:
        self.bench = bench
        self.twin = twin
        bench.post_source = PostSource(name="instagram", formats=FORMATS)

    async def publish(self, caption: str = DISCLOSED, **policies: Any) -> tuple[Collaborating, Publication]:
        """A collaboration for one reel, and the reel as the platform shows it with this caption."""
        one = await self.bench.collaborate(a_brief(deliverables=ONE_REEL, policies=policies), PROFILE)
        await one.engage()
        await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
        await one.tell(ApproveDraft(deliverable=1, version=1), by=Role.BRAND)
        made = self.twin.publications.publish(PROFILE.handle, caption)
        await one.tell(MarkPublished(deliverable=1, url=made.url, caption=DISCLOSED))
        return one, made


@asynccontextmanager
async def watching(
    client: Client, database: str, mail: MailSink, environment: WorkflowEnvironment | None
) -> AsyncIterator[Watching]:
    """A worker whose settings name Instagram's twin."""
    twin = InstagramTwin([Person(PROFILE, suspicious=False, newcomer=False)])
    async with served(twin.app) as address:
        instagram = {
            "instagram_url": f"{address}/{VERSION}",
            "instagram_account": ACCOUNT,
            "instagram_token": SecretStr(TOKEN),
        }
        async with working(client, database, mail, environment, **instagram) as bench:
            yield Watching(bench, twin)
