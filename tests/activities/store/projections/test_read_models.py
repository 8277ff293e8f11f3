"""All read models together."""

from domain import campaign
from tests.activities.store.projections.desk import Desk, everything_shown


async def test_a_repeated_command_leaves_the_read_models_alone(desk: Desk) -> None:
    await desk.start()
    before = await everything_shown(desk.pool)
    [started] = await desk.log.read("campaign/c1")
    await desk.log.append("campaign/c1", 0, [campaign.EVENTS.encode(campaign.EVENTS.decode(started))], started.metadata)
    assert await everything_shown(desk.pool) == before
