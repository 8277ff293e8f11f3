"""What every process logs: a line an occurrence, as JSON for machines or readable on a terminal, nothing personal.

Our own lines (structlog) and those of libraries (logging) look alike and go to one place, each with the ids of what it
is about: campaign, collaboration, workflow, run, activity, request. What exceptions say may quote people, and so may
what libraries log beside it: of an exception there is its type, a code where it has one, and the place. Ours do not go
through logging, which would cost more than the rest of the line, and there is one for each request.
"""

import logging
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import StrEnum
from typing import IO, Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger
from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from domain.errors import GroundswellError

SHOWN_FRAMES = 8
"""So many places of a traceback are logged, the innermost ones."""

CORE = "temporalio.core"
"""The logger to which Temporal's own core writes: see workflows/observing.py."""

TALKATIVE = dict.fromkeys(("httpx", "httpcore", "asyncio", "mail.log"), logging.WARNING)
"""Loggers that quote addresses below WARNING: of mails, or with tokens in them."""

CORE_FIELDS = ("workflow_id", "run_id", "activity_type", "attempt", "task_queue", "namespace", "status")
"""What is taken over of the fields of a line of Temporal's core: the others may hold payloads and failures."""


class LogFormat(StrEnum):
    """How lines look."""

    AUTO = "auto"
    """Readable on a terminal, else JSON."""
    JSON = "json"
    CONSOLE = "console"


Ids = Callable[[], Mapping[str, str]]

_about: ContextVar[Ids] = ContextVar("groundswell_log_ids")

ALWAYS: list[Ids] = []
"""What every line of this process gets beside that: the ids of its trace, once tracing is on."""


@contextmanager
def about(ids: Ids) -> Iterator[None]:
    """Every line inside gets these ids; they are asked for when it is written, since a request learns them late."""
    token = _about.set(ids)
    try:
        yield
    finally:
        _about.reset(token)


def ids_here() -> Mapping[str, str]:
    """The ids that a line written here gets."""
    ids = _about.get(None)
    return {} if ids is None else ids()


def stream_ids(stream: str) -> dict[str, str]:
    """The id in the name of a stream, or of its workflow, under the name that logs have for it."""
    kind, _, name = stream.partition("/")
    kind = "collaboration" if kind == "rights" else kind
    return {f"{kind}_id": name} if kind in ("campaign", "collaboration") and name else {}


def configure(form: LogFormat = LogFormat.AUTO, level: str = "info", stream: IO[str] | None = None) -> None:
    """Make this process log to `stream` (standard error), from `level` on. The last call counts."""
    stream = stream or sys.stderr
    readable = form is LogFormat.CONSOLE or (form is LogFormat.AUTO and stream.isatty())
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty()) if readable else structlog.processors.JSONRenderer()
    )
    handler = _Handler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[_OF_RECORDS, *_CHAIN],
            processors=[ProcessorFormatter.remove_processors_meta, _in_order, renderer],
        )
    )
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name, quiet in TALKATIVE.items():
        logging.getLogger(name).setLevel(max(quiet, root.level))
    logging.captureWarnings(capture=True)
    workflow.logger.workflow_info_on_message = activity.logger.activity_info_on_message = False
    structlog.configure(
        processors=[*_CHAIN, _in_order, renderer],
        logger_factory=lambda name="groundswell": _Ours(name, handler),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def forget() -> None:
    """Leave logging as Python and structlog have it by default."""
    root = logging.getLogger()
    for ours in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(ours)
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


class _Handler(logging.StreamHandler[IO[str]]):
    """Ours, so that configuring again replaces it and nobody else's."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; exceptions among the arguments are named, not quoted."""
        if isinstance(record.args, tuple) and any(isinstance(each, BaseException) for each in record.args):
            record = logging.makeLogRecord(record.__dict__)
            assert isinstance(record.args, tuple)
            record.args = tuple(
                type(each).__name__ if isinstance(each, BaseException) else each for each in record.args
            )
        return super().format(record)

    def write(self, line: str) -> None:
        """A line of our own as it is. What cannot be written is left out: a full disk fails nobody's request."""
        with suppress(OSError, ValueError):
            self.acquire()
            try:
                self.stream.write(line + self.terminator)
                self.flush()
            finally:
                self.release()


class _Ours:
    """What is behind structlog's loggers: a name, and where the lines go."""

    def __init__(self, name: str, handler: _Handler) -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = handler.write


def failure(error: BaseException) -> dict[str, Any]:
    """What a log may say of an exception: its types from the outermost inwards, a code, and the place."""
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)
    where = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-SHOWN_FRAMES:]
    ]
    codes = [code for each in chain if (code := _code(each))]
    return {
        "error": " from ".join(type(each).__name__ for each in chain),
        **({"code": codes[-1]} if codes else {}),
        **({"where": where} if where else {}),
    }


def _code(error: BaseException) -> str | None:
    """What kind of failure it is, of a closed set of names."""
    match error:
        case GroundswellError():
            return error.code
        case ApplicationError():
            return error.type
        case RPCError():
            return error.status.name.lower()
        case OSError():
            return error.strerror
        case _:
            sqlstate = getattr(error, "sqlstate", None)
            return sqlstate if isinstance(sqlstate, str) else None


def _whereabouts(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """The ids of what the line is about; what the line itself says comes first."""
    more = {name: value for ids in ALWAYS for name, value in ids().items()}
    return {**_ids(line), **more, **line}


def _ids(line: EventDict) -> Mapping[str, Any]:
    of_activity: Mapping[str, Any] | None = line.pop("temporal_activity", None)
    of_workflow: Mapping[str, Any] | None = line.pop("temporal_workflow", None)
    if of_activity is None and activity.in_activity():
        info = activity.info()
        of_activity = {
            "activity_type": info.activity_type,
            "attempt": info.attempt,
            "workflow_id": info.workflow_id,
            "workflow_run_id": info.workflow_run_id,
        }
    if of_activity is not None:
        return {
            **stream_ids(of_activity.get("workflow_id") or ""),
            "run_id": of_activity.get("workflow_run_id"),
            "activity": of_activity.get("activity_type"),
            "attempt": of_activity.get("attempt"),
        }
    if of_workflow is not None:
        # An update's id is a caller's Idempotency-Key, in which there may be anything.
        command = of_workflow.get("update_name")
        return {
            **stream_ids(of_workflow.get("workflow_id") or ""),
            "workflow": of_workflow.get("workflow_type"),
            "run_id": of_workflow.get("run_id"),
            **({"command": command} if command else {}),
        }
    ids = _about.get(None)
    return ids() if ids is not None else {}


def _harmless(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Without what exceptions and libraries quote."""
    error = line.pop("exc_info", None)
    line.pop("stack_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line = {**failure(error), **line}
    if line.get("logger") == "asyncio":  # the rest of its message are representations of whatever was at hand
        line["event"] = str(line["event"]).partition("\n")[0].partition("(")[0].strip()
    core = line.pop("temporal_log", None)
    if core is not None:
        line = {**{name: core.fields[name] for name in CORE_FIELDS if name in core.fields}, **line}
    return line


FIRST = ("timestamp", "level", "event")


def _in_order(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """When, how bad and what come first: people read the beginning of a line."""
    return {**{name: line[name] for name in FIRST if name in line}, **line}


_OF_RECORDS = structlog.stdlib.ExtraAdder(
    allow=("temporal_workflow", "temporal_activity", "temporal_log", "campaign_id")
)
_CHAIN: list[Any] = [
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _whereabouts,
    _harmless,
]
