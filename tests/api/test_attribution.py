"""What a campaign's links and codes have led to, by creator."""

import httpx

from tests.api.conftest import Bench
from tests.api.test_orders import NOW, ORDERS
from tests.api.test_tracked_links import PHONE, SHOP, tracked

ADDRESS = "/v1/campaigns/tea/attribution"


async def test_clicks_are_counted_before_any_order_is_known(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """Orders and revenue are unknown until then, which is not zero."""
    id_, paths = await tracked(bench, brand)
    for path, user_agent in ((paths["1"], "one"), (paths["2"], "one"), (paths["1"], "two")):
        await anonymous.get(path, headers={**PHONE, "User-Agent": f"Mozilla/5.0 {user_agent}"})
    await bench.services.tracking.clicks.flushed()
    view = (await brand.get(ADDRESS)).json()
    assert view == {
        "campaign_id": "tea",
        "currency": "USD",
        "creators": [
            {
                "creator_id": "creator-1",
                "collaboration_id": id_,
                "discount_code": paths["code"],
                "clicks": 3,
                "unique_visitors": 2,
                "bots": 0,
                "orders": None,
                "revenue": None,
                "conversion": None,
            }
        ],
        "clicks": 3,
        "orders": None,
        "revenue": None,
        "unattributed": [],
    }


async def test_the_first_order_makes_their_number_known(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """Also where it is nobody's: then the creators have led to none."""
    _, paths = await tracked(bench, brand)
    await anonymous.get(paths["1"], headers=PHONE)
    await bench.services.tracking.clicks.flushed()
    order = {"order_id": "A-1", "placed_at": NOW, "total": {"amount": 20_00, "currency": "USD"}}
    await brand.post(ORDERS, json=order)
    view = (await brand.get(ADDRESS)).json()
    assert (view["creators"][0]["orders"], view["creators"][0]["conversion"]) == (0, 0.0)
    assert (view["orders"], view["revenue"]) == (0, 0)
    assert view["unattributed"] == [{"reason": "no_trace", "orders": 1}]


async def test_it_is_the_brand_s(bench: Bench, brand: httpx.AsyncClient) -> None:
    """No creator sees what others have led to, and an unknown campaign is not found."""
    await bench.started(shop=SHOP)
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        assert (await creator.get(ADDRESS)).status_code == 403
    assert (await brand.get("/v1/campaigns/mugs/attribution")).status_code == 404


async def test_the_report_has_the_same_figures(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """By creator, and says which of them were tracked."""
    _, paths = await tracked(bench, brand)
    await anonymous.get(paths["1"], headers=PHONE)
    await bench.services.tracking.clicks.flushed()
    order = {"order_id": "A-1", "placed_at": NOW, "total": {"amount": 20_00, "currency": "USD"}}
    await brand.post(ORDERS, json={**order, "discount_codes": [paths["code"]]})
    report = (await brand.get("/v1/campaigns/tea/report")).json()
    assert report["tracked"] == ["clicks", "orders", "revenue"]
    (row,) = report["creators"]
    assert (row["clicks"], row["orders"], row["revenue"]) == (1, 1, 20_00)
