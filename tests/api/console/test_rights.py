"""What ends after collaborations, as a list and on the creator's page."""

import httpx

from tests.api.conftest import Bench
from tests.api.console.conftest import PART
from tests.api.test_rights import outlived


async def test_an_empty_list_teaches(console: httpx.AsyncClient) -> None:
    assert "No clock runs" in (await console.get("/console/rights")).text


async def test_what_ends_first_comes_first_and_leads_to_the_creator(bench: Bench, console: httpx.AsyncClient) -> None:
    first, second = await outlived(bench, days=70), await outlived(bench, "creator-2", days=80)
    page = (await console.get("/console/rights", params={"kind": "usage", "campaign_id": ""})).text
    assert page.index(first) < page.index(second)
    assert "exclusivity</td>" not in page
    assert "Lumen Tea" in page
    rows = (await console.get("/console/rights", params={"campaign_id": "tea", "kind": ""}, headers=PART)).text
    assert rows.count("exclusivity</td>") == 2
    assert first not in (await console.get("/console/rights", params={"campaign_id": "other"})).text


async def test_the_creators_page_shows_the_clocks(bench: Bench, console: httpx.AsyncClient) -> None:
    """Until when the post may be used, and whom the creator stays away from."""
    id_ = await outlived(bench)
    page = (await console.get(f"/console/collaborations/{id_}")).text
    assert "until 31 May 2026" in page
    assert "not for tea until 1 May 2026" in page
