"""Somebody of the brand's who is signed in to the console, as their browser is."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.conftest import API_KEY, Bench

PART = {"HX-Request": "true"}
"""What htmx says when it asks for a part of a page."""


@pytest.fixture
async def console(bench: Bench) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is signed in."""
    async with bench.client() as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        answer = await client.post("/console/sign-in", data={"api_key": API_KEY})
        assert answer.status_code == 303, answer.text
        yield client
