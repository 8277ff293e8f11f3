"""What can go wrong with a twin, on demand: by a request's header, by a control request, or by its owner's word.

curl -H 'X-Twin-Fault: rate_limited; retry_after=90' http://127.0.0.1:8101/...          this request
curl -d '{"fault": "server_error", "times": 3}' http://127.0.0.1:8101/twin/faults      the next three
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class Fault(StrEnum):
    """One way of a service to fail."""

    RATE_LIMITED = "rate_limited"
    """429, with Retry-After."""
    SERVER_ERROR = "server_error"
    """503, with Retry-After if one is given; some gateway's page in the place of JSON."""
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - a fault, not a token
    PARTIAL_PAGE = "partial_page"
    """A page with fewer items than fit, while there are more."""
    MALFORMED = "malformed"
    """200, and JSON that ends in the middle."""
    SLOW = "slow"
    """The right answer, a minute late."""


@dataclass(frozen=True)
class Planned:
    """A fault to come. Both waits in seconds."""

    fault: Fault
    retry_after: int | None = None
    delay: float = 60.0


class Faults:
    """The faults that a twin has before it."""

    def __init__(self) -> None:
        self._planned: deque[Planned] = deque()

    def plan(self, fault: Fault, *, times: int = 1, retry_after: int | None = None, delay: float = 60.0) -> None:
        """Have the next so many requests fail."""
        self._planned.extend([Planned(Fault(fault), retry_after, delay)] * times)

    def next(self, request: Request) -> Planned | None:
        """What to do wrong about this request."""
        stated = request.headers.get("x-twin-fault")
        if stated is None:
            return self._planned.popleft() if self._planned else None
        name, *parameters = (part.strip() for part in stated.split(";"))
        settings = dict(parameter.partition("=")[::2] for parameter in parameters)
        wait = settings.get("retry_after")
        return Planned(Fault(name), None if wait is None else int(wait), float(settings.get("delay", 60)))


Respond = Callable[[Request], Awaitable[Response]]


class Twin(ABC):
    """An outside service's twin: an ASGI application that answers as the service does, or fails as it does."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.requests = 0
        """How many requests have come in, faults included."""

    @property
    def app(self) -> Starlette:
        """The application to serve."""
        control = Route("/twin/faults", self._plan, methods=["POST"])
        return Starlette(routes=[control, *self.routes()])

    @abstractmethod
    def routes(self) -> list[Route]:
        """The service's own addresses, each made by `route`."""

    @abstractmethod
    def rate_limited(self, retry_after: int) -> Response:
        """How the service says that it has had enough."""

    @abstractmethod
    def expired(self) -> Response:
        """How the service says that a token is not valid any more."""

    def route(self, path: str, respond: Respond, method: str = "GET") -> Route:
        """An address that answers by `respond`, unless a fault comes first."""

        async def endpoint(request: Request) -> Response:
            self.requests += 1
            return await self._respond(request, respond)

        return Route(path, endpoint, methods=[method])

    async def _respond(self, request: Request, respond: Respond) -> Response:
        planned = self.faults.next(request)
        request.state.partial = planned is not None and planned.fault is Fault.PARTIAL_PAGE
        match planned and planned.fault:
            case Fault.RATE_LIMITED:
                return self.rate_limited((planned and planned.retry_after) or 0)
            case Fault.SERVER_ERROR:
                asked = planned.retry_after if planned else None
                headers = {} if asked is None else {"Retry-After": str(asked)}
                return Response("<html>Bad gateway</html>", 503, headers=headers, media_type="text/html")
            case Fault.EXPIRED_TOKEN:
                return self.expired()
            case Fault.SLOW:
                await asyncio.sleep(planned.delay if planned else 0)
                return await respond(request)
            case Fault.MALFORMED:
                whole = bytes((await respond(request)).body)
                return Response(whole[: len(whole) // 2], media_type="application/json")
            case _:
                return await respond(request)

    async def _plan(self, request: Request) -> Response:
        """The control request."""
        try:
            wanted: dict[str, Any] = json.loads(await request.body())
            self.faults.plan(**wanted)
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": str(error), "faults": list(Fault)}, 422)
        return JSONResponse({"planned": wanted})
