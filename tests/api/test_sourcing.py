"""Asking an outside source through the API, from the request to what came of it, over the source's twin."""

from collections.abc import AsyncIterator

import httpx
import pytest

from activities.connectors.creator_sources import CreatorSources
from activities.connectors.fohr import fohr
from activities.connectors.instagram import Instagram
from activities.connectors.simulated.fohr import KEY, FohrTwin
from activities.connectors.simulated.instagram import ACCOUNT, TOKEN, VERSION, InstagramTwin
from activities.connectors.simulated.people import people
from activities.connectors.simulated.serving import served
from activities.sourcing import BatchRequest, JobEnd, Sourcing
from activities.store.sourcing_jobs import SourcingJobs, Wish
from api.app import create_app
from api.dependencies import Services
from domain.creators import Platform
from tests.api.conftest import API_KEY, Bench

ADDRESS = "/v1/creators/discover"
NEW = [one.profile for one in people() if one.newcomer and one.profile.platform is Platform.INSTAGRAM]
ROSTERS = [one.profile for one in people() if not one.newcomer and one.profile.platform is Platform.INSTAGRAM]


class InProcessSourcing:
    """Carries a job out at once, by the worker's own activities."""

    def __init__(self, sourcing: Sourcing, jobs: SourcingJobs) -> None:
        self._sourcing = sourcing
        self._jobs = jobs

    async def start(self, job_id: str, workspace: str, wish: Wish) -> None:
        """See `CreatorSourcing`."""
        await self._jobs.open(job_id, workspace, wish)
        batch: BatchRequest | None = BatchRequest(job_id=job_id)
        while batch is not None:
            batch = (await self._sourcing.bring_in(batch)).following
        await self._sourcing.end_job(JobEnd(job_id=job_id))


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """The brand's, of an API that has two sources."""
    async with served(InstagramTwin().app) as instagram, served(FohrTwin().app) as fohr_address:
        sources = CreatorSources(Instagram(TOKEN, ACCOUNT, base_url=f"{instagram}/{VERSION}"), fohr(fohr_address, KEY))
        jobs = bench.services.jobs
        sourcing = InProcessSourcing(Sourcing(sources, bench.services.creators, jobs), jobs)
        services = Services(**{**bench.services.__dict__, "sources": sources, "sourcing": sourcing})
        async with Bench(services, bench.engine, create_app(services)).client(API_KEY) as client:
            yield client
        await sources.aclose()


async def test_named_accounts_are_brought_in_and_followed(bench: Bench, client: httpx.AsyncClient) -> None:
    """Who is known is renewed, who can be reached is added, and the rest is told by position."""
    known, unreachable = ROSTERS[0], ROSTERS[1]
    await bench.services.creators.upsert("default", [known.model_copy(update={"followers": 1, "topics": ("tea",)})])
    asked = [f"@{known.handle.title()}", NEW[0].handle, "nobody.of.this.name", unreachable.handle]
    started = await client.post(ADDRESS, json={"source": "instagram", "handles": asked})
    assert started.status_code == 202
    view = (await client.get(started.headers["location"])).json()
    assert (view["state"], view["source"], view["asked"], view["failure"]) == ("completed", "instagram", 4, None)
    assert view["outcome"] == {
        "looked_at": 4,
        "created": 1,
        "updated": 1,
        "erased": 0,
        "unreadable": 0,
        "without_address": 1,
        "unknown_at": [2],
        "without_address_at": [3],
    }
    listed = {item["handle"]: item for item in (await client.get("/v1/creators")).json()["items"]}
    assert set(listed) == {known.handle, NEW[0].handle}
    assert listed[known.handle]["followers"] == known.followers
    assert (listed[known.handle]["email"], listed[known.handle]["topics"]) == (known.email, ["tea"])


async def test_a_search_brings_in_as_many_as_are_wanted(client: httpx.AsyncClient) -> None:
    """From a source that has a search, over its pages."""
    started = await client.post(ADDRESS, json={"source": "fohr", "query": "coffee", "at_most": 22})
    outcome = started.json()["outcome"]
    assert (started.json()["asked"], outcome["looked_at"], outcome["created"]) == (None, 22, 22)
    assert len((await client.get("/v1/creators?q=coffee")).json()["items"]) == 22


async def test_the_same_key_starts_nothing_new(client: httpx.AsyncClient) -> None:
    """It leads to the same discovery; with another request it is refused."""
    body = {"source": "instagram", "handles": [NEW[0].handle]}
    first, again = [await client.post(ADDRESS, json=body, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert first.json() == again.json()
    other = await client.post(ADDRESS, json={**body, "handles": ["x"]}, headers={"Idempotency-Key": "one"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"source": "myspace", "handles": ["x"]}, "source", "there are fohr, instagram"),
        ({"source": "instagram", "query": "coffee"}, "query", "cannot be searched"),
        ({"source": "instagram"}, "body", "either handles or a query"),
        ({"source": "fohr", "handles": ["x"], "query": "y"}, "body", "either handles or a query"),
        ({"source": "instagram", "handles": ["no name!"]}, "handles[0]", "pattern"),
        ({"source": "fohr", "query": "y", "at_most": 1_001}, "at_most", "1000"),
    ],
)
async def test_what_cannot_be_asked_is_refused_at_once(
    client: httpx.AsyncClient, body: dict[str, object], field: str, rule: str
) -> None:
    """With the field, and what there is instead."""
    answer = await client.post(ADDRESS, json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert rule in error["rule"]


async def test_the_sources_that_there_are_can_be_asked_for(bench: Bench, client: httpx.AsyncClient) -> None:
    """None, where none is configured."""
    assert (await client.get("/v1/sources")).json() == ["fohr", "instagram"]
    async with bench.client(API_KEY) as other:
        assert (await other.get("/v1/sources")).json() == []
        answer = await other.post(ADDRESS, json={"source": "instagram", "handles": ["x"]})
        assert "none is configured" in answer.json()["errors"][0]["rule"]


@pytest.mark.parametrize("discovery", ["nothing", "%20"])
async def test_a_discovery_that_is_not_there_is_not_found(client: httpx.AsyncClient, discovery: str) -> None:
    """Whether nobody has started it, or nobody could."""
    answer = await client.get(f"/v1/creators/discoveries/{discovery}")
    assert answer.status_code == 404


async def test_sources_are_the_brand_s_to_ask(bench: Bench) -> None:
    """Neither strangers nor creators."""
    async with bench.client() as anonymous, bench.as_creator(await bench.opened()) as creator:
        for caller, status in ((anonymous, 401), (creator, 403)):
            answer = await caller.post(ADDRESS, json={"source": "instagram", "handles": ["x"]})
            assert answer.status_code == status
            assert (await caller.get("/v1/creators/discoveries/x")).status_code == status
