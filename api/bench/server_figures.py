"""What the Temporal server counts of itself, from its own endpoint in Prometheus's text format."""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping

import httpx

from domain.values import Value

SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>[^}]*)\})? (?P<value>[0-9.eE+-]+)$", re.MULTILINE)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
NAMESPACE = "default"
EVERY = 0.5
STANDS_STILL = 6
"""Looks in a row, every half second, that must find the same."""

FAILURES = {
    "failed_workflow_tasks": {},
    "start_to_close_timeout": {"operation": "TimerActiveTaskWorkflowTaskTimeout"},
}
"""A workflow task that a worker gave back as failed, and one that it took and never gave back."""


class ServerFigures(Value):
    """Counters since the server began, or between two looks at it."""

    actions: Mapping[str, int]
    """Billable actions by kind, as the server itself counts them."""
    failed_workflow_tasks: int
    """Workflow tasks that failed or timed out."""

    @property
    def total(self) -> int:
        """All billable actions."""
        return sum(self.actions.values())

    def since(self, before: "ServerFigures") -> "ServerFigures":
        """What has been added since an earlier look."""
        added = Counter(self.actions)
        added.subtract(before.actions)
        return ServerFigures(
            actions={kind: count for kind, count in added.items() if count},
            failed_workflow_tasks=self.failed_workflow_tasks - before.failed_workflow_tasks,
        )


async def read_figures(url: str) -> ServerFigures:
    """A look at the server's figures.

    Raises:
        httpx.HTTPError: it does not answer.
    """
    async with httpx.AsyncClient(timeout=30) as client:
        return parse((await client.get(url)).raise_for_status().text)


async def settled_figures(url: str) -> ServerFigures:
    """The figures once they stand still: the server brings its page up to date about once a second.

    Raises:
        httpx.HTTPError: it does not answer.
    """
    figures, same = await read_figures(url), 0
    while same < STANDS_STILL:
        await asyncio.sleep(EVERY)
        found = await read_figures(url)
        same = same + 1 if found == figures else 0
        figures = found
    return figures


def parse(text: str) -> ServerFigures:
    """The figures in a page of metrics. A counter that has never counted is not on the page: it is zero."""
    actions: Counter[str] = Counter()
    failed = 0
    for found in SAMPLE.finditer(text):
        labels = dict(LABEL.findall(found["labels"] or ""))
        if labels.get("namespace", NAMESPACE) != NAMESPACE:
            continue  # the server's own workflows
        if found["name"] == "action" and "action_type" in labels:
            actions[labels["action_type"]] += int(float(found["value"]))
        wanted = FAILURES.get(found["name"])
        if wanted is not None and wanted.items() <= labels.items():
            failed += int(float(found["value"]))
    return ServerFigures(actions=actions, failed_workflow_tasks=failed)
