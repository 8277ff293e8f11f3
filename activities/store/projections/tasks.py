"""The task list: everything that waits for a person, with its deadline."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
from pydantic import AwareDatetime, TypeAdapter

from activities.store.pool import Pool
from activities.store.projections.states import Cells, Known
from activities.store.queries import QUERIES
from domain.calendars import Calendar
from domain.campaign import Campaign
from domain.collaboration import Collaboration
from domain.deadlines import Contact, Tasks
from domain.deadlines import contact as contact_of
from domain.decider import Role
from domain.values import Instant, Value


class OpenTask(Value):
    """One thing that one side is asked to do. Its name says what, and of which deliverable: `review_draft/2`."""

    stream: str
    name: str
    campaign_id: str
    collaboration_id: str | None
    """None for a task of the campaign itself."""
    assignee: Role
    opened_at: Instant
    due_at: Instant
    escalated: bool
    """Whether a second person of the same side has been asked."""
    extended: bool
    """Whether the deadline has been moved."""
    contact: Contact
    """Who is asked: `escalation` is the second person whom the brief names."""
    time_zone: str
    """The campaign's."""
    due_local: AwareDatetime
    """`due_at` by the clocks of the campaign."""


class _WithTasks(Protocol):
    @property
    def tasks(self) -> Tasks: ...

    @property
    def calendar(self) -> Calendar: ...


S = TypeVar("S", bound=_WithTasks)
Owner = tuple[str, str | None]
"""The campaign and, if the task is one of its, the collaboration."""


class TaskList(Generic[S]):
    """Shows the open tasks of each stream of one kind in `tasks`; satisfies `View`."""

    table = "tasks"
    columns = (
        "stream",
        "name",
        "campaign_id",
        "collaboration_id",
        "workspace",
        "assignee",
        "opened_at",
        "due_at",
        "escalated",
        "extended",
        "time_zone",
    )

    def __init__(self, owner: Callable[[S], Owner]) -> None:
        self._owner = owner

    def rows(self, known: Known[S]) -> dict[str, Cells]:
        """See `View.rows`."""
        owner = self._owner(known.state)
        return {
            task.name: (
                known.stream,
                task.name,
                *owner,
                known.workspace,
                task.assignee,
                task.opened_at,
                task.due_at,
                task.escalated,
                task.extended,
                known.state.calendar.time_zone,
            )
            for task in known.state.tasks.values()
        }


def owner_of_campaign(state: Campaign) -> Owner:
    """Whose the tasks of a campaign are."""
    return state.id, None


def owner_of_collaboration(state: Collaboration) -> Owner:
    """Whose the tasks of a collaboration are."""
    return state.campaign_id, state.id


async def list_tasks(
    pool: Pool,
    workspace: str,
    *,
    assignee: Role | None = None,
    contact: Contact | None = None,
    campaign_id: str | None = None,
    collaboration_id: str | None = None,
    after: tuple[datetime, str, str] | None = None,
    limit: int = 100,
) -> Sequence[OpenTask]:
    """A page of open tasks, most urgent first; `after` is (due_at, stream, name) of the last one of the page before."""
    due_at, stream, name = after or (None, None, None)
    rows = await pool.fetch(
        QUERIES.list_tasks, workspace, assignee, campaign_id, collaboration_id, due_at, stream, name, limit, contact
    )
    return _OPEN_TASKS.validate_python([_open_task(row) for row in rows])


_OPEN_TASKS = TypeAdapter(list[OpenTask])
"""A page in one go, in half the time that its tasks take one by one."""


def _open_task(row: asyncpg.Record) -> dict[str, Any]:
    time_zone = row["time_zone"] or "UTC"
    return {
        **dict(row),
        "time_zone": time_zone,
        "contact": contact_of(Role(row["assignee"]), escalated=row["escalated"]),
        "due_local": row["due_at"].astimezone(ZoneInfo(time_zone)),
    }
