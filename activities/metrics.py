"""What this process counts, for Prometheus: appends, decisions, mails, requests. Nothing here says who or what.

Labels are of small closed sets: no ids, no names. What can be asked of the database instead, and is the same whichever
process is asked, is in `store/standing.py`.

Where several processes serve one port, set `PROMETHEUS_MULTIPROC_DIR` to an empty directory: prometheus-client then
keeps the counts there, and each process answers for all.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from time import perf_counter
from typing import Protocol

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from temporalio.exceptions import ApplicationError

from domain.errors import Conflict, GroundswellError
from domain.events import Metadata, Record
from domain.narrative import Basis, authority
from domain.notices import Template

disable_created_metrics()  # type: ignore[no-untyped-call]  # half of all series, which nobody reads

MULTIPROCESS_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"

APPENDS = Counter("groundswell_appends", "Commands whose events were to be recorded, by what came of it.", ["outcome"])
APPEND_SECONDS = Histogram(
    "groundswell_append_seconds",
    "How long the record took for a command's events, its read models included.",
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
DECISIONS = Counter(
    "groundswell_decisions",
    "Events that this process has recorded, by type and by what entitled them.",
    ["type", "authority"],
)
MAILS = Counter(
    "groundswell_mails",
    "Attempts to hand a letter to the mail server, by what came of it.",
    ["template", "outcome"],
)
REQUESTS = Histogram(
    "groundswell_http_request_seconds",
    "HTTP requests: seconds until the answer began, by route, method and status.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

APPENDED, REPEATED, CONFLICT, REFUSED, FAILED = APPEND_OUTCOMES = (
    "appended",
    "repeated",
    "conflict",
    "refused",
    "failed",
)
SENT, DEFERRED, UNDELIVERABLE = MAIL_OUTCOMES = ("sent", "deferred", "undeliverable")

# A series that appears with its first failure has no increase that an alert could see.
_APPENDS = {outcome: APPENDS.labels(outcome) for outcome in APPEND_OUTCOMES}
for _template in Template:
    for _outcome in MAIL_OUTCOMES:
        MAILS.labels(_template.value, _outcome)


class Collector(Protocol):
    """Gives figures when it is asked for them, in any thread."""

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now."""
        ...


def registry(*collectors: Collector) -> CollectorRegistry:
    """What a process shows: what it counts (all processes of the host, if they share a directory), and more."""
    shown = CollectorRegistry()
    if os.environ.get(MULTIPROCESS_DIRECTORY):
        MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
    else:
        shown.register(REGISTRY)
    for collector in collectors:
        shown.register(collector)
    return shown


@contextmanager
def counted_append(records: Sequence[Record], metadata: Metadata) -> Iterator[Callable[[bool], None]]:
    """Count and time one append; call what is given with whether the events are new."""
    outcome = FAILED

    def note(new: bool) -> None:
        nonlocal outcome
        outcome = APPENDED if new else REPEATED

    began = perf_counter()
    try:
        yield note
    except Conflict:
        outcome = CONFLICT
        raise
    except GroundswellError:
        outcome = REFUSED
        raise
    finally:
        APPEND_SECONDS.observe(perf_counter() - began)
        _APPENDS[outcome].inc()
    if outcome == APPENDED:
        for record in records:
            by = authority(record.data.get("authority"), by=metadata.actor.role, command=metadata.command)
            _decisions(record.type, by).inc()


@lru_cache(maxsize=1_024)  # to find a series by its labels takes longer than to count
def _decisions(type_: str, by: Basis) -> Counter:
    return DECISIONS.labels(type_, by.value)


@contextmanager
def counted_mail(template: Template) -> Iterator[None]:
    """Count one attempt to send a letter."""
    outcome = DEFERRED
    try:
        yield
        outcome = SENT
    except ApplicationError as refusal:
        outcome = UNDELIVERABLE if refusal.non_retryable else DEFERRED
        raise
    finally:
        MAILS.labels(template.value, outcome).inc()
