"""Request ids, the access log, and limits of bodies."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.middleware import BODY_LIMIT, ROSTER_LIMIT
from tests.api.conftest import Bench


async def _bytes(count: int, *, chunk: int = 65_536) -> AsyncIterator[bytes]:
    for _ in range(0, count, chunk):
        yield b"x" * chunk


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
    bench: Bench, anonymous: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    token = bench.services.links.token(await bench.offered())
    for path in (f"/c/{token}?done=accept", f"/c/{token}/contract.pdf", "/healthz?who=ines"):
        await anonymous.get(path)

    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 3
    assert all("request_id=" in line and "status=" in line for line in lines)
    assert "path=/c/…" in lines[0]
    assert token[:20] not in "".join(lines)
    assert "ines" not in "".join(lines)
