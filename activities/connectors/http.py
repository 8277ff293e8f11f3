"""The way out to HTTP services: bounded answers, a little patience within one attempt, failures that Temporal knows.

Every connector to an HTTP service sends through an `HttpService`. What it raises has a type from
`activities.failures.OutsideFailure`, which says by itself whether trying again makes sense; waits of more than a few
seconds are left to Temporal, which keeps them without holding a worker.
"""

import asyncio
import json
import logging
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx
from temporalio.exceptions import ApplicationError

from activities.failures import OutsideFailure, outside_failure

STEP_TIMEOUT = 10.0
"""Seconds for each step of a request: to connect, to send, and between any two parts of the answer."""
WHOLE_TIMEOUT = 30.0
"""Seconds for one request with its answer, however steadily that drips."""
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer."""
PATIENCE = 5.0
"""Seconds that a service may ask us to wait for within one attempt."""
ATTEMPTS = 3
"""Requests within one attempt of an activity."""
LONGEST_WAIT = timedelta(hours=24)
"""More than that no service means when it asks us to come back later."""

# httpx logs every address at level INFO, and addresses of some services hold names and tokens.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    """What a service answered, read to its end. `content` may hold personal data: never log it."""

    service: str
    status: int
    headers: httpx.Headers
    content: bytes

    def json(self, *, exact: bool = False) -> Any:
        """The content as JSON; `exact` has numbers as Decimal.

        Raises:
            ApplicationError: `answer_unreadable`.
        """
        try:
            number = Decimal if exact else None
            return json.loads(self.content, parse_int=number, parse_float=number)
        except (ValueError, RecursionError):
            why = f"answered {self.status} with {len(self.content):,} bytes that are no JSON"
            raise outside_failure(OutsideFailure.UNREADABLE, self.service, why) from None

    @property
    def retry_after(self) -> timedelta | None:
        """When to try again, as `Retry-After` has it (seconds or a date), at most a day; None if it says nothing."""
        asked = self.headers.get("retry-after", "").strip()
        if asked.isascii() and asked.isdigit():
            return min(timedelta(seconds=int(asked[:9])), LONGEST_WAIT)
        try:
            at = parsedate_to_datetime(asked)
        except ValueError:
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return min(max(at - datetime.now(UTC), timedelta(0)), LONGEST_WAIT)


Diagnosis = Callable[[Answer], ApplicationError | None]
"""What an answer that is no success (2xx) means at this service; None to judge it by its status."""


class HttpService:
    """One service at a fixed address. Keeps connections open: close it, or use it as `async with`.

    `name` is how errors speak of it. `headers` go with every request, credentials among them: they go nowhere else,
    since redirects are not followed. `transport` is for tests and for those who check addresses themselves.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        diagnose: Diagnosis | None = None,
        step_timeout: float = STEP_TIMEOUT,
        whole_timeout: float = WHOLE_TIMEOUT,
        largest: int = LARGEST,
        patience: float = PATIENCE,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name = name
        self._diagnose = diagnose
        self._whole_timeout = whole_timeout
        self._largest = largest
        self._patience = patience
        self._client = httpx.AsyncClient(
            base_url=base_url,
            # Compressed answers would have to be unpacked before we know how large they are.
            headers={"User-Agent": "groundswell", "Accept-Encoding": "identity", **(headers or {})},
            timeout=step_timeout,
            follow_redirects=False,
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, path: str, **request: Any) -> Answer:
        """As `request`, with method GET."""
        return await self.request("GET", path, **request)

    async def post(self, path: str, **request: Any) -> Answer:
        """As `request`, with method POST."""
        return await self.request("POST", path, **request)

    async def request(self, method: str, path: str, **request: Any) -> Answer:
        """The service's answer to a request, if it is a success; `request` is as `httpx.Request` takes it.

        Where the service asks for a short pause (`Retry-After`), it is made, with jitter, and the request sent again:
        up to three requests in all. A 503 to a POST without an Idempotency-Key is not taken as leave to repeat it.

        Raises:
            ApplicationError: of a type in `OutsideFailure`.
        """
        for remaining in reversed(range(ATTEMPTS)):
            answer = await self._send(method, path, request)
            if 200 <= answer.status < 300:
                return answer
            pause = self._pause(method, request, answer)
            if pause is None or not remaining:
                break
            await asyncio.sleep(pause)
        raise (self._diagnose and self._diagnose(answer)) or judged_by_status(answer)

    async def _send(self, method: str, path: str, request: Mapping[str, Any]) -> Answer:
        try:
            async with asyncio.timeout(self._whole_timeout), self._client.stream(method, path, **request) as response:
                return await self._read(response)
        except TimeoutError:
            why = f"has not answered within {self._whole_timeout:g} s"
        except httpx.TimeoutException:
            why = "stopped answering"
        except httpx.TransportError as error:
            why = f"cannot be reached ({type(error).__name__})"
        except httpx.DecodingError:
            raise outside_failure(OutsideFailure.UNREADABLE, self.name, "answered in a broken encoding") from None
        raise outside_failure(OutsideFailure.UNAVAILABLE, self.name, why) from None

    async def _read(self, response: httpx.Response) -> Answer:
        content = bytearray()
        async for part in response.aiter_bytes():
            content += part
            if len(content) > self._largest:
                why = f"answered {response.status_code} with more than {self._largest:,} bytes"
                raise outside_failure(OutsideFailure.TOO_LARGE, self.name, why)
        return Answer(self.name, response.status_code, response.headers, bytes(content))

    def _pause(self, method: str, request: Mapping[str, Any], answer: Answer) -> float | None:
        """Seconds to wait before the request is sent again; None if it is not."""
        asked = answer.retry_after
        if asked is None or asked.total_seconds() > self._patience:
            return None
        headers = httpx.Headers(request.get("headers"))
        repeatable = method in ("GET", "HEAD", "PUT", "DELETE") or "Idempotency-Key" in headers
        if answer.status == 429 or (answer.status == 503 and repeatable):
            # So that those who were sent away together do not come back together.
            return asked.total_seconds() * random.uniform(1.0, 1.25) + random.uniform(0.0, 0.1)  # noqa: S311 - no secret
        return None


def judged_by_status(answer: Answer) -> ApplicationError:
    """The failure that an answer's status alone tells."""
    why = f"answered {answer.status}"
    match answer.status:
        case 401 | 403:
            kind = OutsideFailure.CREDENTIALS
        case 429:
            kind = OutsideFailure.RATE_LIMITED
        case 408 | 425:
            kind = OutsideFailure.UNAVAILABLE
        case status if status >= 500:
            kind = OutsideFailure.UNAVAILABLE
        case _:
            kind = OutsideFailure.REFUSED
    return outside_failure(kind, answer.service, why, retry_after=answer.retry_after)


def minutes(count: float) -> timedelta:
    """A wait as services state it in minutes, at least none and at most a day."""
    return min(timedelta(minutes=max(0.0, count) if math.isfinite(count) else 0.0), LONGEST_WAIT)
