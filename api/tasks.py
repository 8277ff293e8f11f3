"""Everything that waits for a person, with its deadline."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from activities.store.projections.tasks import OpenTask, list_tasks
from api.dependencies import AsBrand, CampaignFilter, Services, Serving
from api.errors import problems
from api.pagination import SOONEST_FIRST, Cursor, Limit, Page
from domain.deadlines import Contact
from domain.decider import Role

router = APIRouter(prefix="/v1/tasks", tags=["Tasks"])


@router.get(
    "", summary="List open tasks, most urgent first", response_model=Page[OpenTask], responses=problems(401, 403, 422)
)
async def list_open_tasks(
    services: Serving,
    _: AsBrand,
    assignee: Annotated[Role | None, Query(description="Only what this side is asked to do.")] = None,
    contact: Annotated[
        Contact | None, Query(description="Only what waits for this person: `escalation` has what the manager left.")
    ] = None,
    campaign_id: CampaignFilter = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """A task's name says what is asked for, and of which deliverable: `review_draft/2`."""
    page = await page_of_tasks(services, assignee, contact, campaign_id, cursor, limit)
    # Consoles ask for it again and again: it is written at once, and not validated a second time.
    return Response(page.model_dump_json(), media_type="application/json")


async def page_of_tasks(
    services: Services,
    assignee: Role | None,
    contact: Contact | None,
    campaign_id: str | None,
    cursor: str | None,
    limit: int,
) -> Page[OpenTask]:
    """The tasks after a cursor; raises as `Place.fill`."""
    tasks = partial(
        list_tasks, services.pool, services.workspace, assignee=assignee, contact=contact, campaign_id=campaign_id
    )
    return await SOONEST_FIRST.fill(cursor, limit, tasks, lambda task: (task.due_at, task.stream, task.name))
