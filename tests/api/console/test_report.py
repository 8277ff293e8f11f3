"""The report in the console, and as files."""

import httpx
import pytest

from tests.api.conftest import Bench


async def test_it_shows_objectives_money_and_people(bench: Bench, console: httpx.AsyncClient) -> None:
    await bench.published()
    page = (await console.get("/console/campaigns/tea/report")).text
    for fact in ("1 of 10", "unknown", "reported for 0 of 1 live posts", "$10,000.00"):
        assert fact in page
    assert 'class="line l0"' in page


@pytest.mark.parametrize(
    ("form", "media_type", "beginning"),
    [
        ("html", "text/html", b"<!doctype html>"),
        ("pdf", "application/pdf", b"%PDF"),
        ("csv", "text/csv", b"\xef\xbb\xbf"),
    ],
)
async def test_it_is_passed_on_as_a_file(
    bench: Bench, console: httpx.AsyncClient, form: str, media_type: str, beginning: bytes
) -> None:
    await bench.published()
    answer = await console.get(f"/console/campaigns/tea/report.{form}")
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.content.startswith(beginning)
