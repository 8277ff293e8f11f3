"""What one creator is asked to do and within which limits: the part of a brief that a collaboration lives by."""

from collections.abc import Iterable

from pydantic import Field

from domain.benchmarks import fair_price
from domain.brief import Brief, Policies, PostingWindow
from domain.calendars import ROUND_THE_CLOCK, Calendar, calendar_of
from domain.clauses import Briefing, Deliverable, Terms
from domain.creators import Profile
from domain.formats import Format
from domain.money import Currency, Minor, share
from domain.values import Line, Value


class Assignment(Value):
    """Frozen when the creator is invited, so that a later change of the brief cannot alter a running collaboration."""

    brand: Line
    product: Line
    category: Line
    currency: Currency
    opening_fee: Minor
    fee_cap: Minor
    deliverables: tuple[Deliverable, ...] = Field(min_length=1)
    posting_window: PostingWindow
    briefing: Briefing
    terms: Terms
    policies: Policies
    calendar: Calendar = ROUND_THE_CLOCK


def assign(brief: Brief, profile: Profile, calendar: Calendar | None = None) -> Assignment:
    """The assignment that `brief` makes for this creator; the opening fee is the policy's share of the fair price.

    `calendar` is the campaign's; without one it is the brief's, which knows no public holidays.
    """
    fair = fair_fee(profile, brief.formats)
    return Assignment(
        brand=brief.brand,
        product=brief.product,
        category=brief.category,
        currency=brief.budget.currency,
        opening_fee=min(share(fair, brief.policies.negotiation.opening), brief.fee_cap),
        fee_cap=brief.fee_cap,
        deliverables=tuple(Deliverable(number=n, format=kind) for n, kind in enumerate(brief.formats, start=1)),
        posting_window=brief.posting_window,
        briefing=brief.briefing,
        terms=brief.terms,
        policies=brief.policies,
        calendar=calendar or calendar_of(brief.calendar, brief.time_zone),
    )


def fair_fee(profile: Profile, formats: Iterable[Format]) -> int:
    """The middle of the fair price range of all formats together, in minor units."""
    ranges = [fair_price(profile, kind) for kind in formats]
    return sum((price.low + price.high) // 2 for price in ranges)
