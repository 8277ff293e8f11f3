"""Figures, the report, and the end."""

import csv
import io
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from api.monitoring import preferred
from tests.api.conftest import Bench
from tests.domain.given import DISCLOSED


async def test_figures_are_recorded_by_either_side_and_replaced(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.published()
    path = f"/v1/collaborations/{id_}/deliverables/1/metrics"
    async with bench.as_creator(id_) as creator:
        first = await creator.post(path, json={"impressions": 5_000, "likes": 0})
    await brand.post(path, json={"impressions": 6_000})

    assert first.json()["events"] == ["MetricsRecorded"]
    metrics = (await brand.get(f"/v1/collaborations/{id_}")).json()["works"][0]["metrics"]
    assert (metrics["impressions"], metrics["likes"], metrics["reach"]) == (6_000, None, None)


async def test_a_post_that_is_not_live_has_no_figures(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.approved()
    answer = await brand.post(f"/v1/collaborations/{id_}/deliverables/1/metrics", json={"likes": 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_decide")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"likes": -1}, "likes"),
        ({"likes": "many"}, "likes"),
        ({"likes": 1.5}, "likes"),
        ({"hearts": 1}, "hearts"),
        ({"taken_at": "2026-05-01T12:00:00"}, "taken_at"),
    ],
)
async def test_malformed_figures_are_refused_by_field(
    bench: Bench, brand: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    id_ = await bench.published()
    answer = await brand.post(f"/v1/collaborations/{id_}/deliverables/1/metrics", json=body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_post_that_is_gone_is_seen_by_both_and_mended_by_its_creator(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    id_ = await bench.gone()
    path, url = f"/v1/collaborations/{id_}", "https://posts.example/again"
    async with bench.as_creator(id_) as creator:
        for client in (brand, creator):
            (work, _) = (await client.get(path)).json()["works"]
            assert (work["live"]["source"], work["live"]["finding"]) == ("instagram", "missing")
        refused = await brand.post(f"{path}/deliverables/1/restored")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_your_turn")
        malformed = await creator.post(f"{path}/deliverables/1/restored", json={"url": "nowhere"})
        assert malformed.status_code == 422
        answer = await creator.post(f"{path}/deliverables/1/restored", json={"url": url})
    assert answer.json()["events"] == ["PostRestored"]
    assert (await brand.get(path)).json()["works"][0]["url"] == url
    tasks = (await brand.get("/v1/tasks")).json()["items"]
    assert "restore_post/1" in [task["name"] for task in tasks]


async def test_the_brand_vouches_for_a_post_that_was_not_found(bench: Bench, brand: httpx.AsyncClient) -> None:
    """With the caption that it has seen; creators cannot, and see that it was done."""
    id_ = await bench.gone()
    path = f"/v1/collaborations/{id_}"
    undisclosed = await brand.post(f"{path}/deliverables/1/vouch", json={"caption": "Lovely tea"})
    assert (undisclosed.status_code, undisclosed.json()["code"]) == (409, "disclosure_failed")
    async with bench.as_creator(id_) as creator:
        own = await creator.post(f"{path}/deliverables/1/vouch", json={"caption": DISCLOSED})
        assert own.status_code == 403
        answer = await brand.post(f"{path}/deliverables/1/vouch", json={"caption": DISCLOSED})
        assert answer.json()["events"][0] == "PostVouched"
        assert (await creator.get(path)).json()["works"][0]["live"]["finding"] == "vouched"
    tasks = (await brand.get("/v1/tasks")).json()["items"]
    assert "restore_post/1" not in [task["name"] for task in tasks]


@pytest.mark.parametrize("body", [None, {}])
async def test_a_campaign_is_closed_by_the_brand(
    bench: Bench, brand: httpx.AsyncClient, body: dict[str, Any] | None
) -> None:
    await bench.started()
    answer = await brand.post("/v1/campaigns/tea/close", json=body)

    assert answer.json()["events"] == ["CampaignClosed"]
    assert (await brand.get("/v1/campaigns/tea")).json()["outcome"] == "closed"


async def test_the_report_is_json_for_programs(bench: Bench, brand: httpx.AsyncClient) -> None:
    await bench.published()
    answer = await brand.get("/v1/campaigns/tea/report")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Vary"] == "Accept"
    assert answer.json()


async def test_the_report_is_a_page_for_browsers(bench: Bench, brand: httpx.AsyncClient) -> None:
    await bench.published()
    answer = await brand.get(
        "/v1/campaigns/tea/report", headers={"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"}
    )

    assert answer.headers["Content-Type"].startswith("text/html")
    policy = answer.headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "Lumen Tea" in answer.text
    assert "<script" not in answer.text


async def test_the_report_is_a_table_for_spreadsheets(bench: Bench, brand: httpx.AsyncClient) -> None:
    """A row for each creator and deliverable; with a byte order mark for whoever needs one."""
    await bench.published()
    answer = await brand.get("/v1/campaigns/tea/report", headers={"Accept": "text/csv"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["campaign"], row["deliverable"], row["status"]) for row in rows] == [
        ("tea", "1", "published"),
        ("tea", "2", "awaiting_draft"),
    ]

    marked = await brand.get("/v1/campaigns/tea/report", headers={"Accept": "text/csv"}, params={"bom": True})
    assert marked.content == b"\xef\xbb\xbf" + answer.content


async def test_the_report_is_a_document_to_file(bench: Bench, brand: httpx.AsyncClient) -> None:
    await bench.published()
    answer = await brand.get("/v1/campaigns/tea/report", headers={"Accept": "application/pdf"})

    assert answer.headers["Content-Type"] == "application/pdf"
    assert "Lumen Tea" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/*", "application/json"),
        ("image/png", "application/json"),
        ("text/html", "text/html"),
        ("text/*", "text/html"),
        ("text/html, application/json", "application/json"),
        ("text/html, application/json;q=0.5", "text/html"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/xhtml+xml", "text/html"),
        ("text/html;q=nonsense", "application/json"),
        ("text/csv, */*;q=0.1", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("application/pdf", "application/pdf"),
        ("application/pdf;q=0.4, text/csv;q=0.6", "text/csv"),
        (";;;,,,", "application/json"),
    ],
)
def test_the_form_is_the_one_that_is_liked_best(accept: str, form: str) -> None:
    assert preferred(accept) == form
