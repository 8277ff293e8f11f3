"""Figures as people read them. What is unknown is a dash, never a zero."""

from datetime import datetime

from babel.numbers import format_currency, format_decimal, get_currency_precision

from domain.cost_of_results import FEES, Kind, Rate
from domain.creators import Platform
from domain.growth_fit import Refit

LOCALE = "en_US"

_NAMES = {
    Kind.CLICK_THROUGH: "Click-through rate (CTR)",
    Kind.CONVERSION: "Conversion",
    Kind.COST_PER_MILLE: "Cost of a thousand impressions (CPM)",
    Kind.COST_PER_ENGAGEMENT: "Cost per engagement (CPE)",
    Kind.COST_PER_CLICK: "Cost per click (CPC)",
    Kind.COST_PER_ORDER: "Cost per order (CPA)",
    Kind.RETURN_ON_SPEND: "Return on spend (ROAS)",
}


def money(minor: float | None, currency: str) -> str:
    """An amount in minor units as people write it; a dash for an unknown one."""
    if minor is None:
        return "–"
    return format_currency(minor / 10 ** get_currency_precision(currency), currency, locale=LOCALE)


def count(figure: float | None) -> str:
    """A count with separators; a dash for an unknown one."""
    return "–" if figure is None else format_decimal(figure, locale=LOCALE)


def percent(ratio: float | None) -> str:
    """A ratio as whole per cent; a dash for an unknown one."""
    return "–" if ratio is None else f"{ratio:.0%}"


def duration(seconds: float | None) -> str:
    """A duration in the unit that suits it; a dash for an unknown one."""
    if seconds is None:
        return "–"
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def moment(at: datetime) -> str:
    """An instant in UTC, to the minute."""
    return f"{at:%-d %B %Y, %H:%M} UTC"


def live_posts(measured: int, gone: int) -> str:
    """What follows the count of live posts: how many were measured, and how many are not as they were published."""
    said = f"posts live, {count(measured)} of them measured"
    return f"{said}, {count(gone)} not as published any more" if gone else said


def growing(refit: Refit) -> str:
    """In which time posts of a format gather half of what they come to, and how that is known."""
    of = f"{_PLATFORMS[refit.platform]} {refit.format}"
    if not refit.refitted:
        return f"{of}: {refit.assumed_hours:g} h, as assumed: {_read(refit)} are too few to say otherwise"
    interval = f"{refit.hours:.1f} h ({refit.low:.1f} to {refit.high:.1f} h in 80% of cases)"
    return f"{of}: {interval}, from {_read(refit)}; {refit.assumed_hours:g} h were assumed"


_PLATFORMS = {Platform.INSTAGRAM: "Instagram", Platform.TIKTOK: "TikTok", Platform.YOUTUBE: "YouTube"}


def _read(refit: Refit) -> str:
    posts = "1 post" if refit.posts == 1 else f"{refit.posts} posts"
    return f"{posts} read {refit.readings} times"


def rate_name(rate: Rate) -> str:
    """What a rate is called; one of engagement by what it is divided by."""
    return _NAMES.get(rate.kind, f"Engagement rate by {rate.denominator}")


def rate_value(rate: Rate, currency: str) -> str:
    """A rate as people write it: money, a multiple, or per cent with two decimals; a dash for an unknown one."""
    if rate.value is None:
        return "–"
    if rate.numerator == FEES:
        return money(rate.value, currency)
    return f"{rate.value:.2f}" if rate.kind is Kind.RETURN_ON_SPEND else f"{rate.value:.2%}"


def rate_basis(rate: Rate, currency: str) -> str:
    """What was divided by what, and of how many posts."""
    if rate.posts == 0:
        return f"no post has told {rate.numerator} and {rate.denominator}"

    def shown(figure: int, what: str) -> str:
        return f"{money(figure, currency) if what in (FEES, 'revenue') else count(figure)} {what}"

    posts = "1 post" if rate.posts == 1 else f"{count(rate.posts)} posts"
    return f"{shown(rate.amount, rate.numerator)} over {shown(rate.by, rate.denominator)}, of {posts}"
