"""What the API shows of deliverables: how far they are, what was found at the post's address, and its figures."""

from collections.abc import Mapping, Sequence

from api.draft_views import DraftView
from domain.appointments import Appointments
from domain.collaboration import Collaboration
from domain.content_approval import content_task
from domain.disclosure import Disclosure
from domain.formats import Format
from domain.monitoring import Metrics
from domain.values import Instant, Value
from domain.watching import CHECK_POST, POLL_METRICS
from domain.work import Finding, Work, WorkStatus


class LivePostView(Value):
    """A published post. `source` is the service that reads it; without one the creator's word stands."""

    published_at: Instant
    source: str | None
    finding: Finding | None
    """None while the first check is awaited."""
    checked_at: Instant | None
    next_check_at: Instant | None
    next_poll_at: Instant | None
    """When the source is asked for figures again."""


class WorkView(Value):
    """One deliverable. `version` counts its drafts, `rounds` the changes that were asked for."""

    number: int
    format: Format
    status: WorkStatus
    version: int
    rounds: int
    caption: str
    disclosure: Disclosure | None
    feedback: str
    url: str | None
    live: LivePostView | None
    """None until it is published."""
    metrics: Metrics | None
    drafts: tuple[DraftView, ...] = ()
    """All its versions, the first one first, each with what was said of it."""


def work_views(state: Collaboration, drafts: Mapping[int, Sequence[DraftView]]) -> tuple[WorkView, ...]:
    """A collaboration's deliverables in their order; `drafts` are the versions of each, by its number."""
    return tuple(
        _work_view(work, state.metrics.get(number), state.appointments, drafts.get(number, ()))
        for number, work in sorted(state.works.items())
    )


def _work_view(
    work: Work, metrics: Metrics | None, appointments: Appointments, drafts: Sequence[DraftView]
) -> WorkView:
    return WorkView(
        number=work.deliverable.number,
        format=work.deliverable.format,
        status=work.status,
        version=work.version,
        rounds=work.rounds,
        caption=work.caption,
        disclosure=work.disclosure,
        feedback=work.feedback,
        url=work.url,
        live=live_post_view(work, appointments),
        metrics=metrics,
        drafts=tuple(drafts),
    )


def live_post_view(work: Work, appointments: Appointments) -> LivePostView | None:
    """What is known of a deliverable's post; None before it is published."""
    live = work.live
    if live is None:
        return None
    check = appointments.get(content_task(CHECK_POST, work.deliverable.number))
    poll = appointments.get(content_task(POLL_METRICS, work.deliverable.number))
    return LivePostView(
        published_at=live.published_at,
        source=live.source,
        finding=live.finding,
        checked_at=live.checked_at,
        next_check_at=check.at if check else None,
        next_poll_at=poll.at if poll else None,
    )
