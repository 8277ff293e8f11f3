"""The twin of DocuSeal: it refuses what DocuSeal refuses, and tells of what people do there, signed."""

import json
import time

import httpx
import pytest

from activities.connectors.docuseal import SIGNATURE_HEADER, is_signed
from activities.connectors.simulated.docuseal import KEY, SECRET, DocuSealTwin

WANTED = {
    "documents": [
        {"name": "a.pdf", "file": "JVBERi0xLjc=", "fields": [{"name": "s", "type": "signature", "role": "brand"}]}
    ],
    "submitters": [{"role": "brand", "email": "a@example.org", "external_id": "x"}],
}


def calling(twin: DocuSealTwin) -> httpx.AsyncClient:
    """A client that calls the twin in this process."""
    transport = httpx.ASGITransport(twin.app)
    return httpx.AsyncClient(transport=transport, base_url="http://twin.test", headers={"X-Auth-Token": KEY})


async def test_people_sign_and_the_webhook_tells_of_it() -> None:
    """The last signature completes the submission; every message is signed with its time."""
    twin = DocuSealTwin()
    async with calling(twin) as client:
        made = (await client.post("/submissions/pdf", json=WANTED)).json()
        assert (made["status"], [one["status"] for one in made["submitters"]]) == ("pending", ["sent"])
        await client.post("/twin/submitters/1/complete", json={})
        assert (await client.get("/submissions/1")).json()["status"] == "completed"
    told = [json.loads(body)["event_type"] for _, body in twin.deliveries]
    assert told == ["form.completed", "submission.completed"]
    for headers, body in twin.deliveries:
        assert is_signed(SECRET, body, headers[SIGNATURE_HEADER], time.time())


@pytest.mark.parametrize("missing", ["documents", "submitters"])
async def test_what_is_not_whole_is_refused(missing: str) -> None:
    async with calling(DocuSealTwin()) as client:
        wanted = {name: value for name, value in WANTED.items() if name != missing}
        assert (await client.post("/submissions/pdf", json=wanted)).status_code == 422


async def test_a_document_without_a_place_to_sign_is_refused() -> None:
    async with calling(DocuSealTwin()) as client:
        wanted = {**WANTED, "documents": [{"name": "a.pdf", "file": "JVBERi0xLjc="}]}
        assert (await client.post("/submissions/pdf", json=wanted)).status_code == 422


async def test_without_the_key_nothing_is_shown() -> None:
    async with calling(DocuSealTwin()) as client:
        for path in ("/submitters", "/submissions/1", "/submissions/1/documents"):
            assert (await client.get(path, headers={"X-Auth-Token": "another"})).status_code == 401
