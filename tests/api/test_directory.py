"""The directory as a brand searches it."""

import httpx
import pytest

from tests.api.conftest import API_KEY, Bench
from tests.domain.given import a_profile

SOME = (
    {"handle": "ada", "followers": 3_000, "country": "DE", "topics": ("coffee",), "name": "Ada"},
    {"handle": "bob", "followers": 2_000, "country": "DE", "topics": ("tea",), "name": "Bob"},
    {"handle": "cem", "followers": 1_000, "country": "TR", "topics": ("coffee",), "name": "Cem"},
)


@pytest.fixture
async def filled(bench: Bench, brand: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client of a directory with some people in it."""
    await bench.services.creators.upsert("default", [a_profile(**facts) for facts in SOME])
    return brand


async def handles(client: httpx.AsyncClient, query: str) -> list[str]:
    """Whom a search lists."""
    answer = await client.get(f"/v1/creators?{query}")
    assert answer.status_code == 200, answer.text
    return [item["handle"] for item in answer.json()["items"]]


async def test_the_directory_is_listed_with_what_is_known_of_each(filled: httpx.AsyncClient) -> None:
    """Most followers first; the id is the one that everything else uses."""
    items = (await filled.get("/v1/creators")).json()["items"]
    assert [item["handle"] for item in items] == ["ada", "bob", "cem"]
    creator = (await filled.get(f"/v1/creators/{items[0]['id']}")).json()
    assert creator["profile"]["handle"] == "ada"
    assert (items[0]["followers"], items[0]["country"], items[0]["opted_out"]) == (3_000, "DE", False)


async def test_words_and_filters_narrow_together(filled: httpx.AsyncClient) -> None:
    """All of them must fit."""
    assert await handles(filled, "q=coffee") == ["ada", "cem"]
    assert await handles(filled, "q=coffee&country=DE") == ["ada"]
    assert await handles(filled, "followers_min=1000&followers_max=2000") == ["bob", "cem"]
    assert await handles(filled, "platform=youtube") == []


async def test_a_search_is_read_by_pages(filled: httpx.AsyncClient) -> None:
    """The cursor leads on; the last page has none."""
    first = (await filled.get("/v1/creators?limit=2")).json()
    last = (await filled.get(f"/v1/creators?limit=2&cursor={first['next']}")).json()
    assert [item["handle"] for item in [*first["items"], *last["items"]]] == ["ada", "bob", "cem"]
    assert last["next"] is None


@pytest.mark.parametrize("query", ["country=Germany", "followers_min=-1", "platform=myspace", "cursor=abc", "limit=0"])
async def test_a_filter_that_cannot_be_is_named(filled: httpx.AsyncClient, query: str) -> None:
    """422, with the field."""
    answer = await filled.get(f"/v1/creators?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


async def test_who_is_forgotten_is_found_by_nobody(bench: Bench, filled: httpx.AsyncClient) -> None:
    """Neither by name nor by filter."""
    (ada, *_) = (await filled.get("/v1/creators")).json()["items"]
    await filled.post(f"/v1/creators/{ada['id']}/erase")
    assert await handles(filled, "q=ada") == []
    assert await handles(filled, "country=DE") == ["bob"]


async def test_the_directory_is_the_brand_s(bench: Bench) -> None:
    """Neither strangers nor creators read it."""
    async with bench.client() as anonymous, bench.as_creator(await bench.opened()) as creator:
        assert (await anonymous.get("/v1/creators")).status_code == 401
        assert (await creator.get("/v1/creators")).status_code == 403
    async with bench.client(API_KEY) as brand:
        assert (await brand.get("/v1/creators")).status_code == 200
