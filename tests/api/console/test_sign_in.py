"""The door."""

import httpx
import pytest

from tests.api.conftest import API_KEY, Bench


async def test_a_key_opens_it_and_leads_to_where_somebody_wanted_to_go(bench: Bench) -> None:
    async with bench.client() as client:
        shown = await client.get("/console/sign-in", params={"next": "/console/campaigns"})
        assert 'name="next" value="/console/campaigns"' in shown.text
        answer = await client.post("/console/sign-in", data={"api_key": API_KEY, "next": "/console/campaigns"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/campaigns")
        assert (await client.get("/console/campaigns")).status_code == 200


async def test_a_wrong_key_is_refused_on_the_page(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.post("/console/sign-in", data={"api_key": "wrong"})
    assert answer.status_code == 403
    assert "no key of this installation" in answer.text
    assert "wrong" not in answer.text


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/v1/campaigns", "/console/../v1"])
async def test_it_leads_nowhere_else(anonymous: httpx.AsyncClient, where: str) -> None:
    answer = await anonymous.post("/console/sign-in", data={"api_key": API_KEY, "next": where})
    assert answer.headers["location"].startswith("/console/")


async def test_who_leaves_is_signed_out(console: httpx.AsyncClient) -> None:
    assert (await console.post("/console/sign-out")).status_code == 303
    assert (await console.get("/console/inbox")).status_code == 303
