"""The real store, with stories of the domain's tests recorded in it as a worker would have recorded them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest_asyncio

from activities.connectors.pades import PadesSeals, self_signed
from activities.event_streams import registry_of
from activities.paperwork import Paperwork
from activities.starting import campaign_stream, collaboration_stream
from activities.store.creator_claims import CreatorClaims
from activities.store.creators import Creators
from activities.store.documents import Documents
from activities.store.event_log import PostgresEventLog
from activities.store.mail_log import MailLog
from activities.store.payouts import PaymentOrders
from activities.store.pool import Pool, open_pool
from activities.store.projections.collaboration_pipeline import CampaignProgress
from activities.store.projections.creator_track_records import TrackRecords
from activities.store.projections.read_models import read_models
from activities.store.seal_keyring import SealKeyring
from activities.store.shortlists import Shortlists
from domain.decider import Event
from domain.events import Envelope, metadata
from domain.verification import CollaborationOpened
from tests.domain.given import Story, a_profile, context, opening, started
from tests.keys import a_sealer


class Store:
    """Every adapter of the store, on one database."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.sealer = a_sealer(pool)
        self.log = PostgresEventLog(pool, self.sealer, read_models())
        self.directory = Creators(pool, self.sealer.keyring)
        self.documents = Documents(pool, self.sealer)
        self.seals = PadesSeals(SealKeyring(pool, self.sealer.keyring, make=self_signed).of)
        self.paperwork = Paperwork(self.log, self.directory, self.documents, self.seals)
        self.mail_log = MailLog(pool)
        self.payouts = PaymentOrders(pool)
        self.progress = CampaignProgress(pool)
        self.claims = CreatorClaims(pool)
        self.track_records = TrackRecords(pool)
        self.shortlists = Shortlists(pool)

    async def add_creators(self, count: int = 1, **facts: Any) -> list[str]:
        """So many creators in the directory; returns their ids."""
        profiles = [
            a_profile(handle=f"creator.{number}", email=f"creator{number}@example.org", **facts)
            for number in range(1, count + 1)
        ]
        return [upserted.id for upserted in await self.directory.upsert("default", profiles)]

    async def record_campaign(self, story: Story[Any, Any] | None = None) -> list[Envelope]:
        """Append a campaign's story; the usual start without one."""
        events = (story or started()).past
        return await self.append(campaign_stream("camp-1"), events)

    async def record_collaboration(
        self, story: Story[Any, Any], creator_id: str = "creator-1", number: int = 1
    ) -> list[Envelope]:
        """Append a collaboration's story, with this creator in it."""
        first, *others = story.past
        assert isinstance(first, CollaborationOpened)
        identity = {"creator_id": creator_id, "collaboration_id": f"collab-{number}", "rank": number}
        first = first.model_copy(update=identity)
        return await self.append(collaboration_stream(f"collab-{number}"), [first, *others])

    async def append(self, stream: str, events: Sequence[Event]) -> list[Envelope]:
        """Append events to the end of a stream."""
        version = await self.log.head(stream)
        circumstances = metadata(opening(), context(command_id=f"after-{version}"), correlation_id="camp-1")
        records = [registry_of(stream).encode(event) for event in events]
        return await self.log.append(stream, version, records, circumstances)


@pytest_asyncio.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """The store on an empty database."""
    pool = await open_pool(database, application_name="tests")
    yield Store(pool)
    await pool.close()
