"""Everybody who was asked in a campaign, also who is through or fell through: by stage, turn or end, or by name."""

import asyncio
from collections.abc import Sequence

from fastapi import Request
from starlette.responses import Response

from activities.starting import collaboration_id
from activities.store.creators import Search
from activities.store.projections.collaboration_pipeline import CollaborationSummary, get_collaboration
from api.campaigns import view_of_campaign
from api.collaborations import list_collaborations_of_campaign
from api.console.board import people_on
from api.console.campaigns import frame_of
from api.console.rendering import console_router, page, wants_part
from api.console.visitor import Visitor
from api.console.wording import STAGES
from api.dependencies import CampaignId, Services, Serving
from api.pagination import Cursor
from domain.decider import Role
from domain.lifecycle import Stage
from domain.outcomes import Outcome

router = console_router()

SHOWN = 50
FOUND = 40
"""Creators of the directory in which a name is looked for, at most."""


@router.get("/campaigns/{campaign_id}/creators")
async def show_people(
    request: Request,
    services: Serving,
    visitor: Visitor,
    campaign_id: CampaignId,
    q: str = "",
    stage: str = "",
    waiting_on: str = "",
    outcome: str = "",
    cursor: Cursor = None,
) -> Response:
    """The list, best first, narrowed to what the form says."""
    view = await view_of_campaign(services, campaign_id)
    at = Stage(stage) if stage in STAGES else None
    turn = Role(waiting_on) if waiting_on in set(Role) else None
    ended = Outcome(outcome) if outcome in set(Outcome) else None
    if q:
        items: Sequence[CollaborationSummary] = await _called(services, campaign_id, q[:500])
        following = None
    else:
        found = await list_collaborations_of_campaign(services, visitor, campaign_id, at, turn, ended, cursor, SHOWN)
        items, following = found.items, found.next
    return await page(
        request,
        services,
        "people_rows.html" if wants_part(request) else "people.html",
        visitor=visitor,
        section="campaigns",
        tab="creators",
        view=view,
        items=items,
        next=following,
        people=await people_on(services, items),
        q=q,
        stage=at,
        waiting_on=turn,
        outcome=ended,
        turns=list(Role),
        outcomes=list(Outcome),
        **frame_of(services, campaign_id),
    )


async def _called(services: Services, campaign_id: str, words: str) -> list[CollaborationSummary]:
    """Those of the campaign whom the directory finds by these words."""
    listed = await services.creators.search(services.workspace, Search(words=words), limit=FOUND)
    ids = [collaboration_id(campaign_id, each.creator.id) for each in listed]
    found = await asyncio.gather(*(get_collaboration(services.pool, services.workspace, id_) for id_ in ids))
    return sorted((each for each in found if each is not None), key=lambda each: each.rank)
