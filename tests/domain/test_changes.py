"""What an amendment may change: typed, named by clause, and read back as it was written."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from domain.brief import PostingWindow
from domain.changes import Changes, amended, clauses_of, growth, in_force
from domain.clauses import Deliverable, UsageRights
from domain.durations import business_days, business_hours
from domain.formats import Format
from tests.domain.given import an_assignment, concluded, usd


def test_what_is_in_force_is_everything_that_can_change() -> None:
    """Applied to itself, a contract stays what it is."""
    agreed = an_assignment()
    now = in_force(agreed, usd(212_50))
    assert set(now.stated) == set(Changes.model_fields)
    assert amended(agreed, now) == agreed


def test_what_is_left_out_stays_as_it_is() -> None:
    agreed = an_assignment()
    after = amended(agreed, Changes(usage_rights=UsageRights(months=12)))
    assert after.terms.usage_rights.months == 12
    assert after.model_copy(update={"terms": agreed.terms}) == agreed


def test_reminders_that_do_not_fall_into_the_new_time_are_dropped() -> None:
    """A step of six hours is not reminded of twelve hours before its end."""
    draft = amended(an_assignment(), Changes(draft_within=timedelta(hours=6))).policies.draft
    assert (draft.within, draft.remind_before) == (timedelta(hours=6), ())
    longer = amended(an_assignment(), Changes(draft_within=business_days(4))).policies.draft
    assert longer.remind_before == (business_hours(12),)


def test_changes_are_named_by_their_clauses_in_the_contract_s_order() -> None:
    changes = Changes(exclusivity_days=30, metrics_within=business_days(2), draft_within=business_days(2), fee=usd(1))
    assert clauses_of(changes) == ["payment", "deadlines", "exclusivity"]


def test_a_window_that_closes_before_it_opens_is_none() -> None:
    with pytest.raises(ValidationError, match="closes before it opens"):
        Changes(posting_window=PostingWindow(opens=date(2026, 4, 2), closes=date(2026, 4, 1)))


def test_two_deliverables_of_one_number_are_refused() -> None:
    twice = (Deliverable(number=1, format=Format.REEL), Deliverable(number=1, format=Format.POST))
    with pytest.raises(ValidationError, match="a number of its own"):
        Changes(deliverables=twice)


def test_only_a_higher_fee_grows() -> None:
    """In minor units; a lower one, or none, needs no money of the budget."""
    state = concluded().state
    wanted = (Changes(fee=usd(300_00)), Changes(fee=usd(100_00)), Changes())
    assert [growth(changes, state) for changes in wanted] == [87_50, 0, 0]
