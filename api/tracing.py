"""Traces of requests: OpenTelemetry's own instrumentation of FastAPI, where traces are wanted."""

from fastapi import FastAPI

from activities import tracing

NOT_TRACED = "healthz,readyz,metrics"
"""What machines ask every few seconds."""


def trace_requests(app: FastAPI) -> None:
    """Begin a trace with every request, or go on in the caller's; does nothing in a process without traces."""
    provider = tracing.provider()
    if provider is None:
        return
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor  # noqa: PLC0415 - only where traces are wanted

    FastAPIInstrumentor.instrument_app(
        app,
        tracer_provider=provider,
        excluded_urls=NOT_TRACED,
        exclude_spans=["receive", "send"],  # one span a request: the parts of an answer tell nobody anything
    )
