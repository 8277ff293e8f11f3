"""One simulated campaign: invitations, the budget, and what came of it."""

from datetime import UTC, date, datetime
from math import inf
from typing import Any

import pytest

from api.simulation.library import stream
from api.simulation.outreach import Fresh, Run, Scene, campaign
from domain.behaviour import DEFAULT
from domain.errors import BriefRefused
from domain.goal_setting import objections
from domain.lifecycle import Stage
from domain.outcomes import Outcome
from tests.domain.given import a_brief, a_profile

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def runs(scene: Scene, count: int = 8) -> list[Run]:
    return [campaign(scene, Fresh(scene), stream("outreach", nth)) for nth in range(count)]


def a_scene(**facts: Any) -> Scene:
    return Scene(a_brief(**facts), NOW)


def test_a_brief_may_name_the_country_whose_holidays_count() -> None:
    """They are looked up as for a real campaign; a country that nobody knows is refused as there."""
    assert a_scene(calendar={"country": "US"}).opening.calendar.days_off
    with pytest.raises(BriefRefused, match=r"calendar\.country XX"):
        a_scene(calendar={"country": "XX"})


def test_spending_never_exceeds_the_budget() -> None:
    """Of a budget for four creators where ten are wanted, no more is ever reserved, committed and paid together."""
    scene = a_scene(budget={"amount": 1_000_00, "currency": "USD"}, creators_wanted=6)
    found = runs(scene, 20)

    assert all(run.paid <= run.peak <= 1_000_00 for run in found)
    assert max(run.peak for run in found) > 800_00
    assert sum(run.lost[Stage.NEGOTIATION, Outcome.NO_BUDGET] for run in found) > 0


def test_as_many_are_contracted_as_are_wanted_and_not_far_too_many() -> None:
    for run in runs(a_scene()):
        assert run.completed <= run.contracted <= run.invited <= 50
        assert run.completed >= 8
        assert run.contracted < 20


def test_everybody_who_is_invited_is_accounted_for() -> None:
    for run in runs(a_scene()):
        assert run.completed + sum(run.lost.values()) == run.invited == run.entered[Stage.VERIFICATION]


def test_a_shortlist_that_nobody_approves_invites_nobody() -> None:
    policy = {"within": "PT72H", "on_expiry": "decline"}
    scene = Scene(
        a_brief(policies={"shortlist": policy}),
        NOW,
        DEFAULT.with_({"approve_shortlist": DEFAULT.approve_shortlist.model_copy(update={"never": 1.0})}, "a test"),
    )
    (run,) = runs(scene, 1)

    assert (run.invited, run.paid, run.reached_at) == (0, 0, [inf])


def test_silence_about_the_shortlist_is_answered_by_the_policy_when_its_time_is_up() -> None:
    never = DEFAULT.approve_shortlist.model_copy(update={"never": 1.0})
    (run,) = runs(Scene(a_brief(), NOW, DEFAULT.with_({"approve_shortlist": never}, "a test")), 1)
    assert run.invited > 10
    assert run.ended_at > 72 * 3_600


def test_the_shortlist_is_what_is_known() -> None:
    few = Scene(a_brief(), NOW, profiles=(a_profile(),) * 3)

    assert few.shortlisted == 3
    assert all(run.invited == 3 for run in runs(few, 4))


def test_what_is_reported_after_the_date_does_not_count_in_time() -> None:
    """Posts may appear from 16 March on, and the target's date is the last day of the window."""
    scene = a_scene(
        objectives=[{"kind": "awareness", "measure": "impressions", "target": 1, "by": date(2026, 3, 17)}],
        posting_window={"opens": date(2026, 3, 16), "closes": date(2026, 3, 17)},
    )
    found = runs(scene)

    assert all(run.in_time[0] <= run.in_all[0] for run in found)
    assert any(run.in_time[0] < run.in_all[0] for run in found)
    assert all(run.reached_at[0] > scene.opens for run in found)


def test_a_brief_that_cannot_work_is_refused_with_all_its_reasons() -> None:
    facts: dict[str, Any] = {
        "fee_cap": 1_00,
        "posting_window": {"opens": date(2026, 5, 31), "closes": date(2026, 5, 30)},
    }
    with pytest.raises(BriefRefused) as refused:
        a_scene(**facts)

    reasons = objections(a_brief(**facts), today=date(2026, 3, 2))
    assert len(reasons) == 2
    assert str(refused.value).endswith("; ".join(reasons)) or all(reason in str(refused.value) for reason in reasons)
