"""What one creator is asked to do and within which limits: the part of a brief that a collaboration lives by."""

from datetime import date

from pydantic import Field

from domain.brief import Brief, Copies, PostingWindow, SharedPolicies
from domain.calendars import ROUND_THE_CLOCK, Calendar, calendar_of
from domain.clauses import Briefing, Deliverable, Terms
from domain.creators import Country, Profile
from domain.formats import Format
from domain.money import Currency, Minor, share
from domain.pricing import Quote, quote
from domain.values import Line, Value


class PostSource(Value):
    """A service that reads posts on the creator's platform. Other formats than these it does not see."""

    name: Line
    formats: tuple[Format, ...]


class Assignment(Value):
    """Frozen when the creator is invited, so that a later change of the brief cannot alter a running collaboration."""

    brand: Line
    product: Line
    category: Line
    audience_country: Country | None = None
    """Where the brand wants to reach people; None is anywhere."""
    currency: Currency
    opening_fee: Minor
    fee_cap: Minor
    """The most that the creator may cost: the fee, with what a commission can come to."""
    deliverables: tuple[Deliverable, ...] = Field(min_length=1)
    posting_window: PostingWindow
    briefing: Briefing
    terms: Terms
    policies: SharedPolicies
    calendar: Calendar = ROUND_THE_CLOCK
    copies: Copies = Copies()
    quote: Quote | None = None
    """How the fair price came about; None of assignments that were made before quotes were kept."""
    tracks_sales: bool = False
    """Whether there is a shop that tells of sales, so that a commission can be owed."""
    post_source: PostSource | None = None
    """Who looks at the posts once they are live; None if nobody can, and the creator's word is all there is."""

    def source_of(self, kind: Format) -> str | None:
        """The name of the service that reads posts of this format; None if none does."""
        source = self.post_source
        reads = source is not None and kind in source.formats and self.policies.look_for_posts
        return source.name if source is not None and reads else None


def assign(
    brief: Brief,
    profile: Profile,
    calendar: Calendar | None = None,
    post_source: PostSource | None = None,
    *,
    today: date | None = None,
) -> Assignment:
    """The assignment that `brief` makes for this creator; the opening fee is the policy's share of the fair price.

    `calendar` is the campaign's; without one it is the brief's, which knows no public holidays. `today` is the day of
    the invitation: without it nothing is priced as a rush. A commission's cap is left of the cap, whatever is fair.
    """
    fair, commission = quote(brief, profile, today=today), brief.terms.commission
    most = max(0, brief.fee_cap - (commission.cap if commission is not None else 0))
    return Assignment(
        brand=brief.brand,
        product=brief.product,
        category=brief.category,
        audience_country=brief.audience.country,
        currency=brief.budget.currency,
        opening_fee=min(share(fair.fee, brief.policies.negotiation.opening), most),
        fee_cap=brief.fee_cap,
        deliverables=tuple(Deliverable(number=n, format=kind) for n, kind in enumerate(brief.formats, start=1)),
        posting_window=brief.posting_window,
        briefing=brief.briefing,
        terms=brief.terms,
        policies=brief.policies,
        calendar=calendar or calendar_of(brief.calendar, brief.time_zone),
        copies=brief.contacts.copies,
        post_source=post_source,
        quote=fair,
        tracks_sales=brief.shop is not None,
    )
