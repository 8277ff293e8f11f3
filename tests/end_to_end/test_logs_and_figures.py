"""A small campaign with everything switched on: what its processes log and count, and that nobody is named there."""

import asyncio
import io
import json
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prometheus_client import start_http_server
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import Client
from temporalio.runtime import Runtime

from activities import logs
from domain.brief import Policies
from domain.deadlines import OnExpiry
from tests.domain.given import DISCLOSED, a_profile
from tests.end_to_end.conftest import Open, Site, a_settings
from tests.observability import read_metrics
from tests.workflows.campaigning import a_current_brief, quick
from workflows import metrics, observing

PERSONAL = (
    "Okafor",
    "steep.and.pour",
    "ines@creators.example",
    "manager@lumen-tea.example",
    "head@lumen-tea.example",
    "A. Typed Name",
    "too little for me",
    "ines.again",
    "b.ines@",
)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, by us, by libraries and by Temporal's core, from DEBUG on."""
    before, hook, lines = Runtime.default(), sys.excepthook, io.StringIO()
    observing.observe(a_settings(log_level="debug", metrics_port=0), "tests")
    logs.configure(logs.LogFormat.JSON, "debug", lines)
    yield lines
    logs.forget()
    sys.excepthook = hook
    Runtime.set_default(before, error_if_already_set=False)


async def _until(here: Site, campaign_id: str, kind: str) -> str:
    """The stream of an event of this type, once there is one."""
    for _ in range(1_200):
        if found := await here.events(campaign_id, kind):
            return found[0].stream.partition("/")[2]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{kind} was not recorded")


async def _campaign(here: Site) -> str:
    """One creator agrees, signs and submits; nobody reviews it in time. Another never answers. Both have names."""
    again = {"handle": "ines.again", "name": "Ines B. Okafor", "email": "b.ines@creators.example"}
    await here.add_creators(*(a_profile(country="US", language="en", **who) for who in ({}, again)))
    brief = a_current_brief(creators_wanted=1, policies=Policies(review=quick(OnExpiry.APPROVE)))
    started = await here.brand.post("/v1/campaigns", json=brief.model_dump(mode="json"))
    campaign_id: str = started.json()["id"]
    await _until(here, campaign_id, "ShortlistProposed")
    await here.brand.post(f"/v1/campaigns/{campaign_id}/shortlist/approve", json={})
    one = await _until(here, campaign_id, "OfferMade")
    async with here.as_creator(one) as creator:
        await creator.post(
            f"/v1/collaborations/{one}/offer/decline", json={"reason": "too little for me", "version": 9}
        )
        agreed = await creator.post(f"/v1/collaborations/{one}/offer/accept", json={"version": 1})
        assert agreed.status_code == 200, agreed.text
        await _until(here, campaign_id, "ContractDrafted")
        contract = (await here.events(campaign_id, "ContractDrafted"))[0].data["document"]
        signature = {"typed_name": "A. Typed Name", "document": contract, "consent": True}
        for side in (creator, here.brand):
            assert (await side.post(f"/v1/collaborations/{one}/contract/sign", json=signature)).status_code == 200
        await creator.post(
            f"/v1/collaborations/{one}/deliverables/1/draft", json={"caption": f"{DISCLOSED} By Ines Okafor."}
        )
        await creator.get(f"/c/{here.services.links.token(one)}")
    await _until(here, campaign_id, "DraftApproved")
    return campaign_id


def _samples(text: str) -> dict[str, set[str]]:
    """The series of a scrape with the labels that they have."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


async def _fail_a_workflow_task(here: Site, client: Client) -> None:
    """A workflow that no worker knows: its task fails, which Temporal's SDK counts from its first failure on."""
    handle = await client.start_workflow("Unheard", id=uuid4().hex, task_queue=here.settings.task_queue)
    for _ in range(1_200):
        history = await handle.fetch_history()
        if any(each.HasField("workflow_task_failed_event_attributes") for each in history.events):
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("its task did not fail")
    await handle.terminate()


async def test_a_campaign_is_logged_and_counted_without_naming_anybody(
    site: Open, log: io.StringIO, monkeypatch: pytest.MonkeyPatch, temporal_client: Client
) -> None:
    """Every line says where it belongs; every figure that alerts and dashboard ask for is there, and names nobody."""
    ports: list[int] = []

    def noted(*given: Any) -> Any:
        server, thread = start_http_server(*given)
        ports.append(server.server_port)
        return server, thread

    monkeypatch.setattr(metrics, "start_http_server", noted)
    async with site(metrics_port=0) as here, httpx.AsyncClient(timeout=30) as prometheus:
        campaign_id = await _campaign(here)
        await _fail_a_workflow_task(here, temporal_client)
        url = f"http://127.0.0.1:{ports[0]}/metrics"
        of_worker = (await prometheus.get(url)).text
        newer = await prometheus.get(url, headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        of_api = (await here.brand.get("/metrics")).text

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    _names_nobody(log.getvalue() + of_worker + of_api)
    _every_line_belongs_somewhere(lines, campaign_id)
    _every_figure_is_there(of_worker, of_api)
    assert list(openmetrics.text_string_to_metric_families(newer.text))  # type: ignore[no-untyped-call]
    assert 'groundswell_mails_total{outcome="sent",template="offer"}' in of_worker
    assert 'groundswell_decisions_total{authority="timeout",type="TaskExpired"}' in of_api
    assert 'route="/c/{token}"' in of_api


def _names_nobody(text: str) -> None:
    assert [word for word in PERSONAL if word.lower() in text.lower()] == []


def _every_line_belongs_somewhere(lines: list[dict[str, Any]], campaign_id: str) -> None:
    assert all({"timestamp", "level", "event", "logger"} <= line.keys() for line in lines)
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) > 5
    assert all(line["request_id"] and line["route"] for line in requests)
    assert any(line.get("campaign_id") == campaign_id for line in requests)
    of_activities = [line for line in lines if line["logger"] == "temporalio.activity"]
    known = [line for line in of_activities if "campaign_id" in line or "collaboration_id" in line]
    assert known == of_activities
    assert {"append", "notify", "reach_out"} <= {line["activity"] for line in known}
    assert all(line["run_id"] and line["attempt"] for line in known)


def _every_figure_is_there(of_worker: str, of_api: str) -> None:
    exported = _samples(of_worker)
    for name, labels in _samples(of_api).items():
        exported.setdefault(name, set()).update(labels)
    missing = {name: labels - exported.get(name, set()) for name, labels in read_metrics().items()}
    assert {name: labels for name, labels in missing.items() if labels or name not in exported} == {}
