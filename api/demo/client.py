"""The public API as any program would use it: a bearer token, an idempotency key, and patience while it is away."""

import asyncio
import random
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

JsonObject = dict[str, Any]

PATIENCE = 30.0
"""Seconds for which a request is sent again, with the same key, while the other side is not available."""
LATER = (429, 503)


class Refusal(Exception):
    """The API said no; `code` and `detail` are those of its problem."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail


class Api:
    """The API for one caller. `session` is shared, so that a hundred people do not open a hundred connections."""

    def __init__(self, session: httpx.AsyncClient, token: str) -> None:
        self._session = session
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, **parameters: Any) -> JsonObject:
        """A resource.

        Raises:
            Refusal: anything but success.
        """
        answer = await self._send("GET", path, params={k: v for k, v in parameters.items() if v is not None})
        return dict(answer.json())

    async def document(self, path: str, accept: str) -> bytes:
        """A resource in another form than JSON; raises as `get`."""
        return (await self._send("GET", path, headers={"Accept": accept})).content

    async def pages(self, path: str, **parameters: Any) -> AsyncIterator[JsonObject]:
        """All items of a list; raises as `get`."""
        cursor: str | None = None
        while True:
            page = await self.get(path, cursor=cursor, limit=500, **parameters)
            for item in page["items"]:
                yield item
            cursor = page["next"]
            if cursor is None:
                return

    async def post(self, path: str, body: JsonObject | None = None, *, key: str | None = None) -> JsonObject:
        """A decision, under one idempotency key however often it is sent; raises as `get`."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        return dict((await self._send("POST", path, json=body or {}, headers=headers)).json())

    async def put(self, path: str, body: JsonObject) -> JsonObject:
        """Set something; raises as `get`."""
        return dict((await self._send("PUT", path, json=body)).json())

    async def upload(self, path: str, content: bytes, media_type: str) -> JsonObject:
        """Send a file as the body; raises as `get`."""
        answer = await self._send("POST", path, content=content, headers={"Content-Type": media_type})
        return dict(answer.json())

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = self._headers | request.pop("headers", {})
        give_up = monotonic() + PATIENCE
        while True:
            try:
                answer = await self._session.request(method, path, headers=headers, **request)
            except httpx.TransportError:
                if monotonic() > give_up:
                    raise
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in LATER or monotonic() > give_up:
                    raise _refusal(answer)
            await asyncio.sleep(0.3 + random.random() * 0.4)  # noqa: S311 - so that not all come back at once


def _refusal(answer: httpx.Response) -> Refusal:
    try:
        said = answer.json()
    except ValueError:
        said = {}
    code, detail = said.get("code", "unknown"), said.get("detail", answer.reason_phrase)
    return Refusal(status=answer.status_code, code=code, detail=detail)
