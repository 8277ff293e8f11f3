"""Whether the process can do its work: each probe says what is missing and what to do about it."""

import asyncio
from datetime import timedelta
from typing import Protocol

import asyncpg
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.store.migrate import SchemaMismatch, pending
from domain.values import Value

PATIENCE = 5
"""A part that does not answer within so many seconds is not ready."""


class Finding(Value):
    """What a probe has found; `todo` says what helps, and is empty where nothing is needed."""

    part: str
    ready: bool
    found: str
    todo: str = ""


class Readiness(Value):
    """Everything that the process needs, part by part."""

    ready: bool
    parts: tuple[Finding, ...]


class Probe(Protocol):
    """Looks at one part of the installation."""

    async def check(self) -> Finding:
        """What is found now. Never raises, and answers within a few seconds."""
        ...


async def look_at(probes: tuple[Probe, ...]) -> Readiness:
    """All findings; ready if every part is."""
    parts = await asyncio.gather(*(probe.check() for probe in probes))
    return Readiness(ready=all(part.ready for part in parts), parts=tuple(parts))


class DatabaseProbe:
    """PostgreSQL answers, and its schema is this release's."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def check(self) -> Finding:
        """See `Probe.check`."""
        try:
            async with asyncio.timeout(PATIENCE):
                missing = await pending(self._dsn)
        except SchemaMismatch as mismatch:
            todo = "run the release that the database was migrated to"
            return Finding(part="database", ready=False, found=str(mismatch), todo=todo)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            found = f"PostgreSQL does not answer ({type(error).__name__})"
            return Finding(part="database", ready=False, found=found, todo="start it, and check DATABASE_URL")
        if missing:
            found = f"migrations are missing: {', '.join(missing)}"
            return Finding(part="database", ready=False, found=found, todo="run `groundswell migrate`")
        return Finding(part="database", ready=True, found="PostgreSQL answers and its schema is up to date")


class WorkerProbe:
    """Temporal answers, and a worker asks it for work."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def check(self) -> Finding:
        """See `Probe.check`."""
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=self._task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
        try:
            answer = await self._client.workflow_service.describe_task_queue(
                request, timeout=timedelta(seconds=PATIENCE)
            )
        except (RPCError, RuntimeError) as error:
            why = error.status.name if isinstance(error, RPCError) else type(error).__name__
            found = f"Temporal does not answer ({why})"
            return Finding(part="temporal", ready=False, found=found, todo="start it, and check TEMPORAL_ADDRESS")
        if not answer.pollers:
            found = f"Temporal answers, but no worker polls the task queue {self._task_queue!r}"
            return Finding(part="temporal", ready=False, found=found, todo="run `groundswell worker`")
        workers = f"{len(answer.pollers)} pollers on the task queue {self._task_queue!r}"
        return Finding(part="temporal", ready=True, found=f"Temporal answers, {workers}")
