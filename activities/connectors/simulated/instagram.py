"""The twin of the Instagram Graph API: `business_discovery` with its media, and the insights of media.

It knows the people of `people.py` who are on Instagram. Where the API is strict the twin is strict: only fields that
were asked for are answered, errors have the API's codes, insights come late, and small accounts have none.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from activities.connectors.simulated.faults import Twin
from activities.connectors.simulated.instagram_posts import Publication, Publications
from activities.connectors.simulated.people import Person, Post, people, posts
from domain.creators import Platform

VERSION = "v25.0"
ACCOUNT = "17841400000000001"
"""The brand's own account, on whose behalf others are looked up."""
TOKEN = "twin-instagram-token"  # noqa: S105 - it opens nothing
APP_SECRET = "twin-instagram-app-secret"  # noqa: S105 - it signs nothing of worth
PAGE = 25
"""Media on a page, unless the request says otherwise."""
LATE = timedelta(hours=48)
"""Insights of a younger post are not complete: some metrics are missing from the answer."""
TOO_FEW = 100
"""Followers under which media have no insights."""
INSIGHTS = ("reach", "views", "likes", "comments", "shares", "saved", "total_interactions")


@dataclass(frozen=True)
class Asked:
    """A part of `fields`: a field, its modifiers such as `.limit(25)`, and the fields asked of it."""

    name: str
    modifiers: Mapping[str, str] = field(default_factory=dict)
    fields: "Sequence[Asked]" = ()


class InstagramTwin(Twin):
    """Answers as graph.facebook.com does, under `/{version}`. `now` is when it looks at people's posts."""

    def __init__(self, everybody: Sequence[Person] | None = None, *, now: datetime | None = None) -> None:
        super().__init__()
        known = [person for person in everybody or people() if person.profile.platform is Platform.INSTAGRAM]
        self._stopped = now is not None
        self._now = now or datetime.now(UTC)
        self.publications = Publications()
        self.without_insights: set[str] = set()
        """Accounts that do not let us see the insights of their posts."""
        self._people = {person.profile.handle: person for person in known}
        self.usage = 12
        """Percent of the hourly quota that is used, as the headers say."""

    def routes(self) -> list[Route]:
        """`/{version}/{account}` and `/{version}/{media}/insights`; `/twin/posts` is the hands of those who post."""
        return [
            Route("/twin/posts", self._publish, methods=["POST"]),
            Route("/twin/posts/{code}", self._edit, methods=["POST", "DELETE"]),
            self.route("/{version}/{node}/insights", self._insights),
            self.route("/{version}/{node}", self._node),
        ]

    def posts_of(self, handle: str) -> Sequence[Post]:
        """The posts that the twin has of somebody."""
        return [post for post, _ in self._posts(self._people[handle])]

    @property
    def _clock(self) -> datetime:
        """The time, unless the twin's stands still."""
        return self._now if self._stopped else datetime.now(UTC)

    def _posts(self, person: Person) -> Sequence[tuple[Post, Publication | None]]:
        """Somebody's posts, newest first: those that they have published here, and those of their past."""
        published = self.publications.of(person.profile.handle)
        past = [(post, None) for post in posts(person, self._now)]
        both = [*((one.post(self._clock), one) for one in published), *past]
        return sorted(both, key=lambda each: each[0].at, reverse=True)

    def rate_limited(self, retry_after: int) -> Response:
        """Code 4, as an application's hourly quota; with Retry-After, as gateways answer."""
        answer = error(429, "(#4) Application request limit reached", 4, transient=True)
        answer.headers["Retry-After"] = str(retry_after)
        return answer

    def out_of_quota(self, code: int, minutes: int) -> Response:
        """How the API itself says it: a 400 with a code, and the minutes to wait in a header."""
        answer = error(400, f"(#{code}) There have been too many calls", code, transient=True)
        answer.headers.update(self._usage_headers(100, minutes))
        return answer

    def expired(self) -> Response:
        """Code 190, subcode 463."""
        return error(400, "Error validating access token: Session has expired", 190, subcode=463)

    async def _node(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if request.path_params["node"] != ACCOUNT:
            return error(400, "Unsupported get request. Object does not exist", 100, subcode=33)
        try:
            asked = parse(request.query_params.get("fields", "id"))
        except ValueError:
            return error(400, "Syntax error in the field expansion", 2500)
        answer: dict[str, Any] = {}
        for one in asked:
            if one.name == "business_discovery":
                person = self._people.get(one.modifiers.get("username", ""))
                if person is None:
                    return error(400, "Invalid user id", 110, subcode=2207013)
                answer[one.name] = self._discovered(person, one.fields, partial=request.state.partial)
            elif one.name == "username":
                answer[one.name] = "northwind.roasters"
        return self._json({**answer, "id": ACCOUNT})

    def _refusal(self, request: Request) -> Response | None:
        header = request.headers.get("authorization", "").removeprefix("Bearer ")
        if TOKEN in (header, request.query_params.get("access_token")):
            return None
        return error(400, "Invalid OAuth access token - Cannot parse access token", 190)

    def _discovered(self, person: Person, asked: Sequence[Asked], *, partial: bool) -> dict[str, Any]:
        profile = person.profile
        # Somebody whom no roster has says in the profile how to be reached, as many do.
        contact = f" Work: {profile.email}" if person.newcomer else ""
        whole = {
            "username": profile.handle,
            "name": profile.name,
            "biography": f"{profile.biography}{contact}",
            "followers_count": profile.followers,
            "follows_count": profile.following,
            "media_count": profile.posts,
        }
        answer = {one.name: whole[one.name] for one in asked if one.name in whole}
        for one in asked:
            if one.name == "media":
                answer[one.name] = self._media(person, one, partial=partial)
        return {**answer, "id": person.number}

    def _media(self, person: Person, asked: Asked, *, partial: bool) -> dict[str, Any]:
        made = self._posts(person)
        first = int(base64.b64decode(asked.modifiers["after"])) if "after" in asked.modifiers else 0
        size = int(asked.modifiers.get("limit", PAGE))
        last = first + (max(1, size // 3) if partial else size)
        wanted = {one.name for one in asked.fields} | {"id"}
        data = [_only(wanted, _as_media(nth, *made[nth])) for nth in range(first, min(last, len(made)))]
        if not data:
            return {"data": []}
        cursors = {"before": _cursor(first)} if first else {}
        if last < len(made):
            cursors["after"] = _cursor(last)
        return {"data": data, "paging": {"cursors": cursors}}

    async def _insights(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        wanted = request.query_params.get("metric", "").split(",")
        if unknown := [name for name in wanted if name not in INSIGHTS]:
            return error(400, f"(#100) metric[0] must be one of the following values, not {unknown[0]}", 100)
        for person in self._people.values():
            for post, _ in self._posts(person):
                if post.number == request.path_params["node"]:
                    return self._insights_of(person, post, wanted, partial=request.state.partial)
        return error(400, "Unsupported get request. Object does not exist", 100, subcode=33)

    def _insights_of(self, person: Person, post: Post, wanted: Sequence[str], *, partial: bool) -> Response:
        if person.profile.handle in self.without_insights:
            return error(400, "(#10) Application does not have permission for this action", 10)
        if person.profile.followers < TOO_FEW:
            return error(400, "(#10) Not enough viewers for the media to show insights", 10)
        saved, shares = post.likes // 12, post.likes // 30
        figures = {
            "reach": post.likes * 9,
            "views": post.likes * 14,
            "likes": post.likes,
            "comments": post.comments,
            "shares": shares,
            "saved": saved,
            "total_interactions": post.likes + post.comments + saved + shares,
        }
        late = partial or self._clock - post.at < LATE
        told = [name for name in wanted if not (late and name in ("reach", "views", "saved"))]
        data = [
            {
                "name": name,
                "period": "lifetime",
                "values": [{"value": figures[name]}],
                "title": name.replace("_", " ").title(),
                "id": f"{post.number}/insights/{name}/lifetime",
            }
            for name in told
        ]
        return self._json({"data": data})

    async def _publish(self, request: Request) -> Response:
        wanted = json.loads(await request.body())
        if wanted["handle"] not in self._people:
            return JSONResponse({"error": "nobody has this account"}, 404)
        made = self.publications.publish(wanted["handle"], wanted["caption"])
        return JSONResponse({"url": made.url, "code": made.code, "id": made.number}, 201)

    async def _edit(self, request: Request) -> Response:
        code = request.path_params["code"]
        try:
            if request.method == "DELETE":
                self.publications.delete(code)
            else:
                self.publications.edit(code, json.loads(await request.body())["caption"])
        except KeyError:
            return JSONResponse({"error": "there is no such post, or no caption"}, 404)
        return JSONResponse({"code": code})

    def _json(self, content: Mapping[str, Any]) -> Response:
        return JSONResponse(content, headers=self._usage_headers(self.usage, 0))

    def _usage_headers(self, percent: int, minutes: int) -> dict[str, str]:
        share = {"call_count": percent, "total_cputime": percent // 2, "total_time": percent // 2}
        business = {"type": "instagram", **share, "estimated_time_to_regain_access": minutes}
        return {
            "x-app-usage": json.dumps(share),
            "x-business-use-case-usage": json.dumps({ACCOUNT: [business]}),
        }


def error(status: int, message: str, code: int, *, subcode: int | None = None, transient: bool = False) -> JSONResponse:
    """An error as the Graph API writes it."""
    written = {
        "message": message,
        "type": "OAuthException",
        "code": code,
        **({} if subcode is None else {"error_subcode": subcode}),
        **({"is_transient": True} if transient else {}),
        "fbtrace_id": "AtwinTraceId",
    }
    return JSONResponse({"error": written}, status)


_TOKEN = re.compile(r"([a-z_]+)|\.([a-z_]+)\(([^()]*)\)|([{},])")


def parse(fields: str) -> Sequence[Asked]:
    """The field expansion `a,b.limit(2){c,d}`.

    Raises:
        ValueError: it is none.
    """
    tokens = list(_TOKEN.finditer(fields))
    if "".join(token[0] for token in tokens) != fields:
        raise ValueError(fields)
    asked, rest = _list(tokens)
    if rest:
        raise ValueError(fields)
    return asked


def _list(tokens: Sequence[re.Match[str]]) -> tuple[Sequence[Asked], Sequence[re.Match[str]]]:
    asked = []
    while tokens and tokens[0][1]:
        name, tokens = tokens[0][1], tokens[1:]
        modifiers: dict[str, str] = {}
        while tokens and tokens[0][2]:
            modifiers[tokens[0][2]], tokens = tokens[0][3], tokens[1:]
        inner: Sequence[Asked] = ()
        if tokens and tokens[0][0] == "{":
            inner, tokens = _list(tokens[1:])
            if not tokens or tokens[0][0] != "}":
                raise ValueError(name)
            tokens = tokens[1:]
        asked.append(Asked(name, modifiers, inner))
        if not tokens or tokens[0][0] != ",":
            break
        tokens = tokens[1:]
    return asked, tokens


def _as_media(nth: int, post: Post, publication: Publication | None) -> dict[str, Any]:
    media = {
        "id": post.number,
        "like_count": post.likes,
        "comments_count": post.comments,
        "timestamp": post.at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "permalink": f"https://www.instagram.com/p/{post.number}/",
        "media_type": "IMAGE",
    }
    if publication is not None:
        return {**media, "permalink": publication.url, "caption": publication.caption}
    # Every seventh post hides its likes: the API then leaves the field out.
    if nth % 7 == 6:
        del media["like_count"]
    return media


def _only(wanted: set[str], media: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in media.items() if name in wanted}


def _cursor(place: int) -> str:
    return base64.b64encode(str(place).encode()).decode()
