"""Requests to outside services over real HTTP: what is answered, what is waited for, and what is given up as what."""

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from temporalio.exceptions import ApplicationError

from activities.connectors.http import LONGEST_WAIT, Answer, HttpService, minutes
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure, outside_failure

Respond = Callable[[Request], Awaitable[Response]]


class Script:
    """Answers one request after the other as the test says, the last one for ever."""

    def __init__(self, *answers: Response | Respond) -> None:
        self._answers = list(answers)
        self.requests: list[Request] = []

    async def respond(self, request: Request) -> Response:
        """The next answer."""
        await request.body()
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer if isinstance(answer, Response) else await answer(request)


@asynccontextmanager
async def service(script: Script, **settings: Any) -> AsyncIterator[HttpService]:
    """A service that answers by this script."""
    app = Starlette(routes=[Route("/{path:path}", script.respond, methods=["GET", "POST"])])
    async with served(app) as address, HttpService("Example", address, **settings) as client:
        yield client


async def failure_of(script: Script, **settings: Any) -> ApplicationError:
    """What becomes of a request that is answered so."""
    async with service(script, **settings) as client:
        with pytest.raises(ApplicationError) as failed:
            (await client.get("/people")).json()
    return failed.value


def told_to_wait(status: int, retry_after: str) -> Response:
    """An answer with Retry-After."""
    return Response(status_code=status, headers={"Retry-After": retry_after})


async def test_an_answer_comes_back_whole_and_the_credentials_went_along() -> None:
    """Status, headers and content; our own headers reached the service."""
    script = Script(JSONResponse({"name": "Ünal"}, headers={"x-usage": "3"}))
    async with service(script, headers={"Authorization": "Bearer secret"}) as client:
        answer = await client.get("/people", params={"page": 2})
    assert (answer.status, answer.headers["x-usage"], answer.json()) == (200, "3", {"name": "Ünal"})
    (request,) = script.requests
    assert request.headers["authorization"] == "Bearer secret"
    assert request.url.query == "page=2"


@pytest.mark.parametrize(
    ("status", "kind", "lasting"),
    [
        (400, OutsideFailure.REFUSED, True),
        (401, OutsideFailure.CREDENTIALS, True),
        (403, OutsideFailure.CREDENTIALS, True),
        (404, OutsideFailure.REFUSED, True),
        (408, OutsideFailure.UNAVAILABLE, False),
        (422, OutsideFailure.REFUSED, True),
        (429, OutsideFailure.RATE_LIMITED, False),
        (500, OutsideFailure.UNAVAILABLE, False),
        (503, OutsideFailure.UNAVAILABLE, False),
        (302, OutsideFailure.REFUSED, True),
    ],
)
async def test_a_status_says_whether_to_try_again(status: int, kind: OutsideFailure, lasting: bool) -> None:
    """What the service will say again is not asked again; what it said stays out of the message."""
    content = Response("Ines owes us money", status_code=status, headers={"Location": "http://elsewhere.invalid/"})
    script = Script(content)
    error = await failure_of(script)
    assert (error.type, error.non_retryable) == (kind, lasting)
    assert str(status) in str(error)
    assert "Ines" not in str(error)
    assert len(script.requests) == 1


async def test_a_short_pause_is_made_within_the_attempt() -> None:
    """The caller does not notice that the service asked for a second's patience."""
    script = Script(told_to_wait(429, "0"), told_to_wait(503, "0"), JSONResponse({}))
    async with service(script) as client:
        assert (await client.get("/people")).status == 200
    assert len(script.requests) == 3


async def test_a_service_that_always_asks_for_patience_is_left_to_temporal() -> None:
    """Three requests are enough for one attempt."""
    script = Script(told_to_wait(429, "0"))
    assert (await failure_of(script)).type == OutsideFailure.RATE_LIMITED
    assert len(script.requests) == 3


async def test_a_long_pause_is_left_to_temporal() -> None:
    """The error carries the wait that the service asked for, and no worker is held meanwhile."""
    script = Script(told_to_wait(429, "90"))
    error = await failure_of(script)
    assert error.next_retry_delay == timedelta(seconds=90)
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    ("headers", "sent"), [({}, 1), ({"Idempotency-Key": "pay-1"}, 2)], ids=["without a key", "with a key"]
)
async def test_a_post_that_may_have_had_its_effect_is_repeated_only_under_a_key(
    headers: dict[str, str], sent: int
) -> None:
    """A 503 does not say that nothing was done."""
    script = Script(told_to_wait(503, "0"), JSONResponse({}))
    async with service(script) as client:
        if sent == 1:
            with pytest.raises(ApplicationError):
                await client.post("/payments", json={}, headers=headers)
        else:
            await client.post("/payments", json={}, headers=headers)
    assert len(script.requests) == sent


async def test_a_service_that_says_its_errors_in_its_own_way_is_understood() -> None:
    """The connector's diagnosis goes before the status; where it has none the status counts."""

    def diagnose(answer: Answer) -> ApplicationError | None:
        if answer.json()["code"] != 613:
            return None
        return outside_failure(OutsideFailure.RATE_LIMITED, answer.service, "code 613", retry_after=minutes(5))

    known = await failure_of(Script(JSONResponse({"code": 613}, status_code=400)), diagnose=diagnose)
    unknown = await failure_of(Script(JSONResponse({"code": 1}, status_code=400)), diagnose=diagnose)
    assert (known.type, known.next_retry_delay) == (OutsideFailure.RATE_LIMITED, timedelta(minutes=5))
    assert unknown.type == OutsideFailure.REFUSED


async def test_what_is_no_json_may_be_better_next_time() -> None:
    """A gateway's page in the place of an answer passes."""
    error = await failure_of(Script(Response("<html>", media_type="text/html")))
    assert (error.type, error.non_retryable) == (OutsideFailure.UNREADABLE, False)


async def test_a_service_that_nobody_listens_for_is_unavailable() -> None:
    """The address stays out of the message: it may have a token in it."""
    async with served(Starlette()) as address:
        pass
    async with HttpService("Example", address) as client:
        with pytest.raises(
            ApplicationError, match=r"^service_unavailable: Example: cannot be reached \(ConnectError\)"
        ):
            await client.get("/people?token=secret")


async def test_a_service_that_does_not_answer_is_given_up() -> None:
    """Whether it says nothing, or drips without an end."""

    async def silent(_: Request) -> Response:
        await asyncio.sleep(60)
        return Response()

    async def dripping(_: Request) -> Response:
        async def drops() -> AsyncIterator[bytes]:
            while True:
                yield b" "
                await asyncio.sleep(0.01)

        return StreamingResponse(drops())

    for script, settings in ((Script(silent), {"step_timeout": 0.2}), (Script(dripping), {"whole_timeout": 0.3})):
        error = await failure_of(script, **settings)
        assert (error.type, error.non_retryable) == (OutsideFailure.UNAVAILABLE, False)


async def test_an_answer_that_breaks_off_is_not_taken_for_one() -> None:
    """Half an answer raises, also where its first half could be read."""

    async def half(_: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b"[]"
            raise ConnectionError

        return StreamingResponse(parts(), headers={"Content-Length": "1000"})

    assert (await failure_of(Script(half))).type == OutsideFailure.UNAVAILABLE


async def test_an_answer_is_read_only_up_to_the_limit() -> None:
    """However large it is, and however small it came over the wire."""
    plain = Response(b" " * 5_000)
    packed = Response(gzip.compress(b" " * 5_000), headers={"Content-Encoding": "gzip"})
    for answer in (plain, packed):
        error = await failure_of(Script(answer), largest=1_000)
        assert (error.type, error.non_retryable) == (OutsideFailure.TOO_LARGE, True)


async def test_addresses_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """They hold handles and tokens."""
    caplog.set_level(logging.INFO)
    async with service(Script(JSONResponse({}))) as client:
        await client.get("/people?username=ines")
    assert "ines" not in caplog.text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("120", timedelta(seconds=120)),
        ("999999999999", LONGEST_WAIT),
        ("Sun, 01 Mar 2026 12:00:00 GMT", timedelta(0)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Mon, 99 Foo 2026 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(written: str, meant: timedelta | None) -> None:
    """Whatever else it says is as if it were not there."""
    assert Answer("Example", 429, httpx.Headers({"Retry-After": written}), b"").retry_after == meant


def test_a_date_to_come_back_at_is_a_wait_from_now() -> None:
    """An hour ahead is an hour's wait, less what has passed since."""
    at = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    wait = Answer("Example", 429, httpx.Headers({"Retry-After": at}), b"").retry_after
    assert wait is not None
    assert timedelta(minutes=50) < wait <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("stated", "meant"),
    [(5, timedelta(minutes=5)), (-1, timedelta(0)), (float("nan"), timedelta(0)), (10**9, LONGEST_WAIT)],
)
def test_a_wait_stated_in_minutes_is_bounded(stated: float, meant: timedelta) -> None:
    """No service can send us away for longer than a day."""
    assert minutes(stated) == meant
