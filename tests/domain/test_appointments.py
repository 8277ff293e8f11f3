"""What the engine has to do by itself: kept by name, earliest first, each until something came of it."""

from datetime import timedelta

from domain.appointments import Appointment, due_appointments, kept, made, next_appointment
from tests.domain.given import HOUR, T0

FIRST = Appointment(name="check_post/1", at=T0)
SECOND = Appointment(name="poll_metrics/1", at=T0 + HOUR)
OTHERS = Appointment(name="check_post/12", at=T0 + HOUR)


def test_an_appointment_says_what_is_to_be_done_and_about_what() -> None:
    """By its name."""
    assert (OTHERS.kind, OTHERS.deliverable) == ("check_post", 12)


def test_one_of_the_same_name_is_moved() -> None:
    """There is never a second one for the same thing."""
    later = Appointment(name="check_post/1", at=T0 + 2 * HOUR)
    assert made(made({}, FIRST, SECOND), later) == {"check_post/1": later, "poll_metrics/1": SECOND}


def test_what_was_kept_goes_or_is_followed_by_the_next() -> None:
    """The others stay as they are."""
    both = made({}, FIRST, SECOND)
    assert kept(both, "check_post/1", None) == {"poll_metrics/1": SECOND}
    following = Appointment(name="poll_metrics/1", at=T0 + 6 * HOUR)
    assert kept(both, "poll_metrics/1", following) == {"check_post/1": FIRST, "poll_metrics/1": following}
    assert kept(both, "check_post/9", None) == both


def test_those_whose_instant_has_come_are_due_earliest_first() -> None:
    """Also those that were missed; at the same instant the name decides, so that a replay finds the same order."""
    all_three = made({}, SECOND, OTHERS, FIRST)
    assert due_appointments(all_three, T0 - HOUR) == []
    assert due_appointments(all_three, T0) == [FIRST]
    assert due_appointments(all_three, T0 + timedelta(days=9)) == [FIRST, OTHERS, SECOND]


def test_the_clock_is_set_for_those_to_come() -> None:
    """One that is due is in somebody's hands, and must not ring again."""
    assert next_appointment({}, T0) is None
    assert next_appointment(made({}, FIRST, SECOND), T0 - HOUR) == T0
    assert next_appointment(made({}, FIRST, SECOND), T0) == T0 + HOUR
    assert next_appointment(made({}, FIRST, SECOND), T0 + HOUR) is None
