"""How claims on creators move: what the store takes down and gives back in the transaction of the events."""

from collections.abc import Iterable

from domain.amendments import AmendmentConcluded
from domain.claims import Claim, Release
from domain.decider import Event
from domain.negotiation import OfferAccepted
from domain.outcomes import CollaborationEnded
from domain.rights import ExclusivityEnded
from domain.values import Line, Value


class ClaimMove(Value):
    """One change of the claims that a campaign has on a creator: what it has is given back, then some are taken."""

    creator_id: Line
    campaign_id: Line
    taken: tuple[Claim, ...] = ()
    released: Release | None = None


def claims(events: Iterable[Event], *, creator_id: str, campaign_id: str) -> list[ClaimMove]:
    """What `events` do to the claims on a creator, in order; most events do nothing."""
    found: list[ClaimMove] = []
    for event in events:
        match event:
            case OfferAccepted(claims=taken) if taken:
                found.append(ClaimMove(creator_id=creator_id, campaign_id=campaign_id, taken=taken))
            case AmendmentConcluded(claims=taken) if taken:
                replaced = Release.ALL  # before the new ones are taken
                found.append(ClaimMove(creator_id=creator_id, campaign_id=campaign_id, released=replaced, taken=taken))
            case CollaborationEnded(released_claims=released) if released is not None:
                found.append(ClaimMove(creator_id=creator_id, campaign_id=campaign_id, released=released))
            case ExclusivityEnded():
                found.append(ClaimMove(creator_id=creator_id, campaign_id=campaign_id, released=Release.ALL))
            case _:
                pass
    return found
