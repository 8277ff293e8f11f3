"""The versions of a draft, and what became of each: what both sides see of content before it is posted."""

from collections.abc import Mapping, Sequence

from domain import collaboration
from domain.content_approval import ChangesRequested, DraftApproved, DraftSubmitted
from domain.disclosure import Disclosure
from domain.events import Envelope
from domain.media import MediaFile
from domain.values import Instant, Value

_OF_DRAFTS = {event.__name__ for event in (DraftSubmitted, ChangesRequested, DraftApproved)}


class DraftView(Value):
    """One version of a deliverable's draft, and what became of it: `waits`, `changes`, `approved`."""

    version: int
    at: Instant
    caption: str
    media_url: str | None
    media_sha256: str | None
    file: MediaFile | None
    """It is at `/v1/collaborations/{id}/deliverables/{number}/drafts/{version}/file`."""
    disclosure: Disclosure
    became: str
    feedback: str
    """What should be different; empty unless changes were asked for."""


def drafts_of(events: Sequence[Envelope]) -> Mapping[int, Sequence[DraftView]]:
    """All versions of each deliverable by its number, oldest first."""
    drafts: dict[int, list[DraftView]] = {}
    for envelope in events:
        if envelope.type not in _OF_DRAFTS:
            continue
        match collaboration.EVENTS.decode(envelope):
            case DraftSubmitted() as event:
                drafts.setdefault(event.deliverable, []).append(_waiting(event, envelope))
            case ChangesRequested() as event:
                _became(drafts[event.deliverable], "changes", event.feedback)
            case DraftApproved() as event:
                _became(drafts[event.deliverable], "approved")
    return drafts


def _waiting(event: DraftSubmitted, envelope: Envelope) -> DraftView:
    return DraftView(
        version=event.version,
        at=envelope.metadata.decided_at,
        caption=event.caption,
        media_url=event.media_url,
        media_sha256=event.media_sha256,
        file=event.file,
        disclosure=event.disclosure,
        became="waits",
        feedback="",
    )


def _became(versions: list[DraftView], what: str, feedback: str = "") -> None:
    versions[-1] = versions[-1].model_copy(update={"became": what, "feedback": feedback})
