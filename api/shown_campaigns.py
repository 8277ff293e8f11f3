"""Campaigns as the API shows them now, remembered: what nothing has happened to is not folded and written again.

Record and board are asked each time, so nobody is shown what was, whichever process has changed it, and whether or not
the board keeps up. Of the record only the last event that is remembered is read, and what came after it: events never
change, and where that one is another, a restored database has another past, and all of it is read. Nothing is
remembered that could be erased: a campaign's events tell nothing about a creator. Whoever asks has found the campaign
on the board of their workspace.
"""

from dataclasses import dataclass
from functools import cached_property

from activities.latest import Latest
from activities.ports import EventLog
from activities.starting import campaign_stream
from activities.store.projections.campaign_board import CampaignSummary
from api.campaign_states import Folded, folded
from api.preconditions import Representation, representation
from api.views import CampaignView, campaign_view
from domain.errors import NotFound

REMEMBERED = 500
"""Campaigns that a process remembers, those that were asked for last: some megabytes."""


@dataclass(frozen=True)
class Shown:
    """A campaign as it is now, and what its view was made of."""

    folded: Folded
    board: CampaignSummary
    view: CampaignView

    @cached_property
    def representation(self) -> Representation:
        """The view as it is sent."""
        return representation(self.view, self.view.version)


class ShownCampaigns:
    """What one process remembers."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._known: Latest[Shown] = Latest(remembered)

    async def now(self, log: EventLog, board: CampaignSummary, renewals: tuple[str, ...] = ()) -> Shown:
        """The campaign of which this is the board; `renewals` are the ids of those that go on from it.

        Raises:
            NotFound: the record does not know it.
        """
        shown = self._known.get(board.id)
        before = None if shown is None else shown.folded
        events = await log.read(campaign_stream(board.id), 0 if before is None else before.version - 1)
        if before is not None and events[:1] != [before.last]:
            before, events = None, await log.read(campaign_stream(board.id))
        if not events:
            raise NotFound(kind="campaign", id=board.id)
        since = events if before is None else events[1:]
        now = folded(since, before) if before is None or since else before
        if shown is None or (now, board, renewals) != (shown.folded, shown.board, shown.view.renewals):
            shown = Shown(now, board, campaign_view(now, board, renewals=renewals))
        self._known.put(board.id, shown)
        return shown
