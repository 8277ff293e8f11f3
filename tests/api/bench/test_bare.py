"""The yardstick: takes its decisions, each against a deadline, and nothing else."""

from uuid import uuid4

from temporalio.client import Client

from api.bench.bare import bare_worker, live
from api.bench.histories import size_of


async def test_a_lifecycle_takes_as_many_decisions_as_asked_for_in_eight_events_each(temporal_client: Client) -> None:
    """A workflow task, an update, a marker, and a timer unless the decision came first."""
    queue, name, took = f"bare-{uuid4().hex}", f"bare-{uuid4().hex}", list[float]()
    async with bare_worker(temporal_client, queue):
        await live(temporal_client, queue, name, 3, took)
        history = await temporal_client.get_workflow_handle(name).fetch_history()
    size = size_of(history.events)
    assert len(took) == 3
    assert all(seconds > 0 for seconds in took)
    assert size.by_kind["WORKFLOW_EXECUTION_UPDATE_COMPLETED"] == size.by_kind["MARKER_RECORDED"] == 3
    assert 2 <= size.by_kind["TIMER_STARTED"] <= 3
    assert size.events <= 3 * 8 + 6
    assert size.inside_events == size.without_activities == size.events
