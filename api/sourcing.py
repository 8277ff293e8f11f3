"""Creators from outside sources: ask one for accounts by name or for a search, and follow what comes of it."""

import re
from typing import Annotated, Self
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator, Field, model_validator

from activities.connectors.creator_sources import SourceNotConfigured
from activities.store.sourcing_jobs import JobProgress, JobState, Wish
from api.dependencies import ID_PATTERN, AsBrand, IdempotencyKey, JsonOnly, Serving
from api.errors import problems
from domain.creators import Handle, Platform
from domain.errors import NotFound
from domain.lifecycle import Stage
from domain.values import Instant, Line, Value

router = APIRouter(prefix="/v1", tags=[Stage.DISCOVERY.label])

MOST_HANDLES = 500
MOST_FOUND = 1_000


def _account_name(written: object) -> object:
    return written.strip().removeprefix("@").lower() if isinstance(written, str) else written


class DiscoverCreators(Value):
    """Whom to ask a source for: `handles`, or a `query` where the source can be searched."""

    source: Line = Field(examples=["instagram"])
    platform: Platform = Platform.INSTAGRAM
    """Of the handles; a search finds accounts on every platform."""
    handles: tuple[Annotated[Handle, BeforeValidator(_account_name)], ...] = Field(
        default=(), max_length=MOST_HANDLES, examples=[["maya.makes", "@leo.bakes"]]
    )
    query: Line | None = None
    at_most: int = Field(default=200, ge=1, le=MOST_FOUND)
    """Accounts that a search may bring in."""

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if bool(self.handles) == (self.query is not None):
            raise ValueError("name either handles or a query")
        return self


class Outcome(Value):
    """What came of it so far. Positions are those in `handles`, from 0; names are not kept once it has ended."""

    looked_at: int
    created: int
    updated: int
    erased: int
    unreadable: int
    without_address: int
    unknown_at: tuple[int, ...]
    without_address_at: tuple[int, ...]


class SourcingView(Value):
    """A request to an outside source, and how far it is."""

    id: str
    source: str
    state: JobState
    asked: int | None
    """Accounts that were asked for by name; null for a search."""
    outcome: Outcome
    waits_until: Instant | None
    """When the source allows the next request; null if it is not waited for."""
    failure: str | None
    """Why it failed: `credentials_refused`, `request_refused`, ...; what had come before is kept."""
    started_at: Instant
    ended_at: Instant | None


@router.get("/sources", summary="The outside sources that are configured", responses=problems(401, 403))
async def list_sources(services: Serving, _: AsBrand) -> list[str]:
    """What `source` may be in a discovery."""
    return list(services.sources.names)


@router.post(
    "/creators/discover",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Ask an outside source for creators",
    dependencies=[JsonOnly],
    responses=problems(401, 403, 409, 415, 422, 503),
)
async def discover_creators(
    request: Request,
    response: Response,
    services: Serving,
    caller: AsBrand,
    key: IdempotencyKey,
    body: DiscoverCreators,
) -> SourcingView:
    """Accounts that the directory knows are renewed, others added if the source tells how to reach them.

    It goes on when the source has had enough for an hour, and when we are restarted; follow it at `Location`. The same
    key with the same request starts nothing new.
    """
    _must_be_answerable(services, body)
    job_id = uuid5(NAMESPACE_URL, f"discovery:{caller.actor.id}:{key}").hex
    wish = Wish(
        source=body.source,
        platform=body.platform,
        handles=tuple(dict.fromkeys(body.handles)),
        query=body.query or "",
        at_most=body.at_most,
    )
    await services.sourcing.start(job_id, services.workspace, wish)
    response.headers["Location"] = str(request.app.url_path_for("read_discovery", discovery_id=job_id))
    return _view(await services.jobs.progress(services.workspace, job_id))


def _must_be_answerable(services: Serving, body: DiscoverCreators) -> None:
    try:
        source = services.sources.get(body.source)
    except SourceNotConfigured as error:
        raise _refused("source", str(error), body.source) from error
    if body.query is not None and not source.searchable:
        rule = f"{body.source} cannot be searched: name handles"
        raise _refused("query", rule, body.query)


def _refused(field: str, rule: str, value: object) -> RequestValidationError:
    return RequestValidationError([{"type": "source", "loc": ("body", field), "msg": rule, "input": value}])


async def _discovery_id(discovery_id: str) -> str:
    if not re.fullmatch(ID_PATTERN, discovery_id):
        raise NotFound(kind="discovery", id=discovery_id[:64])
    return discovery_id


DiscoveryId = Annotated[str, Depends(_discovery_id)]


@router.get(
    "/creators/discoveries/{discovery_id}", summary="How a discovery goes", responses=problems(401, 403, 404, 422)
)
async def read_discovery(services: Serving, _: AsBrand, discovery_id: DiscoveryId) -> SourcingView:
    """How many accounts were looked at, what became of them, and what is waited for."""
    return _view(await services.jobs.progress(services.workspace, discovery_id))


def _view(job: JobProgress) -> SourcingView:
    return SourcingView(
        **{name: getattr(job, name) for name in SourcingView.model_fields if name != "outcome"},
        outcome=Outcome(**dict(job.result)),
    )
