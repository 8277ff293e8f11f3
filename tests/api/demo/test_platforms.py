"""What creators, buyers and Stripe do outside, at their twins."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

import httpx
import pytest

from activities.connectors.simulated.instagram import InstagramTwin
from activities.connectors.simulated.people import people
from activities.connectors.simulated.serving import served
from activities.connectors.simulated.shopify import ShopifyTwin
from activities.connectors.simulated.stripe import StripeTwin
from activities.store.tracked_links import Tracked, TrackedLink
from api.client import Groundswell, models
from api.demo import platforms
from api.demo.platforms import Bank, Instagram, Shoppers
from api.views import collaboration_events, collaboration_view
from domain.creators import Platform
from tests.api.conftest import Bench

HANDLE = next(one.profile.handle for one in people() if one.profile.platform is Platform.INSTAGRAM)
TRANSFER: dict[str, Any] = {
    "payout_id": "a/upfront",
    "reference": "tr_1Twin000001",
    "amount": {"amount": 500, "currency": "USD"},
}


def event(type_: str, stream: str = "collaboration/a", position: int = 1, **data: Any) -> models.EventView:
    facts: dict[str, Any] = {"stream": stream, "position": position, "type": type_, "data": data}
    return models.EventView.model_construct(**facts)


PUBLISHED = event("PostPublished", deliverable=1)
PAID = event("PayoutMade", position=2, **TRANSFER)


async def until(done: Callable[[], bool]) -> None:
    give_up = monotonic() + 30
    while not done():
        assert monotonic() < give_up, "it took too long"
        await asyncio.sleep(0.05)


async def test_a_post_is_published_edited_and_deleted() -> None:
    """By the address that the platform has given it."""
    twin = InstagramTwin()
    async with served(twin.app) as address, httpx.AsyncClient() as session:
        instagram = Instagram(session, address)
        url = await instagram.publish(HANDLE, "#ad one")
        await instagram.edit(url, "two")
        assert [post.caption for post in twin.publications.of(HANDLE)] == ["two"]
        await instagram.delete(url)
        assert twin.publications.of(HANDLE) == []


async def tracked(bench: Bench) -> str:
    """What the API shows of a collaboration with a link and a code."""
    links = [TrackedLink(deliverable=1, code="abc", url="http://api.test/l/abc")]
    view = collaboration_view(await collaboration_events(bench.services.log, await bench.published()))
    return view.model_copy(update={"tracking": Tracked(discount_code="TEA-1", links=tuple(links))}).model_dump_json()


async def test_people_follow_a_new_link_and_some_buy(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the link, with the click in its landing page, or by the code; the fourth order is given back in part."""
    monkeypatch.setattr(platforms, "NOTED_WITHIN", 0.0)
    monkeypatch.setattr(platforms, "VISITORS", (40, 40))
    twin, browsers, page = ShopifyTwin(), set(), await tracked(bench)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/l/"):
            browsers.add(request.headers["User-Agent"])
            return httpx.Response(302, headers={"Location": f"https://shop.test/tea?gs_click={len(browsers)}"})
        return httpx.Response(200, content=page)

    mounts = {"http://api.test": httpx.MockTransport(answer)}
    async with served(twin.app) as shop, httpx.AsyncClient(base_url="http://api.test", mounts=mounts) as session:
        shoppers = Shoppers(session, Groundswell("", "key", session=session), shop, lambda: [PUBLISHED], seed=1)
        going = asyncio.create_task(shoppers.shop("http://127.0.0.1:9/orders"))
        await until(lambda: len(twin.orders) >= 5)
        going.cancel()
        await asyncio.wait([going])
    assert len(browsers) == 40
    came_by = [(bool(order["discount_codes"]), order["landing_site"]) for order in twin.orders.values()]
    assert all(by_code == (landing is None) for by_code, landing in came_by)
    assert any(landing and landing.startswith("/tea?gs_click=") for _, landing in came_by)


async def test_one_transfer_is_taken_back_of_somebody_who_is_still_at_work() -> None:
    """Until Groundswell has heard of it; whoever is done is left alone."""
    twin = StripeTwin()
    theirs = event("PayoutMade", "collaboration/b", 3, **{**TRANSFER, "reference": "tr_1Twin000009"})
    events = [PAID, theirs, event("CollaborationEnded", "collaboration/b", 4)]
    async with served(twin.app) as address, httpx.AsyncClient() as session:
        form = {"amount": "500", "currency": "usd", "destination": "acct_1TwinA"}
        await session.post(f"{address}/v1/transfers", data=form, auth=("sk_test_twin", ""))
        bank = asyncio.create_task(Bank(session, address, lambda: events).take_back_one("http://127.0.0.1:9/stripe"))
        await until(lambda: bool(twin.transfers[0]["amount_reversed"]))
        bank.cancel()
        await asyncio.wait([bank])
    assert twin.transfers[0]["amount_reversed"] == 500
