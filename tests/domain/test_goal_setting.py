"""Stage 1: a brief becomes a campaign, or is refused with all its reasons at once."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.calendars import Calendar, Holiday, PublicHolidays
from domain.errors import BriefRefused, WrongStage
from domain.events import fingerprint
from domain.goal_setting import CampaignStarted, StartCampaign, objections
from domain.lifecycle import Stage
from tests.domain.given import BRAND, a_brief, campaign, started

TODAY = date(2026, 3, 2)


def test_a_workable_brief_starts_the_campaign() -> None:
    """A brief that can work is accepted as it stands and discovery begins."""
    decision = campaign().when(StartCampaign(campaign_id="camp-1", brief=a_brief()), by=BRAND)
    calendar = Calendar(time_zone="America/New_York")
    decision.then(CampaignStarted(campaign_id="camp-1", brief=a_brief(), calendar=calendar))
    assert decision.state.stage is Stage.DISCOVERY
    assert decision.state.agreed_brief == a_brief()


def test_a_campaign_starts_once() -> None:
    """A started campaign takes no second brief."""
    started().when(StartCampaign(campaign_id="camp-1", brief=a_brief()), by=BRAND).refused(WrongStage, "goal_setting")


def test_all_reasons_come_at_once() -> None:
    """A brief with several faults is refused with every one of them, not only the first."""
    brief = a_brief(
        fee_cap=100_00,
        budget={"amount": 500_00, "currency": "USD"},
        criteria={"followers_min": 9_000, "followers_max": 2_000},
    )
    command = StartCampaign(campaign_id="camp-1", brief=brief)
    campaign().when(command, by=BRAND).refused(BriefRefused, "followers_min", "fee_cap 10000", "budget 50000")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"criteria": {"followers_min": 5_000, "followers_max": 4_999}}, "no creator qualifies"),
        (
            {"posting_window": {"opens": date(2026, 4, 2), "closes": date(2026, 4, 1)}},
            "closes on 2026-04-01, before it opens on 2026-04-02",
        ),
        (
            {"posting_window": {"opens": date(2026, 2, 1), "closes": date(2026, 3, 1)}},
            "which is past (today is 2026-03-02)",
        ),
        ({"posting_window": {"opens": date(2026, 4, 1), "closes": date(2026, 6, 1)}}, "objectives[0] is due on"),
        ({"fee_cap": 149_99}, "fee_cap 14999 is below 15000"),
        ({"budget": {"amount": 1_499_99, "currency": "USD"}}, "want at most 9 creators"),
    ],
)
def test_what_cannot_work_is_refused_with_its_figures(facts: dict[str, Any], reason: str) -> None:
    """Each objection names the figure that is wrong, and is the only one where only one thing is wrong."""
    [objection] = objections(a_brief(**facts), today=TODAY)
    assert reason in objection


@pytest.mark.parametrize(
    "facts",
    [
        {"criteria": {"followers_min": 5_000, "followers_max": 5_000}},
        {"posting_window": {"opens": TODAY, "closes": TODAY}},
        {"posting_window": {"opens": date(2026, 4, 1), "closes": date(2026, 5, 31)}},
        {"fee_cap": 150_00},
        {"budget": {"amount": 1_500_00, "currency": "USD"}},
        {"criteria": {"followers_min": 0}, "budget": {"amount": 0, "currency": "USD"}, "fee_cap": 0},
    ],
)
def test_the_bounds_themselves_are_allowed(facts: dict[str, Any]) -> None:
    """A brief exactly at a limit works."""
    assert objections(a_brief(**facts), today=TODAY) == []


def test_what_the_terms_ask_for_besides_belongs_to_the_cheapest_price() -> None:
    """Perpetual rights cost at least twice the base fee, and a commission's cap is held beside the fee."""
    perpetual = a_brief(terms={"usage_rights": {"perpetual": True}})
    assert any("fee_cap 40000 is below 45000" in reason for reason in objections(perpetual, today=TODAY))
    shop = {"landing_url": "https://shop.example/tea"}
    commission = a_brief(terms={"commission": {"ratio": 0.1, "cap": 300_00}}, shop=shop)
    assert any("fee_cap 40000 is below 45000" in reason for reason in objections(commission, today=TODAY))


def test_a_commission_needs_a_shop() -> None:
    """Without one no sale is tracked, and nothing could be owed."""
    [objection] = objections(a_brief(terms={"commission": {"ratio": 0.1, "cap": 100_00}}), today=TODAY)
    assert "terms.commission" in objection


@pytest.mark.parametrize(
    ("hour_in_utc", "workable"),
    [(3, True), (5, False)],
)
def test_today_is_the_campaigns_own_day(hour_in_utc: int, workable: bool) -> None:
    """A window that closes today is still open while that day lasts in the campaign's time zone."""
    brief = a_brief(
        posting_window={"opens": date(2026, 3, 1), "closes": date(2026, 3, 1)}, time_zone="America/New_York"
    )
    at = datetime(2026, 3, 2, hour_in_utc, tzinfo=UTC)
    decision = campaign().when(StartCampaign(campaign_id="camp-1", brief=brief), by=BRAND, at=at)
    assert (decision.refusal is None) is workable


def test_a_window_beyond_ten_years_is_a_slip() -> None:
    """A date that far ahead would put deadlines beyond any calendar."""
    window = {"opens": date(2026, 3, 16), "closes": date(9999, 12, 31)}
    objective = {"kind": "awareness", "measure": "reach", "target": 1, "by": date(9999, 12, 31)}
    found = objections(a_brief(posting_window=window, objectives=[objective]), today=date(2026, 3, 2))
    assert any("more than 3650 days" in reason for reason in found)


EASTER = PublicHolidays(
    country="DE",
    subdivision="BE",
    first=date(2026, 3, 2),
    last=date(2027, 6, 1),
    days=(Holiday(on=date(2026, 4, 3), name="Good Friday"), Holiday(on=date(2026, 4, 6), name="Easter Monday")),
    source="holidays 1.0",
)


def test_the_calendar_of_a_campaign_is_recorded_with_its_start() -> None:
    """The first event holds the days off as data, and where they come from: no library is asked again."""
    brief = a_brief(
        calendar={"country": "DE", "subdivision": "BE", "days_off": ["2026-04-07"]}, time_zone="Europe/Berlin"
    )
    decision = campaign().when(StartCampaign(campaign_id="camp-1", brief=brief, holidays=EASTER), by=BRAND)
    [started] = decision.events
    assert isinstance(started, CampaignStarted)
    assert started.holidays == EASTER
    assert started.calendar.days_off == (date(2026, 4, 3), date(2026, 4, 6), date(2026, 4, 7))
    assert decision.state.calendar == started.calendar


@pytest.mark.parametrize("looked_up", [None, EASTER])
def test_a_country_whose_holidays_are_not_known_is_an_objection(looked_up: PublicHolidays | None) -> None:
    """Beside all others, and with what to do; holidays of another place are none."""
    brief = a_brief(calendar={"country": "AQ"}, fee_cap=1)
    start = StartCampaign(campaign_id="camp-1", brief=brief, holidays=looked_up)
    campaign().when(start, by=BRAND).refused(
        BriefRefused, "calendar.country AQ is none", "calendar.days_off", "fee_cap"
    )


def test_the_same_brief_is_the_same_command_after_an_upgrade() -> None:
    """What was looked up is not what the brand said: a repetition after a release of the library is still one."""
    brief = a_brief(calendar={"country": "DE", "subdivision": "BE"})
    before = StartCampaign(campaign_id="camp-1", brief=brief)
    assert fingerprint(before) == fingerprint(before.model_copy(update={"holidays": EASTER}))
