"""Endpoints that are told of events: programs behind webhooks, and what came of telling them once."""

import base64
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import httpx
from pydantic_core import to_json
from temporalio.exceptions import ApplicationError

from activities.connectors.http import Answer, HttpService, judged_by_status
from activities.connectors.public_addresses import PublicOnly
from activities.failures import OutsideFailure, outside_failure

SECRET = 32
"""Random bytes of a secret; Standard Webhooks asks for 24 to 64."""
PREFIX = "whsec_"

STEP_TIMEOUT = 10.0
WHOLE_TIMEOUT = 20.0
"""Seconds that a receiver has to answer: Standard Webhooks recommends 15 to 30."""
GONE = 410
"""The status by which a receiver says that it wants no more."""


@dataclass(frozen=True)
class Reception:
    """What came of one attempt. `failure` is in our own words, and None if it was received."""

    status: int | None
    failure: str | None
    milliseconds: int
    retry_after: timedelta | None = None

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more, ever."""
        return self.status == GONE


def new_secret() -> bytes:
    """A secret to sign with."""
    return os.urandom(SECRET)


def written(secret: bytes) -> str:
    """The secret as receivers are given it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, id_: str, at: datetime, body: bytes) -> str:
    """The signature of a message (Standard Webhooks, v1): HMAC-SHA256 over its id, its second and its body."""
    signed = f"{id_}.{int(at.timestamp())}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"


class Receiver:
    """One endpoint. Keeps its connection open between messages: close it, or use it as `async with`."""

    def __init__(self, name: str, url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`name` is how failures speak of it; nothing logs the URL, which may hold a token."""
        self._service = HttpService(
            name,
            url,
            diagnose=_with_status,
            step_timeout=STEP_TIMEOUT,
            whole_timeout=WHOLE_TIMEOUT,
            patience=0.0,
            transport=transport,
        )
        self._url = url

    async def aclose(self) -> None:
        """Close the connection."""
        await self._service.aclose()

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> Reception:
        """Sends JSON once. Whatever the receiver does is told in the reception, and raises nothing."""
        began = monotonic()
        content = {"Content-Type": "application/json", **(headers or {})}
        try:
            answer = await self._service.post(self._url, content=body, headers=content)
        except ApplicationError as failure:
            details: Mapping[str, Any] = failure.details[0] if failure.details else {}
            status = details.get("code")
            return Reception(status, failure.message, _since(began), failure.next_retry_delay)
        return Reception(answer.status, None, _since(began))


def _since(began: float) -> int:
    return round((monotonic() - began) * 1_000)


def _with_status(answer: Answer) -> ApplicationError:
    """What is wrong with an answer that is no success, with its status: whoever is told decides what follows of it."""
    judged = judged_by_status(answer)
    kind = OutsideFailure(judged.type or OutsideFailure.UNREADABLE)
    return outside_failure(
        kind, answer.service, f"answered {answer.status}", retry_after=answer.retry_after, code=answer.status
    )


class WebhookReceiver:
    """A program that gets Standard Webhooks."""

    def __init__(self, id_: str, url: str, secret: bytes, *, allow_private: bool = False) -> None:
        self._secret = secret
        self._receiver = Receiver(f"webhook {id_}", url, PublicOnly(allow_private=allow_private))

    async def aclose(self) -> None:
        """See `Receiver.aclose`."""
        await self._receiver.aclose()

    async def send(self, message_id: str, at: datetime, payload: Mapping[str, Any]) -> Reception:
        """Sends a message once. `at` is now: receivers refuse what was signed more than five minutes ago."""
        body = to_json(payload)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature(self._secret, message_id, at, body),
        }
        return await self._receiver.post(body, headers)
