"""A program that gets webhooks: a real server that checks signatures with the reference library, or fails on demand."""

from collections.abc import Awaitable, Callable
from typing import Any

from standardwebhooks import Webhook as ReferenceWebhook
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from activities.connectors.receivers import written
from activities.connectors.simulated.faults import Twin

PATH = "/hooks"


class ReceivingTwin(Twin):
    """Keeps what it has received, in order; whatever it cannot verify it refuses."""

    def __init__(self, secret: bytes = b"") -> None:
        super().__init__()
        self.secret = secret
        self.received: list[tuple[str, dict[str, Any]]] = []
        """Id and content of each message that it took."""
        self.gone = False
        """Whether it wants no more."""
        self.before: Callable[[], Awaitable[None]] | None = None
        """What happens between a message's coming and its being taken."""

    def routes(self) -> list[Route]:
        """The hook, and an address that leads elsewhere."""
        return [self.route(PATH, self._take, "POST"), self.route("/moved", self._lead_away, "POST")]

    def rate_limited(self, retry_after: int) -> Response:
        """429 with the wait in seconds."""
        return PlainTextResponse("slow down", 429, headers={"Retry-After": str(retry_after)})

    def expired(self) -> Response:
        """401."""
        return PlainTextResponse("who are you", 401)

    @property
    def whats(self) -> list[object]:
        """The streams of what it took, each without its kind."""
        return [content["data"]["stream"].partition("/")[2] for _, content in self.received]

    async def _take(self, request: Request) -> Response:
        if self.gone:
            return PlainTextResponse("no more", 410)
        if self.before is not None:
            await self.before()
        content = ReferenceWebhook(written(self.secret)).verify(await request.body(), dict(request.headers))
        self.received.append((request.headers["webhook-id"], content))
        return PlainTextResponse("thanks")

    async def _lead_away(self, _: Request) -> Response:
        return Response(status_code=307, headers={"Location": PATH})
