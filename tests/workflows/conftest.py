"""An engine for one test: real PostgreSQL, real mail, real workflows, on a Temporal server whose clock can jump."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from activities.event_streams import registry_of
from activities.starting import (
    COLLABORATION_WORKFLOW,
    Answer,
    CollaborationStart,
    campaign_stream,
    collaboration_id,
    collaboration_stream,
)
from activities.store.creators import Creators
from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool, open_pool
from activities.store.projections.read_models import read_models
from activities.store.projections.spend import Spend, get_spend
from api.embedded.mail import MailSink
from domain.assignment import PostSource, assign
from domain.brief import Brief
from domain.budget import moves
from domain.collaboration import Collaboration, CollaborationDecider
from domain.content_approval import ApproveDraft, MarkPublished, SubmitDraft
from domain.contract_signing import SignContract
from domain.creators import Profile
from domain.decider import Actor, Command, Context, Event, Role
from domain.events import Envelope, metadata
from domain.goal_setting import CampaignStarted, StartCampaign
from domain.negotiation import AcceptOffer
from domain.verification import OpenCollaboration
from tests.domain.given import DISCLOSED, a_brief, a_profile
from tests.keys import MASTER_KEYS, a_sealer
from workflows.client import Engine
from workflows.connectors import creator_sources, docuseal
from workflows.payload_codec import encrypted_client
from workflows.settings import Settings
from workflows.worker import worker

PEOPLE = {role: Actor(role=role, id=f"{role}-1") for role in Role}


class Collaborating:
    """One collaboration under test: give commands, let time pass, read the record."""

    def __init__(self, bench: "Bench", handle: WorkflowHandle[object, str], campaign_id: str) -> None:
        self.handle = handle
        self.stream = handle.id
        self.campaign_id = campaign_id
        self._bench = bench
        self._keys = count(1)

    async def tell(self, command: Command, by: Role = Role.CREATOR, key: str | None = None) -> Answer:
        """Give a command as a person does."""
        key = key or f"key-{next(self._keys)}"
        return await self._bench.engine.decide(self.stream, command, actor=PEOPLE[by], command_id=key)

    async def envelopes(self) -> list[Envelope]:
        """The record."""
        return await self._bench.log.read(self.stream)

    async def events(self) -> list[str]:
        """The types of the recorded events, in order."""
        return [envelope.type for envelope in await self.envelopes()]

    async def state(self) -> Collaboration:
        """The record's fold."""
        state, decider, registry = Collaboration(), CollaborationDecider(), registry_of(self.stream)
        for envelope in await self.envelopes():
            state = decider.evolve(state, registry.decode(envelope))
        return state

    async def until(self, event: str, times: int = 1) -> Collaboration:
        """Wait, letting workflow time pass, until the event has been recorded so often."""
        for _ in range(200):
            if (await self.events()).count(event) >= times:
                return await self.state()
            await self._bench.let_pass(timedelta(minutes=30))
        raise AssertionError(f"{event} was not recorded in time: {await self.events()}")

    async def until_waiting_for(self, task: str) -> Collaboration:
        """Wait, without letting workflow time pass, until a task is open."""
        for _ in range(400):
            state = await self.state()
            if task in state.tasks:
                return state
            await asyncio.sleep(0.02)
        raise AssertionError(f"{task} was never open: {await self.events()}")

    async def history_length_at_rest(self) -> int:
        """How many events of history there are once no more are coming by themselves."""
        length, quiet = 0, 0
        while quiet < 5:
            await asyncio.sleep(0.1)
            now = (await self.handle.describe()).history_length
            length, quiet = now, quiet + 1 if now == length else 0
        return length

    async def engage(self) -> Collaboration:
        """Let both sides agree and sign."""
        await self.until_waiting_for("answer_offer")
        await self.tell(AcceptOffer(version=1))
        state = await self.until_waiting_for("sign_contract/creator")
        for role in (Role.CREATOR, Role.BRAND):
            await self.tell(SignContract(typed_name="A. Name", document=state.document or "", consent=True), by=role)
        return await self.until_waiting_for("submit_draft/1")

    async def publish(self, deliverable: int) -> None:
        """Take one deliverable from draft to live post."""
        await self.tell(SubmitDraft(deliverable=deliverable, caption=DISCLOSED))
        await self.tell(ApproveDraft(deliverable=deliverable, version=1), by=Role.BRAND)
        await self.mark_published(deliverable)

    async def mark_published(self, deliverable: int) -> None:
        """Say that the approved content is live."""
        url = f"https://posts.example/{deliverable}"
        await self.tell(MarkPublished(deliverable=deliverable, url=url, caption=DISCLOSED))

    async def spend(self) -> Spend:
        """The campaign's ledger."""
        spend = await get_spend(self._bench.pool, self.campaign_id)
        assert spend is not None
        return spend


class Bench:
    """A worker with everything real around it, and a clock that tests may push where the server allows it."""

    def __init__(
        self, client: Client, pool: Pool, mail: MailSink, settings: Settings, environment: WorkflowEnvironment | None
    ) -> None:
        self.client = client
        self.pool = pool
        self.mail = mail
        self.settings = settings
        self.task_queue = settings.task_queue
        self._environment = environment
        self._handles = count(1)
        self.post_source: PostSource | None = None
        """Who reads the posts of collaborations that are started from now on."""
        self.sealer = a_sealer(pool)
        self.log = PostgresEventLog(pool, self.sealer, read_models())
        self.engine = Engine(client, self.log, settings.task_queue)

    async def now(self) -> datetime:
        """The time on the Temporal server."""
        return await self._environment.get_current_time() if self._environment else datetime.now(UTC)

    async def let_pass(self, time: timedelta) -> None:
        """Let so much workflow time pass; on a server that cannot skip it, a moment of ours."""
        await (self._environment.sleep(time) if self._environment else asyncio.sleep(0.1))

    async def add_creators(self, *profiles: Profile) -> list[str]:
        """Put creators into the directory and return their ids."""
        return [added.id for added in await Creators(self.pool, self.sealer.keyring).upsert("default", profiles)]

    async def open_campaign(self, brief: Brief) -> str:
        """Record a started campaign that has no workflow, so that a collaboration can be tested alone."""
        campaign_id = uuid4().hex
        command = StartCampaign(campaign_id=campaign_id, brief=brief)
        started = [CampaignStarted(campaign_id=campaign_id, brief=brief)]
        await self.append(campaign_stream(campaign_id), started, command, campaign_id=campaign_id)
        return campaign_id

    async def append(self, stream: str, events: Sequence[Event], command: Command, *, campaign_id: str) -> None:
        """Record events past the workflow, as a second writer would."""
        context = Context(at=await self.now(), actor=PEOPLE[Role.BRAND], command_id=uuid4().hex)
        await self.log.append(
            stream,
            await self.log.head(stream),
            [registry_of(stream).encode(event) for event in events],
            metadata(command, context, correlation_id=campaign_id),
            moves(events, campaign_id=campaign_id, currency="USD"),
        )

    async def collaborate(self, brief: Brief | None = None, profile: Profile | None = None) -> Collaborating:
        """Start a collaboration with one creator, in a campaign of its own."""
        brief = brief or a_brief()
        return await self.collaborate_in(await self.open_campaign(brief), brief, profile)

    async def collaborate_in(self, campaign_id: str, brief: Brief, profile: Profile | None = None) -> Collaborating:
        """Start a collaboration with a creator in an open campaign."""
        profile = profile or a_profile(handle=f"creator{next(self._handles)}")
        [creator] = await self.add_creators(profile)
        name = collaboration_id(campaign_id, creator)
        opening = OpenCollaboration(
            collaboration_id=name,
            campaign_id=campaign_id,
            creator_id=creator,
            rank=1,
            assignment=assign(brief, profile, post_source=self.post_source),
        )
        handle: WorkflowHandle[object, str] = await self.client.start_workflow(
            COLLABORATION_WORKFLOW,
            CollaborationStart(collaboration_id=name, opening=opening),
            id=collaboration_stream(name),
            task_queue=self.task_queue,
            result_type=str,
        )
        return Collaborating(self, handle, campaign_id)


@asynccontextmanager
async def working(
    client: Client, database: str, mail: MailSink, environment: WorkflowEnvironment | None, **changed: Any
) -> AsyncIterator[Bench]:
    """A bench whose worker runs; `changed` are settings that differ from the usual."""
    settings = Settings(
        database_url=SecretStr(database),
        secret_key=SecretStr("a secret of the tests, long enough"),
        master_keys=SecretStr(MASTER_KEYS),
        smtp_host=mail.host,
        smtp_port=mail.port,
        task_queue=f"tests-{uuid4().hex}",
        poll_seconds=0.05,
        sandbox=True,
    ).model_copy(update=changed)
    pool = await open_pool(database, application_name="tests")
    sealer = a_sealer(pool)
    client = encrypted_client(client, sealer)
    sources, signatures = creator_sources(settings), docuseal(settings)
    async with worker(client, settings, pool, sealer, sources, docuseal=signatures):
        yield Bench(client, pool, mail, settings, environment)
    await sources.aclose()
    if signatures is not None:
        await signatures.aclose()
    await pool.close()


@pytest.fixture
def nothing_collected() -> Iterator[None]:
    """Garbage is collected before the test, and not during it.

    What other tests have left may take longer to look at than the two seconds that a workflow task has.
    """
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
async def bench(time_skipping: WorkflowEnvironment, database: str, mail_sink: MailSink) -> AsyncIterator[Bench]:
    """A running worker on a server that skips time."""
    async with working(time_skipping.client, database, mail_sink, time_skipping) as bench:
        yield bench


@pytest.fixture
async def live(temporal_client: Client, database: str, mail_sink: MailSink) -> AsyncIterator[Bench]:
    """A running worker on the server that people use, whose time is ours."""
    async with working(temporal_client, database, mail_sink, None) as bench:
        yield bench
