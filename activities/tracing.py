"""Traces: from an HTTP request to the workflow that decides, the activity that records, and each SQL statement.

They are switched on by OpenTelemetry's standard variables and by nothing else; what these mean is its documentation's:
`OTEL_EXPORTER_OTLP_ENDPOINT` (or `_TRACES_ENDPOINT`), `OTEL_TRACES_EXPORTER`, `OTEL_SERVICE_NAME`,
`OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*`, `OTEL_SDK_DISABLED`. Without them nothing of
OpenTelemetry is loaded by us, and no call is wrapped.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from activities import logs

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

EXPORTERS = ("otlp", "console")
PROTOCOL = "http/protobuf"
INSTALL = "pip install 'groundswell[observability]'"


class TracingUnavailable(Exception):
    """The OTEL_* variables ask for traces that this installation cannot send; the message says what to do."""


class _Process:
    """Whether this process traces: OpenTelemetry's provider is global too."""

    provider: "TracerProvider | None" = None


def exporter_wanted(environment: Mapping[str, str]) -> str | None:
    """Which exporter the variables ask for: `otlp`, `console` (for a look), or None for no traces.

    Raises:
        TracingUnavailable: they ask for one, or for a protocol, that there is not.
    """
    given = {name: value.strip() for name, value in environment.items() if name.startswith("OTEL_") and value.strip()}
    if given.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} & given.keys()
    exporter = given.get("OTEL_TRACES_EXPORTER", "otlp" if endpoint else "none")
    if exporter == "none":
        return None
    if exporter not in EXPORTERS:
        raise TracingUnavailable(f"OTEL_TRACES_EXPORTER is {exporter!r}; there are {', '.join(EXPORTERS)} and none")
    for name in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        if exporter == "otlp" and given.get(name, PROTOCOL) != PROTOCOL:
            raise TracingUnavailable(f"{name} is {given[name]!r}; traces are sent as {PROTOCOL}, mostly to port 4318")
    return exporter


def start(service: str) -> bool:
    """Trace this process if the environment asks for it; returns whether it does. What is left is sent at exit.

    Raises:
        TracingUnavailable: it asks for what is not installed, or for what there is not.
    """
    wanted = exporter_wanted(os.environ)
    if wanted is None:
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter  # noqa: PLC0415 - only where traces are wanted
    except ImportError as missing:
        raise TracingUnavailable(f"OTEL_* asks for traces, which need more: {INSTALL} ({missing.name})") from missing
    export_to(OTLPSpanExporter() if wanted == "otlp" else ConsoleSpanExporter(), service)
    return True


def export_to(exporter: "SpanExporter", service: str) -> "TracerProvider":
    """Trace this process to `exporter`, which gets nothing personal: see `spans.py`."""
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor  # noqa: PLC0415 - only where traces are wanted
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    from activities.spans import Harmless  # noqa: PLC0415

    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": f"groundswell-{service}"}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(Harmless(exporter)))
    AsyncPGInstrumentor().instrument(tracer_provider=provider)  # type: ignore[no-untyped-call]
    _Process.provider = provider
    logs.ALWAYS.append(_ids)
    return provider


def provider() -> "TracerProvider | None":
    """What this process traces with; None if it does not."""
    return _Process.provider


def stop() -> None:
    """Send what is left and trace no more."""
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor  # noqa: PLC0415 - only where it was started

    if _Process.provider is not None:
        _Process.provider.shutdown()
        AsyncPGInstrumentor().uninstrument()  # type: ignore[no-untyped-call]
        logs.ALWAYS.remove(_ids)
        _Process.provider = None


def traceparent() -> str | None:
    """Where we are in a trace, as W3C's header says it and events keep it; None outside of one."""
    if _Process.provider is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


def _ids() -> Mapping[str, str]:
    here = traceparent()
    return {"trace_id": here.split("-")[1]} if here else {}
