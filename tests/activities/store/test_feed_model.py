"""Any interleaving of appends that open, commit and roll back: a reader has every committed event once, in order."""

import asyncio
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from activities.store.feed import Feed, FeedPosition
from activities.store.pool import open_pool
from tests.activities.store.appending import OpenAppend, append, open_append

MOST_OPEN = 6


class Interleavings(RuleBasedStateMachine):
    """Transactions are really open at the same time, each on a connection of its own; only their order is chosen."""

    dsn: ClassVar[str]
    _streams: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._pool = self._run(open_pool(self.dsn, min_size=MOST_OPEN, max_size=MOST_OPEN + 3))
        self._feed = Feed(self._pool)
        self._after = self._run(self._feed.settled())
        self._before: int = self._after
        self._open: list[OpenAppend] = []
        self._seen: list[int] = []

    def _run(self, work: Any) -> Any:
        return self._runner.run(work)

    @classmethod
    def _new_stream(cls) -> int:
        cls._streams += 1
        return cls._streams

    @precondition(lambda self: len(self._open) < MOST_OPEN)
    @rule()
    def begin(self) -> None:
        self._open.append(self._run(open_append(self._pool, self._new_stream())))

    @rule(events=st.integers(1, 3))
    def append_at_once(self, events: int) -> None:
        self._run(append(self._pool, self._new_stream(), *range(events - 1)))

    @precondition(lambda self: self._open)
    @rule(data=st.data())
    def commit(self, data: st.DataObject) -> None:
        self._run(self._taken(data).commit())

    @precondition(lambda self: self._open)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        self._run(self._taken(data).roll_back())

    def _taken(self, data: st.DataObject) -> OpenAppend:
        return self._open.pop(data.draw(st.integers(0, len(self._open) - 1)))

    @rule(limit=st.integers(1, 4))
    def look(self, limit: int) -> None:
        page = self._run(self._feed.read(self._after, limit=limit))
        self._after = FeedPosition(page.upto)
        self._seen += [event.position for event in page.events]
        assert self._seen == self._committed(upto=self._after)

    def _committed(self, upto: int) -> list[int]:
        query = "select position from events where position > $1 and position <= $2 order by position"
        return [row["position"] for row in self._run(self._pool.fetch(query, self._before, upto))]

    def teardown(self) -> None:
        for held in self._open:
            self._run(held.commit())
        self.look(limit=1_000)
        assert self._after == self._run(self._feed.barrier()).taken
        self._run(self._pool.close())
        self._runner.close()


def test_a_reader_has_every_committed_event_once_and_in_order_whatever_is_open(database: str) -> None:
    machine = type("InThisDatabase", (Interleavings,), {"dsn": database})
    some = settings(
        max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    run_state_machine_as_test(machine, settings=some)
