"""A small campaign told through the deciders themselves: events as the engine would have recorded them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain import campaign, collaboration
from domain.assignment import assign
from domain.brief import (
    Brief,
    DeliverableRequest,
    Measure,
    Objective,
    ObjectiveKind,
    Policies,
    PostingWindow,
)
from domain.brief import Contacts as BrandContacts
from domain.campaign import CampaignDecider, CloseCampaign
from domain.check_policy import Check
from domain.checks import Assessment, Evidence, Verdict
from domain.collaboration import CollaborationDecider
from domain.content_approval import ApproveDraft, MarkPublished, SubmitDraft
from domain.contract_signing import DraftContract, SignContract
from domain.creators import Creator, Platform, Profile
from domain.deadlines import PassTime
from domain.decider import ENGINE, Actor, Command, Context, Role
from domain.discovery import ApproveShortlist, ProposeShortlist, RecordOutreach, Shortlist
from domain.events import Envelope, event_id, metadata
from domain.formats import Format
from domain.goal_setting import StartCampaign
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, DeclineOffer, MakeOffer, WithholdOffer
from domain.payouts import RecordPayout
from domain.verification import OpenCollaboration, RecordAssessment

CAMPAIGN = "c1"
BRAND = Actor(role=Role.BRAND, id="key-1")
CREATOR = Actor(role=Role.CREATOR, id="creator")
PASSED = Assessment(
    evidence=(Evidence(check=Check.BRANDED_HASHTAGS, weight=1, score=1, because="fits"),),
    score=1,
    verdict=Verdict.PASS,
    formula_version="test",
)


def brief(**changes: Any) -> Brief:
    """Two posts from each of four creators for at most 900.00 dollars."""
    return Brief(
        **{
            "brand": "Northwind Roasters",
            "product": "Cold brew",
            "category": "coffee",
            "objectives": (
                Objective(
                    kind=ObjectiveKind.AWARENESS, measure=Measure.IMPRESSIONS, target=10_000, by=date(2027, 3, 1)
                ),
                Objective(kind=ObjectiveKind.TRAFFIC, measure=Measure.CLICKS, target=100, by=date(2027, 3, 1)),
            ),
            "budget": Money(amount=900_00, currency="USD"),
            "fee_cap": 300_00,
            "creators_wanted": 4,
            "deliverables": (DeliverableRequest(format=Format.POST, count=2),),
            "posting_window": PostingWindow(opens=date(2027, 1, 1), closes=date(2027, 2, 1)),
            "policies": Policies(),
            "contacts": BrandContacts(manager="manager@example.com"),
            **changes,
        }
    )


def creator(name: str) -> Creator:
    """A creator of the micro tier whose id is the name in lower case."""
    handle = name.lower()
    profile = Profile(
        platform=Platform.INSTAGRAM, handle=handle, name=name, email=f"{handle}@example.com", followers=5_000
    )
    return Creator(id=handle, profile=profile)


class Story:
    """Carries out commands at a clock of its own, and keeps the envelopes in the order of the log."""

    def __init__(self, terms: Brief | None = None) -> None:
        self.brief = terms or brief()
        self.now = datetime(2027, 1, 4, 9, tzinfo=UTC)
        self.envelopes: list[Envelope] = []
        self.creators: dict[str, Creator] = {}
        self._campaign = CampaignDecider.initial
        self._collaborations: dict[str, collaboration.Collaboration] = {}
        self._rank = 0

    def later(self, **span: float) -> "Story":
        """Let time pass, without telling anyone."""
        self.now += timedelta(**span)
        return self

    def campaign(self, command: Command, actor: Actor = ENGINE) -> None:
        """Give the campaign a command."""
        context = Context(at=self.now, actor=actor, command_id=f"command-{len(self.envelopes)}")
        for event in CampaignDecider().decide(command, self._campaign, context):  # type: ignore[arg-type]  # of the union
            self._campaign = CampaignDecider().evolve(self._campaign, event)
            self._keep(f"campaign/{CAMPAIGN}", campaign.EVENTS.encode(event), command, context)

    def collaborate(self, name: str, *steps: tuple[Command, Actor]) -> collaboration.Collaboration:
        """Give a creator's collaboration commands; its state after them."""
        decider = CollaborationDecider()
        for command, actor in steps:
            state = self._collaborations.get(name, decider.initial)
            context = Context(at=self.now, actor=actor, command_id=f"command-{len(self.envelopes)}")
            for event in decider.decide(command, state, context):  # type: ignore[arg-type]  # of the union
                state = decider.evolve(state, event)
                self._keep(f"collaboration/{name}", collaboration.EVENTS.encode(event), command, context)
            self._collaborations[name] = state
        return self._collaborations[name]

    def _keep(self, stream: str, record: Any, command: Command, context: Context) -> None:
        version = 1 + sum(envelope.stream == stream for envelope in self.envelopes)
        self.envelopes.append(
            Envelope(
                stream=stream,
                version=version,
                event_id=event_id(stream, version),
                metadata=metadata(command, context, correlation_id=CAMPAIGN),
                recorded_at=context.at,
                position=len(self.envelopes) + 1,
                **dict(record),
            )
        )

    def begin(self) -> "Story":
        """A brief, a shortlist, its approval by a person half an hour later."""
        self.campaign(StartCampaign(campaign_id=CAMPAIGN, brief=self.brief))
        self.campaign(ProposeShortlist(shortlist=Shortlist(digest="0" * 64, size=5), considered=40))
        self.later(minutes=30).campaign(ApproveShortlist(), BRAND)
        return self

    def invite(self, name: str) -> "Story":
        """A creator who passes verification."""
        self.creators[name.lower()] = creator(name)
        self._rank += 1
        opening = OpenCollaboration(
            collaboration_id=name,
            campaign_id=CAMPAIGN,
            creator_id=name.lower(),
            rank=self._rank,
            assignment=assign(self.brief, creator(name).profile),
        )
        self.collaborate(name, (opening, ENGINE), (RecordAssessment(assessment=PASSED), ENGINE))
        return self

    def agree(self, name: str) -> "Story":
        """Offer, acceptance an hour later, both signatures, the upfront payment."""
        self.collaborate(name, (MakeOffer(), ENGINE))
        self.later(hours=1)
        sign = SignContract(typed_name="X", document="a" * 64, consent=True)
        self.collaborate(
            name,
            (AcceptOffer(version=1), CREATOR),
            (DraftContract(document="a" * 64), ENGINE),
            (sign, CREATOR),
            (sign, BRAND),
        )
        return self.pay(name)

    def pay(self, name: str) -> "Story":
        """Make every payout that is owed."""
        for payout in self._collaborations[name].payouts.values():
            if payout.reference is None:
                self.collaborate(name, (RecordPayout(payout_id=payout.id, reference=f"transfer-{payout.id}"), ENGINE))
        return self

    def publish(self, name: str) -> "Story":
        """Both posts, drafted, approved and live."""
        caption = "#ad with Northwind Roasters"
        for number in (1, 2):
            self.collaborate(
                name,
                (SubmitDraft(deliverable=number, caption=caption), CREATOR),
                (ApproveDraft(deliverable=number, version=1), BRAND),
                (MarkPublished(deliverable=number, url=f"https://example.com/{number}", caption=caption), CREATOR),
            )
        return self.pay(name)

    def measure(self, name: str, *metrics: Metrics) -> "Story":
        """Figures of the posts, from the first one on."""
        for number, figures in enumerate(metrics, start=1):
            self.collaborate(name, (RecordMetrics(deliverable=number, metrics=figures), CREATOR))
        return self

    def wait_out(self, name: str, days: int = 30) -> "Story":
        """Let the clock ring until nothing is open any more."""
        for _ in range(days * 4):
            self.later(hours=6)
            if not self.collaborate(name).ended:
                self.collaborate(name, (PassTime(), ENGINE))
        return self

    def finish(self) -> "Story":
        """The end of the campaign."""
        self.campaign(RecordOutreach(invited=self._rank))
        self.campaign(CloseCampaign())
        return self


def whole_campaign() -> Story:
    """Ada delivers and reports everything, Ben half of it, Cleo declines, Dan is silent, Eve delivers nothing."""
    story = Story().begin()
    for name in ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn"):
        story.invite(name)
    story.agree("Ada").agree("Ben").agree("Eve")
    story.collaborate("Cleo", (MakeOffer(), ENGINE), (DeclineOffer(version=1, reason="no time"), CREATOR))
    story.collaborate("Dan", (MakeOffer(), ENGINE))
    story.collaborate("Finn", (WithholdOffer(), ENGINE))
    story.later(hours=3).publish("Ada").publish("Ben")
    story.measure("Ada", Metrics(impressions=3_000, likes=200, clicks=0), Metrics(impressions=1_000, likes=100))
    story.measure("Ben", Metrics(impressions=500, likes=10, comments=2))
    for name in ("Dan", "Eve", "Ben"):
        story.wait_out(name)
    return story.finish()


class Told:
    """The story as a log and a directory, read in pages as the real ones are."""

    def __init__(self, story: Story) -> None:
        self._story = story

    async def read_campaign(self, correlation_id: str, after_position: int = 0, limit: int = 1_000) -> list[Envelope]:
        """See `CampaignLog.read_campaign`; pages of ten at most."""
        found = [e for e in self._story.envelopes if e.position > after_position]
        return [e for e in found if e.metadata.correlation_id == correlation_id][: min(limit, 10)]

    async def get(self, ids: Sequence[str]) -> dict[str, Creator]:
        """See `Names.get`."""
        return {id_: self._story.creators[id_] for id_ in ids if id_ in self._story.creators}
