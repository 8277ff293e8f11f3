"""Spans of requests. From there to SQL: tests/end_to_end/test_traces.py."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from activities import tracing
from api.app import create_app
from api.serving import server
from tests.api.conftest import API_KEY, Bench


@pytest.fixture
def memory() -> Iterator[InMemorySpanExporter]:
    """What leaves a process that traces."""
    exporter = InMemorySpanExporter()
    tracing.export_to(exporter, "tests")
    yield exporter
    tracing.stop()


async def test_a_request_is_one_span_with_its_route_and_without_its_address(
    memory: InMemorySpanExporter, bench: Bench
) -> None:
    """Its address may hold the token of a creator's link, its query anything; SQL is below it."""
    token = bench.services.links.token(await bench.offered())
    bench.app = create_app(bench.services)
    async with bench.client() as anyone:
        assert (await anyone.get(f"/c/{token}?who=ines")).status_code == 200
    provider = tracing.provider()
    assert provider is not None
    provider.force_flush()
    spans = memory.get_finished_spans()
    (request,) = [span for span in spans if span.parent is None]
    assert (request.name, (request.attributes or {})["http.route"]) == ("GET /c/{token}", "/c/{token}")
    assert "read_stream" in {span.name for span in spans if span.parent}
    assert {span.parent.span_id for span in spans if span.parent} == {request.context.span_id}
    assert token not in "".join(span.to_json() for span in spans)
    assert "ines" not in "".join(span.to_json() for span in spans)


async def test_a_caller_s_trace_goes_on(memory: InMemorySpanExporter, bench: Bench) -> None:
    bench.app = create_app(bench.services)
    trace = "0af7651916cd43dd8448eb211c80319c"
    async with bench.client(API_KEY) as brand:
        await brand.get("/v1/campaigns", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    provider = tracing.provider()
    assert provider is not None
    provider.force_flush()
    assert f"{memory.get_finished_spans()[-1].context.trace_id:032x}" == trace


async def test_requests_on_one_connection_are_traces_of_their_own(memory: InMemorySpanExporter, bench: Bench) -> None:
    """Also after a body so large that the server has paused reading: it reads on from within that request."""
    serving = server(create_app(bench.services), host="127.0.0.1", port=0)
    served = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{serving.servers[0].sockets[0].getsockname()[1]}"
    async with httpx.AsyncClient(base_url=url, timeout=60, headers={"Authorization": f"Bearer {API_KEY}"}) as brand:
        await brand.post("/v1/creators/import", content=b"x" * 2_000_000, headers={"Content-Type": "text/csv"})
        for _ in range(3):
            await brand.get("/v1/tasks")
    serving.should_exit = True
    await served
    provider = tracing.provider()
    assert provider is not None
    provider.force_flush()
    requests = [span for span in memory.get_finished_spans() if span.name.startswith(("GET", "POST"))]
    assert [span.name for span in requests if span.parent is None] == ["POST /v1/creators/import"] + [
        "GET /v1/tasks"
    ] * 3
    assert len({span.context.trace_id for span in requests}) == 4


async def test_what_machines_ask_all_the_time_is_not_traced(memory: InMemorySpanExporter, bench: Bench) -> None:
    bench.app = create_app(bench.services)
    async with bench.client() as anyone:
        for path in ("/healthz", "/readyz", "/metrics"):
            await anyone.get(path)
    provider = tracing.provider()
    assert provider is not None
    provider.force_flush()
    assert [span.name for span in memory.get_finished_spans() if span.parent is None] == []


async def test_without_tracing_the_application_is_as_it_was(bench: Bench) -> None:
    assert not getattr(bench.app, "_is_instrumented_by_opentelemetry", False)
