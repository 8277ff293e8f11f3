"""Which clocks run after collaborations, what ends first first."""

from datetime import timedelta

from activities.store.projections.rights_clocks import (
    ClockKind,
    RightsClock,
    list_rights_clocks,
    unfinished_rights,
    without_rights,
)
from activities.store.rebuild import rebuild
from domain.deadlines import PassTime
from domain.decider import Context
from domain.rights import EVENTS, OpenRights, ReleaseExclusivity, RightsDecider
from tests.activities.store.projections.desk import BRAND, Desk
from tests.domain.given import T0
from tests.domain.outliving import DAY, UNTIL, opening, usage

END = T0 + 90 * DAY


async def open_rights(desk: Desk, collaboration_id: str = "c1-a", *, days: int = 90) -> None:
    """Rights to use two posts for so many days, and exclusivity for sixty."""
    of = {"collaboration_id": collaboration_id, "campaign_id": collaboration_id.partition("-")[0]}
    desk.now = T0
    await give(desk, collaboration_id, opening(usage(1, days), usage(2, days + 1)).model_copy(update=of))


async def give(desk: Desk, collaboration_id: str, command: OpenRights | ReleaseExclusivity | PassTime) -> None:
    stream, of = f"rights/{collaboration_id}", collaboration_id.partition("-")[0]
    by = BRAND if isinstance(command, ReleaseExclusivity) else Context(at=desk.now, command_id="x").actor
    await desk._give(stream, RightsDecider(), EVENTS, command, by, of)


async def names(desk: Desk) -> list[str]:
    return [clock.name for clock in await list_rights_clocks(desk.pool, "default")]


async def test_a_clock_is_listed_until_it_has_run_out(desk: Desk) -> None:
    """One for each post, and one for exclusivity; the brand's warning shows."""
    await open_rights(desk)
    first = (await list_rights_clocks(desk.pool, "default"))[0]
    assert first == RightsClock(
        stream="rights/c1-a",
        name="exclusivity",
        campaign_id="c1",
        collaboration_id="c1-a",
        creator_id="creator-1",
        kind=ClockKind.EXCLUSIVITY,
        deliverable=None,
        ends_at=UNTIL,
        told=False,
    )
    assert await names(desk) == ["exclusivity", "usage/1", "usage/2"]
    await give(desk, "c1-a", ReleaseExclusivity())
    desk.now = END - DAY
    await give(desk, "c1-a", PassTime())
    assert [clock.told for clock in await list_rights_clocks(desk.pool, "default")] == [True, True]
    desk.now = END
    await give(desk, "c1-a", PassTime())
    assert await names(desk) == ["usage/2"]


async def test_what_ends_first_is_listed_first_by_pages_and_filtered(desk: Desk) -> None:
    """By date, campaign and kind; a page goes on where the last one ended."""
    await open_rights(desk, "c1-a", days=80)
    await open_rights(desk, "c2-b", days=70)
    clocks = await list_rights_clocks(desk.pool, "default")
    assert [clock.ends_at for clock in clocks] == sorted(clock.ends_at for clock in clocks)
    last = clocks[3]
    rest = await list_rights_clocks(desk.pool, "default", after=(last.ends_at, last.stream, last.name))
    assert rest == clocks[4:]
    soon = await list_rights_clocks(desk.pool, "default", expires_before=UNTIL + timedelta(seconds=1))
    assert [clock.kind for clock in soon] == [ClockKind.EXCLUSIVITY] * 2
    posts = await list_rights_clocks(desk.pool, "default", campaign_id="c2", kind=ClockKind.USAGE)
    assert [clock.deliverable for clock in posts] == [1, 2]
    assert await list_rights_clocks(desk.pool, "other") == []


async def test_running_clocks_are_found_for_a_resume(desk: Desk) -> None:
    """Each collaboration once; a collaboration that still runs has none yet."""
    await open_rights(desk, "c1-a")
    await open_rights(desk, "c2-b")
    await desk.start("c1")
    await desk.offer("c1-c")
    assert await unfinished_rights(desk.pool) == ["c1-a", "c2-b"]
    assert await unfinished_rights(desk.pool, after="c1-a", limit=1) == ["c2-b"]
    assert await unfinished_rights(desk.pool, campaign_id="c1") == ["c1-a"]
    assert await without_rights(desk.pool) == []


async def test_a_rebuild_shows_the_same_clocks(desk: Desk) -> None:
    """Also where the table had lost one and kept one that was over."""
    await open_rights(desk)
    before = await list_rights_clocks(desk.pool, "default")
    await desk.pool.execute("delete from rights_clocks where name = 'usage/1'")
    await desk.pool.execute("update rights_clocks set name = 'usage/9' where name = 'usage/2'")
    [flipped] = await rebuild(desk.pool, ["rights_clocks"])
    assert (flipped.removed, flipped.added) == (1, 2)
    assert await list_rights_clocks(desk.pool, "default") == before
