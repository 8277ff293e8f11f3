"""A campaign in the middle of everything, for pictures and for tests of pages: invented people, real decisions."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from activities.records import collaboration_after
from activities.starting import campaign_stream, collaboration_id, collaboration_stream, rights_stream
from activities.store.access_keys import Wanted
from activities.store.migrate import migrate
from activities.store.pool import open_pool
from api.embedded.postgres import PostgresServer
from domain.amendments import DraftAmendment, ProposeAmendment
from domain.assignment import Assignment, PostSource, assign
from domain.brief import Brief
from domain.campaign import CancelCampaign
from domain.changes import Changes
from domain.checks import Assessment, Verdict
from domain.clauses import Gift
from domain.content_approval import ApproveDraft, MarkPublished, RequestChanges, SubmitDraft
from domain.contract_signing import DraftContract, SignContract
from domain.creators import Creator, Profile
from domain.decider import Role
from domain.discovery import ApproveShortlist, ProposeShortlist, Shortlist, wanted
from domain.formats import Format
from domain.goal_setting import StartCampaign
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer, MakeOffer
from domain.payouts import RecordPayout
from domain.ranking import rank
from domain.rights import rights_of
from domain.verification import OpenCollaboration, RecordAssessment
from tests.api.conftest import Bench, bench_on
from tests.domain.given import a_brief, a_profile, an_assessment, asking_nobody, not_seen

NAMES = (
    "Ines Okafor",
    "Maya Ito",
    "Jonas Reuter",
    "Priya Nair",
    "Luca Ferri",
    "Amara Diallo",
    "Noor Haddad",
    "Tess Vanleer",
    "Kofi Mensah",
    "Freya Lindqvist",
    "Mateo Rojas",
    "Hana Kubo",
    "Elif Demir",
    "Owen Price",
    "Zofia Nowak",
    "Rafael Pinto",
    "Leila Sadeghi",
    "Bram de Wit",
    "Chidi Eze",
    "Sunniva Berg",
    "Tariq Aziz",
    "Marta Kowal",
    "Ivo Petrov",
    "Anouk Girard",
)
CAPTION = "#ad Cold brew on the balcony before the heat comes: Lumen Tea, eight hours in the fridge, no sugar."


def brief(now: datetime, **changes: Any) -> Brief:
    """Twelve creators for a cold brew tea, with dates from now on."""
    today = now.date()
    return a_brief(
        creators_wanted=12,
        posting_window={"opens": today - timedelta(days=3), "closes": today + timedelta(days=28)},
        objectives=[
            {"kind": "awareness", "measure": "impressions", "target": 60_000, "by": today + timedelta(days=45)},
            {"kind": "awareness", "measure": "engagements", "target": 2_000, "by": today + timedelta(days=45)},
        ],
        **changes,
    )


@asynccontextmanager
async def standing_bench() -> AsyncIterator[Bench]:
    """An API on a database of its own, for programs that are no tests."""
    with tempfile.TemporaryDirectory(prefix="groundswell-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o711)  # PostgreSQL's account must get through
        async with PostgresServer(Path(directory) / "postgres") as postgres:
            await migrate(postgres.dsn)
            pool = await open_pool(postgres.dsn, application_name="gallery", max_size=8)
            yield bench_on(pool)
            await pool.close()


class Gallery:
    """Builds the campaign step by step: each method brings one creator so far and leaves them there."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.campaign = "tea"
        self.over = "tea-before"
        self.amended, self.gone = 20, 21
        """Places of the two whose contract is to change, and whose post was not found."""
        self.now = datetime.now(UTC)
        self._people: list[Creator] = []

    async def furnish(self) -> "Gallery":
        """The campaign, its approved shortlist, and creators in every stage."""
        self.bench.engine.now = self.now - timedelta(hours=26)
        await self._start()
        for n, come_so_far in enumerate(
            [self._completed] * 2
            + [self._measured]
            + [self._in_review] * 3
            + [self._changing]
            + [self._to_sign] * 2
            + [self._countered] * 3
            + [self._offered] * 4
            + [self._declined]
            + [self._doubtful] * 3
            + [self._amended, self._gone]
        ):
            if n % 4 == 0:
                self.bench.engine.now += timedelta(hours=5)
            await come_so_far(n)
        await self._another()
        return self

    def id_of(self, place: int) -> str:
        """The collaboration of whoever is at this place of the shortlist, from 0."""
        return collaboration_id(self.campaign, self._people[place].id)

    async def _start(self) -> None:
        profiles = [_profile(n, name) for n, name in enumerate(NAMES)]
        ids = await self.bench.services.creators.upsert("default", profiles)
        self._people = [Creator(id=each.id, profile=profile) for each, profile in zip(ids, profiles, strict=True)]
        campaign, asked = campaign_stream(self.campaign), brief(self.now)
        await self.bench.give(campaign, StartCampaign(campaign_id=self.campaign, brief=asked), Role.BRAND)
        ranked = rank(self._people, wanted(asked))
        digest = await self.bench.services.shortlists.put(ranked)
        shortlist = Shortlist(digest=digest, size=len(ranked))
        await self.bench.give(campaign, ProposeShortlist(shortlist=shortlist, considered=312))
        await self.bench.give(campaign, ApproveShortlist(), Role.BRAND)

    async def _another(self) -> None:
        """A campaign that is over, and somebody of the brand's with a key beside them."""
        stream, asked = campaign_stream(self.over), brief(self.now)
        await self.bench.give(stream, StartCampaign(campaign_id=self.over, brief=asked), Role.BRAND)
        await self.bench.give(stream, CancelCampaign(reason="The harvest was late."), Role.BRAND)
        desk, limit = self.bench.services.desk, Money(amount=500_00, currency="USD")
        await desk.members.add("default", "robin@lumen-tea.example", "approver", limit, by="gallery")
        wanted_key = Wanted(name="shop integration", role="service_account")
        await desk.keys.create("default", wanted_key, by="gallery", command_id="gallery")

    async def _opened(self, n: int, assessment: Assessment, post_source: PostSource | None = None) -> str:
        id_, person = self.id_of(n), self._people[n]
        assignment: Assignment = asking_nobody(assign(brief(self.now), person.profile, post_source=post_source))
        opening = OpenCollaboration(
            collaboration_id=id_,
            campaign_id=self.campaign,
            creator_id=person.id,
            rank=n + 1,
            assignment=assignment,
        )
        stream = collaboration_stream(id_)
        await self.bench.give(stream, opening)
        await self.bench.give(stream, RecordAssessment(assessment=assessment))
        return stream

    async def _doubtful(self, n: int) -> str:
        return await self._opened(n, an_assessment(Verdict.REVIEW))

    async def _offered(self, n: int) -> str:
        source = PostSource(name="instagram", formats=(Format.REEL,)) if n == self.gone else None
        stream = await self._opened(n, an_assessment(Verdict.PASS), source)
        await self.bench.give(stream, MakeOffer())
        return stream

    async def _declined(self, n: int) -> None:
        decline = DeclineOffer(version=1, reason="I am booked until autumn")
        await self.bench.give(await self._offered(n), decline, Role.CREATOR)

    async def _countered(self, n: int) -> None:
        fee = Money(amount=270_00 + 25_00 * (n % 4), currency="USD")
        message = "A reel takes me two days to film; I would add a second take for your own channels."
        gifts = (Gift(description="A year of tea", value=120_00),) if n % 2 else None
        counter = CounterOffer(version=1, fee=fee, message=message, gifts=gifts)
        await self.bench.give(await self._offered(n), counter, Role.CREATOR)

    async def _to_sign(self, n: int) -> str:
        stream = await self._offered(n)
        await self.bench.give(stream, AcceptOffer(version=1), Role.CREATOR)
        document = await self.bench.services.documents.put(b"%PDF-1.7 a contract", "application/pdf", creator_id=None)
        await self.bench.give(stream, DraftContract(document=document))
        signature = SignContract(typed_name=NAMES[n], document=document, consent=True)
        await self.bench.give(stream, signature, Role.CREATOR)
        return stream

    async def _signed(self, n: int) -> str:
        stream = await self._to_sign(n)
        document = (await self.bench.services.log.read(stream))[-1].data["signature"]["document"]
        signature = SignContract(typed_name="Ada Lane", document=document, consent=True)
        await self.bench.give(stream, signature, Role.BRAND)
        return stream

    async def _in_review(self, n: int) -> str:
        stream = await self._signed(n)
        await self.bench.give(stream, SubmitDraft(deliverable=1, caption=CAPTION), Role.CREATOR)
        return stream

    async def _changing(self, n: int) -> None:
        changes = RequestChanges(deliverable=1, version=1, feedback="Show the tea bag itself in the first seconds.")
        await self.bench.give(await self._in_review(n), changes, Role.BRAND)

    async def _amended(self, n: int) -> None:
        stream = await self._in_review(n)
        changes = Changes(fee=Money(amount=300_00, currency="USD"), exclusivity_days=30)
        await self.bench.give(stream, ProposeAmendment(changes=changes, reason="One more scene."), Role.CREATOR)
        document = await self.bench.services.documents.put(b"%PDF-1.7 more", "application/pdf", creator_id=None)
        await self.bench.give(stream, DraftAmendment(number=1, document=document))

    async def _gone(self, n: int) -> None:
        stream = await self._in_review(n)
        await self.bench.give(stream, ApproveDraft(deliverable=1, version=1), Role.BRAND)
        post = MarkPublished(deliverable=1, url=f"https://posts.example/{n}", caption=CAPTION)
        await self.bench.give(stream, post, Role.CREATOR)
        self.bench.engine.now += timedelta(hours=2)
        await self.bench.give(stream, not_seen())

    async def _live(self, n: int, deliverable: int, stream: str) -> None:
        await self.bench.give(stream, ApproveDraft(deliverable=deliverable, version=1), Role.BRAND)
        post = MarkPublished(deliverable=deliverable, url=f"https://posts.example/{n}/{deliverable}", caption=CAPTION)
        await self.bench.give(stream, post, Role.CREATOR)
        figures = Metrics(impressions=4_100 + 620 * n, reach=3_400 + 500 * n, likes=210 + 31 * n, comments=18 + n)
        await self.bench.give(stream, RecordMetrics(deliverable=deliverable, metrics=figures), Role.CREATOR)

    async def _measured(self, n: int) -> str:
        stream = await self._in_review(n)
        await self._live(n, 1, stream)
        return stream

    async def _completed(self, n: int) -> None:
        stream = await self._measured(n)
        await self.bench.give(stream, SubmitDraft(deliverable=2, caption=CAPTION), Role.CREATOR)
        await self._live(n, 2, stream)
        for purpose in ("upfront", "balance"):
            paid = RecordPayout(payout_id=f"{stream.partition('/')[2]}/{purpose}", reference=f"order-{n}-{purpose}")
            await self.bench.give(stream, paid)
        opening = rights_of(collaboration_after(await self.bench.services.log.read(stream)))
        assert opening is not None, "the use of its posts outlives it"
        await self.bench.give(rights_stream(opening.collaboration_id), opening)


def _profile(n: int, name: str) -> Profile:
    return a_profile(
        handle=name.lower().replace(" ", "."),
        name=name,
        email=f"{name.split(maxsplit=1)[0].lower()}@creators.example",
        followers=9_600 - 310 * n,
        average_likes=260.0 - 8 * n,
        average_comments=17.0,
        posts_per_week=3.0,
        country="US",
        language="en",
        topics=("tea", "recipes", "slow mornings"),
        biography="Small kitchen, long walks, cold drinks.",
    )
