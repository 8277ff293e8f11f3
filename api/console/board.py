"""The board: a campaign's creators by stage, whose turn it is and until when, as it moves by itself.

Each column has the most urgent first and as many as fit a screen; more come by a cursor, so that a campaign with ten
thousand creators opens as fast as one with ten.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from activities.store.projections.collaboration_pipeline import (
    FIRST,
    CollaborationSummary,
    Urgency,
    most_urgent_collaborations,
)
from api.campaigns import view_of_campaign
from api.console.campaigns import frame_of
from api.console.rendering import console_router, page, wants_part
from api.console.visitor import Visitor
from api.console.wording import STAGES
from api.dependencies import CampaignId, Services, Serving
from api.history import event_stream
from api.pagination import Cursor, Key, Moment, Page, Place, Rank
from domain.creators import Creator
from domain.lifecycle import Stage

router = console_router()

SHOWN = 12
"""Cards of a column at first."""
MOST = 240
"""Cards of a column that follow by themselves; whoever looks at more asks for them again."""

_BY_URGENCY: Place[Urgency] = Place(tuple[Moment | None, Rank, Key])
Count = Annotated[int, Query(ge=0)]


@dataclass(frozen=True)
class Column:
    """One stage: how many are in it, and the cards that are shown."""

    stage: Stage
    total: int
    cards: Sequence[CollaborationSummary]
    next: str | None


@router.get("/campaigns/{campaign_id}")
async def show_board(
    request: Request,
    services: Serving,
    visitor: Visitor,
    campaign_id: CampaignId,
    verification: Count = SHOWN,
    negotiation: Count = SHOWN,
    contract_signing: Count = SHOWN,
    content_approval: Count = SHOWN,
    monitoring: Count = SHOWN,
) -> Response:
    """The page; asked by htmx only the columns, each with at least as many cards as it had."""
    since = await services.feed.settled()
    view = await view_of_campaign(services, campaign_id)
    shown = dict(zip(STAGES, (verification, negotiation, contract_signing, content_approval, monitoring), strict=True))
    columns = await _columns(services, campaign_id, view.stages, shown)
    return await page(
        request,
        services,
        "board_columns.html" if wants_part(request) else "board.html",
        visitor=visitor,
        section="campaigns",
        tab="board",
        view=view,
        columns=columns,
        people=await people_on(services, [card for column in columns for card in column.cards]),
        since=since,
        **frame_of(services, view.id),
    )


@router.get("/campaigns/{campaign_id}/columns/{stage}")
async def show_more(
    request: Request, services: Serving, visitor: Visitor, campaign_id: CampaignId, stage: Stage, cursor: Cursor = None
) -> Response:
    """The next cards of a column."""
    after = _BY_URGENCY.read(cursor) or FIRST
    found = await _page_of(services, campaign_id, stage, after, 2 * SHOWN)
    people = await people_on(services, found.items)
    column = Column(stage, 0, found.items, found.next)
    return await page(request, services, "board_cards.html", column=column, people=people, campaign=campaign_id)


@router.get("/campaigns/{campaign_id}/events")
async def follow(
    request: Request,
    services: Serving,
    visitor: Visitor,
    campaign_id: CampaignId,
    last: event_stream.LastEventId,
    after: Count = 0,
) -> Response:
    """The campaign's events as they come, for the page that is open; the stream of the API, by the session's cookie."""
    await view_of_campaign(services, campaign_id)
    state = request.app.state
    return event_stream.stream_response(state.tail, campaign_id, after if last is None else last, state.stopping)


async def _columns(
    services: Services, campaign_id: str, totals: Mapping[Stage, int], shown: Mapping[Stage, int]
) -> list[Column]:
    pages = await asyncio.gather(
        *(_page_of(services, campaign_id, stage, FIRST, min(max(shown[stage], SHOWN), MOST)) for stage in STAGES)
    )
    return [
        Column(stage, totals.get(stage, 0), found.items, found.next) for stage, found in zip(STAGES, pages, strict=True)
    ]


async def _page_of(
    services: Services, campaign_id: str, stage: Stage, after: Urgency, limit: int
) -> Page[CollaborationSummary]:
    found = await most_urgent_collaborations(
        services.pool, services.workspace, campaign_id, stage, after=after, limit=limit + 1
    )
    return _BY_URGENCY.page(found, limit, place_of)


def place_of(card: CollaborationSummary) -> tuple[datetime | None, int, str]:
    """Where a column goes on after this card."""
    return card.due_at, card.rank, card.id


async def people_on(services: Services, cards: Sequence[CollaborationSummary]) -> Mapping[str, Creator]:
    """The creators on some cards, by id."""
    return await services.creators.get([card.creator_id for card in cards])
