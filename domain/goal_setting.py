"""Stage 1, goal setting: a brief becomes a campaign, or is refused with all its reasons at once."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from domain.brief import Brief
from domain.calendars import ROUND_THE_CLOCK, Calendar, PublicHolidays, calendar_of
from domain.decider import Command, Context, Event
from domain.errors import BriefRefused, WrongStage
from domain.pricing import cheapest_fee
from domain.values import Line

if TYPE_CHECKING:
    from domain.campaign import Campaign


FURTHEST = timedelta(days=3_650)
"""How far ahead a campaign can be planned: a date beyond that is a slip, and deadlines after it beyond the calendar."""


class StartCampaign(Command):
    """Begin a campaign with this brief."""

    looked_up = frozenset({"holidays"})

    campaign_id: Line
    brief: Brief
    holidays: PublicHolidays | None = None
    """The public holidays of the brief's country; None if it names none, or one that nobody knows the holidays of."""


class CampaignStarted(Event):
    """The brief was accepted; its budget is open. `calendar` is what deadlines are counted in from now on."""

    campaign_id: Line
    brief: Brief
    calendar: Calendar = ROUND_THE_CLOCK
    holidays: PublicHolidays | None = None


def decide_start(command: StartCampaign, state: "Campaign", context: Context) -> Sequence[Event]:
    """Start, unless the brief cannot work or the campaign has started already."""
    if state.started:
        raise WrongStage(command="StartCampaign", needed="goal_setting", subject="campaign", stage=state.stage)
    brief, holidays = command.brief, command.holidays
    reasons = [
        *objections(brief, today=context.at.astimezone(brief.zone).date()),
        *_calendar(brief, holidays),
    ]
    if reasons:
        raise BriefRefused(reasons="; ".join(reasons))
    calendar = calendar_of(brief.calendar, brief.time_zone, holidays)
    return [CampaignStarted(campaign_id=command.campaign_id, brief=brief, calendar=calendar, holidays=holidays)]


def objections(brief: Brief, *, today: date) -> list[str]:
    """Why a well-formed brief cannot work, each reason with the figures and the way out; empty if it can.

    `today` is the date in the campaign's time zone.
    """
    return [*_people(brief), *_dates(brief, today), *_money(brief)]


def _people(brief: Brief) -> Iterator[str]:
    criteria = brief.criteria
    if criteria.followers_min > criteria.followers_max:
        yield (
            f"criteria.followers_min {criteria.followers_min} is above followers_max {criteria.followers_max}, "
            "so no creator qualifies"
        )


def _dates(brief: Brief, today: date) -> Iterator[str]:
    window = brief.posting_window
    if window.closes < window.opens:
        yield f"posting_window closes on {window.closes}, before it opens on {window.opens}"
    if window.closes > today + FURTHEST:
        yield f"posting_window closes on {window.closes}, more than {FURTHEST.days} days from today ({today})"
    if window.closes < today:
        yield f"posting_window closes on {window.closes}, which is past (today is {today})"
    for number, objective in enumerate(brief.objectives):
        if objective.by < window.closes:
            yield (
                f"objectives[{number}] is due on {objective.by}, before the last posting day {window.closes}: "
                "move the target date or close the window earlier"
            )


def _calendar(brief: Brief, holidays: PublicHolidays | None) -> Iterator[str]:
    country, subdivision = brief.calendar.country, brief.calendar.subdivision
    if country is not None and (holidays is None or (holidays.country, holidays.subdivision) != (country, subdivision)):
        where = f"country {country}" + (f" with subdivision {subdivision}" if subdivision else "")
        yield (
            f"calendar.{where} is none that the engine knows the public holidays of: correct it, or leave it out and "
            "list them in calendar.days_off"
        )


def _money(brief: Brief) -> Iterator[str]:
    cheapest = cheapest_fee(brief)
    if (commission := brief.terms.commission) is not None:
        if brief.shop is None:
            yield "terms.commission is on tracked sales, which only a shop tells of: add shop, or leave it out"
        cheapest += commission.cap
    if brief.fee_cap < cheapest:
        yield (
            f"fee_cap {brief.fee_cap} is below {cheapest}, the cheapest plausible price (minor units) of what "
            "is asked of one creator, a commission's cap with it: raise the cap or ask for less"
        )
    needed = cheapest * brief.creators_wanted
    if brief.budget.amount < needed:
        yield (
            f"budget {brief.budget.amount} is below {needed}, the cheapest plausible price (minor units) of "
            f"{brief.creators_wanted} creators: raise the budget or want at most "
            f"{brief.budget.amount // cheapest} creators"
        )
