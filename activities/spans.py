"""What of a span leaves the process: names and numbers from a list, so that nothing personal can be among them.

Libraries put into spans what they have: whole addresses, with the tokens in them, clients' addresses, the texts of
exceptions, callers' keys. Instead of looking for what is personal, only what is known not to be is let through.
"""

import re
from collections.abc import Sequence

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.util.types import Attributes

KEPT = frozenset(
    {
        *("http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code"),
        *("http.scheme", "url.scheme"),
        *("db.system", "db.system.name", "db.name", "db.namespace"),
        *("temporalWorkflowID", "temporalRunID", "temporalActivityID"),
        *("error.type", "exception.type"),
    }
)
"""The attributes of spans and of their events that are exported. Workflows' ids are those of streams."""

STATEMENTS = ("db.statement", "db.query.text")
QUERY = "db.query.summary"
_NAMED = re.compile(r"-- name: (\w+)|-- (\w+):")
_SQL = "opentelemetry.instrumentation.asyncpg"


class Harmless(SpanExporter):
    """Hands spans on without what is not in `KEPT`. SQL outside of any trace (what polls, what measures) is left out.

    A statement is named as `store/queries` names it.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """See `SpanExporter.export`."""
        kept = [_cleaned(span) for span in spans if span.parent is not None or not _is_sql(span)]
        return self._exporter.export(kept) if kept else SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """See `SpanExporter.shutdown`."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """See `SpanExporter.force_flush`."""
        return self._exporter.force_flush(timeout_millis)


def _is_sql(span: ReadableSpan) -> bool:
    return span.instrumentation_scope is not None and span.instrumentation_scope.name == _SQL


def _cleaned(span: ReadableSpan) -> ReadableSpan:
    name, attributes = span.name, dict(_kept(span.attributes) or {})
    if _is_sql(span):
        name = attributes[QUERY] = _query(span)
    return ReadableSpan(
        name=name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        events=[Event(each.name, _kept(each.attributes), each.timestamp) for each in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _kept(attributes: Attributes) -> Attributes:
    return {name: value for name, value in (attributes or {}).items() if name in KEPT}


def _query(span: ReadableSpan) -> str:
    statement = next((str(value) for name in STATEMENTS if (value := (span.attributes or {}).get(name))), "")
    named = _NAMED.match(statement)
    if named:
        return named[1] or named[2]
    return (statement.split() or ["sql"])[0].lower()[:20]
