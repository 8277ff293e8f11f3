"""Clicks are stored behind the visitor's back, whatever state the database is in."""

import asyncio
from datetime import timedelta
from typing import Any

import structlog

from activities.store.clicks import AT_ONCE, Click, ClickRecorder
from activities.store.pool import Pool
from tests.domain.given import T0


def click(number: int) -> Click:
    return Click(f"{number:024x}", "abcdefghjk", T0 + timedelta(seconds=number), "visitor", None, None)


class Away:
    """A pool whose database refuses the first so many times."""

    def __init__(self, pool: Pool, times: int) -> None:
        self._pool, self.times = pool, times

    async def execute(self, *query: Any) -> None:
        """Fails or asks the pool."""
        if self.times:
            self.times -= 1
            raise ConnectionRefusedError
        await self._pool.execute(*query)


async def stored(pool: Pool) -> int:
    return int(await pool.fetchval("select count(*) from clicks"))


async def test_every_click_is_stored_once(pool: Pool) -> None:
    """More than fit at once, and one that is told twice."""
    recorder = ClickRecorder(pool)
    for number in [*range(AT_ONCE + 100), 0]:
        recorder.record(click(number))
    await recorder.flushed()
    assert await stored(pool) == AT_ONCE + 100


async def test_clicks_wait_for_a_database_that_is_away(pool: Pool) -> None:
    """They are stored when it is back."""
    away: Any = Away(pool, times=3)
    recorder = ClickRecorder(away, retry_seconds=0.01)
    for number in range(3):
        recorder.record(click(number))
        await asyncio.sleep(0)
    await recorder.flushed()
    assert (await stored(pool), away.times) == (3, 0)


async def test_no_more_wait_than_there_is_room_for(pool: Pool) -> None:
    """Those that come after are lost, which the log says at the end; memory is not."""
    away: Any = Away(pool, times=1_000_000)
    recorder = ClickRecorder(away, most_waiting=5, retry_seconds=0.01)
    for number in range(8):
        recorder.record(click(number))
    assert recorder.lost == 3
    with structlog.testing.capture_logs() as logs:
        await recorder.aclose(patience=0.05)
    assert {"event": "clicks lost", "log_level": "error", "clicks": 8} in logs
    assert await stored(pool) == 0


async def test_a_process_that_stops_stores_what_waits(pool: Pool) -> None:
    """At once, and nothing where nobody has clicked."""
    recorder = ClickRecorder(pool)
    await recorder.aclose()
    recorder = ClickRecorder(pool)
    recorder.record(click(1))
    await recorder.aclose(patience=30)
    assert await stored(pool) == 1


async def test_what_can_never_be_stored_holds_up_nobody(pool: Pool) -> None:
    """It is dropped, and those behind it are stored."""
    recorder = ClickRecorder(pool)
    recorder.record(Click("0" * 24, "not\x00text", T0, "visitor", None, None))
    await recorder.flushed()
    recorder.record(click(1))
    await recorder.flushed()
    assert await stored(pool) == 1
