"""Domain errors cross Temporal and come back as what they were."""

from datetime import timedelta

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.converter import DataConverter
from temporalio.exceptions import ActivityError, ApplicationError, RetryState

from activities.failures import (
    LASTING,
    OutsideFailure,
    as_application_error,
    as_domain_error,
    kind_of,
    outside_failure,
)
from domain.errors import BudgetExceeded, StaleVersion


async def test_an_error_comes_back_from_the_wire_as_what_it_was() -> None:
    """Its code, its facts and so its words survive the failure's encoding."""
    converter, failure = DataConverter.default, Failure()
    await converter.encode_failure(as_application_error(BudgetExceeded(available=5, budget=9, needed=7)), failure)
    returned = as_domain_error(await converter.decode_failure(failure))
    assert isinstance(returned, BudgetExceeded)
    assert str(returned) == str(BudgetExceeded(available=5, budget=9, needed=7))


def test_a_refusal_is_not_tried_again() -> None:
    """The rules will not have changed in a second."""
    assert as_application_error(StaleVersion(command="AcceptOffer", given=1, current=2)).non_retryable


def test_an_error_is_found_below_what_wraps_it() -> None:
    """An activity's error carries the application's as its cause."""
    wrapped = ActivityError(
        "activity failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="",
        activity_type="append",
        activity_id="1",
        retry_state=RetryState.NON_RETRYABLE_FAILURE,
    )
    wrapped.__cause__ = as_application_error(StaleVersion(command="AcceptOffer", given=1, current=2))
    assert isinstance(as_domain_error(wrapped), StaleVersion)


@pytest.mark.parametrize("error", [None, ValueError("no"), ApplicationError("no", type="something_else")])
def test_what_is_no_domain_error_is_not_made_one(error: BaseException | None) -> None:
    """A defect is not dressed up as a refusal."""
    assert as_domain_error(error) is None


@pytest.mark.parametrize("kind", OutsideFailure)
def test_an_outside_failure_says_whether_to_try_again(kind: OutsideFailure) -> None:
    """Its type names what is wrong, and it is no error of the domain."""
    error = outside_failure(kind, "Example", "answered oddly", retry_after=timedelta(minutes=1))
    assert (error.type, error.non_retryable) == (kind, kind in LASTING)
    assert error.next_retry_delay == timedelta(minutes=1)
    assert as_domain_error(error) is None


@pytest.mark.parametrize(
    ("cause", "kind"),
    [(ApplicationError("Ines is gone", type="erased"), "erased"), (OSError("to ines@x"), "OSError")],
)
def test_what_an_activity_failed_of_is_told_in_a_word_that_quotes_nobody(cause: Exception, kind: str) -> None:
    failure = ActivityError(
        "failed", scheduled_event_id=1, started_event_id=2, identity="w", activity_type="a", activity_id="1",
        retry_state=None,
    )  # fmt: skip
    failure.__cause__ = cause
    assert kind_of(failure) == kind
