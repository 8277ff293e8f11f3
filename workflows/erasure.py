"""Erasing a creator from everything: first whatever runs with them comes to its end, then their key is deleted."""

import asyncio
from collections.abc import Sequence
from time import monotonic
from uuid import uuid4

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.starting import collaboration_stream
from activities.store.erasure import Erasure, Erasures, still_under_way
from domain.collaboration import CancelCollaboration
from domain.decider import ENGINE
from domain.errors import AlreadyEnded, StillUnderWay
from workflows.client import Engine

PATIENCE = 30.0
"""Seconds for cancelled collaborations to pay what they owe, and for ended ones to send their last mails."""

POLL_SECONDS = 0.2


class Eraser:
    """Erases creators, when nothing runs with them any more."""

    def __init__(self, client: Client, engine: Engine, erasures: Erasures, *, patience: float = PATIENCE) -> None:
        self._client = client
        self._engine = engine
        self._erasures = erasures
        self._patience = patience

    async def erase(self, creator_id: str, *, requested_by: str, cancel: bool = False) -> Erasure:
        """Make everything about a creator unreadable, for ever. Again it changes nothing and gives the first answer.

        With `cancel` the collaborations that are under way are cancelled first, as the engine does it: what the
        contracts promise for this case is paid.

        Raises:
            NotFound: there is no such creator.
            StillUnderWay: a collaboration with them has not ended, or its workflow has still something to do.
        """
        if (done := await self._erasures.get(creator_id)) is not None:
            return done
        if cancel:
            await self._cancel_all(creator_id)
        under_way, ended = await self._erasures.collaborations(creator_id)
        if under_way:
            raise still_under_way(creator_id, under_way)
        await self._until_done(creator_id, ended)
        return await self._erasures.erase(creator_id, requested_by=requested_by)

    async def _cancel_all(self, creator_id: str) -> None:
        under_way, _ = await self._erasures.collaborations(creator_id)
        command = CancelCollaboration(reason="the creator is erased")
        for collaboration_id in under_way:
            try:
                stream = collaboration_stream(collaboration_id)
                await self._engine.decide(stream, command, actor=ENGINE, command_id=f"erase/{uuid4().hex}")
            except AlreadyEnded:
                continue
        give_up = monotonic() + self._patience
        while under_way and monotonic() < give_up:
            await asyncio.sleep(POLL_SECONDS)
            under_way, _ = await self._erasures.collaborations(creator_id)

    async def _until_done(self, creator_id: str, ended: Sequence[str]) -> None:
        """Wait for the workflows of ended collaborations: one that still runs would lose what it needs to finish."""
        give_up = monotonic() + self._patience
        running = list(ended)
        while running := [one for one in running if await self._runs(one)]:
            if monotonic() > give_up:
                todo = "They have ended; their workflows still send mails or pay. Try again later."
                raise StillUnderWay(creator=creator_id, collaborations=", ".join(running), todo=todo)
            await asyncio.sleep(POLL_SECONDS)

    async def _runs(self, collaboration_id: str) -> bool:
        workflow = self._client.get_workflow_handle(collaboration_stream(collaboration_id))
        try:
            return (await workflow.describe()).status is WorkflowExecutionStatus.RUNNING
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
