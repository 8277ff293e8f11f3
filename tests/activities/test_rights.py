"""Clocks are started once, and read from the record what they are to keep."""

from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.testing import ActivityEnvironment

from activities.rights import RightsClocks
from activities.starting import RightsStart
from domain.rights import OpenRights
from tests.activities.conftest import Store
from tests.domain.given import Story, exclusively, live
from tests.domain.outliving import completed

START = RightsStart(collaboration_id="collab-1")


class Starts:
    """In the place of a client: notes what is started, and knows whether that has been over for long."""

    def __init__(self, *, over: bool = False) -> None:
        self.over = over
        self.started: list[tuple[Any, ...]] = []

    async def start_workflow(self, workflow: str, argument: RightsStart, **options: Any) -> None:
        """See `Client.start_workflow`."""
        self.started.append((workflow, argument, options["id"], options["task_queue"]))
        if self.over:
            raise WorkflowAlreadyStartedError(options["id"], workflow)


async def in_force(store: Store, story: Story[Any, Any]) -> OpenRights | None:
    """What the activity finds after this has been recorded."""
    await store.record_collaboration(story)
    return (await RightsClocks(store.log).terms_in_force(START)).opening


async def test_the_terms_are_read_from_the_collaborations_record(store: Store) -> None:
    """Every live post with its own day, the contract's exclusivity, and whose it is."""
    opening = await in_force(store, completed(terms=exclusively(30)))
    assert opening is not None
    assert (opening.collaboration_id, opening.campaign_id, opening.creator_id) == ("collab-1", "camp-1", "creator-1")
    assert [usage.deliverable for usage in opening.usages] == [1, 2]
    assert opening.exclusive is not None


async def test_nothing_is_in_force_after_a_collaboration_that_has_not_ended(store: Store) -> None:
    """It keeps its terms itself."""
    assert await in_force(store, live()) is None


@pytest.mark.parametrize("over", [False, True])
async def test_clocks_are_started_under_the_collaborations_id(store: Store, over: bool) -> None:
    """However often it is tried, and also when they have run out long ago."""
    starts = Starts(over=over)
    environment = ActivityEnvironment(client=cast(Client, starts))
    for _ in range(2):
        await environment.run(RightsClocks(store.log, task_queue="q").start_clocks, START)
    assert starts.started == [("Rights", START, "rights/collab-1", "q")] * 2
