"""The events of campaigns as they come, for any number of listeners of one process: one reader of the feed for all.

However many listen, there is one connection that waits for hints and one look at the feed at a time, for all of their
campaigns together. Each event is made into what listeners get once, and handed to those whom it is for. A listener who
comes, or who did not take what was kept for them, reads what they have missed from the record first.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from activities.store.feed import SOON, START, Feed, FeedPosition, wait_up_to
from activities.store.feed_hints import Hints
from activities.store.subscriptions import AWAY, try_again_after
from domain.events import Envelope

T = TypeVar("T")


@dataclass(frozen=True)
class TailPace:
    """How a tail keeps time, in seconds, and how much it holds."""

    poll: float = 0.25
    """Between two looks at the feed while no hint comes: hints may be lost, and this is how late an event is then."""
    gather: float = 0.02
    """Between two looks at least, so that many hints in a row are one look."""
    retry: float = 1.0
    """Until a database that is away is tried again."""
    batch: int = 500
    """Events read at a time."""
    kept: int = 500
    """Events kept for a listener who does not take them; whoever is further behind reads them from the record later."""


TAIL_PACE = TailPace()


class Listener(Generic[T]):
    """One reader of one campaign, from a position on. See `LiveTail.listen`."""

    def __init__(self, tail: "LiveTail[T]", campaign_id: str, after: FeedPosition) -> None:
        self.campaign_id = campaign_id
        self._tail = tail
        self._after = after
        self._kept: deque[tuple[FeedPosition, T]] = deque()
        self._since: FeedPosition | None = None
        """From where on everything is kept for this listener; None until the tail has taken them in."""
        self._left_behind = False
        self._news = asyncio.Event()

    async def take(self, seconds: float, limit: int = 200) -> Sequence[T]:
        """What comes next, at most `limit` of it: at once if there is something, or else as soon as it comes.

        Nothing after so many seconds without anything, or when woken.

        Raises what reading the feed raises; whoever tries again then misses nothing.
        """
        if self._left_behind:
            self._left_behind = False
            self._tail.wake()
        if self._since is None or (self._after >= self._since and not self._kept):
            await self._told(seconds)
        if self._since is None:
            return ()
        if self._after < self._since:
            return await self._from_record(self._since, limit)
        return self._from_kept(limit)

    def wake(self) -> None:
        """Has `take` return soon, with or without anything."""
        self._news.set()

    # ---------------------------------------------------------------------------------------------- the tail's side

    @property
    def waits_for_entry(self) -> bool:
        """Whether the tail has not taken this listener in."""
        return self._since is None and not self._left_behind

    @property
    def listens(self) -> bool:
        """Whether events are kept for this listener."""
        return self._since is not None

    def enter(self, at: FeedPosition) -> None:
        """From here on everything will be given."""
        self._since = at
        self._news.set()

    def give(self, events: Sequence[tuple[FeedPosition, T]], most: int) -> None:
        """Keeps events for the listener, or leaves them behind if there is no room."""
        if len(self._kept) + len(events) > most:
            self.leave_behind()
        else:
            self._kept.extend(events)
            self._news.set()

    def leave_behind(self) -> None:
        """From here on nothing is kept; what there is, the listener reads from the record when they come for it."""
        self._kept.clear()
        self._since, self._left_behind = None, True
        self._news.set()

    # ------------------------------------------------------------------------------------------------------------

    async def _told(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        self._news.clear()

    async def _from_record(self, upto: FeedPosition, limit: int) -> Sequence[T]:
        page = await self._tail.feed.read_campaigns([self.campaign_id], self._after, upto, limit)
        self._after = page.upto
        return [self._tail.make(event) for event in page.events]

    def _from_kept(self, limit: int) -> Sequence[T]:
        found: list[T] = []
        while self._kept and len(found) < limit:
            position, made = self._kept.popleft()
            # Whoever began beyond what there is hears of what is beyond that only.
            if position > self._after:
                self._after = position
                found.append(made)
        if not self._kept:
            self._news.clear()
        return found


class LiveTail(Generic[T]):
    """Follows the feed for all listeners of a process, while there are any; `make` says what they get of an event."""

    def __init__(self, feed: Feed, make: Callable[[Envelope], T], pace: TailPace = TAIL_PACE) -> None:
        self.feed = feed
        self.make = make
        self._pace = pace
        self._listeners: set[Listener[T]] = set()
        self._running: asyncio.Task[None] | None = None
        self._hinted: asyncio.Event = asyncio.Event()
        self._position: FeedPosition = START

    @contextmanager
    def listen(self, campaign_id: str, after: int = START) -> Iterator[Listener[T]]:
        """A listener to a campaign's events after a position, in order and each once, as long as the block runs."""
        listener = Listener(self, campaign_id, FeedPosition(after))
        self._listeners.add(listener)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._follow())
        self.wake()
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            self.wake()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def wake(self) -> None:
        """Look at once: somebody has come or gone."""
        self._hinted.set()

    async def _follow(self) -> None:
        while self._listeners:
            try:
                async with self.feed.hints() as hinted:
                    self._hinted = hinted
                    await self._look_on(hinted)
            except AWAY as error:
                structlog.get_logger(__name__).warning("live tail waits for the database", error=type(error).__name__)
                await try_again_after(error, self._pace.retry)
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody must wait for ever in silence
                # It may be about one campaign: then those who read that one from the record meet it, and no others.
                structlog.get_logger(__name__).exception("live tail is interrupted")
                for listener in self._listeners:
                    listener.leave_behind()
                await try_again_after(error, self._pace.retry)

    async def _look_on(self, hinted: Hints) -> None:
        patience = SOON
        while self._listeners and not hinted.lost:
            hinted.clear()
            went_on, unsettled = await self._look()
            if went_on:
                patience = SOON
                await asyncio.sleep(self._pace.gather)
                continue
            await wait_up_to(min(patience, self._pace.poll) if unsettled else self._pace.poll, hinted)
            patience = patience * 2 if unsettled else SOON

    async def _look(self) -> tuple[bool, bool]:
        """One look at the feed for everybody: whether it went on, and whether more is under way."""
        if not any(listener.listens for listener in self._listeners):
            self._position = await self.feed.settled(patience=0)
        listening: dict[str, list[Listener[T]]] = {}
        for listener in self._listeners:
            if listener.waits_for_entry:
                listener.enter(self._position)
            if listener.listens:
                listening.setdefault(listener.campaign_id, []).append(listener)
        if not listening:
            return False, False
        page = await self.feed.read_campaigns(listening, self._position, limit=self._pace.batch)
        self._hand_out(page.events, listening)
        went_on = page.upto > self._position
        self._position = page.upto
        return went_on, page.unsettled

    def _hand_out(self, events: Sequence[Envelope], listening: Mapping[str, Sequence[Listener[T]]]) -> None:
        found: dict[str, list[tuple[FeedPosition, T]]] = {}
        for event in events:
            made = FeedPosition(event.position), self.make(event)
            found.setdefault(event.metadata.correlation_id, []).append(made)
        for campaign_id, made_of_it in found.items():
            for listener in listening[campaign_id]:
                if listener.listens:
                    listener.give(made_of_it, self._pace.kept)
