"""When a process traces, and what it says of its place. What is traced: tests/end_to_end/test_traces.py."""

import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from activities import logs, tracing
from activities.tracing import TracingUnavailable, exporter_wanted

ROOT = Path(__file__).parents[2]
ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}


@pytest.mark.parametrize(
    ("environment", "exporter"),
    [
        ({}, None),
        (ENDPOINT, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "console"),
        ({**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"}, None),
        ({**ENDPOINT, "OTEL_SDK_DISABLED": "TRUE"}, None),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, None),
        ({"OTEL_SERVICE_NAME": "groundswell"}, None),
    ],
)
def test_the_standard_variables_switch_it_on(environment: dict[str, str], exporter: str | None) -> None:
    assert exporter_wanted(environment) == exporter


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "zipkin"),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL"),
        ({**ENDPOINT, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json"}, "http/json"),
    ],
)
def test_what_there_is_not_is_refused_by_name(environment: dict[str, str], named: str) -> None:
    """Traces that silently go nowhere would be noticed when they are needed."""
    with pytest.raises(TracingUnavailable, match=named):
        exporter_wanted(environment)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(TracingUnavailable, match=r"groundswell\[observability\]"):
        tracing.start("tests")


def test_a_process_that_does_not_trace_loads_nothing_for_it() -> None:
    """Neither the SDK, nor an instrumentation, nor an exporter; and asyncpg is as it was."""
    program = (
        "import sys, asyncpg; from activities import tracing; assert not tracing.start('x');"
        "assert tracing.traceparent() is None and tracing.provider() is None;"
        "import api.app, workflows.worker;"
        "loaded = [m for m in sys.modules if m.startswith(('opentelemetry.sdk', 'opentelemetry.instrumentation',"
        " 'opentelemetry.exporter'))];"
        "assert not loaded, loaded; assert not hasattr(asyncpg.Connection.fetch, '__wrapped__')"
    )
    clean = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=clean, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_place_in_a_trace_is_told_to_events_and_logs() -> None:
    """As W3C writes it; outside of a trace there is none, and nothing is left when tracing has stopped."""
    provider = tracing.export_to(InMemorySpanExporter(), "tests")
    try:
        assert tracing.traceparent() is None
        with provider.get_tracer("any").start_as_current_span("request") as span:
            place = span.get_span_context()
            assert tracing.traceparent() == f"00-{place.trace_id:032x}-{place.span_id:016x}-{place.trace_flags:02x}"
            assert [ids() for ids in logs.ALWAYS] == [{"trace_id": f"{place.trace_id:032x}"}]
        assert provider.resource.attributes["service.name"] == "groundswell-tests"
    finally:
        tracing.stop()
    assert (tracing.provider(), logs.ALWAYS) == (None, [])


def test_a_given_service_name_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "campaigns-eu")
    provider = tracing.export_to(InMemorySpanExporter(), "tests")
    tracing.stop()
    assert provider.resource.attributes["service.name"] == "campaigns-eu"
