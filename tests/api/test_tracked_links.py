"""Following a creator's link: on to the shop at once, and noted without saying who it was."""

import asyncio
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from activities.starting import campaign_stream
from domain.campaign import CancelCampaign
from domain.decider import Role
from tests.api.conftest import Bench

PHONE = {
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Instagram 350.0",
    "Referer": "https://l.instagram.com/somebody/secret?u=1",
}
SHOP = {"landing_url": "https://shop.example/tea?size=2&utm_medium=ours#brew", "discount_prefix": "TEA"}


async def tracked(bench: Bench, client: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    """A collaboration under contract, with what it leads buyers with: paths of links by deliverable, and `code`."""
    await bench.started(shop=SHOP)
    id_ = await bench.signed()
    tracking = (await client.get(f"/v1/collaborations/{id_}")).json()["tracking"]
    paths = {str(link["deliverable"]): urlsplit(link["url"]).path for link in tracking["links"]}
    return id_, {**paths, "code": tracking["discount_code"]}


async def clicks(bench: Bench) -> list[dict[str, Any]]:
    await bench.services.tracking.clicks.flushed()
    return [dict(row) for row in await bench.services.pool.fetch("select * from clicks order by at")]


async def test_a_visitor_is_sent_on_with_where_they_come_from(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """What the landing page's address has itself stays, and the click is known by the id that the shop gets."""
    _, paths = await tracked(bench, brand)
    answer = await anonymous.get(paths["1"], headers=PHONE)
    assert (answer.status_code, answer.headers["cache-control"]) == (302, "no-store")
    address = urlsplit(answer.headers["location"])
    query = parse_qs(address.query)
    (click,) = await clicks(bench)
    assert (address.netloc, address.path, address.fragment) == ("shop.example", "/tea", "brew")
    assert query == {
        "size": ["2"],
        "utm_medium": ["ours"],
        "utm_source": ["instagram"],
        "utm_campaign": ["tea"],
        "utm_content": [click["code"]],
        "gs_click": [click["id"]],
    }
    assert (click["referrer"], click["bot"]) == ("l.instagram.com", None)


async def test_nothing_of_the_visitor_is_kept_in_clear(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """Neither the address nor the browser nor the page that they come from."""
    _, paths = await tracked(bench, brand)
    await anonymous.get(paths["1"], headers=PHONE)
    (click,) = await clicks(bench)
    assert re.fullmatch("[0-9a-f]{32}", click["visitor"])
    assert not re.search(r"127\.0|iPhone|somebody|secret", str(click))


@pytest.mark.parametrize(
    ("method", "headers", "bot"),
    [
        ("GET", {**PHONE, "User-Agent": "facebookexternalhit/1.1"}, "user_agent"),
        ("GET", {"User-Agent": ""}, "user_agent"),
        ("GET", {**PHONE, "Sec-Purpose": "prefetch;prerender"}, "prefetch"),
        ("HEAD", PHONE, "method"),
    ],
)
async def test_programs_are_sent_on_and_noted_as_programs(
    bench: Bench,
    brand: httpx.AsyncClient,
    anonymous: httpx.AsyncClient,
    method: str,
    headers: dict[str, str],
    bot: str,
) -> None:
    """A link preview shows the shop's page, and counts for nobody."""
    _, paths = await tracked(bench, brand)
    answer = await anonymous.request(method, paths["1"], headers=headers)
    assert (answer.status_code, [click["bot"] for click in await clicks(bench)]) == (302, [bot])
    part = (await brand.get("/v1/campaigns/tea/attribution")).json()["creators"][0]
    assert (part["clicks"], part["unique_visitors"], part["bots"]) == (0, 0, 1)


@pytest.mark.parametrize("code", ["0000000000", "short", "UPPERCASE0", "%00%00%00%00%00", "..%2f..%2fv1"])
async def test_an_unknown_code_is_a_page_that_says_so(bench: Bench, anonymous: httpx.AsyncClient, code: str) -> None:
    """With 404, and without a click."""
    answer = await anonymous.get(f"/l/{code}")
    assert answer.status_code == 404
    if "%2f" not in code:
        assert "There is nothing here" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert await clicks(bench) == []


async def test_a_post_outlives_its_campaign(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """The link leads to the shop when the campaign is over."""
    _, paths = await tracked(bench, brand)
    await bench.give(campaign_stream("tea"), CancelCampaign(reason="enough"), Role.BRAND)
    assert (await anonymous.get(paths["2"], headers=PHONE)).status_code == 302


async def test_the_redirect_does_not_wait_for_the_database(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """While nobody can write clicks, a known link leads on; they are stored afterwards."""
    _, paths = await tracked(bench, brand)
    await anonymous.get(paths["1"], headers=PHONE)
    await bench.services.tracking.clicks.flushed()
    async with bench.services.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("lock table clicks, tracked_links in access exclusive mode")
        answers = [await asyncio.wait_for(anonymous.get(paths["1"], headers=PHONE), 30) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {302}
        await transaction.rollback()
    assert len(await clicks(bench)) == 4


async def test_both_sides_are_shown_the_links_and_only_after_the_contract(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    """And so is the creator's page; a campaign without a shop has none."""
    await bench.started(shop=SHOP)
    id_ = await bench.to_sign()
    assert (await brand.get(f"/v1/collaborations/{id_}")).json()["tracking"] is None
    assert await bench.services.pool.fetchval("select count(*) from tracked_links") == 0


async def test_the_creators_page_says_what_to_put_where(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """The link of each piece and the code; the creator's own view has the same as the brand's."""
    id_, paths = await tracked(bench, brand)
    page = (await anonymous.get(f"/c/{bench.services.links.token(id_)}")).text
    assert paths["code"] in page
    assert f"http://api.test{paths['2']}" in page
    async with bench.as_creator(id_) as creator:
        theirs = (await creator.get(f"/v1/collaborations/{id_}")).json()["tracking"]
    assert theirs == (await brand.get(f"/v1/collaborations/{id_}")).json()["tracking"]


async def test_a_campaign_without_a_shop_tracks_nothing(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Its collaborations have neither link nor code."""
    id_ = await bench.signed()
    assert (await brand.get(f"/v1/collaborations/{id_}")).json()["tracking"] is None
    assert (await brand.get("/v1/campaigns/tea/attribution")).json()["creators"] == []
