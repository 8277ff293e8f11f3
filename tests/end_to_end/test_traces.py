"""One request is one trace: from HTTP through Temporal, the workflow and its activity to each SQL statement."""

import asyncio
from collections.abc import Iterator

import pytest

from activities import tracing
from activities.spans import KEPT, QUERY
from tests.domain.given import a_profile
from tests.end_to_end.collector import Collector, collecting
from tests.end_to_end.conftest import Open, Site
from tests.workflows.campaigning import a_current_brief

APPROVE = "POST /v1/campaigns/{campaign_id}/shortlist/approve"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that the standard variable names, in a process that has just begun to trace."""
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        assert tracing.start("tests")
        try:
            yield collector
        finally:
            tracing.stop()


async def _recorded(site: Site, campaign_id: str, kind: str) -> str:
    """The trace that an event of this type says it was caused in, once there is one."""
    for _ in range(1_200):
        if found := await site.events(campaign_id, kind):
            parent = found[0].metadata.traceparent
            assert parent is not None, f"{kind} keeps no trace"
            return parent.split("-")[1]
        await asyncio.sleep(0.05)
    raise AssertionError(f"{kind} was not recorded")


async def test_from_a_request_to_its_sql_there_is_one_trace(site: Open, collector: Collector) -> None:
    """A campaign's start and a later decision are a trace each, and the events say which."""
    async with site() as here:
        await here.add_creators(a_profile(country="US", language="en"))
        brief = a_current_brief().model_dump(mode="json")
        key = {"Idempotency-Key": "ines@creators.example"}  # a caller may make keys of anything
        started = await here.brand.post("/v1/campaigns", json=brief, headers=key)
        assert started.status_code == 201
        campaign_id = started.json()["id"]
        start_trace = await _recorded(here, campaign_id, "CampaignStarted")
        await _recorded(here, campaign_id, "ShortlistProposed")
        approved = await here.brand.post(f"/v1/campaigns/{campaign_id}/shortlist/approve", json={})
        assert approved.status_code == 200, approved.text
        approve_trace = await _recorded(here, campaign_id, "ShortlistApproved")
    tracing.stop()

    for name, trace, sent, update in (
        ("POST /v1/campaigns", start_trace, "StartUpdateWithStartWorkflow:Campaign", "StartCampaign"),
        (APPROVE, approve_trace, "StartWorkflowUpdate:ApproveShortlist", "ApproveShortlist"),
    ):
        (root,) = collector.named(name)
        assert root.trace_id.hex() == trace
        assert not root.parent_span_id
        assert [way for span in collector.trace(root) if (way := collector.way_up(span))[-1] != name] == []
        ways = [collector.way_up(span) for span in collector.trace(root) if span.name.startswith("append")]
        assert [ways[0][0], "RunActivity:append", "StartActivity:append", sent, name] in ways, ways
        assert f"HandleUpdate:{update}" in {span.name for span in collector.trace(root)}
    assert start_trace != approve_trace
    assert {"RunWorkflow:Campaign", "RunActivity:rank_creators", "RunActivity:notify"} <= {
        span.name for span in collector.spans if span.trace_id.hex() == start_trace
    }
    assert not any(
        span.name == "RunWorkflow:Collaboration" for span in collector.trace(collector.named("POST /v1/campaigns")[0])
    )
    assert collector.services == {"groundswell-tests"}
    _harmless(collector)


def _harmless(collector: Collector) -> None:
    attributes = [
        *(each for span in collector.spans for each in span.attributes),
        *(each for span in collector.spans for event in span.events for each in event.attributes),
        *(each for span in collector.spans for link in span.links for each in link.attributes),
    ]
    assert {each.key for each in attributes} <= KEPT | {QUERY}
    assert not any(span.status.message for span in collector.spans)
    for personal in (b"ines", b"Okafor", b"steep.and.pour", b"lumen-tea.example", b"127.0.0.1"):
        assert personal not in collector.bodies


async def test_without_the_variables_nothing_is_traced(site: Open) -> None:
    """No wrapped database, no interceptors, no traceparent in what is recorded."""
    async with site() as here:
        brief = a_current_brief().model_dump(mode="json")
        campaign_id = (await here.brand.post("/v1/campaigns", json=brief)).json()["id"]
        (started,) = await here.events(campaign_id, "CampaignStarted")
        assert started.metadata.traceparent is None
        assert not hasattr(type(here.pool).fetch, "__wrapped__")
