"""What every answer tells browsers."""

import base64
import hashlib
import re

import httpx
import pytest

from activities.store.pool import Pool
from api.access.authorise import authorise
from api.access.desk import Desk
from api.app import create_app
from tests.api.conftest import SECRET, Bench


@pytest.mark.parametrize(
    "path",
    ["/v1/campaigns", "/nowhere", "/healthz", "/c/wrong", "/sign-in", "/docs", "/openapi.json", "/codec", "/l/wrong"],
)
async def test_no_answer_may_stand_in_a_frame_or_be_taken_for_something_else(
    anonymous: httpx.AsyncClient, path: str
) -> None:
    """Refusals too; and no page runs a script that stands in it, unless its very text is named."""
    answer = await anonymous.get(path)
    policy = answer.headers["Content-Security-Policy"]

    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert re.search(r"form-action '(none|self)'", policy)
    assert not re.search(r"script-src[^;]*(unsafe|\*|https?:|data:)", policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert answer.headers["X-Frame-Options"] == "DENY"


async def test_an_answer_to_a_mistake_of_ours_is_protected_as_well(bench: Bench) -> None:
    async def fail() -> None:
        raise RuntimeError("a mistake")

    bench.app = create_app(bench.services)
    bench.app.add_api_route("/readyz/mistake", fail)
    bench.app.dependency_overrides[authorise] = lambda: None
    async with bench.client() as client:
        answer = await client.get("/readyz/mistake")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_page_of_the_api_runs_its_own_script_and_no_other(anonymous: httpx.AsyncClient) -> None:
    page = await anonymous.get("/docs")
    (script,) = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in page.headers["Content-Security-Policy"]


async def test_where_browsers_come_by_tls_they_remember_it(bench: Bench, pool: Pool) -> None:
    services = bench.services
    for url, expected in (("https://groundswell.example", True), ("http://127.0.0.1", False)):
        desk = Desk.on(pool, SECRET, url)
        app = create_app(type(services)(**{**services.__dict__, "desk": desk}))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=url) as client:
            assert ("Strict-Transport-Security" in (await client.get("/healthz")).headers) is expected
