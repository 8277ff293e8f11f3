"""The API on a real database, with an engine in the same process that decides by the real rules and records really."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from copy import copy
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from activities.connectors.creator_sources import CreatorSources
from activities.connectors.simulated.docuseal import SECRET as DOCUSEAL_SECRET
from activities.connectors.simulated.shopify import SECRET as SHOPIFY_SECRET
from activities.event_streams import registry_of
from activities.links import CreatorLinks
from activities.public_holidays import public_holidays
from activities.records import decider_of, state_after
from activities.starting import Answer, campaign_stream, collaboration_id, collaboration_stream
from activities.store.creators import Creators
from activities.store.documents import Documents
from activities.store.erasure import Erasure, Erasures
from activities.store.event_log import PostgresEventLog
from activities.store.feed import Feed
from activities.store.files import Files
from activities.store.pool import Pool, open_pool
from activities.store.projections.read_models import read_models
from activities.store.shortlists import Shortlists
from activities.store.sourcing_jobs import SourcingJobs, Wish
from activities.store.webhooks import Webhooks
from activities.tracking import Tracking
from api.access.desk import Desk
from api.app import create_app, serve_from
from api.auth import ApiKeys
from api.dependencies import Services
from domain.assignment import Assignment, PostSource, assign
from domain.brief import Brief
from domain.budget import moves
from domain.checks import Verdict
from domain.content_approval import ApproveDraft, MarkPublished, SubmitDraft
from domain.contract_signing import DraftContract, SignContract
from domain.creators import Profile
from domain.decider import ENGINE, Actor, Command, Context, Role
from domain.discovery import ProposeShortlist, Shortlist, wanted
from domain.errors import GroundswellError, NotFound, Refused, RefusedByLedger
from domain.events import Envelope, fingerprint, metadata
from domain.exclusivity import claims
from domain.formats import Format
from domain.goal_setting import StartCampaign
from domain.negotiation import AcceptOffer, MakeOffer, note_of
from domain.ranking import rank
from domain.rights import OpenRights
from domain.verification import OpenCollaboration, RecordAssessment
from tests.domain.given import DISCLOSED, T0, a_brief, a_profile, an_assessment, asking_nobody, not_seen
from tests.keys import a_sealer

API_KEY = "test-key-of-the-brand"
SECRET = "a secret of at least thirty-two characters"
CONTRACT = b"%PDF-1.7 what both sides sign"


class InProcessEngine:
    """Decides in the caller's process what workflows decide: same deciders, same log, a clock of its own.

    Set `outage` to have every decision fail with it, as when Temporal is away.
    """

    def __init__(self, log: PostgresEventLog) -> None:
        self._log = log
        self.now: datetime = T0
        self.outage: GroundswellError | None = None
        self._one_at_a_time = asyncio.Lock()
        """As a workflow takes its commands."""

    async def start_campaign(self, campaign_id: str, brief: Brief, *, actor: Actor, command_id: str) -> Answer:
        """See `DecisionEngine.start_campaign`."""
        holidays = public_holidays(brief, today=T0.date())
        command = StartCampaign(campaign_id=campaign_id, brief=brief, holidays=holidays)
        return await self.decide(campaign_stream(campaign_id), command, actor=actor, command_id=command_id)

    async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        """See `DecisionEngine.decide`."""
        if self.outage is not None:
            raise self.outage
        async with self._one_at_a_time:
            return await self._decide(stream, command, actor=actor, command_id=command_id)

    async def _decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        past = await self._log.read(stream)
        repeated = [envelope for envelope in past if envelope.metadata.command_id == command_id]
        if repeated:
            return _answer(stream, repeated, repeated[0].metadata.fingerprint)
        kind, _, id_ = stream.partition("/")
        if not past and not isinstance(command, StartCampaign | OpenCollaboration | OpenRights):
            raise NotFound(kind=kind, id=id_)
        self.now += timedelta(seconds=1)
        context = Context(at=self.now, actor=actor, command_id=command_id)
        decider, state = decider_of(stream), state_after(stream, past)
        events = decider.decide(command, state, context)
        if not events:
            return Answer(stream=stream, version=len(past), events=(), fingerprint=fingerprint(command))
        for event in events:
            state = decider.evolve(state, event)
        campaign_id = state.id if kind == "campaign" else state.campaign_id
        currency = state.agreed_brief.budget.currency if kind == "campaign" else "USD"
        creator_id = "nobody" if kind == "campaign" else state.creator_id
        try:
            stored = await self._log.append(
                stream,
                len(past),
                [registry_of(stream).encode(event) for event in events],
                metadata(command, context, correlation_id=campaign_id),
                moves(events, campaign_id=campaign_id, currency=currency),
                claims(events, creator_id=creator_id, campaign_id=campaign_id),
            )
        except GroundswellError as refusal:
            if isinstance(refusal, RefusedByLedger) and (note := note_of(command, actor.role, refusal)) is not None:
                with suppress(Refused):
                    await self._decide(stream, note, actor=ENGINE, command_id=f"engine/NoteBlocked/{len(past)}")
            raise refusal.for_creator() if actor.role is Role.CREATOR else refusal from None
        return _answer(stream, stored, fingerprint(command))


def _answer(stream: str, events: list[Envelope], print_: str) -> Answer:
    types = tuple(event.type for event in events)
    return Answer(stream=stream, version=events[-1].version, events=types, fingerprint=print_)


class Bench:
    """A served API, and shortcuts to the situations that tests are about."""

    def __init__(self, services: Services, engine: InProcessEngine, app: FastAPI) -> None:
        self.services = services
        self.engine = engine
        self.app = app
        self._commands = 0
        self.post_source: PostSource | None = None
        """Who reads the posts of collaborations that are opened from now on."""

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        """Calls the API with this bearer token; without one anonymously."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://api.test", headers=headers)

    def as_creator(self, collaboration: str) -> httpx.AsyncClient:
        """Calls the API as the creator of this collaboration."""
        return self.client(self.services.links.token(collaboration))

    async def give(self, stream: str, command: Command, by: Role = Role.ENGINE) -> None:
        """Have a command decided as if it had come some other way."""
        self._commands += 1
        actor = ENGINE if by is Role.ENGINE else Actor(role=by, id=f"{by}-1")
        await self.engine.decide(stream, command, actor=actor, command_id=f"bench/{self._commands}")

    async def started(self, campaign_id: str = "tea", **facts: Any) -> str:
        """A campaign whose brief was accepted."""
        await self.give(
            campaign_stream(campaign_id), StartCampaign(campaign_id=campaign_id, brief=a_brief(**facts)), Role.BRAND
        )
        return campaign_id

    async def shortlisted(self, creators: int = 3, campaign_id: str = "tea") -> str:
        """A campaign whose shortlist waits for approval."""
        await self.started(campaign_id)
        brief = a_brief()
        await self.services.creators.upsert("default", [a_profile(handle=f"creator.{n}") for n in range(creators)])
        ranked = rank(await self.services.creators.candidates(wanted(brief)), wanted(brief))
        digest = await self.services.shortlists.put(ranked)
        shortlist = Shortlist(digest=digest, size=len(ranked))
        await self.give(campaign_stream(campaign_id), ProposeShortlist(shortlist=shortlist, considered=creators))
        return campaign_id

    async def opened(
        self,
        creator_id: str = "creator-1",
        place: int = 1,
        verdict: Verdict = Verdict.REVIEW,
        assignment: Assignment | None = None,
    ) -> str:
        """A collaboration with these checks behind it; unless the assignment says otherwise, nobody reports figures."""
        if not await self.services.log.read(campaign_stream("tea")):
            await self.started()
        id_ = collaboration_id("tea", creator_id)
        opening = OpenCollaboration(
            collaboration_id=id_,
            campaign_id="tea",
            creator_id=creator_id,
            rank=place,
            assignment=assignment or asking_nobody(assign(a_brief(), a_profile(), post_source=self.post_source)),
        )
        await self.give(collaboration_stream(id_), opening)
        await self.give(collaboration_stream(id_), RecordAssessment(assessment=an_assessment(verdict)))
        return id_

    async def offered(self, creator_id: str = "creator-1", place: int = 1) -> str:
        """A collaboration whose creator has an offer."""
        id_ = await self.opened(creator_id, place, Verdict.PASS)
        await self.give(collaboration_stream(id_), MakeOffer())
        return id_

    async def to_sign(self, creator_id: str = "creator-1", place: int = 1) -> str:
        """A collaboration whose contract waits for both signatures."""
        id_ = await self.offered(creator_id, place)
        await self.give(collaboration_stream(id_), AcceptOffer(version=1), Role.CREATOR)
        document = await self.services.documents.put(CONTRACT, "application/pdf", creator_id=None)
        await self.give(collaboration_stream(id_), DraftContract(document=document))
        return id_

    async def signed(self, creator_id: str = "creator-1", place: int = 1) -> str:
        """A collaboration whose two drafts are awaited."""
        id_ = await self.to_sign(creator_id, place)
        document = hashlib.sha256(CONTRACT).hexdigest()
        for role in (Role.CREATOR, Role.BRAND):
            signature = SignContract(typed_name=f"A {role}", document=document, consent=True)
            await self.give(collaboration_stream(id_), signature, role)
        return id_

    async def in_review(self, creator_id: str = "creator-1", place: int = 1) -> str:
        """A collaboration whose first draft waits for the brand."""
        id_ = await self.signed(creator_id, place)
        await self.give(collaboration_stream(id_), SubmitDraft(deliverable=1, caption=DISCLOSED), Role.CREATOR)
        return id_

    async def approved(self, creator_id: str = "creator-1", place: int = 1) -> str:
        """A collaboration whose first draft may be posted."""
        id_ = await self.in_review(creator_id, place)
        await self.give(collaboration_stream(id_), ApproveDraft(deliverable=1, version=1), Role.BRAND)
        return id_

    async def published(self, creator_id: str = "creator-1", place: int = 1) -> str:
        """A collaboration whose first post is live."""
        id_ = await self.approved(creator_id, place)
        post = MarkPublished(deliverable=1, url="https://posts.example/1", caption=DISCLOSED)
        await self.give(collaboration_stream(id_), post, Role.CREATOR)
        return id_

    async def gone(self, creator_id: str = "creator-1", place: int = 1) -> str:
        """A collaboration whose first post was not found two hours after its publication."""
        self.post_source = PostSource(name="instagram", formats=(Format.REEL,))
        id_ = await self.published(creator_id, place)
        self.engine.now += timedelta(hours=2)
        await self.give(collaboration_stream(id_), not_seen())
        return id_

    async def known_creator(self, **facts: Any) -> str:
        """The id of a creator in the directory."""
        profile: Profile = a_profile(**facts)
        return (await self.services.creators.upsert("default", [profile]))[0].id


class NotSourcing:
    """For tests that ask no outside source: tests/api/test_sourcing.py has one that does."""

    async def start(self, job_id: str, workspace: str, wish: Wish) -> None:
        """See `CreatorSourcing`."""
        raise AssertionError("no outside source is configured here")


class InProcessEraser:
    """Erases as the real one does, where no workflows run."""

    def __init__(self, erasures: Erasures) -> None:
        self._erasures = erasures

    async def erase(self, creator_id: str, *, requested_by: str, cancel: bool = False) -> Erasure:
        """See `CreatorEraser`; there is nothing to cancel with."""
        assert not cancel, "cancelling takes workflows: tests/workflows/test_erasure.py"
        return await self._erasures.erase(creator_id, requested_by=requested_by)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Connections to the test's own database."""
    pool = await open_pool(database, application_name="api tests", max_size=4)
    yield pool
    await pool.close()


_routes: list[FastAPI] = []
"""One application, whose routes all others share."""


def app_on(services: Services) -> FastAPI:
    """What `create_app` makes, much sooner: FastAPI works out what a route needs when an application first gets there.

    Not for a test that adds a route or overrides a dependency, because others would have it too.
    """
    if not _routes:
        _routes.append(create_app(services))
    return serve_from(copy(_routes[0]), services)


def bench_on(pool: Pool) -> Bench:
    """An API on this database."""
    sealer = a_sealer(pool)
    log = PostgresEventLog(pool, sealer, read_models())
    engine = InProcessEngine(log)
    services = Services(
        engine=engine,
        eraser=InProcessEraser(Erasures(pool, sealer.keyring)),
        pool=pool,
        log=log,
        feed=Feed(pool, sealer),
        creators=Creators(pool, sealer.keyring),
        sources=CreatorSources(),
        sourcing=NotSourcing(),
        jobs=SourcingJobs(pool, sealer.keyring),
        webhooks=Webhooks(pool, sealer.keyring),
        shortlists=Shortlists(pool),
        documents=Documents(pool, sealer),
        files=Files(pool, sealer.keyring),
        tracking=Tracking.on(pool, SECRET, "http://api.test", SHOPIFY_SECRET),
        links=CreatorLinks(SECRET, "http://api.test"),
        docuseal_webhook_secret=DOCUSEAL_SECRET,
        keys=ApiKeys({"manager": API_KEY, "another-team": "another-key"}),
        desk=Desk.on(pool, SECRET, "http://api.test"),
    )
    return Bench(services, engine, app_on(services))


@pytest.fixture
async def bench(pool: Pool) -> Bench:
    """An API with nothing in its database."""
    return bench_on(pool)


@pytest.fixture
async def brand(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an API key."""
    async with bench.client(API_KEY) as client:
        yield client


@pytest.fixture
async def anonymous(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """A client without credentials."""
    async with bench.client() as client:
        yield client
