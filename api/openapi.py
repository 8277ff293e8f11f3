"""The API's description of itself: what is common to all routes, and readable names for client generators."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.deprecation import mark
from api.errors import Problem
from api.examples import BODIES
from api.next_calls import lead_on
from api.refusals import complete
from domain.lifecycle import Stage

DESCRIPTION = """
Groundswell runs micro-influencer campaigns: a brief comes in, creators are found, verified, won and paid, and the
report goes out. Everything that a person decides on the way is one POST named after the decision.

* **Credentials.** `Authorization: Bearer <API key>` is the brand; `Bearer <token of a creator's link>` is the creator
  of exactly one collaboration.
* **Trying again.** Every POST takes an `Idempotency-Key`. The same key with the same request is carried out once and
  answered alike; with another request it is refused with 409.
* **Refusals** are `application/problem+json` (RFC 9457). 409 means that the rules do not allow it now and says why; 422
  means that the request itself is not well-formed, and `errors` names every field.
* **Lists** come by pages: send `next` of one page as `cursor` to get the page after it.
* **The past.** `as_of` shows a campaign or a collaboration as it was, the timeline says in plain words who decided
  what on which facts, and `Accept: text/event-stream` brings a campaign's events as they come.
* **Amounts** are whole minor units of a currency (cents), ratios are 0..1, times are ISO 8601 with a zone, durations
  are ISO 8601 (`PT72H`).
"""

TAGS: list[dict[str, str]] = [
    {"name": Stage.GOAL_SETTING.label, "description": "A brief becomes a campaign."},
    {"name": Stage.DISCOVERY.label, "description": "Creators come in; the ranked shortlist is approved."},
    {"name": Stage.VERIFICATION.label, "description": "A person decides about doubtful creators."},
    {"name": Stage.NEGOTIATION.label, "description": "Offers and answers, version by version."},
    {"name": Stage.CONTRACT_SIGNING.label, "description": "One document, a signature from either side."},
    {"name": Stage.CONTENT_APPROVAL.label, "description": "Drafts, changes, approval and publication."},
    {"name": Stage.MONITORING.label, "description": "Figures, the report, the end."},
    {"name": "Campaigns", "description": "Looking at campaigns, and stopping them."},
    {"name": "Collaborations", "description": "Looking at collaborations, and stopping them."},
    {"name": "Campaigns and collaborations", "description": "Many decisions at once."},
    {"name": "After the campaign", "description": "Usage rights and exclusivity, which go on when it is over."},
    {"name": "Attribution", "description": "Which clicks and orders a creator's posts have led to."},
    {"name": "Tasks", "description": "What waits for a person."},
    {"name": "Webhooks", "description": "Programs that are told of events."},
    {"name": "Access", "description": "Who comes in, and as what."},
    {"name": "Operations", "description": "For whoever runs Groundswell."},
]


def operation_id(route: APIRoute) -> str:
    """The name of a route's function: `accept_offer`."""
    return route.name


ABOUT: dict[str, Any] = {
    "title": "Groundswell",
    "summary": "Micro-influencer campaigns, from the brief to the report",
    "description": DESCRIPTION,
    "version": "1",
    "openapi_tags": TAGS,
    "generate_unique_id_function": operation_id,
}
"""What an application is made with, so that it is described as this."""


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document with the schema of problems, which no route returns as its own type, and all refusals."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        tags=app.openapi_tags,
        routes=app.routes,
    )
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(problem.pop("$defs", {}), Problem=problem)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            complete(path, method, operation)
            mark(path, method, operation)
            if operation["operationId"] in BODIES:
                content = operation["requestBody"]["content"]["application/json"]
                content["example"] = BODIES[operation["operationId"]]
    lead_on(document)
    return document
