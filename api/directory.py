"""The directory of creators, searched by words and filters."""

from typing import Annotated

from fastapi import APIRouter, Query

from activities.store.creators import Listed, Search
from activities.store.creators import Place as DirectoryPlace
from api.dependencies import AsBrand, Serving
from api.errors import problems
from api.pagination import Cursor, Key, Limit, Page, Place, Rank
from domain.creators import Country, Email, Followers, Handle, Language, Platform
from domain.lifecycle import Stage
from domain.values import Line, Value

router = APIRouter(prefix="/v1", tags=[Stage.DISCOVERY.label])

_MOST_FOLLOWERS_FIRST: Place[DirectoryPlace] = Place(tuple[Rank, Key])


class DirectoryEntry(Value):
    """An account as the directory lists it; None is unknown."""

    id: str
    platform: Platform
    handle: Handle
    name: Line
    email: Email
    followers: Followers
    engagement_rate: float | None
    """(likes + comments) / followers, a ratio."""
    country: Country | None
    language: Language | None
    topics: tuple[Line, ...]
    opted_out: bool
    """Whether they asked not to be considered for campaigns."""


@router.get("/creators", summary="Search the directory", responses=problems(401, 403, 422))
async def list_creators(
    services: Serving,
    _: AsBrand,
    q: Annotated[
        str,
        Query(
            max_length=500, description='As in a web search: `coffee travel`, `"slow days"`, `tea or coffee`, `-meat`.'
        ),
    ] = "",
    platform: Platform | None = None,
    country: Annotated[Country | None, Query(description="ISO 3166-1 alpha-2.")] = None,
    language: Annotated[Language | None, Query(description="ISO 639-1.")] = None,
    followers_min: Followers = 0,
    followers_max: Followers | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[DirectoryEntry]:
    """Most followers first. Words are looked for in topics, biography, name and handle; all of them must be there."""
    wanted = Search(
        words=q,
        platform=platform,
        country=country,
        language=language,
        followers_min=followers_min,
        followers_max=followers_max,
    )
    place = _MOST_FOLLOWERS_FIRST.read(cursor)
    found = await services.creators.search(services.workspace, wanted, place, limit + 1)
    page = _MOST_FOLLOWERS_FIRST.page(found, limit, lambda listed: listed.place)
    return Page(items=tuple(_entry(listed) for listed in page.items), next=page.next)


def _entry(listed: Listed) -> DirectoryEntry:
    profile = listed.creator.profile
    shown = profile.model_dump(include=set(DirectoryEntry.model_fields) & set(type(profile).model_fields))
    return DirectoryEntry(
        id=listed.creator.id, engagement_rate=profile.engagement_rate, opted_out=listed.opted_out, **shown
    )
