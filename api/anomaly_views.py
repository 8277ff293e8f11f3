"""What the API shows of a collaboration's figures that stand out: to the brand, as evidence to look at."""

from collections.abc import Mapping, Sequence

from api.report.history import Past
from api.report.posts import post_of
from domain import collaboration
from domain.anomalies import Flag, flags
from domain.collaboration import Collaboration, CollaborationDecider
from domain.creators import Profile
from domain.events import Envelope


def flags_of(events: Sequence[Envelope], profile: Profile | None) -> Mapping[int, tuple[Flag, ...]]:
    """The flags on each deliverable that has any, after these events of one collaboration.

    The campaign's report also compares its posts with each other. None without the creator's profile.
    """
    past, decider = Past(Collaboration()), CollaborationDecider()
    for envelope in events:
        event = collaboration.EVENTS.decode(envelope)
        past.state = decider.evolve(past.state, event)
        past.note(event, envelope.metadata.decided_at)
    posts = {number: post_of(past, number, profile) for number in past.published_at}
    found = {number: flags(post, profile) for number, post in posts.items() if post is not None}
    return {number: each for number, each in found.items() if each}
