"""What of a span leaves the process."""

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode

from activities.spans import QUERY, Harmless
from activities.store.queries import QUERIES

SECRET = "ines@creators.example"
SQL = "opentelemetry.instrumentation.asyncpg"


def exported(provider: TracerProvider | None = None) -> tuple[TracerProvider, InMemorySpanExporter]:
    memory, provider = InMemorySpanExporter(), provider or TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Harmless(memory)))
    return provider, memory


def test_only_known_attributes_leave_and_no_texts_of_exceptions() -> None:
    """Neither in the span, nor in its events, nor in its status."""
    provider, memory = exported()
    with provider.get_tracer("any").start_as_current_span("POST /v1/campaigns") as span:
        span.set_attributes({"http.route": "/v1/campaigns", "http.target": f"/c/{SECRET}", "client.address": SECRET})
        span.record_exception(ValueError(SECRET))
        span.set_status(Status(StatusCode.ERROR, f"ValueError: {SECRET}"))
    (left,) = memory.get_finished_spans()
    assert SECRET not in left.to_json()
    assert left.attributes == {"http.route": "/v1/campaigns"}
    assert left.events[0].attributes == {"exception.type": "ValueError"}
    assert (left.status.status_code, left.status.description) == (StatusCode.ERROR, None)
    assert (left.name, left.start_time, left.end_time) == (span.name, span.start_time, span.end_time)  # type: ignore[attr-defined]  # the SDK's span


def test_a_statement_goes_by_its_name_and_without_its_text() -> None:
    """A query of the store by the name in its first line; any other by its first word."""
    provider, memory = exported()
    tracer = provider.get_tracer(SQL)
    with provider.get_tracer("any").start_as_current_span("request"):
        for statement in (QUERIES.read_stream, "SELECT 1", ""):
            with tracer.start_as_current_span("--", attributes={"db.statement": statement, "db.system": "postgresql"}):
                pass
    spans = memory.get_finished_spans()[:3]
    assert [span.name for span in spans] == ["read_stream", "select", "sql"]
    assert spans[0].attributes == {"db.system": "postgresql", QUERY: "read_stream"}


def test_sql_outside_of_a_trace_is_left_out() -> None:
    """What polls every second would be most of what is sent."""
    provider, memory = exported()
    with provider.get_tracer(SQL).start_as_current_span("SELECT"):
        pass
    assert memory.get_finished_spans() == ()


def test_it_ends_and_flushes_with_its_exporter() -> None:
    provider, memory = exported()
    assert provider.force_flush()
    provider.shutdown()
    with provider.get_tracer("any").start_as_current_span("late"):
        pass
    assert memory.get_finished_spans() == ()
