"""What letters are written from, remembered by the process: briefs, and collaborations as they stood at a version.

Both are safe to remember: a brief does not change once its campaign has started, and the first events of a stream are
the same for ever. What is remembered of a creator who is erased meanwhile is told nobody, as their address is looked up
for every letter.
"""

from functools import reduce
from typing import NamedTuple

from activities.latest import Latest
from activities.ports import EventLog
from activities.records import brief_of
from domain import collaboration
from domain.brief import Brief
from domain.collaboration import Collaboration, CollaborationDecider
from domain.errors import NotFound
from domain.events import Envelope

BRIEFS = 100
"""Briefs that are remembered, those of the latest letters."""
COLLABORATIONS = 1_000
"""Collaborations that are remembered: some tens of megabytes."""


class Known(NamedTuple):
    """A collaboration after its first events, so many of them."""

    version: int
    state: Collaboration


class Recollection:
    """Reads of the record what it does not remember."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._briefs: Latest[Brief] = Latest(BRIEFS)
        self._collaborations: Latest[Known] = Latest(COLLABORATIONS)

    async def brief(self, campaign_id: str) -> Brief:
        """The brief that a campaign was started with.

        Raises:
            NotFound: no such campaign has started.
        """
        brief = self._briefs.get(campaign_id)
        if brief is None:
            brief = await brief_of(self._log, campaign_id)
            self._briefs.put(campaign_id, brief)
        return brief

    async def event(self, stream: str, version: int) -> Envelope:
        """One event of a stream.

        Raises:
            NotFound: there is none at this version.
        """
        return (await self._read(stream, version - 1, version))[-1]

    async def collaboration(self, stream: str, version: int) -> tuple[Envelope, Collaboration]:
        """An event of a collaboration, and the collaboration right after it.

        Raises:
            NotFound: there is none at this version.
        """
        known = self._collaborations.get(stream)
        if known is None or known.version >= version:
            known = Known(0, CollaborationDecider.initial)
        events = await self._read(stream, known.version, version)
        decoded = map(collaboration.EVENTS.decode, events)
        state = reduce(CollaborationDecider().evolve, decoded, known.state)
        self._collaborations.put(stream, Known(version, state))
        return events[-1], state

    async def _read(self, stream: str, after: int, upto: int) -> list[Envelope]:
        events = await self._log.read(stream, after, upto)
        if not events or events[-1].version != upto:
            raise NotFound(kind="event", id=f"{stream}@{upto}")
        return events
