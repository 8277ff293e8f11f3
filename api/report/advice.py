"""What the record says about working with a creator again."""

from typing import NamedTuple

from api.report.history import Past
from domain.outcomes import Outcome
from domain.recommendation import Advice, Performance, Yardstick, recommend

DELIVERED = (Outcome.COMPLETED, Outcome.MISSED, Outcome.CANCELLED)
"""Ends after which there may be posts to speak of."""


class Flagged(NamedTuple):
    """Posts whose figures stand out, and those of them that do so severely."""

    posts: int = 0
    severely: int = 0


UNFLAGGED = Flagged()


def advice_on(
    past: Past, engagements: int | None, cost: float | None, by: Yardstick, flagged: Flagged = UNFLAGGED
) -> Advice | None:
    """Advice on a creator with whom there was an agreement; None while it runs, and where nothing has been learned.

    Nothing is learned of a creator whose collaboration the brand cancelled before a post was live.

    `cost` is per engagement, in minor units.
    """
    state = past.state
    live = sum(work.is_live for work in state.works.values())
    if state.fee is None or state.outcome not in DELIVERED or (state.outcome is Outcome.CANCELLED and not live):
        return None
    track = past.track.figures if past.track else None
    done = Performance(
        outcome=state.outcome,
        posts_agreed=len(state.agreed.deliverables),
        posts_live=live,
        late=track.late if track else 0,
        missed=track.missed if track else 0,
        drafted=sum(work.version > 0 for work in state.works.values()),
        drafts=past.drafts,
        undisclosed=past.undisclosed,
        rounds=sum(work.rounds for work in state.works.values()),
        engagements=engagements,
        cost_per_engagement=cost,
        flagged=flagged.posts,
        flagged_severely=flagged.severely,
    )
    return recommend(done, by)
