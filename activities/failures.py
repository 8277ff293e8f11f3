"""Domain errors on their way through Temporal: out as an application error, and back as what they were."""

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

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
