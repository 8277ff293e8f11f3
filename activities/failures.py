"""Errors on their way through Temporal, ours and those of services outside, as application errors with a type."""

from datetime import timedelta
from enum import StrEnum

from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory

from domain.errors import ERRORS, GroundswellError, from_code


def as_application_error(error: GroundswellError) -> ApplicationError:
    """The error as Temporal carries it: its code is the type, its facts the details; it is not retried.

    It is benign: to say no is part of the work, and not a failure for whoever watches the logs and the metrics.
    """
    facts = {name: value if isinstance(value, int) else str(value) for name, value in error.facts.items()}
    benign = ApplicationErrorCategory.BENIGN
    return ApplicationError(str(error), facts, type=error.code, non_retryable=True, category=benign)


def as_domain_error(error: BaseException | None) -> GroundswellError | None:
    """The domain error that an application error carries, looking through its causes; None if it carries none."""
    while error is not None:
        if isinstance(error, ApplicationError) and error.type in ERRORS:
            return from_code(error.type, error.details[0] if error.details else {})
        error = error.__cause__
    return None


def kind_of(failure: ActivityError) -> str:
    """What an activity failed of, in a word for logs and labels: a failure's own text may quote people."""
    return getattr(failure.cause, "type", None) or type(failure.cause).__name__


class OutsideFailure(StrEnum):
    """What may be wrong with a service outside, as the type of the application error."""

    UNAVAILABLE = "service_unavailable"
    """It did not answer, not in time, or with a failure of its own (5xx)."""
    RATE_LIMITED = "rate_limited"
    """It has had enough requests for now."""
    UNREADABLE = "answer_unreadable"
    """It answered with something else than what it is known to answer: cut off, no JSON, a field missing."""
    TOO_LARGE = "answer_too_large"
    CREDENTIALS = "credentials_refused"
    """It does not accept our token or key, or that it may be used for this."""
    REFUSED = "request_refused"
    """It understood the request and will not do it."""


LASTING = frozenset({OutsideFailure.TOO_LARGE, OutsideFailure.CREDENTIALS, OutsideFailure.REFUSED})
"""What the same request would meet again, however often it is sent."""


def outside_failure(
    kind: OutsideFailure, service: str, why: str, *, retry_after: timedelta | None = None, code: int | str | None = None
) -> ApplicationError:
    """An outside service's failure as Temporal carries it; what lasts is not retried.

    `why` must be our own words and figures: what services say quotes names, and tokens. `retry_after` is when the
    service asks to be tried again, in place of the retry policy's own interval. `code` is the service's own for it.
    """
    return ApplicationError(
        f"{service}: {why}",
        {"service": service, "code": code},
        type=kind,
        non_retryable=kind in LASTING,
        next_retry_delay=retry_after,
    )
