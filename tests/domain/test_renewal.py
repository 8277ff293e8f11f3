"""What the next campaign takes from the one before, and what it says about that."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.brief import Brief, Measure
from domain.goal_setting import objections
from domain.recommendation import Recommendation
from domain.renewal import Learnt, Reached, Renewal, Targets, Worked, renew
from tests.domain.given import a_brief

BEGAN, TODAY = date(2026, 3, 2), date(2026, 6, 10)
AGAIN, TALK, OTHERS = Recommendation.WORK_AGAIN, Recommendation.RENEGOTIATE, Recommendation.LOOK_FOR_OTHERS


def worked(creator_id: str, recommendation: Recommendation | None = None, fee: int = 200_00) -> Worked:
    """A creator whose first offer was 200 dollars."""
    return Worked(creator_id=creator_id, fee=fee, first_offer=200_00, recommendation=recommendation)


def renewed(learnt: Learnt | None = None, brief: Brief | None = None, **facts: Any) -> Renewal:
    """The usual campaign's renewal on 10 June."""
    usual = {"began": BEGAN, "today": TODAY}
    return renew(brief or a_brief(), "camp-1", learnt or Learnt(), **{**usual, **facts})


def reason(renewal: Renewal, field: str) -> str:
    return next(change.because for change in renewal.changes if change.field == field)


def test_dates_move_by_whole_weeks_to_after_today() -> None:
    """The window keeps its length and weekdays, and creators get as much time before it as they had."""
    brief, proposed = a_brief(), renewed().brief
    before, after = brief.posting_window, proposed.posting_window
    assert after.closes - after.opens == before.closes - before.opens
    assert after.opens.weekday() == before.opens.weekday()
    lead = before.opens - BEGAN
    assert TODAY + lead <= after.opens < TODAY + lead + timedelta(days=7)
    assert proposed.objectives[0].by - brief.objectives[0].by == after.opens - before.opens
    assert objections(proposed, today=TODAY) == []


@pytest.mark.parametrize("today", [BEGAN, date(2026, 3, 16), date(2027, 12, 31)])
def test_the_next_window_is_never_past_and_never_the_same(today: date) -> None:
    """Also of a campaign that was cancelled on its first day, and of one from long ago."""
    window = renewed(today=today).brief.posting_window
    assert window.opens > max(today, a_brief().posting_window.opens)


def test_a_brief_whose_lead_was_gone_still_leaves_a_day() -> None:
    """Nobody posts on the day on which the campaign starts."""
    assert renewed(began=date(2026, 4, 1)).brief.posting_window.opens > TODAY


def test_targets_stay_unless_they_shall_be_what_was_reached() -> None:
    """What nobody knows stays as it was."""
    learnt = Learnt(objectives=(Reached(measure=Measure.IMPRESSIONS, reached=140_000),))
    assert renewed(learnt).brief.objectives[0].target == 200_000
    scaled = renewed(learnt, targets=Targets.AS_REACHED)
    assert scaled.brief.objectives[0].target == 140_000
    assert reason(scaled, "objectives[0].target") == "impressions came to 140,000 of 200,000"
    unknown = Learnt(objectives=(Reached(measure=Measure.IMPRESSIONS, reached=None),))
    assert renewed(unknown, targets=Targets.AS_REACHED).brief.objectives[0].target == 200_000


def test_creators_are_preferred_or_left_out_by_the_latest_word_on_them() -> None:
    """Who should only cost less is neither; who was preferred before and did badly is so no longer."""
    brief = a_brief(preferred_creators=["old", "fell"], excluded_creators=["never", "rose"])
    learnt = Learnt(
        offered=6,
        creators=(worked("good", AGAIN), worked("dear", TALK), worked("fell", OTHERS), worked("rose", AGAIN)),
    )
    renewal = renewed(learnt, brief)
    assert renewal.brief.preferred_creators == ("good", "old", "rose")
    assert renewal.brief.excluded_creators == ("fell", "never")
    assert reason(renewal, "preferred_creators") == "the report says of them: work again"
    assert "1 creator would be worth it on other terms: neither preferred nor excluded" in renewal.known


def test_the_first_offer_follows_what_agreements_came_to() -> None:
    """By the median of fee to first offer, and never above the fair price."""
    learnt = Learnt(offered=5, creators=(worked("a"), worked("b", fee=220_00), worked("c", fee=230_00)))
    renewal = renewed(learnt)
    assert renewal.brief.policies.negotiation.opening == round(0.85 * 1.1, 2)
    assert reason(renewal, "policies.negotiation.opening") == "agreements came to 1.10 times our first offers"
    assert "3 of 5 creators with an offer came to an agreement" in renewal.known
    assert renewed(Learnt(offered=1, creators=(worked("a", fee=400_00),))).brief.policies.negotiation.opening == 1
    assert renewed(Learnt(offered=1, creators=(worked("a", fee=0),))).brief.policies.negotiation.opening == 0.85


def test_every_field_that_differs_is_listed_with_its_reason() -> None:
    """And nothing else differs: a person reads the list instead of two briefs."""
    learnt = Learnt(
        offered=1,
        creators=(worked("good", AGAIN, fee=210_00), worked("bad", OTHERS)),
        objectives=(Reached(measure=Measure.IMPRESSIONS, reached=1),),
    )
    renewal = renewed(learnt, targets=Targets.AS_REACHED)
    differ = {name for name in Brief.model_fields if getattr(renewal.brief, name) != getattr(a_brief(), name)}
    assert {change.field.partition("[")[0].partition(".")[0] for change in renewal.changes} == differ
    assert all(change.because and change.before != change.after for change in renewal.changes)
    assert renewal.brief.renewal_of == "camp-1"
