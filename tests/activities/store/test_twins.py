"""Twins: pages of whole streams, folded from what is stored, by a process that ends when it is no longer needed."""

import os

from activities.store.pool import Pool
from activities.store.projections.read_models import read_models
from activities.store.queries import QUERIES
from activities.store.twins import Twins, fold_again, fold_range, parent_is
from domain.negotiation import AcceptOffer
from tests.activities.store.projections.desk import CREATOR, Desk, whole_story

TWINS = Twins(read_models(), tracks=True)


async def shown(pool: Pool) -> dict[str, int]:
    return {row["stream"]: row["version"] for row in await pool.fetch("select * from rebuild.folded")}


async def test_a_range_of_streams_is_folded_and_no_other(pool: Pool) -> None:
    await whole_story(Desk(pool))
    await pool.execute("select begin_rebuild()")
    counts = [events async for events in fold_range(TWINS, pool, "campaign/c1", "collaboration/c1-a")]
    assert list(await shown(pool)) == ["collaboration/c1-a"]
    assert sum(counts) == (await shown(pool))["collaboration/c1-a"]


async def test_a_stream_that_has_gone_on_is_folded_again(pool: Pool) -> None:
    """And what it was before is gone: one row each, at the version of now."""
    desk = Desk(pool)
    await desk.start()
    await desk.offer("c1-a")
    await pool.execute("select begin_rebuild()")
    async for _ in fold_range(TWINS, pool, "", None):
        pass
    await desk.on_collaboration("c1-a", AcceptOffer(version=1), CREATOR)
    async with pool.acquire() as connection:
        folded = await fold_again(TWINS, connection, ["collaboration/c1-a"])
    assert folded.creators == {"creator-1"}
    live, twin = [
        await pool.fetch(f"select * from {schema}.collaboration_pipeline") for schema in ("public", "rebuild")
    ]
    assert live == twin
    assert await pool.fetchval("select count(*) from rebuild.tasks where stream = 'collaboration/c1-a'") == 0


async def test_tracks_can_be_made_up_to_a_position(pool: Pool) -> None:
    desk = Desk(pool)
    await desk.start()
    await desk.offer("c1-a")
    await desk.on_collaboration("c1-a", AcceptOffer(version=1), CREATOR)
    rows = await pool.fetch(QUERIES.read_streams_to_fold, ["collaboration/c1-a"])
    accepted = [row["position"] for row in rows if row["type"] == "OfferAccepted"]
    before, after = [TWINS.fold(rows, upto).rows["tracks"][0][-1] for upto in (accepted[0] - 1, accepted[0])]
    assert ('"accepted":0' in str(before), '"accepted":1' in str(after)) == (True, True)


async def test_who_has_lost_their_parent_folds_nothing_more(pool: Pool) -> None:
    """Otherwise it would write into the twins of the next rebuild."""
    await whole_story(Desk(pool))
    await pool.execute("select begin_rebuild()")
    assert parent_is(os.getppid())()
    async for _ in fold_range(TWINS, pool, "", None, alive=parent_is(os.getpid())):
        raise AssertionError("nothing is folded")
    assert await shown(pool) == {}
