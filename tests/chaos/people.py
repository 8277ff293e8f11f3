"""Everybody in a campaign, at work: they see what is asked of them, act, and insist until they have an answer."""

import asyncio
from collections import Counter
from typing import Protocol

import asyncpg

from activities.records import collaboration_after
from activities.starting import Answer
from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from domain.decider import Actor, Command
from domain.errors import Refused
from tests.chaos.cast import Act, act
from workflows.client import EngineUnavailable, TooManyInFlight

LOOK_EVERY = 0.1
"""Seconds between two looks at the task list."""

TASKS = """
select task.stream, task.name, task.opened_at, creators.profile ->> 'handle' as handle
from tasks as task
inner join collaboration_pipeline as pipeline using (collaboration_id)
inner join creators on creators.id = pipeline.creator_id
"""

DOWN = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
)
"""What the people's own look at the database meets while there is none."""


class Decides(Protocol):
    """What people need: the engine itself, or the API before it."""

    async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        """See `workflows.client.Engine.decide`."""
        ...


class People:
    """Whoever acts in the campaigns of one database. What they sent and what was answered stays in `answers`."""

    def __init__(self, engine: Decides, log: PostgresEventLog, pool: Pool) -> None:
        self.answers: dict[tuple[str, str], tuple[Act, Answer]] = {}
        """Every act with its answer, by stream and idempotency key."""
        self.repeated = 0
        """How often somebody had to send the same again because there was no answer."""
        self.refused: list[str] = []
        self.engine = engine
        self._log = log
        self._pool = pool
        self._begun: set[tuple[str, str, object]] = set()
        self._nth: Counter[tuple[str, str]] = Counter()

    async def play(self) -> None:
        """Act until cancelled."""
        async with asyncio.TaskGroup() as acts:
            while True:
                for row in await self._tasks():
                    task = (row["stream"], row["name"], row["opened_at"])
                    if task not in self._begun:
                        self._begun.add(task)
                        self._nth[row["stream"], row["name"]] += 1
                        nth = self._nth[row["stream"], row["name"]]
                        acts.create_task(self._act(row["stream"], row["name"], row["handle"], nth))
                await asyncio.sleep(LOOK_EVERY)

    async def ask_again(self) -> dict[tuple[str, str], Answer]:
        """Send every act once more with its key, and return what is answered now."""
        now = {}
        for (stream, key), (done, _) in self.answers.items():
            now[stream, key] = await self.engine.decide(stream, done.command, actor=done.by, command_id=key)
        return now

    async def _tasks(self) -> list[asyncpg.Record]:
        try:
            return list(await self._pool.fetch(TASKS))
        except DOWN:
            return []

    async def _act(self, stream: str, task: str, handle: str, nth: int) -> None:
        key = f"{handle}/{task}/{nth}"
        doing: Act | None = None
        while True:
            try:
                if doing is None:
                    doing = act(handle, task, nth, collaboration_after(await self._log.read(stream)))
                if doing is None:
                    return
                answer = await self.engine.decide(stream, doing.command, actor=doing.by, command_id=key)
            except (EngineUnavailable, TooManyInFlight, *DOWN):
                self.repeated += 1
                await asyncio.sleep(0.3)
            except Refused as refusal:
                self.refused.append(f"{key}: {refusal}")
                return
            else:
                self.answers[stream, key] = (doing, answer)
                return
