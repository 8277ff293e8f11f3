"""POSTs that are no command of a stream, under their idempotency key: carried out once, and answered alike.

A command's key is in the events that it has caused. Everything else says here what was asked under a key, and keeps of
the answer what can't be made again from the request. Whoever is interrupted is carried out again when the request comes
again, and so are two of the same that come at the same moment: what is done must be safe to do twice.
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter

from activities.store.answered_requests import AnsweredRequests, Call
from api.dependencies import AsAnyone, IdempotencyKey, Serving
from api.errors import RETRY_AFTER, status_of
from domain.errors import GroundswellError
from domain.values import Value

T = TypeVar("T")


class UnderKey:
    """One request under its idempotency key. `secret` keeps what is noted of it from being guessed at."""

    def __init__(self, requests: AnsweredRequests, call: Call, *, query: str, secret: str) -> None:
        self._requests = requests
        self._call = call
        self._query = query
        self._secret = secret

    async def carry_out(self, shape: type[T], act: Callable[[], Awaitable[T]], *, of: Value | bytes | None) -> T:
        """Does `act`, or gives what it gave when the same request came before. `of` is the request's body.

        `shape` is what `act` gives: what is kept of the answer, so nothing that is about a person. A refusal frees the
        key for another request; after an outage it stays with this one, since nobody knows how far it came.

        Raises:
            IdempotencyKeyReused: another request has come under this key; and whatever `act` raises.
        """
        kept: TypeAdapter[T] = TypeAdapter(shape)
        fingerprint = self._fingerprint(of)
        earlier = await self._requests.begin(self._call, fingerprint)
        if earlier.answered:
            return kept.validate_python(earlier.answer, strict=False)
        try:
            done = await act()
        except (GroundswellError, RequestValidationError) as refusal:
            if isinstance(refusal, RequestValidationError) or status_of(type(refusal)) not in (500, *RETRY_AFTER):
                await self._requests.refused(self._call)
            raise
        counts = await self._requests.answered(self._call, fingerprint, kept.dump_python(done, mode="json"))
        return kept.validate_python(counts)

    async def must_be_the_same(self, of: Value) -> None:
        """For what answers alike by itself, however often it is done.

        Raises:
            IdempotencyKeyReused: another request has come under this key.
        """
        await self._requests.begin(self._call, self._fingerprint(of))

    def _fingerprint(self, of: Value | bytes | None) -> bytes:
        body: Any = of.model_dump_json() if isinstance(of, Value) else hashlib.sha256(of or b"").hexdigest()
        said = json.dumps([self._query, body]).encode()
        return hmac.digest(f"request/{self._secret}".encode(), said, "sha256")


async def under_key(request: Request, services: Serving, caller: AsAnyone, key: IdempotencyKey) -> UnderKey:
    """The request under this key, which a form may carry instead of the header."""
    call = Call(services.workspace, caller.id, f"{request.method} {request.url.path}", key)
    query = str(sorted(request.query_params.multi_items()))
    return UnderKey(services.desk.requests, call, query=query, secret=services.desk.secret)


Once = Annotated[UnderKey, Depends(under_key)]
"""The way to answer a request once, for routes that give no command."""
