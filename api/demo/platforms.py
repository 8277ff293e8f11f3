"""What happens outside of Groundswell: creators post on Instagram, people buy in the shop, Stripe takes money back.

All of it at the twins, which then tell Groundswell, or are asked by it, as the services would.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import httpx

from activities.connectors.shopify import ORDERS_CREATE, REFUNDS_CREATE
from activities.connectors.simulated.shopify import API_VERSION
from api.client import Groundswell, models
from api.demo.brief import JsonObject

LOOK_SECONDS = 0.5
VISITORS = (5, 14)
"""How many follow a post's link: at least, at most."""
BUYS = 0.25
"""The share of visitors who buy."""
KNOWS_THE_CODE = 0.3
"""The share of buyers who come by the discount code, and not by the link."""
GIVES_BACK = 4
"""Which order is given back in part."""
HEARD_WITHIN = 5.0
"""Seconds in which what Stripe tells is among the events."""
NOTED_WITHIN = 1.0
"""Seconds after which a click has been written down: it is not waited for when somebody is sent on."""

Events = Callable[[], Sequence[models.EventView]]
"""All events of the campaign so far."""


class Instagram:
    """The creators' hands at Instagram's twin, which is at `address`."""

    def __init__(self, session: httpx.AsyncClient, address: str) -> None:
        self._session = session
        self._posts = f"{address}/twin/posts"

    async def publish(self, handle: str, caption: str) -> str:
        """Post something; returns where it is."""
        made = await self._session.post(self._posts, json={"handle": handle, "caption": caption})
        return str(made.raise_for_status().json()["url"])

    async def edit(self, url: str, caption: str) -> None:
        """Give a post another caption."""
        (await self._session.post(self._of(url), json={"caption": caption})).raise_for_status()

    async def delete(self, url: str) -> None:
        """Take a post away."""
        (await self._session.delete(self._of(url))).raise_for_status()

    def _of(self, url: str) -> str:
        return f"{self._posts}/{urlsplit(url).path.strip('/').rpartition('/')[2]}"


class Shoppers:
    """Those who see a post, follow its link, and buy in the shop's twin or do not."""

    def __init__(self, session: httpx.AsyncClient, api: Groundswell, shop: str, events: Events, seed: int) -> None:
        self._session = session
        self._api = api
        self._shop = shop
        self._events = events
        self._chance = random.Random(f"{seed}/shoppers")  # noqa: S311 - a play, not a secret
        self._visitors = 0
        self._orders = 0

    async def shop(self, tell: str) -> None:
        """Go to every post that goes live, until cancelled. The shop tells of orders at `tell`."""
        for topic in (ORDERS_CREATE, REFUNDS_CREATE):
            hook = {"webhook": {"topic": topic, "address": tell}}
            subscribed = await self._session.post(f"{self._shop}/admin/api/{API_VERSION}/webhooks.json", json=hook)
            subscribed.raise_for_status()
        seen: set[int] = set()
        while True:
            for event in self._events():
                if event.type == "PostPublished" and event.position not in seen:
                    seen.add(event.position)
                    await self._visit(event.stream.partition("/")[2], event.data["deliverable"])
            await asyncio.sleep(LOOK_SECONDS)

    async def _visit(self, collaboration_id: str, deliverable: int) -> None:
        tracked = (await self._api.read_collaboration(collaboration_id)).tracking
        assert tracked is not None, "this campaign has a shop"
        link = next(link.url for link in tracked.links if link.deliverable == deliverable)
        landings = [await self._follow(link) for _ in range(self._chance.randint(*VISITORS))]
        await asyncio.sleep(NOTED_WITHIN)
        for landing in landings:
            if self._chance.random() < BUYS:
                by_code = self._chance.random() < KNOWS_THE_CODE
                await self._buy({"discount_code": tracked.discount_code} if by_code else {"landing_site": landing})

    async def _follow(self, link: str) -> str:
        """Where the link leads, as the shop sees it: the first page of the visit."""
        self._visitors += 1
        browser = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_{self._visitors} like Mac OS X) AppleWebKit/605.1.15"
        sent_on = await self._session.get(link, headers={"User-Agent": browser}, follow_redirects=False)
        landing = urlsplit(sent_on.headers["Location"])
        return f"{landing.path}?{landing.query}"

    async def _buy(self, came_by: JsonObject) -> None:
        self._orders += 1
        price = f"{self._chance.choice((24, 36, 48))}.00"
        bought = await self._session.post(f"{self._shop}/twin/orders", json={"total_price": price, **came_by})
        order = bought.raise_for_status().json()["order"]
        if self._orders == GIVES_BACK:
            given_back = {"amount": "12.00"}
            (
                await self._session.post(f"{self._shop}/twin/orders/{order['id']}/refund", json=given_back)
            ).raise_for_status()


class Bank:
    """Stripe's twin at `address`, which takes one transfer back, as banks do with accounts that they do not like."""

    def __init__(self, session: httpx.AsyncClient, address: str, events: Events) -> None:
        self._session = session
        self._address = address
        self._events = events

    async def take_back_one(self, tell: str) -> None:
        """A payment at the start of work that goes on. Stripe tells of it at `tell`; what comes too late is let be."""
        (await self._session.post(f"{self._address}/twin/webhooks", json={"address": tell})).raise_for_status()
        tried: set[str] = set()
        while not any(event.type == "PayoutReversed" for event in self._events()):
            made = self._newest_transfer()
            if made is not None and made["reference"] not in tried:
                tried.add(made["reference"])
                reverse = f"{self._address}/twin/transfers/{made['reference']}/reverse"
                (await self._session.post(reverse, json={"amount": made["amount"]["amount"]})).raise_for_status()
                await asyncio.sleep(HEARD_WITHIN)
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.Event().wait()

    def _newest_transfer(self) -> JsonObject | None:
        """The first half of a fee, of somebody who has much to do yet."""
        over = {
            event.stream for event in self._events() if event.type in ("CollaborationClosing", "CollaborationEnded")
        }
        for event in reversed(self._events()):
            made = event.data
            under_way = event.type == "PayoutMade" and event.stream not in over
            if under_way and made["payout_id"].endswith("/upfront") and made["reference"].startswith("tr_"):
                return dict(made)
        return None
