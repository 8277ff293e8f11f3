"""Stage 7, monitoring: published posts are looked at, and asked for their figures, whenever there is an appointment."""

from collections.abc import Mapping

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.failures import kind_of
from activities.live_posts import LivePosts, LookRequest, Polled
from domain.appointments import Appointment
from domain.collaboration import Collaboration
from domain.live_posts import Look, RecordCheck, Sighting
from domain.monitoring import NoteUnavailable, RecordMetrics, Unavailable
from domain.watching import CHECK_POST, POLL_METRICS
from workflows import policies
from workflows.appointments import Keep
from workflows.event_sourced import EventSourced


async def check_post(flow: EventSourced[Collaboration], appointment: Appointment) -> None:
    """Look whether a published post is there. A service that has failed for long enough counts as unreachable."""
    number = appointment.deliverable
    try:
        sighting = await workflow.execute_activity_method(
            LivePosts.check_post,
            _request(flow.state, number),
            summary=f"look whether the post of deliverable {number} is there",
            **policies.WATCHING,
        )
    except ActivityError as failure:
        _given_up(failure)
        sighting = Sighting(look=Look.UNREACHABLE)
    await flow.engine(RecordCheck(deliverable=number, sighting=sighting, due_at=appointment.at))


async def poll_metrics(flow: EventSourced[Collaboration], appointment: Appointment) -> None:
    """Ask for a published post's figures; with none, the next poll may bring some."""
    number = appointment.deliverable
    try:
        polled = await workflow.execute_activity_method(
            LivePosts.poll_metrics,
            _request(flow.state, number),
            summary=f"ask for the figures of deliverable {number}",
            **policies.WATCHING,
        )
    except ActivityError as failure:
        _given_up(failure)
        polled = Polled(cause=Unavailable.UNREACHABLE)
    if polled.metrics is not None:
        await flow.engine(RecordMetrics(deliverable=number, metrics=polled.metrics))
    else:
        await flow.engine(NoteUnavailable(deliverable=number, cause=polled.cause or Unavailable.NOT_GIVEN))


APPOINTMENTS: Mapping[str, Keep] = {CHECK_POST: check_post, POLL_METRICS: poll_metrics}
"""How each kind of appointment is kept."""


def _request(state: Collaboration, number: int) -> LookRequest:
    work = state.works[number]
    assert work.live is not None, "appointments are made with a publication"
    assert work.live.source is not None, "appointments are made where a service reads the post"
    return LookRequest(
        creator_id=state.creator_id,
        source=work.live.source,
        url=work.url or "",
        told_at=work.live.published_at,
        post_id=work.live.post_id,
    )


def _given_up(failure: ActivityError) -> None:
    if is_cancelled_exception(failure):
        raise failure
    workflow.logger.warning("a live post could not be looked at: %s", kind_of(failure))
