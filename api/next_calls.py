"""Links in the API's description (OpenAPI): which calls go on from an answer, and what of it they take.

A client finds its way by them without reading the prose, and so do tests that call one thing after another.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

CAMPAIGN, COLLABORATION = "/v1/campaigns/{campaign_id}", "/v1/collaborations/{collaboration_id}"


class Lead(NamedTuple):
    """From an answer to all calls at a place, and to those below it that need no more than what is taken."""

    place: str
    takes: Mapping[str, str]
    """Names in the place to where they are found, in OpenAPI's runtime expressions."""
    looks: bool = False
    """Whether it leads to looking only."""


def _first(name: str, field: str = "id") -> Mapping[str, str]:
    return {name: f"$response.body#/items/0/{field}"}


def _made(name: str) -> Mapping[str, str]:
    return {name: "$response.body#/id"}


_SAME = {name: f"$request.path.{name}" for name in ("campaign_id", "collaboration_id")}

LEADS: Mapping[str, tuple[Lead, ...]] = {
    "start_campaign": (Lead(CAMPAIGN, _made("campaign_id")),),
    "list_all_campaigns": (Lead(CAMPAIGN, _first("campaign_id"), looks=True),),
    "list_collaborations_of_campaign": (Lead(COLLABORATION, _first("collaboration_id")),),
    "read_shortlist": (Lead("/v1/creators/{creator_id}", _first("creator_id", "creator_id"), looks=True),),
    "list_creators": (Lead("/v1/creators/{creator_id}", _first("creator_id")),),
    "discover_creators": (Lead("/v1/creators/discoveries/{discovery_id}", _made("discovery_id")),),
    "read_collaboration": (
        Lead(
            f"{COLLABORATION}/deliverables/{{number}}",
            {"collaboration_id": _SAME["collaboration_id"], "number": "$response.body#/works/0/number"},
        ),
    ),
    "list_amendments": (
        Lead(
            f"{COLLABORATION}/amendments/{{number}}",
            {"collaboration_id": _SAME["collaboration_id"], "number": "$response.body#/items/0/number"},
        ),
    ),
    "list_rights": (Lead(f"{COLLABORATION}/rights", _first("collaboration_id", "collaboration_id")),),
    "place_order": (
        Lead(
            f"{CAMPAIGN}/orders/{{order_id}}",
            {"campaign_id": _SAME["campaign_id"], "order_id": "$request.body#/order_id"},
        ),
        Lead(f"{CAMPAIGN}/attribution", {"campaign_id": _SAME["campaign_id"]}),
    ),
    "list_late_reversals": (Lead("/v1/payouts/late-reversals/{transfer_id}", _first("transfer_id", "transfer_id")),),
    "create_webhook": (Lead("/v1/webhooks/{webhook_id}", _made("webhook_id")),),
    "create_key": (Lead("/v1/keys/{key_id}", _made("key_id")),),
    "add_member": (Lead("/v1/members/{member_id}", _made("member_id")),),
}
"""The name of a call to where its answer leads. A decision leads, besides, to what it was about."""

LATER = frozenset({"forget_account"})
"""Calls about what is not there yet when the rest is: an account that a member has signed in with."""

ANSWERS: Mapping[str, tuple[str, ...]] = {"read_collaboration": ("accept_offer", "decline_offer")}
"""Calls that take the version of the offer that was read."""


def lead_on(document: dict[str, Any]) -> None:
    """Adds its links to each answer of the OpenAPI document."""
    operations = {
        operation["operationId"]: (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    for name, (method, path, operation) in operations.items():
        links = {link["operationId"]: link for link in _links(name, method, path, operations)}
        if links:
            status = next(status for status in operation["responses"] if status.startswith("2"))
            operation["responses"][status]["links"] = links


def _links(name: str, method: str, path: str, operations: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for lead in LEADS.get(name, ()):
        for target, (next_method, next_path, next_) in operations.items():
            below = next_path == lead.place or next_path.startswith(f"{lead.place}/")
            enough = set(re.findall(r"{(\w+)}", next_path)) <= set(lead.takes)
            if below and enough and target not in LATER and (next_method == "get" or not lead.looks):
                yield _link(target, next_, dict(lead.takes))
    if method == "post" and name not in LEADS:
        for place, read in ((CAMPAIGN, "read_campaign"), (COLLABORATION, "read_collaboration")):
            if path.startswith(f"{place}/"):
                yield _link(read, operations[read][2], {key: _SAME[key] for key in _SAME if f"{{{key}}}" in place})
    for target in ANSWERS.get(name, ()):
        takes = {"collaboration_id": _SAME["collaboration_id"]}
        yield _link(target, operations[target][2], takes) | {
            "requestBody": {"version": "$response.body#/offer/version"}
        }


def _link(target: str, operation: Mapping[str, Any], takes: Mapping[str, str]) -> dict[str, Any]:
    return {"operationId": target, "parameters": takes, "description": operation["summary"]}
