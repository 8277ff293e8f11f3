"""Figures, the report, and the end."""

from typing import Any

import httpx
import pytest

from api.monitoring import prefers_html
from tests.api.conftest import Bench


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
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Lumen Tea" in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", True),
        ("text/html, application/json", False),
        ("text/html, application/json;q=0.5", True),
        ("text/html;q=0.5, application/json", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html;q=nonsense", False),
        (";;;,,,", False),
    ],
)
def test_html_is_for_whoever_likes_it_better_than_json(accept: str, html: bool) -> None:
    assert prefers_html(accept) is html
