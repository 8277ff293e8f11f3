"""Everybody who was asked in a campaign: narrowed, by pages, and found by name."""

import html
import re

import httpx

from activities.starting import collaboration_stream
from domain.decider import Role
from domain.negotiation import DeclineOffer
from tests.api.conftest import Bench
from tests.api.console.conftest import PART


async def test_an_empty_list_teaches(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.started()
    assert "Nobody was asked yet" in (await console.get(f"/console/campaigns/{id_}/creators")).text


async def test_who_fell_through_is_still_found(bench: Bench, console: httpx.AsyncClient) -> None:
    """By how it ended, to which the board's counts lead."""
    open_, over = await bench.offered(), await bench.offered("creator-2", 2)
    await bench.give(collaboration_stream(over), DeclineOffer(version=1, reason="booked"), Role.CREATOR)
    board = (await console.get("/console/campaigns/tea")).text
    assert 'href="/console/campaigns/tea/creators?outcome=declined"' in board
    for query, shown in (
        ({"outcome": "declined", "stage": ""}, {over}),
        ({"waiting_on": "creator"}, {open_}),
        ({"stage": "negotiation"}, {open_, over}),
        ({"stage": "monitoring"}, set()),
    ):
        page = (await console.get("/console/campaigns/tea/creators", params=query)).text
        assert {id_ for id_ in (open_, over) if id_ in page} == shown, query


async def test_somebody_is_found_by_name_and_only_in_the_campaign(bench: Bench, console: httpx.AsyncClient) -> None:
    ines = await bench.offered(await bench.known_creator(name="Ines Okafor", handle="ines"))
    other = await bench.offered(await bench.known_creator(name="Maya Ito", handle="maya"), 2)
    await bench.known_creator(name="Ines Other", handle="ines.other")
    page = (await console.get("/console/campaigns/tea/creators", params={"q": "ines"})).text
    assert ines in page
    assert other not in page
    assert "Ines Other" not in page
    assert "Nobody fits" in (await console.get("/console/campaigns/tea/creators", params={"q": "zofia"})).text


async def test_a_long_list_goes_on_by_the_cursor(bench: Bench, console: httpx.AsyncClient) -> None:
    for n in range(1, 53):
        await bench.opened(f"creator-{n}", n)
    page = (await console.get("/console/campaigns/tea/creators", params={"stage": "verification"})).text
    more = re.search(r'hx-get="([^"]+cursor=[^"]+)"', page)
    assert more is not None
    rest = (await console.get(html.unescape(more[1]), headers=PART)).text
    assert (page.count('class="strong"'), rest.count('class="strong"')) == (50, 2)
