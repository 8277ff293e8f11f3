"""What the API's description says of refusals: those that any call may meet, and one example of each status.

A route documents the refusals of its own decision. The front door, the limits and an outage come before every route, so
that they are added here, by the same table of rules that the front door goes by.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from activities.connectors.csv_roster import RosterUnreadable
from api.access.rules import rule_for
from api.auth import NotAuthenticated, NotPermitted, TooManyRequests
from api.errors import MEDIA_TYPE, DatabaseUnavailable, FieldError, UnsupportedMediaType, members, members_of, problems
from api.preconditions import PreconditionFailed
from domain.errors import Erased, IdempotencyKeyReused, NotFound

MISSING = FieldError(field="objectives[0].by", value=None, rule="Field required")

REQUEST_ID = "5f1c6a0e9d7b4c37a1f0b2d4c6e8f9a3"

EXAMPLES: dict[int, dict[str, Any]] = {
    problem["status"]: {**problem, "request_id": REQUEST_ID}
    for problem in (
        members_of(RosterUnreadable(why="it is empty")),
        members_of(NotAuthenticated(why="There are no credentials.")),
        members_of(NotPermitted(what="POST /v1/campaigns", needed="owner or campaign_manager", role="finance")),
        members_of(NotFound(kind="campaign", id="spring-launch")),
        members_of(IdempotencyKeyReused(key="spring-launch/approve")),
        members_of(Erased(kind="creator", id="creator-7")),
        members_of(PreconditionFailed(what="The webhook", changed="changed since: types")),
        members(413, "body_too_large", "The body is larger than 1048576 bytes, which is the most taken here.", {}),
        members(416, "range_not_satisfiable", "The file has 52731 bytes; a range begins before its end.", {}),
        members_of(UnsupportedMediaType(given="text/plain", needed="application/json")),
        members(422, "request_not_well_formed", f"The request is not well-formed: see errors for {MISSING.field}.", {})
        | {"errors": [MISSING.model_dump()]},
        members_of(TooManyRequests(retry_after=2)),
        members_of(DatabaseUnavailable()),
    )
}
"""Status to a problem with that status, in the words of the error itself."""

OF_PEOPLE = ("{collaboration_id}", "{creator_id}")
"""Paths with these lead to what is erased with its creator."""


def complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """Adds to an operation of the OpenAPI document what it may be refused with, and an example to each refusal."""
    answers = operation["responses"]
    for status in _met_by_any(path, method, operation):
        answers.setdefault(str(status), problems(status)[status])
    for status, answer in answers.items():
        refusal = answer.get("content", {}).get(MEDIA_TYPE)
        if refusal is not None and int(status) in EXAMPLES:
            refusal["example"] = EXAMPLES[int(status)]
    operation["responses"] = dict(sorted(answers.items()))


def _met_by_any(path: str, method: str, operation: dict[str, Any]) -> Iterator[HTTPStatus]:
    rule = rule_for(method.upper(), path)
    if rule is None or rule.door is not None:
        return
    yield HTTPStatus.UNAUTHORIZED
    yield HTTPStatus.FORBIDDEN
    yield HTTPStatus.TOO_MANY_REQUESTS
    yield HTTPStatus.SERVICE_UNAVAILABLE
    if any(place in path for place in OF_PEOPLE):
        yield HTTPStatus.GONE
    if "requestBody" in operation:
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        yield HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
    if "If-Match" in parameters:
        yield HTTPStatus.PRECONDITION_FAILED
    if "Idempotency-Key" in parameters:
        yield HTTPStatus.CONFLICT
        yield HTTPStatus.UNPROCESSABLE_ENTITY
