"""The API in a process of its own, for `bench_streams`: it says where it listens, and at the end how often it looked.

Nothing but the streams of events is asked of it, so decisions are made in the process (see tests/api/conftest.py).
"""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Collection

import structlog

from activities.store.feed import Feed, FeedPage, FeedPosition
from activities.store.pool import open_pool
from api.history.event_stream import live_tail
from api.serving import server
from tests.api.conftest import bench_on
from tests.keys import a_sealer

APPLICATION = "bench api"
"""What its database sessions are called."""


class CountingFeed(Feed):
    """Counts looks at what is new, for all streams together, and those of single streams into their past."""

    looks = pasts = 0

    async def read_campaigns(
        self, campaigns: Collection[str], after: FeedPosition, upto: FeedPosition | None = None, limit: int = 1_000
    ) -> FeedPage:
        """See `Feed.read_campaigns`."""
        if upto is None:
            self.looks += 1
        else:
            self.pasts += 1
        return await super().read_campaigns(campaigns, after, upto, limit)


async def main(dsn: str) -> None:
    """Serves until it is asked to stop."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    pool = await open_pool(dsn, application_name=APPLICATION)
    feed = CountingFeed(pool, a_sealer(pool))
    bench = bench_on(pool)
    bench.app.state.tail = live_tail(feed)
    serving = server(bench.app, host="127.0.0.1", port=0)
    served = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: setattr(serving, "should_exit", True))
    say({"port": serving.servers[0].sockets[0].getsockname()[1]})
    await served
    await pool.close()
    say({"looks": feed.looks, "pasts": feed.pasts})


def say(facts: dict[str, int]) -> None:
    """One line for the process that has started this one."""
    print(json.dumps(facts), flush=True)  # noqa: T201 - this is a program


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
