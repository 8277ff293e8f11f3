"""Lines of the log: their form, their ids, and what they leave out."""

import io
import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
import structlog
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment

from activities import logs
from activities.logs import LogFormat, about, configure, failure, stream_ids
from domain.errors import NotFound

SECRET = "Ines Okafor <ines@creators.example>"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """What is logged as JSON from INFO on."""
    stream = io.StringIO()
    configure(LogFormat.JSON, "info", stream)
    yield stream
    logs.forget()


def last(out: io.StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return line


def test_our_lines_and_those_of_libraries_look_alike(out: io.StringIO) -> None:
    structlog.get_logger("ours").info("something", count=2)
    ours = last(out)
    logging.getLogger("theirs").warning("it took %s seconds", 3)
    theirs = last(out)
    assert list(ours)[:3] == list(theirs)[:3] == ["timestamp", "level", "event"]
    assert (ours["logger"], ours["event"], ours["count"]) == ("ours", "something", 2)
    assert (theirs["logger"], theirs["level"], theirs["event"]) == ("theirs", "warning", "it took 3 seconds")


@pytest.mark.parametrize("broken", [OSError(28, "No space left on device"), ValueError("I/O operation on closed file")])
def test_a_log_that_cannot_be_written_fails_nobody(broken: Exception) -> None:
    """Whoever was to be served is served; the line is lost."""

    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise broken

    configure(LogFormat.JSON, "info", Full())
    structlog.get_logger("ours").info("something")
    logs.forget()


def test_a_terminal_gets_words_and_anything_else_json() -> None:
    """`auto` looks where the log goes."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    written = []
    for form, stream in (
        (LogFormat.AUTO, Terminal()),
        (LogFormat.AUTO, io.StringIO()),
        (LogFormat.CONSOLE, io.StringIO()),
    ):
        configure(form, "info", stream)
        structlog.get_logger("ours").info("something")
        written.append(stream.getvalue().lstrip()[0])
    logs.forget()
    assert (written[0] != "{", written[1], written[2] != "{") == (True, "{", True)


def test_configuring_again_replaces_what_was_configured(out: io.StringIO) -> None:
    """A line is written once, and only to the last stream."""
    second = io.StringIO()
    configure(LogFormat.JSON, "warning", second)
    structlog.get_logger("ours").info("quiet")
    structlog.get_logger("ours").warning("loud")
    assert out.getvalue() == ""
    assert [json.loads(line)["event"] for line in second.getvalue().splitlines()] == ["loud"]


@pytest.mark.parametrize("by", ["library", "library's argument", "us"])
def test_an_exception_is_named_and_placed_but_not_quoted(out: io.StringIO, by: str) -> None:
    """Its text, and those of its causes, may hold what people wrote."""
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as cause:
            raise NotFound(kind="creator", id=SECRET) from cause
    except NotFound as error:
        match by:
            case "library":
                logging.getLogger("theirs").exception("it failed")
            case "library's argument":
                logging.getLogger("theirs").error("it failed: %s", error, exc_info=True)
            case _:
                structlog.get_logger("ours").exception("it failed")
    line = last(out)
    assert "Ines" not in out.getvalue()
    assert (line["error"], line["code"]) == ("NotFound from ValueError", "not_found")
    assert "test_logs.py" in line["where"][-1]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (ApplicationError(SECRET, type="mail_deferred"), "mail_deferred"),
        (RPCError(SECRET, RPCStatusCode.UNAVAILABLE, b""), "unavailable"),
        (asyncpg.UniqueViolationError(SECRET), "23505"),
        (RuntimeError(SECRET), None),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_failure_has_a_code_of_a_closed_set_where_there_is_one(error: Exception, code: str | None) -> None:
    assert failure(error).get("code") == code
    assert SECRET not in str(failure(error))


def test_asyncio_s_representations_are_left_out(out: io.StringIO) -> None:
    """It describes the task, the callback and their arguments."""
    logging.getLogger("asyncio").error(f"Exception in callback tell({SECRET!r})\nhandle: <Handle {SECRET}>")
    assert last(out)["event"] == "Exception in callback tell"


def test_ids_are_asked_for_when_a_line_is_written(out: io.StringIO) -> None:
    """A request learns which campaign it is about after it has begun, and no line after it has its ids."""
    ids = {"request_id": "r1"}
    with about(lambda: ids):
        structlog.get_logger("ours").info("first")
        first = last(out)
        ids["campaign_id"] = "tea"
        logging.getLogger("theirs").warning("second")
        second = last(out)
    structlog.get_logger("ours").info("third")
    assert "campaign_id" not in first
    assert (second["request_id"], second["campaign_id"]) == ("r1", "tea")
    assert "request_id" not in last(out)


async def test_a_line_within_an_activity_says_which(out: io.StringIO) -> None:
    """Also one of a library that knows nothing of activities."""

    async def work() -> None:
        logging.getLogger("theirs").warning("slow")

    environment = ActivityEnvironment()
    environment.info = type(environment.info)(
        **{**environment.info.__dict__, "workflow_id": "collaboration/abc", "activity_type": "notify", "attempt": 2}
    )
    await environment.run(work)
    line = last(out)
    assert (line["collaboration_id"], line["activity"], line["attempt"]) == ("abc", "notify", 2)
    assert line["run_id"]


def test_of_a_workflow_s_update_the_command_is_logged_and_not_its_id(out: io.StringIO) -> None:
    """An update's id is the caller's Idempotency-Key, in which there may be anything."""
    about_it = {"workflow_id": "campaign/tea", "workflow_type": "Campaign", "run_id": "r", "update_id": SECRET}
    extra = {"temporal_workflow": {**about_it, "update_name": "ApproveShortlist"}, "anything": SECRET}
    logging.getLogger("temporalio.workflow").info("said", extra=extra)
    line = last(out)
    assert (line["campaign_id"], line["workflow"], line["run_id"]) == ("tea", "Campaign", "r")
    assert line["command"] == "ApproveShortlist"
    assert "Ines" not in out.getvalue()


def test_of_temporal_s_core_only_known_fields_are_taken_over(out: io.StringIO) -> None:
    from_core = SimpleNamespace(fields={"run_id": "r", "failure": SECRET})
    logging.getLogger(logs.CORE).warning("Failing workflow task", extra={"temporal_log": from_core})
    assert last(out)["run_id"] == "r"
    assert "Ines" not in out.getvalue()


@pytest.mark.parametrize(
    ("stream", "ids"),
    [
        ("campaign/tea", {"campaign_id": "tea"}),
        ("collaboration/x", {"collaboration_id": "x"}),
        ("other/x", {}),
        ("campaign", {}),
        ("", {}),
    ],
)
def test_a_stream_s_name_gives_its_id(stream: str, ids: dict[str, str]) -> None:
    assert stream_ids(stream) == ids
