"""What simulated people say when it is their turn, within the rules: the commands of both sides' open tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log

from domain.assignment import Assignment, assign
from domain.behaviour import Behaviour, Draw
from domain.benchmarks import EngagementBenchmark, EngagementKind, benchmark_engagement
from domain.brief import Brief
from domain.collaboration import Collaboration, CollaborationCommand
from domain.content_approval import ApproveDraft, MarkPublished, RequestChanges, SubmitDraft
from domain.contract_signing import SignContract
from domain.creators import Profile
from domain.disclosure import check_disclosure
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from domain.offers import Offer
from domain.performance_report import PerformanceReport
from domain.pricing import quote
from domain.verification import ApproveCreator, RejectCreator, ReportPerformance

SIZES = 24
"""Sizes of account that stand for a range of followers."""

CAPTIONS = (
    "#ad {brand}",
    "Anzeige: {brand}",
    "Collaboration commerciale avec {brand}",
    "#adv {brand}",
    "Advertisement: {brand}",
)
"""One of these discloses the partnership in each jurisdiction that the rules know."""
FORGOTTEN = "What I have been up to this week."


@dataclass(frozen=True)
class Candidate:
    """An account that may be invited: what it would be asked to do, its fair fee (minor units), its usual figures."""

    assignment: Assignment
    fair: int
    followers: int
    usual: EngagementBenchmark


def candidates_of(brief: Brief, profiles: Sequence[Profile] = ()) -> list[Candidate]:
    """The accounts that a brief may meet: those given, or else invented ones over its whole range of followers.

    Invented sizes are spread evenly by their logarithm, as there are always more small accounts than large ones.
    """
    known = profiles or [_invented(brief, (nth + 0.5) / SIZES) for nth in range(SIZES)]
    return [
        Candidate(
            assignment=assign(brief, profile),
            fair=quote(brief, profile).fee,
            followers=profile.followers,
            usual=benchmark_engagement(profile.platform, profile.followers),
        )
        for profile in known
    ]


def _invented(brief: Brief, place: float) -> Profile:
    least, most = max(1, brief.criteria.followers_min), max(1, brief.criteria.followers_max)
    followers = round(exp(log(least) + place * (log(most) - log(least))))
    return Profile(
        platform=brief.criteria.platform, handle="x", name="x", email="x@creators.example", followers=followers
    )


def disclosing_caption(brief: Brief) -> str:
    """A caption that passes the rules of the brief's jurisdiction."""
    jurisdiction = brief.terms.disclosure.jurisdiction
    texts = [caption.format(brand=brief.brand) for caption in CAPTIONS]
    return next(text for text in texts if check_disclosure(text, jurisdiction, partner=brief.brand).passed)


@dataclass
class People:
    """The two sides of one collaboration. Who they are is drawn once, what they say when they are asked."""

    candidate: Candidate
    behaviour: Behaviour
    caption: str
    draw: Draw
    interested: bool = field(init=False)
    least: float = field(init=False)
    """The least fee that the creator takes now, in minor units."""
    engaging: float = field(init=False)

    def __post_init__(self) -> None:
        self.interested = self.behaviour.interested.happens(self.draw)
        self.least = self.candidate.fair * self.behaviour.asks.times(self.draw)
        self.engaging = self.behaviour.engagement_between_creators.times(self.draw)

    def answer(self, task: str, state: Collaboration) -> CollaborationCommand | None:
        """What the task's assignee says; None if the rules leave them nothing to say, so that they let it lapse."""
        step, _, rest = task.partition("/")
        match step:
            case "report_performance":
                return ReportPerformance(report=PerformanceReport(followers=self.candidate.followers))
            case "verify_creator":
                yes = self.behaviour.approves_doubtful.happens(self.draw)
                return ApproveCreator() if yes else RejectCreator(reason="doubtful")
            case "answer_offer":
                return self._as_creator(_offer(state), state)
            case "answer_counter_offer":
                return self._as_brand(_offer(state), state)
            case "sign_contract":
                assert state.document is not None, "a document is there to be signed"
                return SignContract(typed_name="x", document=state.document, consent=True)
            case "submit_draft":
                return self._draft(int(rest), state)
            case "review_draft":
                return self._review(int(rest), state)
            case "publish":
                return MarkPublished(deliverable=int(rest), url="https://posts.example/x", caption=self.caption)
            case _:
                return RecordMetrics(deliverable=int(rest), metrics=self._figures())

    def _as_creator(self, offer: Offer, state: Collaboration) -> CollaborationCommand:
        if not self.interested:
            return DeclineOffer(version=offer.version)
        if offer.fee.amount >= self.least:
            return AcceptOffer(version=offer.version)
        may = state.counter_offers < state.agreed.policies.negotiation.rounds
        if not (may and self.behaviour.counters.happens(self.draw)):
            return DeclineOffer(version=offer.version)
        asked = round(self.least) + 1
        self.least *= self.behaviour.concedes.times(self.draw)
        return CounterOffer(version=offer.version, fee=Money(amount=asked, currency=offer.fee.currency))

    def _as_brand(self, offer: Offer, state: Collaboration) -> CollaborationCommand:
        cap, ours = state.agreed.fee_cap, state.reserved
        if offer.fee.amount <= cap and self.behaviour.accepts_counter.happens(self.draw):
            return AcceptOffer(version=offer.version)
        halfway = min((ours + offer.fee.amount) // 2, cap)
        if halfway <= ours:
            return DeclineOffer(version=offer.version)
        return CounterOffer(version=offer.version, fee=Money(amount=halfway, currency=offer.fee.currency))

    def _draft(self, number: int, state: Collaboration) -> CollaborationCommand:
        first = state.works[number].version == 0
        forgets = first and self.behaviour.undisclosed.happens(self.draw)
        return SubmitDraft(deliverable=number, caption=FORGOTTEN if forgets else self.caption)

    def _review(self, number: int, state: Collaboration) -> CollaborationCommand | None:
        work = state.works[number]
        discloses = work.disclosure is not None and work.disclosure.passed
        may = work.rounds < state.agreed.policies.rounds_of_changes
        if may and (not discloses or self.behaviour.requests_changes.happens(self.draw)):
            return RequestChanges(deliverable=number, version=work.version, feedback="again")
        return ApproveDraft(deliverable=number, version=work.version) if discloses else None

    def _figures(self) -> Metrics:
        """What one post brought: engagements by the benchmark of the account's tier, the rest by the assumptions."""
        assumed, draw, followers = self.behaviour, self.draw, self.candidate.followers
        impressions = followers * assumed.impressions_per_follower.times(draw)
        base = followers if self.candidate.usual.kind is EngagementKind.FOLLOWERS else impressions
        engaging = self.engaging * assumed.engagement_between_posts.times(draw)
        clicks = round(impressions * assumed.clicks_per_impression.times(draw))
        orders = _of(clicks, assumed.orders_per_click.probability, draw)
        return Metrics(
            impressions=round(impressions),
            reach=round(impressions * assumed.reach_per_impression.probability),
            likes=round(base * self.candidate.usual.rate * engaging),
            clicks=clicks,
            orders=orders,
            revenue=orders * assumed.revenue_per_order.amount,
        )


def _offer(state: Collaboration) -> Offer:
    assert state.offer is not None, "an offer's task is only open while an offer is"
    return state.offer


def _of(trials: int, probability: float, draw: Draw) -> int:
    """How many of so many independent trials succeed: a Poisson number, which is close where successes are rare."""
    mean, limit, count = trials * probability, draw(), 0
    if mean > 50:
        return round(mean)
    term = total = exp(-mean)
    while total < limit and count < trials:
        count += 1
        term *= mean / count
        total += term
    return count
