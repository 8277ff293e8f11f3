"""Realistic facts, and decisions told as given / when / then.

offered().when(AcceptOffer(version=1), by=CREATOR).then(OfferAccepted(...))
offered().when(AcceptOffer(version=1), by=BRAND).refused(NotYourTurn)
offered().waits(until=T0 + 72 * HOUR).then(TaskExtended(...))
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any, Generic, Self, TypeVar

from domain.assignment import Assignment, PostSource, assign
from domain.brief import Asked, Brief, Policies
from domain.calendars import WEEK
from domain.campaign import Campaign, CampaignDecider
from domain.check_policy import Check
from domain.checks import Assessment, Evidence, Verdict
from domain.claims import Claim, Scope
from domain.clauses import Commission, Exclusivity, Terms
from domain.collaboration import Collaboration, CollaborationDecider
from domain.content_approval import ApproveDraft, MarkPublished, SubmitDraft
from domain.contract_signing import DraftContract, RecordSeal, SignContract
from domain.creators import Profile
from domain.deadlines import DeadlinePolicy, OnExpiry, PassTime
from domain.decider import ENGINE as THE_ENGINE
from domain.decider import Actor, Command, Context, Decider, Event, Role
from domain.discovery import ApproveShortlist, ProposeShortlist, Shortlist
from domain.errors import Refused
from domain.events import Envelope, Registry, event_id
from domain.events import metadata as describe
from domain.formats import Format
from domain.goal_setting import StartCampaign
from domain.live_posts import Look, RecordCheck, Sighting
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, MakeOffer
from domain.payouts import RecordPayout
from domain.performance_report import PerformanceReport
from domain.verification import ApproveCreator, OpenCollaboration, RecordAssessment

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
BRAND, CREATOR, ENGINE = Role.BRAND, Role.CREATOR, Role.ENGINE
DISCLOSED = "#ad My summer favourite: cold brew from Lumen Tea."
UNDISCLOSED = "My summer favourite: cold brew from Lumen Tea. Thanks for the box!"
DOCUMENT = "c0" * 32
ANOTHER_DOCUMENT = "ff" * 32


def a_policy(on_expiry: OnExpiry, *, then: OnExpiry = OnExpiry.DECLINE, hours: int = 48) -> DeadlinePolicy:
    """`hours` to answer, a reminder twelve hours before, a day more where the policy gives it."""
    return DeadlinePolicy.model_validate(
        {"within": hours * HOUR, "remind_before": (12 * HOUR,), "on_expiry": on_expiry, "then": then}
    )


def a_brief(**facts: Any) -> Brief:
    """A reel and a set of stories about tea from each of ten creators, for 10,000 dollars.

    Its people work around the clock, so that a business day is a day: tests of calendars say otherwise.
    """
    usual: dict[str, Any] = {
        "brand": "Lumen Tea",
        "product": "Cold brew tea",
        "category": "tea",
        "objectives": [{"kind": "awareness", "measure": "impressions", "target": 200_000, "by": date(2026, 5, 31)}],
        "budget": {"amount": 10_000_00, "currency": "USD"},
        "fee_cap": 400_00,
        "creators_wanted": 10,
        "audience": {"country": "US", "language": "en", "topics": ["tea", "recipes"]},
        "deliverables": [{"format": "reel"}, {"format": "story"}],
        "posting_window": {"opens": date(2026, 3, 16), "closes": date(2026, 4, 30)},
        "briefing": {
            "product_description": "Tea bags that brew in cold water.",
            "hashtags": ["#lumentea"],
            "faq": [("Is it sweetened?", "No.")],
        },
        "contacts": {"manager": "manager@lumen-tea.example", "escalation": "head@lumen-tea.example"},
        "time_zone": "America/New_York",
        "calendar": {"working_days": WEEK, "quiet_hours": None},
    }
    return Brief.model_validate({**usual, **facts})


def a_profile(**facts: Any) -> Profile:
    """A micro-influencer whose fair price for the usual brief is 250 dollars."""
    usual: dict[str, Any] = {
        "platform": "instagram",
        "handle": "steep.and.pour",
        "name": "Ines Okafor",
        "email": "ines@creators.example",
        "followers": 5_000,
        "following": 600,
        "posts": 240,
        "average_likes": 130.0,
        "average_comments": 8.0,
    }
    return Profile.model_validate({**usual, **facts})


def an_assignment(*, policies: Policies | None = None, **facts: Any) -> Assignment:
    """What the usual brief asks of the usual creator: an opening fee of 212.50 dollars, at most 400."""
    assignment = assign(a_brief(**({"policies": policies} if policies else {})), a_profile())
    return Assignment.model_validate({**dict(assignment), **facts})


def watched(**policies: Any) -> Assignment:
    """The usual assignment where Instagram shows the first deliverable, a reel, and never the second, a story."""
    source = PostSource(name="instagram", formats=(Format.POST, Format.REEL))
    return an_assignment(post_source=source, policies=Policies(**policies))


def exclusively(days: int = 30, *competitors: str, category: str | None = None) -> Terms:
    """Terms with exclusivity for so many days."""
    return Terms(exclusivity=Exclusivity(days=days, competitors=competitors, category=category))


def usual_claims(at: datetime = T0) -> tuple[Claim, ...]:
    """What the usual campaign claims of a creator who accepts at `at`: it excludes nobody."""
    over = datetime(2026, 5, 1, 12, tzinfo=UTC)
    return tuple(
        Claim(scope=scope, name=name, present=True, exclusive=False, since=at, until=over)
        for scope, name in ((Scope.BRAND, "lumen tea"), (Scope.CATEGORY, "tea"))
    )


def an_assessment(verdict: Verdict = Verdict.PASS) -> Assessment:
    """One piece of evidence that leads to `verdict`."""
    score = {Verdict.PASS: 0.9, Verdict.REVIEW: 0.5, Verdict.FAIL: 0.2}[verdict]
    evidence = Evidence(check=Check.COMMENTS_AND_TAGS, weight=0.3, score=score, because="30% of 20 comments fit")
    return Assessment(evidence=(evidence,), score=score, verdict=verdict, formula_version="checks test.1")


def a_report(**facts: Any) -> PerformanceReport:
    """What the usual creator reports of a usual month: it fits the public figures."""
    usual: dict[str, Any] = {
        "followers": 5_100,
        "followers_before": 4_900,
        "posts": 12,
        "reach": 9_000,
        "impressions": 21_000,
        "engagements": 1_900,
        "countries": {"US": 0.7, "CA": 0.1},
        "ages": {"18-24": 0.3, "25-34": 0.5},
        "genders": {"female": 0.6, "male": 0.4},
        "note": "A quiet month.",
    }
    return PerformanceReport.model_validate({**usual, **facts})


def context(by: Role = ENGINE, at: datetime = T0, command_id: str = "command-1") -> Context:
    """The circumstances of a command."""
    actor = THE_ENGINE if by is ENGINE else Actor(role=by, id=f"{by}-1")
    return Context(at=at, actor=actor, command_id=command_id)


C = TypeVar("C", bound=Command)
S = TypeVar("S")


class Decision(Generic[S]):
    """What came of a command: events, or a refusal."""

    def __init__(self, before: S, events: Sequence[Event], refusal: Refused | None, after: S) -> None:
        self.before, self.events, self.refusal, self.state = before, list(events), refusal, after

    def then(self, *expected: Event) -> Self:
        """The command causes exactly these events."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert self.events == list(expected)
        return self

    def then_types(self, *expected: type[Event]) -> Self:
        """The command causes events of exactly these types."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert [type(event) for event in self.events] == list(expected)
        return self

    def refused(self, error: type[Refused], *words: str) -> None:
        """The command is refused with exactly this error, whose message has these words."""
        assert self.refusal is not None, f"not refused: {self.events}"
        assert type(self.refusal) is error
        for some in words:
            assert some in str(self.refusal)


class Story(Generic[C, S]):
    """A stream's past, told in events."""

    def __init__(self, decider: Decider[C, S, Event], past: Sequence[Event]) -> None:
        self.decider, self.past = decider, tuple(past)
        self.state = reduce(decider.evolve, past, decider.initial)

    def when(self, command: C, *, by: Role = ENGINE, at: datetime = T0) -> Decision[S]:
        """Decide a command on the state that the past has left."""
        try:
            events = self.decider.decide(command, self.state, context(by, at))
        except Refused as refusal:
            return Decision(self.state, [], refusal, self.state)
        return Decision(self.state, events, None, reduce(self.decider.evolve, events, self.state))

    def does(self, command: C, *, by: Role = ENGINE, at: datetime = T0) -> "Story[C, S]":
        """The story with what follows from a command that must not be refused."""
        decision = self.when(command, by=by, at=at)
        assert decision.refusal is None, f"refused: {decision.refusal!r}"
        return Story(self.decider, (*self.past, *decision.events))

    def waits(self, *, until: datetime) -> Decision[S]:
        """Let time pass."""
        pass_time: Any = PassTime()
        return self.when(pass_time, at=until)


def campaign(*past: Event) -> Story[Any, Campaign]:
    """A campaign to which this has happened."""
    return Story(CampaignDecider(), past)


def collaboration(*past: Event) -> Story[Any, Collaboration]:
    """A collaboration to which this has happened."""
    return Story(CollaborationDecider(), past)


def started(**brief: Any) -> Story[Any, Campaign]:
    """A campaign whose brief was accepted at T0."""
    return campaign().does(StartCampaign(campaign_id="camp-1", brief=a_brief(**brief)), by=BRAND)


def proposed(**brief: Any) -> Story[Any, Campaign]:
    """A campaign whose shortlist of twelve was proposed at T0."""
    shortlist = Shortlist(digest="ab" * 32, size=12)
    return started(**brief).does(ProposeShortlist(shortlist=shortlist, considered=40))


def approved(**brief: Any) -> Story[Any, Campaign]:
    """A campaign whose shortlist a person approved at T0."""
    return proposed(**brief).does(ApproveShortlist(), by=BRAND)


def opening(assignment: Assignment | None = None, number: int = 1) -> OpenCollaboration:
    """The first command of a collaboration with one creator of the usual campaign."""
    return OpenCollaboration(
        collaboration_id=f"collab-{number}",
        campaign_id="camp-1",
        creator_id=f"creator-{number}",
        rank=number,
        assignment=assignment or an_assignment(),
    )


def opened(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration that has just begun, at T0."""
    return collaboration().does(opening(assignment))


def asking_nobody(assignment: Assignment) -> Assignment:
    """The assignment under a policy that asks no creator for a report of their own figures."""
    policies = assignment.policies.model_copy(update={"performance_report_from": Asked.NOBODY})
    return assignment.model_copy(update={"policies": policies})


def asked_to_report(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration whose evidence is doubtful, and whose creator is asked for their own figures since T0."""
    return opened(assignment).does(RecordAssessment(assessment=an_assessment(Verdict.REVIEW)))


def doubted(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration whose creator's evidence waits for a person since T0; the creator was not asked for a report."""
    return asked_to_report(asking_nobody(assignment or an_assignment()))


def verified(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration whose creator a person let pass at T0."""
    return doubted(assignment).does(ApproveCreator(note="known from the fair"), by=BRAND)


def offered(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration in which the opening offer waits for the creator since T0."""
    return verified(assignment).does(MakeOffer())


def countered(fee: int = 300_00, assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration in which the creator's counter-offer waits for the brand since T0."""
    return offered(assignment).does(CounterOffer(version=1, fee=usd(fee)), by=CREATOR)


def agreed(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration in which the creator accepted the opening offer at T0."""
    return offered(assignment).does(AcceptOffer(version=1), by=CREATOR)


def drafted(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration whose contract waits for both signatures since T0."""
    return agreed(assignment).does(DraftContract(document=DOCUMENT))


def concluded(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration whose contract both sides signed at T0; the drafts and the upfront payment are awaited."""
    return drafted(assignment).does(a_signature(), by=CREATOR).does(a_signature(), by=BRAND)


SEALED = "5e" * 32


def sealed(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration whose contract is sealed since T0."""
    return concluded(assignment).does(RecordSeal(sealed=SEALED))


def in_review(assignment: Assignment | None = None, caption: str = DISCLOSED) -> Story[Any, Collaboration]:
    """A collaboration in which the first draft of the first deliverable waits for the brand since T0."""
    return concluded(assignment).does(SubmitDraft(deliverable=1, caption=caption), by=CREATOR)


def to_publish(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration whose first deliverable may be posted since T0."""
    return in_review(assignment).does(ApproveDraft(deliverable=1, version=1), by=BRAND)


def live(assignment: Assignment | None = None) -> Story[Any, Collaboration]:
    """A collaboration of which every post is live since T0; the figures and both payments are awaited."""
    story = concluded(assignment)
    for number in story.state.works:
        story = story.does(SubmitDraft(deliverable=number, caption=DISCLOSED), by=CREATOR)
        story = story.does(ApproveDraft(deliverable=number, version=1), by=BRAND)
        story = story.does(a_post(number), by=CREATOR)
    return story


def commissioned(cap: int = 30_00) -> Story[Any, Collaboration]:
    """A collaboration that is over but for a commission of a tenth of what was sold, which is to be settled."""
    terms = Terms(commission=Commission(ratio=0.1, cap=cap))
    story = live(an_assignment(terms=terms, tracks_sales=True))
    for number in story.state.works:
        story = story.does(RecordMetrics(deliverable=number, metrics=Metrics(likes=9)), by=CREATOR)
    for payout in story.state.owed:
        story = story.does(RecordPayout(payout_id=payout.id, reference="tr_1"))
    return story


def seen(caption: str = DISCLOSED, number: int = 1) -> RecordCheck:
    """The platform shows the post with this caption."""
    sighting = Sighting(look=Look.FOUND, post_id="17950000000000001", caption=caption)
    return RecordCheck(deliverable=number, sighting=sighting)


def not_seen(look: Look = Look.ABSENT, number: int = 1) -> RecordCheck:
    """The post was looked for, and this came of it."""
    return RecordCheck(deliverable=number, sighting=Sighting(look=look))


def a_signature(document: str = DOCUMENT) -> SignContract:
    """Consent to a document."""
    return SignContract(typed_name="Ines Okafor", document=document, consent=True)


def a_post(number: int = 1, caption: str = DISCLOSED) -> MarkPublished:
    """Word that a deliverable is live."""
    return MarkPublished(deliverable=number, url=f"https://social.example/p/{number}", caption=caption)


def usd(amount: int) -> Money:
    """An amount in cents."""
    return Money(amount=amount, currency="USD")


def stored(registry: Registry, stream: str, events: Sequence[Event]) -> list[Envelope]:
    """The events as a store gives them back: data that was JSON, in envelopes numbered from 1."""
    metadata = describe(PassTime(), context(), correlation_id="camp-1")
    return [
        Envelope(
            stream=stream,
            version=version,
            event_id=event_id(stream, version),
            **json.loads(registry.encode(event).model_dump_json()),
            metadata=metadata,
            recorded_at=T0,
            position=version,
        )
        for version, event in enumerate(events, start=1)
    ]
