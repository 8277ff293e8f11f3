"""The same key with the same request is carried out once and answered alike; with another request it is refused.

Every POST of the application is looked at: those that give a command, those that are answered once, and the exceptions.
"""

import re
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from activities.connectors.simulated.serving import served
from activities.store.answered_requests import Call
from activities.store.late_reversals import LateReversals, Paid
from api import dependencies, idempotency
from api.app import ROUTERS, create_app
from domain.campaign import CancelCampaign
from domain.decider import Role
from domain.errors import IdempotencyKeyReused
from tests.activities.receiving import PATH, ReceivingTwin
from tests.api.conftest import API_KEY, Bench
from tests.api.test_performance_reports import PNG, asked
from workflows.client import EngineUnavailable

COMMANDS: set[Callable[..., Any]] = {
    dependencies._anyones_decisions,
    dependencies._brands_decisions,
    dependencies._brands_beginnings,
}
"""What gives a command: its key is in the events that it has caused, its fingerprint beside it."""

BY_THEMSELVES = {
    "POST /v1/keys": "made under an id of its key, and compared with the wish: tests/api/access/test_grants.py",
    "POST /v1/webhooks": "made under an id of its key, and compared by fingerprint: tests/api/test_webhooks.py",
    "POST /v1/creators/discover": "a job under an id of its key, compared with the wish: tests/api/test_sourcing.py",
}
EXCEPTIONS = {
    r"/v1/simulations": "records nothing; the same `seed` and `begins` give the same forecast",
    r"/v1/callbacks/\w+|/v1/orders/shopify": "another's message: known by the id that they give it",
    r"/sign-in.*|/sign-out|/codec/.*": "a browser signs in or out, or payloads are decoded: nothing is started",
    r"/console/.*|/c/\{token\}/.*": "a page's form: what it decides is a command, under the key in the form",
}
"""Paths, and why no Idempotency-Key counts there."""


def posts() -> Iterator[APIRoute]:
    for router in ROUTERS:
        yield from (route for route in router.routes if isinstance(route, APIRoute) and "POST" in (route.methods or ()))


def asks_for(route: APIRoute, wanted: set[Callable[..., Any]]) -> bool:
    """Whether it depends on one of these, however indirectly."""
    waiting: list[Dependant] = [route.dependant]
    while waiting:
        one = waiting.pop()
        if one.call in wanted:
            return True
        waiting.extend(one.dependencies)
    return False


def answered_once() -> set[str]:
    return {f"POST {route.path}" for route in posts() if asks_for(route, {idempotency.under_key})}


def test_every_post_has_a_way_to_be_carried_out_once() -> None:
    """A new one gives a command, takes `once: Once`, or is named above with its reason."""
    without = {
        f"POST {route.path}"
        for route in posts()
        if not asks_for(route, COMMANDS | {idempotency.under_key})
        and not any(re.fullmatch(path, route.path) for path in EXCEPTIONS)
    }
    assert without == set(BY_THEMSELVES)


def test_no_exception_is_left_over() -> None:
    paths = [route.path for route in posts()]
    assert all(any(re.fullmatch(exception, path) for path in paths) for exception in EXCEPTIONS)


@dataclass
class World:
    """Something for every call to be about."""

    brand: httpx.AsyncClient
    creator: str
    collaboration: str
    drafting: str
    webhook: str


@pytest.fixture
async def world(bench: Bench) -> AsyncIterator[World]:
    await bench.started("over")
    await bench.give("campaign/over", CancelCampaign(reason="The end."), Role.BRAND)
    paid = Paid(payout_id="p", collaboration_id="c", campaign_id="tea", workspace="default")
    for transfer in ("tr_1", "tr_2"):
        await LateReversals(bench.services.pool).note(paid, transfer, 100, "USD", "account closed")
    twin, collaboration = ReceivingTwin(), await asked(bench)
    drafting = await bench.signed("creator-2", 2)
    services = replace(bench.services, webhooks_allow_private=True)
    async with (
        served(twin.app) as address,
        Bench(services, bench.engine, create_app(services)).client(API_KEY) as brand,
    ):
        made = (await brand.post("/v1/webhooks", json={"url": f"{address}{PATH}"})).json()
        twin.secret = b64decode(made["secret"].removeprefix("whsec_"))
        creator = await bench.known_creator(handle="ines.of.the.audit")
        yield World(brand, creator, collaboration, drafting, made["id"])


ROSTER = "handle,name,email,followers,platform\n{},Maya,maya@mail.example,{},instagram\nbad,Bad,,1,instagram\n"
ORDER = {"order_id": "A-1", "placed_at": "2026-03-02T10:00:00Z", "total": {"amount": 500, "currency": "USD"}}
PERSON = {"posts": 120, "following": 400, "followers": 500, "has_profile_picture": True}
DECISION = {"verb": "approve_creator", "arguments": {"note": "Known from the fair."}}
CSV = {"Content-Type": "text/csv"}


def cases(world: World) -> dict[str, tuple[str, dict[str, Any], dict[str, Any]]]:
    """Call to its path, its request, and another request."""
    creator, collaboration = f"/v1/creators/{world.creator}", f"/v1/collaborations/{world.collaboration}"
    hook, orders = f"/v1/webhooks/{world.webhook}", "/v1/campaigns/tea/orders"
    decision = {"collaboration_id": world.collaboration, **DECISION}
    return {
        "POST /v1/creators/import": (
            "/v1/creators/import",
            {"content": ROSTER.format("maya.makes", 5200), "headers": CSV},
            {"content": ROSTER.format("maya.makes", 5300), "headers": CSV},
        ),
        "POST /v1/creators/{creator_id}/audience-audit": (
            f"{creator}/audience-audit",
            {"json": {"accounts": [PERSON] * 40}},
            {"json": {"accounts": [PERSON] * 41}},
        ),
        "POST /v1/creators/{creator_id}/erase": (f"{creator}/erase", {}, {"params": {"cancel": True}}),
        "POST /v1/collaborations/{collaboration_id}/performance-report/proof": (
            f"{collaboration}/performance-report/proof",
            {"content": PNG},
            {"content": PNG + b"more"},
        ),
        "POST /v1/campaigns/{campaign_id}/orders": (orders, {"json": ORDER}, {"json": {**ORDER, "order_id": "A-2"}}),
        "POST /v1/campaigns/{campaign_id}/orders/{order_id}/refunds": (
            f"{orders}/A-1/refunds",
            {"json": {"refund_id": "R-1", "amount": {"amount": 5, "currency": "USD"}}},
            {"json": {"refund_id": "R-2", "amount": {"amount": 5, "currency": "USD"}}},
        ),
        "POST /v1/payouts/late-reversals/{transfer_id}/settle": (
            "/v1/payouts/late-reversals/tr_1/settle",
            {},
            {"params": {"something": "else"}},
        ),
        "POST /v1/collaborations/{collaboration_id}/deliverables/{number}/draft/file": (
            f"/v1/collaborations/{world.drafting}/deliverables/1/draft/file",
            {"content": PNG},
            {"content": PNG + b"more"},
        ),
        "POST /v1/decisions": (
            "/v1/decisions",
            {"json": {"decisions": [decision]}},
            {"json": {"decisions": [decision] * 2}},
        ),
        "POST /v1/campaigns/{campaign_id}/renew": (
            "/v1/campaigns/over/renew",
            {"json": {"start": True}},
            {"json": {"start": False}},
        ),
        "POST /v1/webhooks/{webhook_id}/replay": (
            f"{hook}/replay",
            {"json": {"from_position": 1}},
            {"json": {"from_position": 2}},
        ),
        "POST /v1/webhooks/{webhook_id}/test": (f"{hook}/test", {"json": {}}, {"json": {}, "params": {"again": "1"}}),
        "POST /v1/members": (
            "/v1/members",
            {"json": {"address": "robin@brand.example", "role": "ops"}},
            {"json": {"address": "robin@brand.example", "role": "legal"}},
        ),
    }


@pytest.mark.parametrize("call", sorted(answered_once()))
async def test_a_key_stands_for_one_request_and_its_answer(world: World, call: str) -> None:
    """Whatever was sent again comes back as it was, and another request under its key is refused."""
    path, request, other = cases(world)[call]
    key = {"Idempotency-Key": "monday"}

    async def send(one: dict[str, Any]) -> httpx.Response:
        return await world.brand.post(path, **{**one, "headers": {**one.get("headers", {}), **key}})

    first, again, another = await send(request), await send(request), await send(other)

    assert first.is_success, first.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (another.status_code, another.json()["code"]) == (409, "idempotency_key_reused")


async def test_a_request_that_comes_again_undoes_nothing_that_came_after_it(world: World) -> None:
    """A member who was given another role meanwhile keeps it."""
    wish, key = {"address": "robin@brand.example", "role": "ops"}, {"Idempotency-Key": "once"}
    added = (await world.brand.post("/v1/members", json=wish, headers=key)).json()
    await world.brand.patch(f"/v1/members/{added['id']}", json={"role": "legal"})
    again = await world.brand.post("/v1/members", json=wish, headers=key)

    assert again.json() == added
    assert (await world.brand.get(f"/v1/members/{added['id']}")).json()["role"] == "legal"


async def test_a_refused_request_leaves_its_key_to_the_mended_one(world: World) -> None:
    """A sample that was too small, and a larger one under the same key."""
    path, key = f"/v1/creators/{world.creator}/audience-audit", {"Idempotency-Key": "audit"}
    refused, mended = [
        await world.brand.post(path, json={"accounts": [PERSON] * size}, headers=key) for size in (29, 40)
    ]
    assert (refused.status_code, mended.status_code) == (409, 200)
    unknown = "/v1/payouts/late-reversals/tr_9/settle"
    assert [(await world.brand.post(unknown, headers=key)).status_code for _ in range(2)] == [404, 404]


async def test_after_an_outage_a_key_stays_with_its_request(bench: Bench) -> None:
    """Nobody knows how far the request came: it may be sent again, and no other one."""
    call = Call("default", "shop", "POST /v1/somewhere", "k")
    under_key = idempotency.UnderKey(bench.services.desk.requests, call, query="", secret="s")

    async def interrupted() -> int:
        raise EngineUnavailable(seconds=1, why="a test")

    async def counted() -> int:
        return 7

    with pytest.raises(EngineUnavailable):
        await under_key.carry_out(int, interrupted, of=b"one")
    with pytest.raises(IdempotencyKeyReused):
        await under_key.carry_out(int, counted, of=b"another")
    assert [await under_key.carry_out(int, counted, of=b"one") for _ in range(2)] == [7, 7]


async def test_nothing_that_was_sent_can_be_read_in_what_is_noted(world: World, bench: Bench) -> None:
    """Not an address, and no name of a roster."""
    path, request, _ = cases(world)["POST /v1/creators/import"]
    await world.brand.post(path, **request)
    await world.brand.post("/v1/members", json={"address": "robin@brand.example", "role": "ops"})
    noted = [row[0] for row in await bench.services.pool.fetch("select answered_requests::text from answered_requests")]

    assert len(noted) == 2
    assert not re.search("robin|maya|Maya", " ".join(noted))
