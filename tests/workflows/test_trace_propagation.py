"""An update goes on in its caller's trace; what a workflow does by itself stays in the one that started it."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

from workflows.sandbox import sandboxed
from workflows.trace_propagation import Traced


@activity.defn
async def work() -> None:
    """Something to see in a trace."""


@activity.defn
async def fan_out(ids: list[str]) -> None:
    """Starts a workflow for each id, and tells it twice."""
    for id_ in ids:
        handle = await activity.client().start_workflow("Listens", id=id_, task_queue=activity.info().task_queue)
        await handle.execute_update("tell")
        await handle.execute_update("tell")


@workflow.defn(name="Organises", sandboxed=True)
class Organises:
    """Has others started."""

    @workflow.run
    async def run(self, ids: list[str]) -> None:
        await workflow.execute_activity(fan_out, ids, start_to_close_timeout=timedelta(seconds=60))


@workflow.defn(name="Listens", sandboxed=True)
class Listens:
    """Works once by itself and once for each caller."""

    def __init__(self) -> None:
        self._told = 0

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(work, start_to_close_timeout=timedelta(seconds=30))
        await workflow.wait_condition(lambda: self._told == 2 and workflow.all_handlers_finished())

    @workflow.update
    async def tell(self) -> None:
        await workflow.execute_local_activity(work, start_to_close_timeout=timedelta(seconds=30))
        self._told += 1

    @tell.validator
    def _any(self) -> None:
        """Takes everything."""


@pytest.fixture
def memory() -> Iterator[tuple[TracerProvider, InMemorySpanExporter]]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider, exporter
    provider.shutdown()


def trace_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.trace_id)


@pytest.mark.parametrize("cached", [0, 100])
async def test_each_caller_sees_what_was_done_for_them(
    temporal_client: Client, memory: tuple[TracerProvider, InMemorySpanExporter], cached: int
) -> None:
    """Also when each of the workflow's tasks begins with a replay, which makes no span twice."""
    provider, exporter = memory
    tracer, queue = provider.get_tracer("tests"), uuid4().hex
    config = temporal_client.config()
    config["interceptors"] = [Traced(tracer)]
    client = Client(**config)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Listens],
        activities=[work],
        workflow_runner=sandboxed(),
        max_cached_workflows=cached,
    ):
        with tracer.start_as_current_span("start"):
            handle = await client.start_workflow("Listens", id=uuid4().hex, task_queue=queue)
        for caller in ("one", "two"):
            with tracer.start_as_current_span(caller):
                await handle.execute_update("tell")
        await handle.result()
    spans = exporter.get_finished_spans()
    roots = {span.name: trace_of(span) for span in spans if span.name in ("start", "one", "two")}
    for name, activities, own in (
        ("start", 1, {"RunWorkflow:Listens", "CompleteWorkflow:Listens"}),
        ("one", 1, {"ValidateUpdate:tell", "HandleUpdate:tell"}),
        ("two", 1, {"ValidateUpdate:tell", "HandleUpdate:tell"}),
    ):
        names = [span.name for span in spans if trace_of(span) == roots[name]]
        assert names.count("RunActivity:work") == activities
        assert own <= set(names)
        assert all(names.count(each) == 1 for each in own), names


async def test_what_an_activity_tells_many_workflows_is_a_trace_each(
    temporal_client: Client, memory: tuple[TracerProvider, InMemorySpanExporter]
) -> None:
    """With a link to the activity: a trace does not grow with the number of creators."""
    provider, exporter = memory
    tracer, queue = provider.get_tracer("tests"), uuid4().hex
    config = temporal_client.config()
    config["interceptors"] = [Traced(tracer)]
    client = Client(**config)
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Listens, Organises],
        activities=[work, fan_out],
        workflow_runner=sandboxed(),
    ):
        ids = [uuid4().hex for _ in range(3)]
        with tracer.start_as_current_span("start"):
            await client.execute_workflow("Organises", ids, id=uuid4().hex, task_queue=queue)
        for id_ in ids:
            await client.get_workflow_handle(id_).result()
    spans = exporter.get_finished_spans()
    (activity_,) = [span for span in spans if span.name == "RunActivity:fan_out"]
    assert sum(trace_of(span) == trace_of(activity_) for span in spans) < 10
    begun = [span for span in spans if span.name == "Tell:Listens"]
    told = [span for span in spans if span.name == "Tell:tell"]
    assert (len(begun), len(told), len({trace_of(span) for span in begun + told})) == (3, 6, 9)
    assert all(span.parent is None and span.links[0].context == activity_.context for span in begun + told)
    for name, of in (("RunWorkflow:Listens", begun), ("HandleUpdate:tell", told)):
        assert {trace_of(span) for span in spans if span.name == name} == {trace_of(span) for span in of}


async def test_an_update_without_a_trace_is_handled_all_the_same(
    temporal_client: Client, memory: tuple[TracerProvider, InMemorySpanExporter]
) -> None:
    """A caller who does not trace, as an older release or Temporal's own tools."""
    provider, exporter = memory
    queue = uuid4().hex
    config = temporal_client.config()
    config["interceptors"] = [Traced(provider.get_tracer("tests"))]
    async with Worker(
        Client(**config), task_queue=queue, workflows=[Listens], activities=[work], workflow_runner=sandboxed()
    ):
        handle = await temporal_client.start_workflow("Listens", id=uuid4().hex, task_queue=queue)
        await handle.execute_update("tell")
        await handle.execute_update("tell")
        await handle.result()
    assert "HandleUpdate:tell" not in {span.name for span in exporter.get_finished_spans()}
