"""What a creator's work is worth: a base fee for each deliverable, and on top of it what the terms ask for besides.

Every figure comes from one version of `domain.benchmarks`, and a `Quote` says of each from which range it was taken and
why. Amounts are minor units; ratios are of the base fee, which is what all deliverables together cost.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from pydantic import Field

from domain.benchmarks import DEFAULT, Benchmarks, Extra, Grade, PriceBy, cheapest_plausible, fair_price
from domain.brief import Brief
from domain.clauses import FeePart
from domain.creators import Profile
from domain.formats import Format
from domain.money import Currency, Minor, share
from domain.values import Line, Value

DAYS_OF_A_PERIOD = 30
"""Paid usage is priced by 30 days; a month of it counts as so many."""


class QuotedDeliverable(Value):
    """The base fee of one deliverable, with the range that it was taken from."""

    number: int = Field(ge=1)
    format: Format
    low: Minor
    high: Minor
    fee: Minor
    basis: Line


class QuotedExtra(Value):
    """A surcharge: `ratio` was taken from `low` to `high`, and counts `times` over (months, rounds of changes)."""

    extra: Extra
    low: float
    high: float
    ratio: float
    times: int = Field(ge=1)
    fee: Minor
    because: Line
    grade: Grade


class Quote(Value):
    """A fair price with everything that it is made of. `fee` is the sum of the deliverables' and the extras' fees."""

    benchmarks: Line
    """The version of the figures."""
    figures_in: Currency
    """What the figures are in. They are taken as they are where the campaign has another currency: no rate is known."""
    deliverables: tuple[QuotedDeliverable, ...] = Field(min_length=1)
    extras: tuple[QuotedExtra, ...] = ()
    base: Minor
    fee: Minor

    @property
    def of(self) -> str:
        """What it is for, in words."""
        return ", and ".join(["the deliverables", *(each.because for each in self.extras)])


class Asked(Value):
    """What an extra is asked for: how often, and where in its range (0 low, 1 high) it is priced."""

    extra: Extra
    times: int = Field(default=1, ge=1)
    place: float = Field(ge=0, le=1)
    because: Line


def quote(brief: Brief, profile: Profile, *, today: date | None = None, benchmarks: Benchmarks = DEFAULT) -> Quote:
    """What the brief's deliverables are worth from this account under the brief's terms.

    `today` is when the creator is asked: without it nothing is a rush.
    """
    by, place = brief.policies.negotiation.price_by, benchmarks.pricing.place
    deliverables = tuple(
        _deliverable(number, kind, profile, benchmarks, by, place) for number, kind in enumerate(brief.formats, start=1)
    )
    base = sum(each.fee for each in deliverables)
    extras = tuple(_extra(asked, base, benchmarks) for asked in extras_asked(brief, today=today, benchmarks=benchmarks))
    return Quote(
        benchmarks=benchmarks.version,
        figures_in=benchmarks.currency,
        deliverables=deliverables,
        extras=extras,
        base=base,
        fee=base + sum(each.fee for each in extras),
    )


def _deliverable(
    number: int, kind: Format, profile: Profile, benchmarks: Benchmarks, by: PriceBy, place: float
) -> QuotedDeliverable:
    price = fair_price(profile, kind, benchmarks, by)
    fee = price.low + share(price.high - price.low, place)
    return QuotedDeliverable(number=number, format=kind, low=price.low, high=price.high, fee=fee, basis=price.basis)


def _extra(asked: Asked, base: int, benchmarks: Benchmarks) -> QuotedExtra:
    usual = benchmarks.surcharge(asked.extra)
    ratio = round(usual.low + asked.place * (usual.high - usual.low), 4)
    fee = share(base, ratio * asked.times)
    if asked.extra is Extra.PAID_USAGE_30_DAYS:
        # Nobody pays more for some months than for ever.
        perpetual = benchmarks.surcharge(Extra.PERPETUAL_USAGE)
        fee = min(fee, share(base, perpetual.low + asked.place * (perpetual.high - perpetual.low)))
    return QuotedExtra(
        extra=asked.extra,
        low=usual.low,
        high=usual.high,
        ratio=ratio,
        times=asked.times,
        fee=fee,
        because=asked.because,
        grade=usual.source.grade,
    )


def extras_asked(brief: Brief, *, today: date | None = None, benchmarks: Benchmarks = DEFAULT) -> Iterator[Asked]:
    """What the brief asks for beyond the deliverables with their organic use, in the order of `Extra`."""
    usage, rules = brief.terms.usage_rights, benchmarks.pricing
    if usage.perpetual:
        yield Asked(extra=Extra.PERPETUAL_USAGE, place=rules.place, because="the rights of use never expire")
    elif usage.paid and usage.months:
        why = f"paid advertising for {usage.months} months of {DAYS_OF_A_PERIOD} days"
        yield Asked(extra=Extra.PAID_USAGE_30_DAYS, times=usage.months, place=rules.place, because=why)
    if usage.whitelisting_months:
        why = f"advertising through the creator's account for {usage.whitelisting_months} months"
        yield Asked(extra=Extra.WHITELISTING_MONTH, times=usage.whitelisting_months, place=rules.place, because=why)
    if usage.raw_footage:
        yield Asked(extra=Extra.RAW_FOOTAGE, place=rules.place, because="the brand gets the unedited recordings")
    if days := brief.terms.exclusivity.days:
        low, high = rules.exclusivity_low_days, rules.exclusivity_high_days
        place = min(1.0, max(0.0, (days - low) / max(1, high - low)))
        why = f"exclusivity for {days} days; {low} cost the low end, {high} the high one"
        yield Asked(extra=Extra.CATEGORY_EXCLUSIVITY, place=round(place, 4), because=why)
    if today is not None and 0 <= (left := (brief.posting_window.closes - today).days) < rules.rush_days:
        why = f"{left} days are left until the last posting day"
        yield Asked(extra=Extra.RUSH_UNDER_7_DAYS, place=rules.place, because=why)
    if (more := brief.policies.rounds_of_changes - rules.revisions_included) > 0:
        why = f"{more} rounds of changes beyond the {rules.revisions_included} included"
        yield Asked(extra=Extra.EXTRA_REVISION, times=more, place=rules.place, because=why)


def cheapest_fee(brief: Brief, benchmarks: Benchmarks = DEFAULT) -> int:
    """The least that the brief's deliverables and extras can plausibly cost from one creator, in minor units."""
    base = sum(cheapest_plausible(kind, brief.criteria.followers_min, benchmarks) for kind in brief.formats)
    extras = (
        _extra(asked.model_copy(update={"place": 0.0}), base, benchmarks)
        for asked in extras_asked(brief, benchmarks=benchmarks)
    )
    return base + sum(each.fee for each in extras)


def parts_of(fee: int, quoted: Quote | None) -> tuple[FeePart, ...]:
    """A fee split as the quote is made up, to the last minor unit; nothing for a quote that is worth nothing.

    It tells what is paid for, not what was thought to be fair: a fee below the quote has smaller parts throughout.
    """
    if quoted is None or quoted.fee == 0:
        return ()
    weights = [*(each.fee for each in quoted.deliverables), *(each.fee for each in quoted.extras)]
    amounts = _split(fee, weights)
    count = len(quoted.deliverables)
    made = (
        FeePart(deliverable=each.number, amount=amount)
        for each, amount in zip(quoted.deliverables, amounts[:count], strict=True)
    )
    besides = (
        FeePart(extra=each.extra, amount=amount) for each, amount in zip(quoted.extras, amounts[count:], strict=True)
    )
    return (*made, *besides)


def _split(amount: int, weights: Sequence[int]) -> list[int]:
    """Parts of an amount by weight, in whole units; what rounding takes from one comes with the next."""
    whole, reached, before, parts = sum(weights), 0, 0, []
    for weight in weights:
        reached += weight
        until = amount * reached // whole
        parts.append(until - before)
        before = until
    return parts
