"""The twin of Fohr as `docs/connectors.md` assumes it to be: pages by offset, figures as people read them, percents."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from activities.connectors.simulated.faults import Twin
from activities.connectors.simulated.people import Person, audience, fake_share, matching, named, people

KEY = "twin-fohr-key"
PAGE = 15


class FohrTwin(Twin):
    """Knows everybody on every platform."""

    def __init__(self, everybody: Sequence[Person] | None = None) -> None:
        super().__init__()
        self._people = everybody or people()

    def routes(self) -> list[Route]:
        """`/api/creators`, by `handles` or by `search`."""
        return [self.route("/api/creators", self._creators)]

    def rate_limited(self, retry_after: int) -> Response:
        """429 with the wait in seconds."""
        return JSONResponse({"message": "Too many requests"}, 429, headers={"Retry-After": str(retry_after)})

    def expired(self) -> Response:
        """401."""
        return JSONResponse({"message": "Token has expired"}, 401)

    async def _creators(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return JSONResponse({"message": "Unauthenticated"}, 401)
        asked = request.query_params
        if "handles" in asked:
            found = named(self._people, asked["network"], asked["handles"].split(","))
        else:
            found = matching(self._people, asked.get("search", ""))
        first = int(asked.get("offset", 0))
        last = first + (PAGE // 3 if request.state.partial else PAGE)
        following = last if last < len(found) else None
        data = [_written(person) for person in found[first:last]]
        return JSONResponse({"data": data, "meta": {"next_offset": following, "total": len(found)}})


def _written(person: Person) -> Mapping[str, Any]:
    profile = person.profile
    rate = profile.engagement_rate
    return {
        "id": f"creator_{person.number}",
        "name": profile.name,
        "email": profile.email,
        "about": profile.biography,
        "country": profile.country,
        "language": profile.language,
        "verticals": ", ".join(profile.topics),
        "rate_per_post": "On request" if profile.fee is None else f"${profile.fee // 100}",
        "account": {
            "network": str(profile.platform).title(),
            "handle": f"@{profile.handle}",
            "followers": f"{profile.followers:,}",
            "following": f"{profile.following:,}",
            "posts": profile.posts,
            "average_likes": f"{profile.average_likes:,.1f}",
            "average_comments": f"{profile.average_comments:,.1f}",
            "engagement": None if rate is None else f"{rate:.2%}",
        },
        "follower_health": {
            "suspicious_percent": round(fake_share(person) * 100, 2),
            "geography": [
                {"country": code, "percent": round(share * 100, 2)} for code, share in audience(person).items()
            ],
            "measured_at": "2026-11-01T00:00:00Z",
        },
    }
