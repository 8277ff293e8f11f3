"""Calls that will go: each is named here once, says so in the OpenAPI document and in every answer, and when.

The policy is in docs/api.md. `Deprecation` is RFC 9745 (since when), `Sunset` RFC 8594 (from when it may be gone), and
`Link` leads to what to do instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOTICE = timedelta(days=180)
"""The least time between the day on which a call is deprecated and the day on which it may be gone."""
DESCRIBED_AT = "/docs"
"""Where the call's description says what to use instead."""


@dataclass(frozen=True)
class Deprecated:
    """Since when a call is deprecated, from when it may be gone, and what to call instead.

    Raises:
        ValueError: that is less than `NOTICE` later.
    """

    since: date
    gone_from: date
    instead: str
    """A sentence: `Use POST /v1/decisions.`"""

    def __post_init__(self) -> None:
        if self.gone_from - self.since < NOTICE:
            raise ValueError(f"a call stays for {NOTICE.days} days at least: gone_from is {self.gone_from}")

    def headers(self) -> dict[str, str]:
        """What each answer says of it."""
        since, gone = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (self.since, self.gone_from))
        return {
            "Deprecation": f"@{int(since.timestamp())}",
            "Sunset": format_datetime(gone, usegmt=True),
            "Link": f'<{DESCRIBED_AT}>; rel="deprecation"; type="text/html"',
        }


DEPRECATED: Mapping[str, Deprecated] = {}
"""`METHOD /path` as in api/access/rules.py. None is deprecated at the moment."""


class Deprecations:
    """Adds the headers to what deprecated calls answer, refusals too."""

    def __init__(self, app: ASGIApp, calls: Mapping[str, Deprecated] = DEPRECATED) -> None:
        self._app = app
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http" or not self._calls:
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            call = f"{scope['method']} {getattr(scope.get('route'), 'path', '')}"
            if message["type"] == "http.response.start" and call in self._calls:
                headers = MutableHeaders(scope=message)
                for name, value in self._calls[call].headers().items():
                    headers.append(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def mark(path: str, method: str, operation: dict[str, Any], calls: Mapping[str, Deprecated] = DEPRECATED) -> None:
    """Says in an operation of the OpenAPI document that it is deprecated, until when it stays, and what to use."""
    found = calls.get(f"{method.upper()} {path}")
    if found is not None:
        operation["deprecated"] = True
        words = f"**Deprecated** since {found.since}, and may be gone from {found.gone_from}. {found.instead}"
        operation["description"] = f"{words}\n\n{operation.get('description', '')}".strip()
