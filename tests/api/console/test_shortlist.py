"""The shortlist as a form."""

import re

import httpx

from tests.api.conftest import Bench
from tests.api.console.conftest import PART


async def test_candidates_come_with_their_reasons_and_can_be_left_out(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.shortlisted()
    page = (await console.get(f"/console/campaigns/{id_}/shortlist")).text
    assert "@creator.0" in page
    assert "posts a week unknown: scored below neutral" in page
    [first, *_] = re.findall(r'name="(drop\.\w+)"', page)
    await console.post(f"/console/campaigns/{id_}/decide/approve-shortlist", data={first: "yes"})
    after = (await console.get(f"/console/campaigns/{id_}/shortlist")).text
    assert "left out" in after
    assert "decide/approve-shortlist" in after
    assert re.findall(r'name="drop\.', after) == []


async def test_a_long_one_goes_on_by_the_cursor(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.shortlisted(43)
    page = (await console.get(f"/console/campaigns/{id_}/shortlist")).text
    more = re.search(r'hx-get="([^"]+cursor=[^"]+)"', page)
    assert more is not None
    rest = (await console.get(more[1], headers=PART)).text
    assert (page.count('name="drop.'), rest.count('name="drop.')) == (40, 3)


async def test_before_there_is_one_the_page_says_what_happens(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.started()
    assert "The ranking is being made" in (await console.get(f"/console/campaigns/{id_}/shortlist")).text
