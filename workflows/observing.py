"""What a process that serves does first: its logs, its traces, and Temporal's own logs and figures beside ours."""

import logging
import socket
import sys
from types import TracebackType

import structlog
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from activities import logs, tracing
from workflows.human_step import LATENESS
from workflows.settings import Settings

LATENESS_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400)


class _Process:
    """Temporal's runtime is one a process, too."""

    core_metrics: str | None = None


def observe(settings: Settings, service: str, *, core_figures: bool | None = None) -> None:
    """Make this process tell what it does: logs, traces if the environment asks for them, and the figures of Temporal's
    SDK: with `core_figures`, or else if the settings name a port to show them on. Call it before the first client is
    made; the last call counts.

    Raises:
        TracingUnavailable: the environment asks for traces that this installation cannot send.
    """
    logs.configure(settings.log_format, settings.log_level)
    sys.excepthook = _last_words
    tracing.start(service)
    counts = settings.metrics_port is not None if core_figures is None else core_figures
    _Process.core_metrics = f"127.0.0.1:{_free_port()}" if counts else None
    Runtime.set_default(Runtime(telemetry=_telemetry(_Process.core_metrics)), error_if_already_set=False)


def core_metrics_address() -> str | None:
    """Where Temporal's SDK serves its figures in this process, `host:port`; None if it does not."""
    return _Process.core_metrics


def _telemetry(metrics_at: str | None) -> TelemetryConfig:
    return TelemetryConfig(
        logging=LoggingConfig(
            filter=TelemetryFilter(core_level="WARN", other_level="ERROR"),
            # Its fields may hold payloads and failures: logs.py takes over those that are known not to.
            forwarding=LogForwardingConfig(
                logger=logging.getLogger(logs.CORE),
                append_target_to_name=False,
                prepend_target_on_message=False,
                append_log_fields_to_message=False,
            ),
        ),
        metrics=None if metrics_at is None else _prometheus(metrics_at),
    )


def _prometheus(address: str) -> PrometheusConfig:
    return PrometheusConfig(
        bind_address=address,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides={LATENESS: LATENESS_SECONDS},
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The log's way for what nobody has caught: Python's own would quote its text."""
    structlog.get_logger(__name__).critical("the process fails", exc_info=error)
