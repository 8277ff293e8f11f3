"""Request ids, the access log, and limits of bodies."""

import io
import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from prometheus_client import REGISTRY

from activities import logs
from api.middleware import BODY_LIMIT, ROSTER_LIMIT
from tests.api.conftest import Bench


async def _bytes(count: int, *, chunk: int = 65_536) -> AsyncIterator[bytes]:
    for _ in range(0, count, chunk):
        yield b"x" * chunk


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, as JSON."""
    lines = io.StringIO()
    logs.configure(logs.LogFormat.JSON, "info", lines)
    yield lines
    logs.forget()


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_3", True), ("no spaces", False), ("x" * 65, False), ("", False)])
async def test_a_sensible_request_id_is_echoed_and_another_replaced(
    anonymous: httpx.AsyncClient, given: str, kept: bool
) -> None:
    answer = await anonymous.get("/healthz", headers={"X-Request-ID": given})

    assert (answer.headers["X-Request-ID"] == given) is kept
    assert answer.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/v1/campaigns", "/v1/campaigns/tea/cancel", "/c/token/accept"])
async def test_a_body_above_the_limit_is_413(brand: httpx.AsyncClient, path: str) -> None:
    headers = {"Content-Type": "application/json" if path.startswith("/v1") else "application/x-www-form-urlencoded"}
    answer = await brand.post(path, content=b" " * (BODY_LIMIT + 1), headers=headers)

    if path.startswith("/v1"):
        assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
    else:
        assert answer.status_code == 404  # the link is looked at before the form


async def test_a_stream_without_a_stated_length_is_counted(brand: httpx.AsyncClient) -> None:
    answer = await brand.post(
        "/v1/campaigns", content=_bytes(2 * BODY_LIMIT), headers={"Content-Type": "application/json"}
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("length", ["1048577", "9" * 5_000])
async def test_a_stated_length_above_the_limit_is_refused_before_it_is_read(
    brand: httpx.AsyncClient, length: str
) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": length}

    assert (await brand.post("/v1/campaigns", content=_bytes(1, chunk=1), headers=headers)).status_code == 413


async def test_a_roster_may_be_larger_than_other_bodies_but_not_boundless(brand: httpx.AsyncClient) -> None:
    csv = {"Content-Type": "text/csv"}
    large = await brand.post("/v1/creators/import", content=_bytes(2 * BODY_LIMIT), headers=csv)
    too_large = await brand.post("/v1/creators/import", content=_bytes(ROSTER_LIMIT + 65_536), headers=csv)

    assert (large.status_code, too_large.status_code) == (400, 413)


async def test_the_log_has_one_line_a_request_without_tokens_or_queries(
    bench: Bench, anonymous: httpx.AsyncClient, log: io.StringIO
) -> None:
    token = bench.services.links.token(await bench.offered())
    for path in (f"/c/{token}?done=accept", f"/c/{token}/contract.pdf", "/healthz?who=ines", "/nowhere/ines"):
        await anonymous.get(path, headers={"X-Request-ID": "r-1"})

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["route"] for line in lines] == ["/c/{token}", "/c/{token}/contract.pdf", "/healthz", "none"]
    assert all(line["request_id"] == "r-1" and line["status"] and line["milliseconds"] for line in lines)
    assert token[:20] not in log.getvalue()
    assert "ines" not in log.getvalue()


async def test_a_line_says_which_campaign_its_request_is_about(
    bench: Bench, brand: httpx.AsyncClient, log: io.StringIO
) -> None:
    """Also a line from within; what is no id is left out, since a path may hold anything."""
    await bench.started("tea")
    await brand.get("/v1/campaigns/tea")
    await brand.get("/v1/campaigns/ines@creators.example")

    known, unknown = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (known["campaign_id"], known["status"]) == ("tea", 200)
    assert ("campaign_id" in unknown, unknown["status"]) == (False, 404)


async def test_requests_are_counted_by_route_method_and_status(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """What callers make up, a path or a method, makes no series of its own."""

    def count(**labels: str) -> float:
        return REGISTRY.get_sample_value("groundswell_http_request_seconds_count", labels) or 0

    token = bench.services.links.token(await bench.offered())
    page = {"method": "GET", "route": "/c/{token}", "status": "200"}
    made_up = {"method": "other", "route": "none", "status": "404"}
    before = count(**page), count(**made_up)
    await anonymous.get(f"/c/{token}")
    await anonymous.request("BREW", "/coffee/17")
    await anonymous.request("BREW", "/coffee/18")
    assert (count(**page), count(**made_up)) == (before[0] + 1, before[1] + 2)
