"""Collaborations, one creator in one campaign each: the list, one of them, its events, and stopping it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from activities.records import brief_of, collaboration_after
from activities.store.projections.campaign_board import get_campaign
from activities.store.projections.collaboration_pipeline import CollaborationSummary, list_collaborations
from api.anomaly_views import flags_of
from api.dependencies import (
    AsAnyone,
    AsBrand,
    CampaignId,
    CollaborationId,
    Decide,
    DecideAsBrand,
    Decision,
    JsonOnly,
    Serving,
)
from api.errors import problems
from api.history.as_of import AsOf, memento, upto
from api.history.timeline import TimelineEntry, collaboration_timeline
from api.pagination import Cursor, Key, Limit, Page, Place, Position, Rank
from api.preconditions import READ, with_etag
from api.views import (
    CollaborationForCreator,
    CollaborationView,
    EventView,
    beginning_for_creator,
    collaboration_events,
    collaboration_for_creator,
    collaboration_view,
    event_for_creator,
    event_view,
)
from domain.collaboration import CancelCollaboration
from domain.deadlines import ExtendDeadline
from domain.decider import Role
from domain.errors import NotFound
from domain.lifecycle import Stage
from domain.outcomes import Outcome

router = APIRouter(prefix="/v1", tags=["Collaborations"], dependencies=[JsonOnly])

_BEST_FIRST: Place[tuple[int, str]] = Place(tuple[Rank, Key])
_IN_ORDER: Place[tuple[int]] = Place(tuple[Position])


@router.get(
    "/campaigns/{campaign_id}/collaborations",
    summary="List a campaign's collaborations, best creators first",
    responses=problems(401, 403, 404, 422),
)
async def list_collaborations_of_campaign(
    services: Serving,
    _: AsBrand,
    campaign_id: CampaignId,
    stage: Annotated[Stage | None, Query(description="Only those in this stage.")] = None,
    waiting_on: Annotated[Role | None, Query(description="Only those whose next step is this side's.")] = None,
    outcome: Annotated[Outcome | None, Query(description="Only those that ended so.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[CollaborationSummary]:
    """Who is how far, whom it waits for and until when."""
    after = _BEST_FIRST.read(cursor) or (0, "")
    if await get_campaign(services.pool, services.workspace, campaign_id) is None:
        raise NotFound(kind="campaign", id=campaign_id)
    found = await list_collaborations(
        services.pool,
        services.workspace,
        campaign_id,
        stage=stage,
        waiting_on=waiting_on,
        outcome=outcome,
        after=after,
        limit=limit + 1,
    )
    return _BEST_FIRST.page(found, limit, lambda each: (each.rank, each.id))


@router.get(
    "/collaborations/{collaboration_id}",
    summary="A collaboration",
    response_model=CollaborationView | CollaborationForCreator,
    responses={**READ, **problems(401, 404, 422)},
)
async def read_collaboration(
    request: Request, services: Serving, caller: AsAnyone, collaboration_id: CollaborationId, as_of: AsOf
) -> Response:
    """The brand also sees the evidence and the limits of the negotiation; the creator what concerns both sides.

    `as_of` shows it as it was, and `Memento-Datetime` then says when. A creator's past begins with what concerned them
    first, which is the offer.
    """
    events = await collaboration_events(services.log, collaboration_id)
    headers = None
    if as_of is not None:
        beginning = 1 if caller.is_brand else beginning_for_creator(events)
        events = upto(events, as_of, beginning=beginning, now=datetime.now(UTC))
        headers = memento(request, as_of, events[-1])
    view = collaboration_view(events, as_of) if caller.is_brand else collaboration_for_creator(events, as_of)
    state = collaboration_after(events)
    tracked = await services.tracking.links.of(state, await brief_of(services.log, state.campaign_id))
    view = view.model_copy(update={"tracking": tracked})
    if caller.is_brand:
        creator = (await services.creators.get([state.creator_id])).get(state.creator_id)
        view = view.model_copy(update={"flags": flags_of(events, creator.profile if creator else None)})
    return with_etag(request, view, view.version, headers)


@router.get(
    "/collaborations/{collaboration_id}/events",
    summary="Everything that happened between the two sides",
    responses=problems(401, 404, 422),
)
async def read_collaboration_events(
    services: Serving,
    caller: AsAnyone,
    collaboration_id: CollaborationId,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[EventView]:
    """In order. A creator is not shown how the brand chose them and within which limits it negotiates."""
    (after,) = _IN_ORDER.read(cursor) or (0,)
    events = [each for each in await collaboration_events(services.log, collaboration_id) if each.version > after]
    views = [event_view(each) if caller.is_brand else event_for_creator(each) for each in events]
    shown = [view for view in views if view is not None]
    return _IN_ORDER.page(shown, limit, lambda event: (event.version,))


@router.get(
    "/collaborations/{collaboration_id}/timeline",
    summary="What happened between the two sides, in plain words",
    responses=problems(401, 404, 422),
)
async def read_collaboration_timeline(
    services: Serving,
    caller: AsAnyone,
    collaboration_id: CollaborationId,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[TimelineEntry]:
    """Who decided what, when, by which authority and on which facts. A creator is shown the same events as in the list,
    without the facts that tell of the brand's limits and policies."""
    (after,) = _IN_ORDER.read(cursor) or (0,)
    events = await collaboration_events(services.log, collaboration_id)
    told = collaboration_timeline(events, after, for_brand=caller.is_brand)
    return _IN_ORDER.page(told, limit, lambda entry: (entry.version,))


@router.post(
    "/collaborations/{collaboration_id}/extend",
    summary="Give an open task more time, once",
    responses=problems(401, 403, 404, 409, 422, 503),
)
async def extend_deadline_of_collaboration(
    decide: Decide, collaboration_id: CollaborationId, body: ExtendDeadline
) -> Decision:
    """By `extend_by` of the task's policy, counted from its deadline. The creator may do so for what they are asked to
    do, the brand for every task; 409 `already_extended` if the task has been extended before, also by its policy."""
    return await decide.on_collaboration(collaboration_id, body)


@router.post(
    "/collaborations/{collaboration_id}/cancel",
    summary="Stop working with this creator",
    responses=problems(401, 403, 404, 409, 422, 503),
)
async def cancel_collaboration(
    decide: DecideAsBrand, collaboration_id: CollaborationId, body: CancelCollaboration
) -> Decision:
    """What the contract promises for this case is paid."""
    return await decide.on_collaboration(collaboration_id, body)
