"""The base of every value in the domain: frozen, closed to unknown fields, compared by content."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, StringConstraints


class Value(BaseModel):
    """An immutable value. Unknown fields are an error: a typing mistake in a brief is never silently dropped."""

    # JSON has no infinity and no NaN: one that is let in could not be stored.
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601", allow_inf_nan=False)


def _no_boolean(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


NotBoolean = BeforeValidator(_no_boolean)
"""Of a number: true and false are none. Without it, an amount of `false` is silently nothing."""


def _in_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment in time, kept in UTC; naive times are refused."""

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
"""One line of text that a person wrote, without control characters."""

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=5_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")
]
"""Free text that a person wrote, in characters; of the control characters it may have tabs and line ends only."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest in lower-case hexadecimal."""
