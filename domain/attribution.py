"""Whose an order is: the creator's whose code was used, or else the one whose link was followed last, in time."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from domain.money import Currency
from domain.values import Instant, Line, Value

CLOCKS_DIFFER = timedelta(minutes=5)
"""A visit may seem to be so much later than the order that it led to: the shop has a clock of its own."""


class By(StrEnum):
    """What led to the creator."""

    CODE = "code"
    LINK = "link"


class Unattributed(StrEnum):
    """Why an order is nobody's."""

    NO_TRACE = "no_trace"
    """Neither a code nor a visit of ours."""
    OUTSIDE_WINDOW = "outside_window"
    """The visits were too long ago."""
    OTHER_CURRENCY = "other_currency"
    """It leads to a campaign in another currency, whose figures it can not be added to."""


class Source(Value):
    """A collaboration that can lead to orders, and the terms on which they count for it."""

    collaboration_id: Line
    campaign_id: Line
    currency: Currency
    window: timedelta


class Touch(Value):
    """Somebody followed a link of a collaboration."""

    source: Source
    at: Instant


class Attribution(Value):
    """Whose an order is. Exactly one of `by` and `reason` is there."""

    collaboration_id: Line | None = None
    campaign_id: Line | None = None
    """None where nothing leads to a campaign."""
    by: By | None = None
    reason: Unattributed | None = None


def attribute(placed_at: Instant, currency: Currency, coded: Sequence[Source], touches: Sequence[Touch]) -> Attribution:
    """Last touch: the first of our codes on the order beats every link; of the links the last one in its window counts.

    `coded` are the sources of the order's discount codes, in the order's own sequence; `touches` may be in any.
    """
    if coded:
        return _for(coded[0], By.CODE, currency)
    latest = sorted(touches, key=lambda touch: (touch.at, touch.source.collaboration_id), reverse=True)
    counting = [touch for touch in latest if -CLOCKS_DIFFER <= placed_at - touch.at <= touch.source.window]
    if counting:
        return _for(counting[0].source, By.LINK, currency)
    if latest:
        return Attribution(campaign_id=latest[0].source.campaign_id, reason=Unattributed.OUTSIDE_WINDOW)
    return Attribution(reason=Unattributed.NO_TRACE)


def _for(source: Source, by: By, currency: Currency) -> Attribution:
    if source.currency != currency:
        return Attribution(campaign_id=source.campaign_id, reason=Unattributed.OTHER_CURRENCY)
    return Attribution(collaboration_id=source.collaboration_id, campaign_id=source.campaign_id, by=by)
