"""States in memory: folded from the stored events once, remembered with their version, and never taken for another."""

from typing import Any

import pytest

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from activities.store.projections.collaboration_pipeline import get_collaboration
from activities.store.projections.read_models import campaigns, collaborations, read_models
from activities.store.projections.states import Known, States
from activities.store.queries import QUERIES
from domain import campaign, collaboration
from domain.campaign import CampaignDecider
from domain.collaboration import CollaborationDecider
from domain.decider import Role
from domain.errors import ConcurrencyConflict
from domain.lifecycle import Stage
from domain.negotiation import DeclineOffer, MakeOffer
from domain.verification import RecordAssessment
from tests.activities.store.projections.desk import CREATOR, PASS, Desk, everything_shown, whole_story
from tests.keys import a_sealer


async def folded(kind: States[Any], pool: Pool, stream: str) -> Known[Any]:
    """The stream as it is now."""
    rows = await pool.fetch(QUERIES.read_to_fold, stream, 1_000)
    return kind.known(stream, rows, kind.events(stream, rows))


async def test_a_state_is_the_fold_of_its_events(desk: Desk) -> None:
    await whole_story(desk)
    for kind, registry, decider, stream in (
        (campaigns(), campaign.EVENTS, CampaignDecider(), "campaign/c1"),
        (collaborations(), collaboration.EVENTS, CollaborationDecider(), "collaboration/c1-b"),
    ):
        events = await desk.log.read(stream)
        state: Any = decider.initial
        for envelope in events:
            state = decider.evolve(state, registry.decode(envelope))
        known = await folded(kind, desk.pool, stream)
        assert (known.version, known.state) == (len(events), state)
        assert (known.since, known.at) == (events[0].metadata.decided_at, events[-1].metadata.decided_at)


async def test_nothing_personal_is_in_a_state(desk: Desk) -> None:
    await desk.start()
    await desk.offer("c1-a")
    await desk.on_collaboration("c1-a", DeclineOffer(version=1, reason="my mother is ill"), CREATOR)
    known = await folded(collaborations(), desk.pool, "collaboration/c1-a")
    assert known.state.ended
    assert "mother" not in repr(known)
    assert known.state.reason == "[erased]"


@pytest.mark.parametrize("remembered", [0, 1, 2_000])
async def test_whether_it_is_remembered_or_read_again_the_same_is_shown(desk: Desk, remembered: int) -> None:
    desk = Desk(desk.pool, remembered)
    await whole_story(desk)
    shown = await everything_shown(desk.pool)
    streams = await desk.pool.fetch("select version from streams where stream like 'coll%' order by stream")
    assert [row["version"] for row in shown["collaboration_pipeline"]] == [row["version"] for row in streams]
    assert [(row["stream"], row["name"]) for row in shown["tasks"]] == [
        ("campaign/c1", "approve_shortlist"),
        ("collaboration/c1-a", "submit_draft/1"),
        ("collaboration/c1-b", "answer_offer"),
    ]


async def test_another_process_goes_on_from_the_events(desk: Desk) -> None:
    """Two workers that take turns on one stream each remember a state that has been overtaken."""
    other = Desk(desk.pool)
    await desk.start()
    await desk.open("c1-a")
    other._given = 100
    await other.on_collaboration("c1-a", RecordAssessment(assessment=PASS))
    await desk.on_collaboration("c1-a", MakeOffer())
    found = await get_collaboration(desk.pool, "default", "c1-a")
    assert found is not None
    assert (found.stage, found.waiting_on, found.version) == (Stage.NEGOTIATION, (Role.CREATOR,), 4)
    await other.on_collaboration("c1-a", DeclineOffer(version=1), CREATOR)
    found = await get_collaboration(desk.pool, "default", "c1-a")
    assert found is not None
    assert (found.waiting_on, found.version) == ((), 6)


async def test_a_refused_append_leaves_no_state_behind(desk: Desk) -> None:
    """What was prepared for events that never happened is forgotten: the next append starts from those that did."""
    await desk.start()
    await desk.offer("c1-a")
    log = PostgresEventLog(desk.pool, a_sealer(desk.pool), read_models())
    past = await log.read("collaboration/c1-a")
    last = past[-1]
    again = last.metadata.model_copy(update={"command_id": "late"})
    record = collaboration.EVENTS.encode(collaboration.EVENTS.decode(last))
    with pytest.raises(ConcurrencyConflict):
        await log.append("collaboration/c1-a", last.version - 1, [record], again)
    await desk.on_collaboration("c1-a", DeclineOffer(version=1), CREATOR)
    found = await get_collaboration(desk.pool, "default", "c1-a")
    assert found is not None
    assert found.outcome == "declined"
