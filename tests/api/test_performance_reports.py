"""The creator's own figures: by the API or by the form, with a proof that is one, and only while they are asked."""

import hashlib
from typing import Any

import httpx
import pytest

from domain.assignment import Assignment, assign
from tests.api.conftest import Bench
from tests.domain.given import a_brief, a_profile

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 20
FIGURES: dict[str, Any] = {"followers": 5_100, "posts": 12, "reach": 9_000, "impressions": 21_000, "engagements": 1_900}


async def asked(bench: Bench) -> str:
    """A collaboration whose creator is asked for a report."""
    assignment: Assignment = assign(a_brief(), a_profile())
    creator_id = await bench.known_creator()
    return await bench.opened(creator_id, assignment=assignment)


async def test_a_creator_reports_with_a_proof_that_the_brand_can_look_at(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    """The file is known by its hash, and comes back as a file to save, byte by byte."""
    id_ = await asked(bench)
    path = f"/v1/collaborations/{id_}/performance-report"
    async with bench.as_creator(id_) as creator:
        kept = (await creator.post(f"{path}/proof", content=PNG)).json()
        assert kept == {"sha256": hashlib.sha256(PNG).hexdigest(), "media_type": "image/png"}
        report = {**FIGURES, "countries": {"US": 0.7}, "note": "A quiet month.", "proof": kept["sha256"]}
        answer = await creator.post(path, json=report)
        assert (answer.status_code, answer.json()["events"]) == (200, ["PerformanceReported"])
        assert (await creator.post(path, json=report)).json()["code"] == "nothing_to_decide"
    view = (await brand.get(f"/v1/collaborations/{id_}")).json()
    assert view["performance_report"]["note"] == "A quiet month."
    proof = await brand.get(f"{path}/proof")
    assert (proof.content, proof.headers["content-type"]) == (PNG, "image/png")
    assert proof.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"note": "hello"}, "body"),
        ({"reach": -1}, "reach"),
        ({"countries": {"US": 0.8, "CA": 0.9}}, "body"),
    ],
)
async def test_what_is_no_report_is_refused_with_its_rule(bench: Bench, body: dict[str, Any], field: str) -> None:
    """Nothing is recorded."""
    id_ = await asked(bench)
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"/v1/collaborations/{id_}/performance-report", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"GIF89a", 415, "a picture (PNG or JPEG) or a PDF"),
        (b"", 415, "a picture"),
        (PNG + bytes(5 * 1024**2), 413, "5 MiB is the most"),
        (PNG + bytes(7 * 1024**2), 413, "larger"),
    ],
    ids=["another kind", "nothing", "too large", "far too large"],
)
async def test_what_is_no_proof_is_refused(bench: Bench, content: bytes, status: int, words: str) -> None:
    """By its bytes, whatever it is called."""
    id_ = await asked(bench)
    async with bench.as_creator(id_) as creator:
        path = f"/v1/collaborations/{id_}/performance-report/proof"
        answer = await creator.post(path, content=content, headers={"Content-Type": "image/png"})
    assert answer.status_code == status
    assert words in answer.text


async def test_nothing_is_taken_that_was_not_asked_for(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Neither a report, nor a proof, nor one that nobody has uploaded; and the brand does not report for a creator."""
    unasked = await bench.opened()
    async with bench.as_creator(unasked) as creator:
        path = f"/v1/collaborations/{unasked}/performance-report"
        assert (await creator.post(path, json=FIGURES)).json()["code"] == "nothing_to_decide"
        assert (await creator.post(f"{path}/proof", content=PNG)).json()["code"] == "nothing_to_decide"
    path = f"/v1/collaborations/{await asked(bench)}/performance-report"
    assert (await brand.post(path, json={**FIGURES, "proof": "ab" * 32})).status_code == 404
    assert (await brand.post(path, json=FIGURES)).json()["code"] == "not_your_turn"
    assert (await brand.get(f"{path}/proof")).status_code == 404


async def test_the_form_keeps_no_file_that_was_not_asked_for(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """A link is good for half a year, and each file stays for good."""
    page = f"/c/{bench.services.links.token(await bench.opened())}"
    kept = "select count(*) from files"
    before = await bench.services.pool.fetchval(kept)
    refused = await anonymous.post(
        f"{page}/performance-report", data={"reach": "9000"}, files={"file": ("stats.png", PNG, "image/png")}
    )
    assert refused.status_code == 409
    assert await bench.services.pool.fetchval(kept) == before


async def test_the_form_takes_shares_in_per_cent_and_a_file(
    bench: Bench, brand: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    """What was entered wrongly is shown again, and the file need not be sent a second time."""
    id_ = await asked(bench)
    page = f"/c/{bench.services.links.token(id_)}"
    assert "Your own figures" in (await anonymous.get(page)).text
    entered = {"reach": "9000", "country_0": "us", "country_share_0": "lots", "18-24": "62,5 %", "female": "60"}
    file = {"file": ("stats.png", PNG, "image/png")}
    refused = await anonymous.post(f"{page}/performance-report", data=entered, files=file)
    assert refused.status_code == 422
    assert "lots is not a share" in refused.text
    proof = hashlib.sha256(PNG).hexdigest()
    assert f'name="proof" value="{proof}"' in refused.text
    empty = {"file": ("", b"", "application/octet-stream")}
    again = {**entered, "country_share_0": "70", "proof": proof}
    done = await anonymous.post(f"{page}/performance-report", data=again, files=empty)
    assert (done.status_code, done.headers["location"]) == (303, f"{page}?done=performance-report")
    assert "your figures have reached us" in (await anonymous.get(done.headers["location"])).text
    report = (await brand.get(f"/v1/collaborations/{id_}")).json()["performance_report"]
    assert (report["reach"], report["countries"], report["proof"]) == (9_000, {"US": 0.7}, proof)
    assert (report["ages"], report["genders"]) == ({"18-24": 0.625}, {"female": 0.6})


async def test_a_file_of_another_kind_is_named_on_the_form(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """With everything else that was entered."""
    page = f"/c/{bench.services.links.token(await asked(bench))}"
    file = {"file": ("stats.gif", b"GIF89a", "image/gif")}
    refused = await anonymous.post(f"{page}/performance-report", data={"reach": "9000"}, files=file)
    assert refused.status_code == 422
    assert "it must be a picture (PNG or JPEG) or a PDF" in refused.text
    assert 'value="9000"' in refused.text
