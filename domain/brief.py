"""The brief: what a brand wants, for how much, from whom, and how people and policies decide along the way."""

from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from domain.benchmarks import PriceBy
from domain.calendars import CampaignCalendar
from domain.clauses import Briefing, Terms
from domain.concession import Concession
from domain.creators import Country, Email, Followers, Language, Platform
from domain.deadlines import DeadlinePolicy, OnExpiry
from domain.durations import LONGEST, BusinessTime, Duration, Span, business_days, business_hours
from domain.formats import Format
from domain.languages import LetterLanguage
from domain.money import Minor, Money
from domain.shop import Shop
from domain.values import Line, Value


class ObjectiveKind(StrEnum):
    """What a campaign is for."""

    AWARENESS = "awareness"
    TRAFFIC = "traffic"
    SALES = "sales"


class Measure(StrEnum):
    """What an objective counts."""

    IMPRESSIONS = "impressions"
    REACH = "reach"
    ENGAGEMENTS = "engagements"
    CLICKS = "clicks"
    ORDERS = "orders"
    REVENUE = "revenue"


MEASURES = {
    ObjectiveKind.AWARENESS: {Measure.IMPRESSIONS, Measure.REACH, Measure.ENGAGEMENTS},
    ObjectiveKind.TRAFFIC: {Measure.CLICKS},
    ObjectiveKind.SALES: {Measure.ORDERS, Measure.REVENUE},
}


class Objective(Value):
    """A target to reach by a date. Revenue is in minor units of the budget's currency, everything else a count."""

    kind: ObjectiveKind
    measure: Measure
    target: int = Field(gt=0, le=10**12)
    by: date

    @model_validator(mode="after")
    def _measure_fits_kind(self) -> Self:
        if self.measure not in MEASURES[self.kind]:
            allowed = ", ".join(sorted(MEASURES[self.kind]))
            raise ValueError(f"an objective of kind {self.kind} is measured in {allowed}, not in {self.measure}")
        return self


class Audience(Value):
    """Whom the campaign wants to reach; None and empty mean anyone."""

    country: Country | None = None
    language: Language | None = None
    topics: tuple[Line, ...] = ()


class CreatorCriteria(Value):
    """Which accounts are considered. The default range is the micro tier."""

    platform: Platform = Platform.INSTAGRAM
    followers_min: Followers = 1_000
    followers_max: Annotated[Followers, Field(ge=1)] = 10_000


class DeliverableRequest(Value):
    """So many of one format from every creator."""

    format: Format
    count: int = Field(default=1, ge=1, le=20)


class PostingWindow(Value):
    """The first and the last day on which posts may appear."""

    opens: date
    closes: date

    @property
    def starts_at(self) -> datetime:
        """The first moment of the first day anywhere: midnight in the easternmost time zone (UTC+14)."""
        return datetime.combine(self.opens, time.min, tzinfo=timezone(timedelta(hours=14)))

    @property
    def ends_at(self) -> datetime:
        """When the last day is over everywhere: midnight after it in the westernmost time zone (UTC-12)."""
        return datetime.combine(self.closes + timedelta(days=1), time.min, tzinfo=timezone(timedelta(hours=-12)))


def _within(
    within: timedelta | BusinessTime, *, remind: timedelta | BusinessTime, on_expiry: OnExpiry
) -> DeadlinePolicy:
    return DeadlinePolicy(within=within, remind_before=(remind,), on_expiry=on_expiry)


def _brand(on_expiry: OnExpiry) -> DeadlinePolicy:
    return _within(business_days(3), remind=business_days(1), on_expiry=on_expiry)


def _creator() -> DeadlinePolicy:
    return _within(business_days(2), remind=business_hours(12), on_expiry=OnExpiry.EXTEND)


_OFFER = DeadlinePolicy(
    within=timedelta(hours=72),
    remind_before=(timedelta(hours=24),),
    on_expiry=OnExpiry.EXTEND,
    extend_by=timedelta(hours=24),
)


class NegotiationPolicy(Value):
    """How the engine opens, when it says yes by itself, and how it answers what it does not accept."""

    price_by: PriceBy = PriceBy.RATE_CARD
    """What the fair price is reckoned from."""
    opening: Annotated[float, Field(gt=0, le=1)] = 0.85
    """The first offer, as a share of the fair price."""
    accept_up_to: Annotated[float, Field(gt=0, le=3)] = 1.1
    """A counter-offer of at most this multiple of our last offer, within the cap, is accepted without asking anyone."""
    accept_below: Minor = 0
    """So is one of at most this amount in minor units, within the cap, whatever our last offer was."""
    rounds: int = Field(default=2, ge=0, le=10)
    """Counter-offers that a creator may make."""
    concession: Concession | None = None
    """How the engine counters by itself; without it a person is asked about everything that it does not accept."""


class Asked(StrEnum):
    """Of whom a report of their own figures is asked. Of nobody whom the other evidence refuses already."""

    NOBODY = "nobody"
    DOUBTFUL = "doubtful"
    """Where the evidence is not clear, before a person has to decide."""
    EVERYONE = "everyone"


class PaymentOrders(StrEnum):
    """When a payout counts as paid that goes by payment order."""

    COUNT_AS_PAID = "count_as_paid"
    """Once finance was told: the order is as good as the transfer."""
    WAIT_FOR_FINANCE = "wait_for_finance"
    """Once finance has said when, and under which reference, it was paid."""


class Policies(Value):
    """How long everybody has, and what silence means.

    Defaults, in business time of the campaign's calendar: brand 72 h (3 days), creator 48 h (2 days), the last review
    24 h (1 day). An offer is valid for 72 h by the clock, with one extension.
    """

    shortlist: DeadlinePolicy = _brand(OnExpiry.APPROVE)
    performance_report_from: Asked = Asked.DOUBTFUL
    performance_report: DeadlinePolicy = _within(
        business_days(2), remind=business_hours(12), on_expiry=OnExpiry.DECLINE
    )
    """Of the creator's own figures. Silence refuses nobody: the evidence is decided on without them."""
    verification: DeadlinePolicy = _brand(OnExpiry.DECLINE)
    offer: DeadlinePolicy = _OFFER
    counter_offer: DeadlinePolicy = _brand(OnExpiry.ESCALATE)
    creator_signature: DeadlinePolicy = _creator()
    brand_signature: DeadlinePolicy = _brand(OnExpiry.ESCALATE)
    draft: DeadlinePolicy = _creator()
    review: DeadlinePolicy = _brand(OnExpiry.APPROVE)
    """Of all drafts of a deliverable together: the clock stands still while the creator makes changes."""
    final_review_within: Duration = business_days(1)
    """How long the brand has for the last draft, after which it can ask for no more changes; `review` says the rest."""
    resume_at_least: Duration = business_hours(4)
    """How long a review has, at the least, that goes on after changes; never more than `review` has in all."""
    publication: DeadlinePolicy = _creator()
    metrics: DeadlinePolicy = _within(business_days(3), remind=business_days(1), on_expiry=OnExpiry.EXTEND)
    restoration: DeadlinePolicy = _creator()
    """Of a post that was found missing, or without its disclosure."""
    look_for_posts: bool = True
    """Whether a service that can read the platform is asked about posts; otherwise the creators' word stands."""
    live_check_after: Span = timedelta(days=30)
    """When after its publication a post is looked for again, where a service can read it."""
    watch_for: Annotated[timedelta, Field(ge=timedelta(0), le=LONGEST)] = timedelta(days=30)
    """How long after the last publication a service is asked for figures; with none at all, the creator is asked."""
    payment_orders: PaymentOrders = PaymentOrders.COUNT_AS_PAID
    payment: DeadlinePolicy = _brand(OnExpiry.ESCALATE)
    """Of finance, for an order that waits for it, and for money that came back. Silence decides nothing: they are
    asked again."""
    rounds_of_changes: int = Field(default=2, ge=0, le=10)
    rights_notice_days: int = Field(default=14, ge=0, le=365)
    """So many days before the brand may no longer use a post it is told so; not at all if 0."""
    negotiation: NegotiationPolicy = NegotiationPolicy()

    @model_validator(mode="after")
    def _only_people_sign_and_deliver(self) -> Self:
        for name in (
            "performance_report",
            "creator_signature",
            "brand_signature",
            "offer",
            "draft",
            "publication",
            "metrics",
            "restoration",
            "payment",
        ):
            policy: DeadlinePolicy = getattr(self, name)
            if OnExpiry.APPROVE in (policy.on_expiry, policy.then):
                raise ValueError(f"policies.{name}: silence cannot stand for a person's own act; use decline")
        return self


@lru_cache(maxsize=256)
def _one_for_all(policies: Policies) -> Policies:
    return policies


SharedPolicies = Annotated[Policies, AfterValidator(_one_for_all)]
"""Equal policies are one object: whoever keeps thousands of a campaign's collaborations in mind has them once."""


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Berlin") from unknown
    return name


class Copies(Value):
    """Who else on the brand's side is told of what concerns them."""

    finance: bool = False
    legal: bool = False


class Contacts(Value):
    """Whom the engine writes to on the brand's side."""

    manager: Email
    escalation: Email | None = None
    """Who is asked when the manager has not answered; the manager again if None."""
    finance: Email | None = None
    """Who is asked to make the transfers of payment orders; nobody if None."""
    legal: Email | None = None
    """Who gets a copy of each sealed contract; nobody if None."""
    language: LetterLanguage = LetterLanguage.ENGLISH
    """What all of them are written to in."""

    @property
    def copies(self) -> Copies:
        """For whom of them there is an address."""
        return Copies(finance=self.finance is not None, legal=self.legal is not None)


class Brief(Value):
    """Everything the engine needs to run a campaign. Well-formed is not yet workable: see `goal_setting.objections`."""

    brand: Line
    product: Line
    category: Line
    objectives: tuple[Objective, ...] = Field(min_length=1, max_length=20)
    budget: Money
    fee_cap: Minor
    """The most that one creator may be paid, in minor units of the budget's currency."""
    creators_wanted: int = Field(ge=1, le=10_000)
    audience: Audience = Audience()
    criteria: CreatorCriteria = CreatorCriteria()
    deliverables: tuple[DeliverableRequest, ...] = Field(min_length=1, max_length=10)
    posting_window: PostingWindow
    briefing: Briefing = Briefing()
    policies: SharedPolicies = Policies()
    terms: Terms = Terms()
    contacts: Contacts
    shop: Shop | None = None
    renewal_of: Line | None = None
    """The id of the campaign that this one goes on from."""
    preferred_creators: tuple[Line, ...] = Field(default=(), max_length=10_000)
    """Ids of creators who rank higher than their figures alone: it went well with them."""
    excluded_creators: tuple[Line, ...] = Field(default=(), max_length=10_000)
    """Ids of creators who are not invited."""
    time_zone: Annotated[str, AfterValidator(_known_time_zone)] = "UTC"
    calendar: CampaignCalendar = CampaignCalendar()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the campaign's days begin and end."""
        return ZoneInfo(self.time_zone)

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats asked of each creator, one entry per deliverable, in the brief's order."""
        return tuple(request.format for request in self.deliverables for _ in range(request.count))
