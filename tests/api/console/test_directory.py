"""The directory: searched, and filled by rosters."""

import html
import re

import httpx

from tests.api.conftest import Bench
from tests.api.console.conftest import PART
from tests.domain.given import a_profile

ROSTER = "handle,name,email,followers\nmaya.makes,Maya Ito,maya@mail.example,5200\nbad,,nobody,x\n"


async def test_an_empty_one_says_how_to_fill_it(console: httpx.AsyncClient) -> None:
    assert "Nobody is here yet" in (await console.get("/console/creators")).text


async def test_creators_are_found_by_words_and_filters(bench: Bench, console: httpx.AsyncClient) -> None:
    await bench.known_creator(handle="steep.and.pour", topics=("tea",), country="US")
    await bench.known_creator(handle="roast.it", name="Bo Roe", topics=("coffee",), country="DE")
    page = (await console.get("/console/creators", params={"q": "tea"})).text
    assert "@steep.and.pour" in page
    assert "@roast.it" not in page
    assert "@roast.it" in (await console.get("/console/creators", params={"country": "de"})).text
    assert "Nobody fits" in (await console.get("/console/creators", params={"q": "opera"})).text


async def test_more_come_by_the_cursor(bench: Bench, console: httpx.AsyncClient) -> None:
    await bench.services.creators.upsert(
        "default", [a_profile(handle=f"c.{n}", followers=2_000 + n) for n in range(53)]
    )
    more = re.search(r'hx-get="([^"]+cursor=[^"]+)"', (await console.get("/console/creators")).text)
    assert more is not None
    rest = (await console.get(html.unescape(more[1]), headers=PART)).text
    assert re.findall(r"@c\.\d+", rest) == ["@c.2", "@c.1", "@c.0"]


async def test_a_roster_comes_in_and_its_bad_rows_are_told(console: httpx.AsyncClient) -> None:
    form = {"file": ("roster.csv", ROSTER, "text/csv")}
    answer = await console.post("/console/creators/import", data={"platform": "instagram"}, files=form)
    assert "1 new, 0 renewed; 1 rows could not be read" in answer.text
    assert "line 3" in answer.text
    assert "@maya.makes" in answer.text


async def test_a_form_without_a_file_is_refused_with_a_reason(console: httpx.AsyncClient) -> None:
    answer = await console.post(
        "/console/creators/import", data={"x": "1"}, files={"other": ("a.csv", "x", "text/csv")}
    )
    assert answer.status_code == 400
    assert "no file in its field" in answer.text
