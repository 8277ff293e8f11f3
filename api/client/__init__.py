"""A typed client of the API: copy this directory, it needs httpx and pydantic only. README.md says how to use it."""

from . import models
from .calls import Groundswell
from .transport import (
    Conflict,
    Forbidden,
    Malformed,
    NotFound,
    PreconditionFailed,
    Refusal,
    Unauthorized,
    Unavailable,
)

__all__ = [
    "Conflict",
    "Forbidden",
    "Groundswell",
    "Malformed",
    "NotFound",
    "PreconditionFailed",
    "Refusal",
    "Unauthorized",
    "Unavailable",
    "models",
]
