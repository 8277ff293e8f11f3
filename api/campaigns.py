"""Campaigns: the list, one of them, its events over all its streams, and stopping it."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from activities.records import campaign_after
from activities.store.projections.campaign_board import CampaignSummary, get_campaign, list_campaigns, renewals_of
from api.campaign_states import folded
from api.dependencies import AsBrand, CampaignId, DecideAsBrand, Decision, JsonOnly, Services, Serving
from api.errors import problems
from api.history import event_stream
from api.history.as_of import AsOf, PointInTime, memento, upto
from api.history.time_travel import standing_at
from api.history.timeline import TimelineEntry, campaign_timeline
from api.pagination import Cursor, Key, Limit, Moment, Page, Place, Position
from api.preconditions import READ, answer, with_etag
from api.shown_campaigns import Shown
from api.views import CampaignView, EventView, campaign_events, campaign_view, event_view
from domain.campaign import CancelCampaign
from domain.deadlines import ExtendDeadline
from domain.errors import NotFound
from domain.events import Envelope

router = APIRouter(prefix="/v1/campaigns", tags=["Campaigns"], dependencies=[JsonOnly])

_NEWEST_FIRST: Place[tuple[datetime, str]] = Place(tuple[Moment, Key])
_IN_ORDER: Place[tuple[int]] = Place(tuple[Position])


async def view_of_campaign(services: Services, campaign_id: str) -> CampaignView:
    """The campaign as it is now.

    Raises:
        NotFound: this workspace has no such campaign.
    """
    return (await _shown(services, campaign_id)).view


async def _shown(services: Services, campaign_id: str) -> Shown:
    board = await get_campaign(services.pool, services.workspace, campaign_id)
    if board is None:
        raise NotFound(kind="campaign", id=campaign_id)
    renewals = await renewals_of(services.pool, services.workspace, campaign_id)
    return await services.campaigns.now(services.log, board, renewals)


async def view_of_past_campaign(
    services: Services, campaign_id: str, point: PointInTime
) -> tuple[CampaignView, Envelope]:
    """The campaign as it was, and its last event by then.

    Raises:
        NotFound: this workspace has no such campaign.
        RequestValidationError: the point is in the future, or before the campaign began.
    """
    await _must_exist(services, campaign_id)
    events = await campaign_events(services.log, campaign_id)
    then = upto(events, point, now=datetime.now(UTC))
    budget = campaign_after(then[:1]).agreed_brief.budget
    standing = await standing_at(services.log, campaign_id, budget, point, then)
    return campaign_view(folded(then), standing, point), then[-1]


async def _must_exist(services: Services, campaign_id: str) -> None:
    if await get_campaign(services.pool, services.workspace, campaign_id) is None:
        raise NotFound(kind="campaign", id=campaign_id)


@router.get("", summary="List campaigns, newest first", responses=problems(401, 403, 422))
async def list_all_campaigns(
    services: Serving, _: AsBrand, cursor: Cursor = None, limit: Limit = 50
) -> Page[CampaignSummary]:
    """Each with its money and the number of its collaborations by stage and outcome."""
    after = _NEWEST_FIRST.read(cursor)
    found = await list_campaigns(services.pool, services.workspace, after, limit + 1)
    return _NEWEST_FIRST.page(found, limit, lambda campaign: (campaign.started_at, campaign.id))


@router.get(
    "/{campaign_id}",
    summary="A campaign",
    response_model=CampaignView,
    responses={**READ, **problems(401, 403, 404, 422)},
)
async def read_campaign(
    request: Request, services: Serving, _: AsBrand, campaign_id: CampaignId, as_of: AsOf
) -> Response:
    """Its brief, state, open tasks, money and collaborations by stage. Send the ETag in If-None-Match to poll.

    `as_of` shows it as it was, and `Memento-Datetime` then says when. An instant takes in what had been decided by then
    in the campaign and in all its collaborations. A version is the moment at which that event of the campaign came into
    the record: money and collaborations are as they stood then.
    """
    if as_of is None:
        return answer(request, (await _shown(services, campaign_id)).representation)
    view, last = await view_of_past_campaign(services, campaign_id, as_of)
    return with_etag(request, view, view.version, memento(request, as_of, last))


@router.get(
    "/{campaign_id}/events",
    summary="Everything that happened",
    response_model=Page[EventView],
    responses={
        200: {"content": {event_stream.MEDIA_TYPE: {"schema": {"type": "string"}, "example": event_stream.EXAMPLE}}},
        **problems(401, 403, 404, 422),
    },
)
async def read_campaign_events(
    request: Request,
    response: Response,
    services: Serving,
    _: AsBrand,
    campaign_id: CampaignId,
    last_event_id: event_stream.LastEventId,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[EventView] | Response:
    """The events of the campaign and of all its collaborations, in order.

    With `Accept: text/event-stream` the answer stays open and brings each event as it comes, beginning after
    `Last-Event-ID`, or else after `cursor`, or else with the first. A comment comes every 15 s while nothing else does;
    after an hour the stream ends, to be taken up again.
    """
    (after,) = _IN_ORDER.read(cursor) or (0,)
    await _must_exist(services, campaign_id)
    if event_stream.wants_stream(request.headers.get("accept", "")):
        position = after if last_event_id is None else last_event_id
        state = request.app.state
        return event_stream.stream_response(state.tail, campaign_id, position, state.stopping)
    response.headers["Vary"] = "Accept"
    found = await services.log.read_campaign(campaign_id, after, limit + 1)
    return _IN_ORDER.page([event_view(envelope) for envelope in found], limit, lambda event: (event.position,))


@router.get(
    "/{campaign_id}/timeline",
    summary="What happened, in plain words",
    responses=problems(401, 403, 404, 422),
)
async def read_campaign_timeline(
    services: Serving, _: AsBrand, campaign_id: CampaignId, cursor: Cursor = None, limit: Limit = 100
) -> Page[TimelineEntry]:
    """Who decided what, when, by which authority and on which facts: one entry for each event, in the same order."""
    (after,) = _IN_ORDER.read(cursor) or (0,)
    await _must_exist(services, campaign_id)
    found = await services.log.read_campaign(campaign_id, after, limit + 1)
    # The event that only tells that there is another page is told too: a page then needs no second way to be made.
    told = await campaign_timeline(services.log, found)
    return _IN_ORDER.page(told, limit, lambda entry: (entry.position,))


@router.post(
    "/{campaign_id}/extend",
    summary="Give an open task of the campaign more time, once",
    responses=problems(401, 403, 404, 409, 422, 503),
)
async def extend_deadline_of_campaign(decide: DecideAsBrand, campaign_id: CampaignId, body: ExtendDeadline) -> Decision:
    """By `extend_by` of the task's policy, counted from its deadline; 409 `already_extended` if that has happened."""
    return await decide.on_campaign(campaign_id, body)


@router.post("/{campaign_id}/cancel", summary="Stop the campaign", responses=problems(401, 403, 404, 409, 422, 503))
async def cancel_campaign(decide: DecideAsBrand, campaign_id: CampaignId, body: CancelCampaign) -> Decision:
    """Its collaborations are cancelled; what the contracts promise for this case is paid."""
    return await decide.on_campaign(campaign_id, body)
