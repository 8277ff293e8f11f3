"""GET /healthz and /readyz."""

import re
import sys

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from temporalio.runtime import Runtime

from activities import logs
from api.app import create_app, open_services
from api.dependencies import Services
from api.readiness import DatabaseProbe
from tests.api.conftest import Bench
from tests.keys import MASTER_KEYS
from workflows import observing
from workflows.observing import observe
from workflows.settings import Settings

NOWHERE = "127.0.0.1:1"


async def test_the_process_is_up_whatever_it_needs(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})


@pytest.mark.parametrize("away", [False, True])
async def test_readiness_is_503_while_a_part_is_missing(bench: Bench, database: str, away: bool) -> None:
    dsn = f"postgresql://nobody@{NOWHERE}/none" if away else database
    bench.app.state.services = Services(**{**bench.services.__dict__, "probes": (DatabaseProbe(dsn),)})
    async with bench.client() as anyone:
        answer = await anyone.get("/readyz")

    assert answer.status_code == (503 if away else 200)
    assert [part["part"] for part in answer.json()["parts"]] == ["database"]
    assert answer.json()["ready"] is not away


async def test_figures_are_there_for_prometheus(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """What the process counts beside how the database stands; without a key, and never from a cache on the way."""
    await bench.offered()
    answer = await anonymous.get("/metrics")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["groundswell_database_up",] == 1
    assert samples["groundswell_streams_unfinished", "campaign"] == 1
    assert samples["groundswell_appends_total", "appended"] >= 1
    assert ("groundswell_tasks_waiting", "creator", "negotiation") in samples or (
        "groundswell_tasks_waiting",
        "negotiation",
        "creator",
    ) in samples


async def test_what_the_api_asks_of_temporal_is_among_the_figures(
    database: str, temporal_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By operation: how many requests, how long they took, and how many failed."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    settings = Settings(
        database_url=SecretStr(database), secret_key=SecretStr("k" * 32), master_keys=SecretStr(MASTER_KEYS)
    )
    before, hook = Runtime.default(), sys.excepthook
    observe(settings, "tests", core_figures=True)
    try:
        async with open_services(settings) as services:
            transport = httpx.ASGITransport(create_app(services))
            async with httpx.AsyncClient(transport=transport, base_url="http://api.test", timeout=60) as api:
                assert (await api.get("/readyz")).status_code in (200, 503)
                figures = (await api.get("/metrics")).text
    finally:
        logs.forget()
        sys.excepthook = hook
        Runtime.set_default(before, error_if_already_set=False)
        monkeypatch.setattr(observing._Process, "core_metrics", None)
    assert re.search(r'^temporal_request_total{.*operation="DescribeNamespace"', figures, re.MULTILINE)
    assert "temporal_request_latency_seconds_bucket{" in figures
    assert "groundswell_database_up 1.0" in figures


async def test_a_database_that_is_away_is_a_figure_and_no_failure(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """An alert needs the answer most when the database is gone."""
    await bench.services.pool.close()
    answer = await anonymous.get("/metrics")

    assert answer.status_code == 200
    assert "groundswell_database_up 0.0" in answer.text
