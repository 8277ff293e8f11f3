"""The state of a stream, kept beside its events."""

from typing import Any

import pytest

from activities.store.projections.collaboration_pipeline import (
    get_collaboration,
)
from activities.store.projections.read_models import campaigns, collaborations
from domain import campaign, collaboration
from domain.campaign import CampaignDecider
from domain.collaboration import CollaborationDecider
from domain.decider import Role
from domain.lifecycle import Stage
from domain.negotiation import MakeOffer
from domain.verification import RecordAssessment
from tests.activities.store.projections.desk import PASS, Desk, whole_story
from tests.keys import a_sealer


async def test_a_kept_state_is_the_fold_of_its_events(desk: Desk) -> None:
    await whole_story(desk)
    for kind, registry, decider, stream in (
        (campaigns(a_sealer(desk.pool)), campaign.EVENTS, CampaignDecider(), "campaign/c1"),
        (collaborations(a_sealer(desk.pool)), collaboration.EVENTS, CollaborationDecider(), "collaboration/c1-a"),
    ):
        stored = await desk.log.read(stream)
        state: Any = decider.initial
        for envelope in stored:
            state = decider.evolve(state, registry.decode(envelope))
        assert await kind.load(desk.pool, stream) == (len(stored), state)
        await desk.pool.execute("delete from snapshots where stream = $1", stream)
        assert await kind.load(desk.pool, stream) == (len(stored), state)


async def test_a_stream_without_events_is_in_its_initial_state(desk: Desk) -> None:
    assert await campaigns(a_sealer(desk.pool)).load(desk.pool, "campaign/none") == (0, CampaignDecider().initial)


LOST: dict[str, str] = {
    "missing": "delete from snapshots",
    "of another shape": "update snapshots set shape = 'older', state = '{}'",
    "behind": "update snapshots as s set version = 1, state = old.state from old where old.stream = s.stream",
}


@pytest.mark.parametrize("why", LOST)
async def test_an_append_goes_on_from_the_events_where_the_snapshot_is_lost(desk: Desk, why: str) -> None:
    await desk.start()
    await desk.open("c1-a")
    await desk.pool.execute("create table old as select stream, state from snapshots")
    await desk.on_collaboration("c1-a", RecordAssessment(assessment=PASS))
    await desk.pool.execute(LOST[why])
    await desk.on_collaboration("c1-a", MakeOffer())
    found = await get_collaboration(desk.pool, "default", "c1-a")
    assert found is not None
    assert (found.stage, found.waiting_on, found.version) == (Stage.NEGOTIATION, (Role.CREATOR,), 4)
