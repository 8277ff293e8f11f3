"""How many creators are invited at a time."""

import pytest

from activities.staffing import BEGUN_AT_MOST, Staffing


def looking(wanted: int, *, started: int = 0, now: float = 0, **outcomes: int) -> Staffing:
    """An outreach that has started so many and sees these outcomes."""
    staffing = Staffing(wanted, patience_seconds=600)
    staffing.note_started(started, now=0)
    staffing.look(outcomes, now=now)
    return staffing


@pytest.mark.parametrize(("wanted", "room"), [(1, 2), (2, 3), (10, 15), (3, 5)])
def test_half_as_many_again_are_courted_and_at_least_one_more(wanted: int, room: int) -> None:
    """Some will say no: for ten places fifteen are asked at the same time."""
    assert looking(wanted).room == room


def test_whoever_was_started_and_has_not_recorded_anything_takes_a_place() -> None:
    """A workflow is not in the read model before its first event; it counts all the same."""
    assert looking(10, started=15).room == 0
    assert looking(10, started=15, active=4).room == 0
    assert looking(10, started=15, active=4, declined=5).room == 5


def test_a_large_campaign_starts_no_more_than_workers_can_begin_with() -> None:
    """Until those who were started have recorded something, the others wait on the list, not in the workers."""
    assert looking(10_000).room == BEGUN_AT_MOST
    assert looking(10_000, started=BEGUN_AT_MOST).room == 0
    assert looking(10_000, started=BEGUN_AT_MOST, active=30).room == 30
    assert looking(10_000, started=4_000, active=3_000, declined=1_000).room == BEGUN_AT_MOST


def test_it_has_caught_up_once_everybody_who_was_started_is_seen() -> None:
    """Then only people move anything, and there is time until the next look."""
    assert looking(10).caught_up
    assert not looking(10, started=15, active=14).caught_up
    assert looking(10, started=15, active=14, declined=1).caught_up


def test_those_who_end_make_room_for_the_next() -> None:
    """Every refusal lets the next creator in."""
    assert looking(10, started=15, active=12, declined=2, expired=1).room == 3


def test_the_engaged_take_their_place_for_good() -> None:
    """With eight of ten places taken, only three more are courted for the last two."""
    assert looking(10, started=15, active=12, engaged=8, completed=3).room == 0
    assert looking(10, started=15, active=5, engaged=8, completed=3, declined=7).room == 3


def test_enough_engaged_creators_end_the_inviting_but_not_the_waiting() -> None:
    """Nobody else is invited, and the outreach goes on until the last collaboration has ended."""
    staffing = looking(2, started=3, active=2, engaged=2, declined=1)
    assert (staffing.room, staffing.finished) == (0, False)
    staffing.look({"completed": 2, "engaged": 2, "declined": 1}, now=1)
    assert staffing.finished


def test_an_engaged_creator_who_falls_through_is_replaced() -> None:
    """A place that becomes free again is offered again."""
    assert looking(2, started=3, completed=1, engaged=1, missed=1, declined=1).room == 2


def test_the_end_of_the_list_ends_the_inviting() -> None:
    """With nobody left to invite, the outreach ends as soon as nobody is under way."""
    staffing = looking(10, started=3, active=1, declined=2)
    staffing.exhausted = True
    assert (staffing.room, staffing.finished) == (0, False)
    staffing.look({"declined": 3}, now=1)
    assert staffing.finished


def test_it_does_not_finish_while_a_started_workflow_is_unseen() -> None:
    """One that is about to record its first event must not be forgotten."""
    staffing = looking(10, started=3, declined=2)
    staffing.exhausted = True
    assert not staffing.finished


def test_patience_with_a_workflow_that_records_nothing_ends() -> None:
    """After ten minutes without any movement its place is given to somebody else."""
    staffing = looking(1, started=2, active=1)
    assert staffing.room == 0
    staffing.look({"active": 1}, now=599)
    assert staffing.room == 0
    staffing.look({"active": 1}, now=1_300)
    assert staffing.room == 1


def test_those_invited_by_an_earlier_attempt_count() -> None:
    """After a restart the read model knows of more creators than this attempt has started."""
    assert looking(10, started=1, declined=7).invited == 7


def test_a_budget_that_is_used_up_ends_the_inviting() -> None:
    """Whoever comes next would get no offer either, and the list would be used up for nothing."""
    staffing = looking(24, started=36, active=20, no_budget=16)
    assert staffing.room == 0
    assert not staffing.finished


def test_money_that_comes_back_lets_the_next_in() -> None:
    """Two for each end that gave some back: the first may ask for more than there is."""
    staffing = looking(24, started=36, active=20, no_budget=16)
    staffing.look({"active": 19, "no_budget": 16, "declined": 1}, now=1)
    assert staffing.room == 2
    staffing.note_started(2, now=1)
    assert staffing.room == 0
    staffing.look({"active": 20, "no_budget": 17, "declined": 1}, now=2)
    assert staffing.room == 0


def test_a_rejected_creator_has_not_used_the_money() -> None:
    """Verification comes before the offer, so somebody else is invited in their place."""
    staffing = looking(24, started=36, active=20, no_budget=16)
    staffing.look({"active": 19, "no_budget": 16, "expired": 1}, now=1)
    staffing.note_started(2, now=1)
    staffing.look({"active": 19, "no_budget": 16, "expired": 1, "rejected": 2}, now=2)
    assert staffing.room == 2


def test_the_end_of_the_money_ends_the_outreach() -> None:
    """When the last collaboration has ended and nothing has come back, nobody is left to wait for."""
    staffing = looking(24, started=36, active=1, no_budget=16, completed=19, engaged=20)
    assert not staffing.finished
    staffing.look({"no_budget": 16, "completed": 20, "engaged": 20}, now=1)
    assert staffing.finished
