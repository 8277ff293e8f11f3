"""What the database's refusals are called in the domain: one table."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from domain import errors

REFUSALS: dict[str, type[errors.GroundswellError]] = {
    "GS001": errors.ConcurrencyConflict,
    "GS002": errors.IdempotencyKeyReused,
    "GS003": errors.BudgetExceeded,
    "GS004": errors.CurrencyMismatch,
    "GS005": errors.NotFound,
    "GS006": errors.ExclusivityClash,
}
"""SQLSTATE, raised in `schema/`, to the error; the facts come as the JSON object in DETAIL."""


@contextmanager
def refusals() -> Iterator[None]:
    """Raises what the database refuses inside as the domain's error; any other error of the database as it is."""
    try:
        yield
    except asyncpg.PostgresError as refusal:
        error = REFUSALS.get(refusal.sqlstate or "")
        if error is None:
            raise
        raise error(**json.loads(refusal.detail or "{}")) from refusal
