"""Campaigns: the list, and one as it is and was."""

import re

import httpx

from tests.api.conftest import Bench
from tests.api.console.conftest import PART


async def test_the_list_says_where_each_is(bench: Bench, console: httpx.AsyncClient) -> None:
    assert "No campaign yet" in (await console.get("/console/campaigns")).text
    await bench.offered()
    page = (await console.get("/console/campaigns")).text
    assert 'href="/console/campaigns/tea">Lumen Tea: Cold brew tea</a>' in page
    assert "$212.50 of $10,000.00" in page
    assert "1 in negotiation" in page


async def test_more_campaigns_come_by_the_cursor(bench: Bench, console: httpx.AsyncClient) -> None:
    for n in range(32):
        await bench.started(f"c{n}")
    more = re.search(r'hx-get="(/console/campaigns\?cursor=[^"]+)"', (await console.get("/console/campaigns")).text)
    assert more is not None
    rest = (await console.get(more[1], headers=PART)).text
    assert len(re.findall(r'class="strong" href="/console/campaigns/c\d+"', rest)) == 2


async def test_the_overview_travels_in_time(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.shortlisted()
    await console.post(f"/console/campaigns/{id_}/decide/cancel", data={"reason": "late", "sure": "yes"})
    now = (await console.get(f"/console/campaigns/{id_}/overview")).text
    then = (await console.get(f"/console/campaigns/{id_}/overview", params={"as_of": "1"})).text
    assert "This is the past" in then
    assert "cancelled" in now
    assert "cancelled" not in then
    assert "/decide/" not in then


async def test_the_past_is_reached_by_a_day_and_by_steps(bench: Bench, console: httpx.AsyncClient) -> None:
    """A day and a time are the campaign's own, here New York's; steps are those of its record."""
    id_ = await bench.shortlisted()
    here = f"/console/campaigns/{id_}/overview"
    led = await console.get(here, params={"day": "2026-03-02", "clock": "18:30"})
    assert (led.status_code, led.headers["location"]) == (303, f"{here}?as_of=2026-03-02T23%3A30%3A00Z")
    assert "This is the past" in (await console.get(led.headers["location"])).text
    back = re.search(rf'href="({here}\?as_of=1)">One step back', (await console.get(here)).text)
    assert back is not None
    first = (await console.get(back[1])).text
    assert "after step 1 of 2" in first
    assert "One step back" not in first
    assert "One step on" in first
    assert (await console.get(here, params={"day": "tomorrow"})).status_code == 422


async def test_a_campaign_that_runs_can_be_ended_from_it(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.started()
    page = (await console.get(f"/console/campaigns/{id_}/overview")).text
    assert f"/console/campaigns/{id_}/decide/close" in page
    assert "200,000" in page


async def test_a_campaign_and_the_one_that_goes_on_from_it_lead_to_each_other(
    bench: Bench, console: httpx.AsyncClient
) -> None:
    """On every page about them."""
    await bench.started("spring")
    assert "renewed" not in (await console.get("/console/campaigns/spring/overview")).text
    await bench.started("summer", renewal_of="spring")
    earlier = (await console.get("/console/campaigns/spring/timeline")).text
    later = (await console.get("/console/campaigns/summer/overview")).text
    assert '<a href="/console/campaigns/summer">renewed</a>' in earlier
    assert '<a href="/console/campaigns/spring">an earlier campaign</a>' in later
