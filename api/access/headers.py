"""What every answer tells browsers: load and run nothing, stand in no frame, guess no type, say nothing of where from.

Pages that need more say so themselves, and each names it exactly: what is set already stays.
"""

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For answers that are no pages."""

DOCS = "/docs"
"""FastAPI's page for the OpenAPI document, whose script stands in the page: it is allowed by its digest."""

YEAR = 365 * 24 * 3600

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
TLS = (b"strict-transport-security", f"max-age={YEAR}; includeSubDomains".encode())

_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class SecurityHeaders:
    """Adds them to every answer. `secure` says that browsers reach us by TLS alone, which they are to remember."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._always = [(b"content-security-policy", NOTHING.encode()), *HEADERS, *([TLS] if secure else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun: list[Message] = []

        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                if scope["path"] == DOCS:
                    begun.append(message)  # until its content is known
                    return
                self._protect(message)
            elif begun:
                MutableHeaders(scope=begun[0])["Content-Security-Policy"] = _for_docs(message.get("body", b""))
                self._protect(begun[0])
                await send(begun.pop())
            await send(message)

        await self._app(scope, receive, send_protected)

    def _protect(self, start: Message) -> None:
        given = {name for name, _ in start["headers"]}
        start["headers"] = [*start["headers"], *(header for header in self._always if header[0] not in given)]


def _for_docs(page: bytes) -> str:
    digests = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in digests)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
