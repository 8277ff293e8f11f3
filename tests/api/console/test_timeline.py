"""The timeline, and the way from each entry to how things stood."""

import re

import httpx

from tests.api.conftest import Bench
from tests.api.console.conftest import PART


async def test_each_entry_leads_to_how_the_campaign_stood(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.shortlisted()
    page = (await console.get(f"/console/campaigns/{id_}/timeline")).text
    links = re.findall(r'href="(/console/campaigns/\w+/overview\?as_of=[^"]+)"', page)
    assert len(links) == 2
    assert "This is the past" in (await console.get(links[0])).text


async def test_a_long_one_goes_on_by_the_cursor(bench: Bench, console: httpx.AsyncClient) -> None:
    for n in range(1, 35):
        await bench.opened(f"creator-{n}", n)
    page = (await console.get("/console/campaigns/tea/timeline")).text
    more = re.search(r'hx-get="([^"]+cursor=[^"]+)"', page)
    assert more is not None
    rest = (await console.get(more[1], headers=PART)).text
    events = await bench.services.log.read_campaign("tea")
    assert page.count("the campaign then") + rest.count("the campaign then") == len(events)
