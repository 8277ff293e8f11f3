"""The twin of a Slack incoming webhook: takes a text at a time, no faster than Slack does, and keeps what was said."""

import json
from time import monotonic

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from activities.connectors.simulated.faults import Twin

PATH = "/services/T0TWIN/B0TWIN/twin-slack-secret"
TIGHTEST = 0.9
"""Seconds between two messages; Slack says one a second, and does not take it to the millisecond."""


class SlackTwin(Twin):
    """One channel."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        """What was said, in order."""
        self.archived = False
        """Whether nobody reads the channel any more, which Slack answers with 410."""
        self._last = -TIGHTEST

    def routes(self) -> list[Route]:
        """The webhook's address."""
        return [self.route(PATH, self._say, "POST")]

    def rate_limited(self, retry_after: int) -> Response:
        """429 with the wait in seconds."""
        return PlainTextResponse("rate_limited", 429, headers={"Retry-After": str(retry_after)})

    def expired(self) -> Response:
        """The app was removed, and its webhooks with it."""
        return PlainTextResponse("no_service", 404)

    async def _say(self, request: Request) -> Response:
        if self.archived:
            return PlainTextResponse("channel_is_archived", 410)
        try:
            text = json.loads(await request.body())["text"]
        except (ValueError, KeyError, TypeError):
            return PlainTextResponse("invalid_payload", 400)
        if not text:
            return PlainTextResponse("no_text", 400)
        now = monotonic()
        if now - self._last < TIGHTEST:
            return self.rate_limited(1)
        self._last = now
        self.lines.append(text)
        return PlainTextResponse("ok")
