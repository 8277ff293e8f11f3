"""The pipeline: whose turn it is, until when, best first."""

from datetime import datetime, timedelta
from typing import Any

from activities.store.projections.collaboration_pipeline import (
    CampaignProgress,
    get_collaboration,
    list_collaborations,
    most_urgent_collaborations,
)
from domain.contract_signing import DraftContract, SignContract
from domain.decider import Role
from domain.lifecycle import Stage
from domain.negotiation import AcceptOffer, DeclineOffer, MakeOffer
from domain.outcomes import Outcome
from domain.verification import RecordAssessment
from tests.activities.store.projections.desk import CREATOR, DIGEST, NOW, PASS, Desk


async def test_the_pipeline_says_whose_turn_it_is_and_until_when(desk: Desk) -> None:
    await desk.start()
    await desk.open("c1-a")
    assert await turn(desk) == ((Role.ENGINE,), None)
    await desk.on_collaboration("c1-a", RecordAssessment(assessment=PASS))
    await desk.on_collaboration("c1-a", MakeOffer())
    assert await turn(desk) == ((Role.CREATOR,), NOW + timedelta(hours=72))
    await desk.on_collaboration("c1-a", AcceptOffer(version=1), CREATOR)
    await desk.on_collaboration("c1-a", DraftContract(document=DIGEST))
    assert await turn(desk) == ((Role.BRAND, Role.CREATOR), NOW + timedelta(hours=48))
    await desk.on_collaboration("c1-a", SignContract(typed_name="Ada", document=DIGEST, consent=True), CREATOR)
    assert await turn(desk) == ((Role.BRAND,), NOW + timedelta(hours=72))


async def turn(desk: Desk) -> tuple[tuple[Role, ...], datetime | None]:
    found = await get_collaboration(desk.pool, "default", "c1-a")
    assert found is not None
    return found.waiting_on, found.due_at


async def test_an_ended_collaboration_waits_for_nobody(desk: Desk) -> None:
    await desk.start()
    await desk.offer("c1-a")
    await desk.on_collaboration("c1-a", DeclineOffer(version=1), CREATOR)
    found = await get_collaboration(desk.pool, "default", "c1-a")
    assert found is not None
    assert (found.outcome, found.waiting_on, found.due_at, found.fee) == (Outcome.DECLINED, (), None, None)


async def test_of_some_collaborations_those_that_are_over_are_named(desk: Desk) -> None:
    """Neither those under way nor those that never were."""
    await desk.start()
    await desk.offer("c1-a")
    await desk.on_collaboration("c1-a", DeclineOffer(version=1), CREATOR)
    await desk.open("c1-b", 2)
    assert await CampaignProgress(desk.pool).ended(["c1-a", "c1-b", "c1-c"]) == {"c1-a"}


async def test_collaborations_are_listed_best_first_by_pages_and_filtered(desk: Desk) -> None:
    await desk.start()
    for rank, name in enumerate(["c1-x", "c1-b", "c1-a"], start=1):
        await desk.open(name, rank)
    await desk.on_collaboration("c1-b", RecordAssessment(assessment=PASS))
    await desk.on_collaboration("c1-b", MakeOffer())

    async def ids(**filters: Any) -> list[str]:
        return [found.id for found in await list_collaborations(desk.pool, "default", "c1", **filters)]

    assert await ids() == ["c1-x", "c1-b", "c1-a"]
    assert await ids(limit=1) == ["c1-x"]
    assert await ids(after=(1, "c1-x")) == ["c1-b", "c1-a"]
    assert await ids(stage=Stage.NEGOTIATION) == ["c1-b"]
    assert await ids(waiting_on=Role.CREATOR) == ["c1-b"]
    assert await ids(waiting_on=Role.ENGINE) == ["c1-x", "c1-a"]
    await desk.on_collaboration("c1-b", DeclineOffer(version=1), CREATOR)
    assert await ids(outcome=Outcome.DECLINED) == ["c1-b"]
    assert await list_collaborations(desk.pool, "other", "c1") == []


async def test_what_is_under_way_in_a_stage_comes_most_urgent_first(desk: Desk) -> None:
    """Whoever waits for nobody comes last, best ranked first; what has ended is not among them."""
    await desk.start()
    for rank, name in enumerate(["c1-x", "c1-b", "c1-a", "c1-z"], start=1):
        await desk.open(name, rank)
        await desk.on_collaboration(name, RecordAssessment(assessment=PASS))
    for name in ("c1-a", "c1-z"):
        await desk.on_collaboration(name, MakeOffer())
    await desk.on_collaboration("c1-z", DeclineOffer(version=1), CREATOR)
    found = await most_urgent_collaborations(desk.pool, "default", "c1", Stage.NEGOTIATION)
    assert [each.id for each in found] == ["c1-a", "c1-x", "c1-b"]
    last = found[1].due_at, found[1].rank, found[1].id
    [after] = await most_urgent_collaborations(desk.pool, "default", "c1", Stage.NEGOTIATION, after=last)
    assert after == found[2]
