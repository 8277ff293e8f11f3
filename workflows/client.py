"""The way in: start campaigns and take people's decisions to the workflow that makes them.

Errors arrive as what they are in the domain; what Temporal itself says is one of two errors of this module.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from activities import tracing
from activities.failures import as_domain_error
from activities.ports import EventLog
from activities.public_holidays import public_holidays
from activities.records import decider_of, state_after
from activities.starting import (
    CAMPAIGN_WORKFLOW,
    CATCH_UP,
    TASK_QUEUE,
    Answer,
    CampaignStart,
    Instruction,
    campaign_stream,
)
from domain.brief import Brief
from domain.campaign import CampaignDecider
from domain.decider import Actor, Command, Context
from domain.errors import AlreadyEnded, GroundswellError, IdempotencyKeyReused, NotFound, Refused, RefusedByLedger
from domain.events import Envelope, fingerprint
from domain.goal_setting import StartCampaign

ANSWER_WITHIN = timedelta(seconds=10)
"""How long a decision may take before the caller is told to come back."""

SENT_ONCE = RetryConfig(max_retries=1)
"""Of the connection that an engine is given, which knows by itself what is worth sending again, and for how long.

The SDK waits 1, 2, 4 and 8 seconds for room on a workflow that is busy; its callers would learn of it after fifteen.
"""

PATIENCE: Mapping[RPCStatusCode, timedelta] = {
    RPCStatusCode.RESOURCE_EXHAUSTED: timedelta(seconds=2),  # ten decisions are under way; most bursts pass by then
    RPCStatusCode.UNAVAILABLE: ANSWER_WITHIN,
    RPCStatusCode.UNKNOWN: ANSWER_WITHIN,
    RPCStatusCode.INTERNAL: ANSWER_WITHIN,
    RPCStatusCode.ABORTED: ANSWER_WITHIN,
}
"""For how long after its first attempt a decision is sent again by itself, by what the server says to it."""

PAUSES = (0.1, 3.0)
"""Seconds between the first attempts, and the most between later ones: each is half as long again as the one before."""

NO_ANSWER = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.UNKNOWN,  # a connection that broke in the middle of a call
    RPCStatusCode.INTERNAL,
    RPCStatusCode.ABORTED,
    RPCStatusCode.FAILED_PRECONDITION,  # its workers have died over this workflow several times; it is tried again
}
"""What it is called when the server does not answer or cannot yet: the same request again finds out."""


class EngineUnavailable(GroundswellError):
    """The engine did not answer within {seconds} s ({why}). Nothing is lost: send the same request with the same
    Idempotency-Key again."""


class TooManyInFlight(GroundswellError):
    """Too many decisions are under way on {stream}. Send the same request with the same Idempotency-Key again."""


T = TypeVar("T")


class Engine:
    """What the API needs of the workflows. Its client's connection should be one that sends everything once."""

    def __init__(self, client: Client, log: EventLog, task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._log = log
        self._task_queue = task_queue

    async def start_campaign(self, campaign_id: str, brief: Brief, *, actor: Actor, command_id: str) -> Answer:
        """Start a campaign and wait until its first event is recorded. The same again gives the first answer.

        Raises:
            BriefRefused: with all reasons; nothing was started.
            IdempotencyKeyReused: the campaign was started with another brief.
            EngineUnavailable: come back later with the same ids.
        """
        stream = campaign_stream(campaign_id)
        command = StartCampaign(campaign_id=campaign_id, brief=brief)
        if recorded := await self._recorded(stream, command_id):
            return _must_be_of(command, command_id, recorded)
        now = datetime.now(UTC)
        # The first look at a country reads its rules: a moment during which other requests go on.
        holidays = await asyncio.to_thread(public_holidays, brief, today=now.astimezone(brief.zone).date())
        command = command.model_copy(update={"holidays": holidays})
        context = Context(at=now, actor=actor, command_id=command_id)
        CampaignDecider().decide(command, CampaignDecider.initial, context)
        async with self._translated(stream):
            answer = await _patiently(
                lambda: self._client.execute_update_with_start_workflow(
                    type(command).__name__,
                    _instruction(command, actor),
                    start_workflow_operation=self._start(campaign_id, brief),
                    id=command_id,
                    result_type=Answer,
                    rpc_timeout=ANSWER_WITHIN,
                )
            )
        return _must_be_of(command, command_id, Answer.model_validate(answer))

    def _start(self, campaign_id: str, brief: Brief) -> WithStartWorkflowOperation[Any, str]:
        return WithStartWorkflowOperation(
            CAMPAIGN_WORKFLOW,
            CampaignStart(campaign_id=campaign_id),
            id=campaign_stream(campaign_id),
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=f"campaign for {brief.brand}: {brief.product}",
        )

    async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        """Have a command decided by the workflow of `stream`. The same again gives the first answer.

        Raises:
            Refused: the rules do not allow it.
            IdempotencyKeyReused: the id was used for another command; also across the runs of a workflow.
            NotFound: there is no such campaign or collaboration.
            EngineUnavailable, TooManyInFlight: come back later with the same id.
        """
        kind, _, name = stream.partition("/")
        if kind != "campaign" and not await self._log.read(stream, upto=1):
            raise NotFound(kind=kind, id=name)  # until the record says whom it is about, no key of theirs protects it
        try:
            return await self._decide(stream, command, actor, command_id)
        except RefusedByLedger:
            raise
        except Refused:
            recorded = await self._log.read(stream)
            if not _allowed(stream, recorded, command, actor, command_id):
                raise
        await self.catch_up(stream, recorded[-1].version)
        return await self._decide(stream, command, actor, command_id)

    async def catch_up(self, stream: str, version: int) -> bool:
        """Have the workflow of `stream` read what it has not heard of, as of an append whose workflow task was lost
        when Temporal or a worker went away; returns whether it knew less than `version`.

        Raises:
            NotFound, AlreadyEnded, EngineUnavailable: it does not run, or does not answer.
        """
        try:
            async with self._translated(stream):
                await _patiently(
                    lambda: self._client.get_workflow_handle(stream).execute_update(
                        CATCH_UP, version, id=f"{CATCH_UP}/{version}", rpc_timeout=ANSWER_WITHIN
                    )
                )
        except WorkflowUpdateFailedError:
            return False
        return True

    async def _decide(self, stream: str, command: Command, actor: Actor, command_id: str) -> Answer:
        try:
            async with self._translated(stream):
                answered = await _patiently(
                    lambda: self._client.get_workflow_handle(stream).execute_update(
                        type(command).__name__,
                        _instruction(command, actor),
                        id=command_id,
                        result_type=Answer,
                        rpc_timeout=ANSWER_WITHIN,
                    )
                )
            return _must_be_of(command, command_id, Answer.model_validate(answered))
        except AlreadyEnded:
            if recorded := await self._recorded(stream, command_id):
                return _must_be_of(command, command_id, recorded)
            raise

    async def ready(self) -> bool:
        """Whether the Temporal server answers."""
        return await self._client.service_client.check_health()

    async def _recorded(self, stream: str, command_id: str) -> Answer | None:
        """The answer that a command got earlier, from the record; it outlives every run of the workflow."""
        events = [e for e in await self._log.read(stream) if e.metadata.command_id == command_id]
        if not events:
            return None
        return Answer(
            stream=stream,
            version=events[-1].version,
            events=tuple(event.type for event in events),
            fingerprint=events[-1].metadata.fingerprint,
        )

    @asynccontextmanager
    async def _translated(self, stream: str) -> AsyncIterator[None]:
        try:
            yield
        except WorkflowUpdateFailedError as failure:
            raise as_domain_error(failure.cause) or failure from failure
        except WorkflowAlreadyStartedError as closed:
            raise await self._gone(stream) from closed
        except WorkflowUpdateRPCTimeoutOrCancelledError as late:
            if isinstance(late.__cause__, asyncio.CancelledError):  # it is ours who have left, not the engine
                raise asyncio.CancelledError from late
            raise _unavailable("no worker took it in time") from late
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise await self._gone(stream) from error
            if error.status is RPCStatusCode.RESOURCE_EXHAUSTED:
                raise TooManyInFlight(stream=stream) from error
            if error.status in NO_ANSWER:
                raise _unavailable(error.status.name.lower()) from error
            raise

    async def _gone(self, stream: str) -> GroundswellError:
        """Why the workflow takes no commands: it never was, it is over, or its run was lost. The record knows."""
        kind, _, name = stream.partition("/")
        events = await self._log.read(stream)
        if not events:
            return NotFound(kind=kind, id=name)
        state = state_after(stream, events)
        if state.ended:
            return AlreadyEnded(subject=f"the {kind}", outcome=state.outcome)
        return _unavailable("its workflow is not running; resume it")


async def _patiently(send: Callable[[], Awaitable[T]]) -> T:
    """Send until there is an answer, or an error for which `PATIENCE` has no more. What is sent carries its id, so that
    twice is as good as once."""
    clock = asyncio.get_running_loop()
    began, (pause, longest) = clock.time(), PAUSES
    while True:
        try:
            return await send()
        except RPCError as error:
            patience = PATIENCE.get(error.status, timedelta()).total_seconds()
            if clock.time() - began + pause > patience:
                raise
        # Callers who were refused together shall not come back together.
        await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - nothing is secret about it
        pause = min(1.5 * pause, longest)


def _allowed(stream: str, recorded: Sequence[Envelope], command: Command, actor: Actor, command_id: str) -> bool:
    """Whether the record allows what its workflow has refused: then it was decided on less than the record holds."""
    context = Context(at=datetime.now(UTC), actor=actor, command_id=command_id)
    try:
        decider_of(stream).decide(command, state_after(stream, recorded), context)
    except Refused:
        return False
    return True


def _instruction(command: Command, actor: Actor) -> Instruction:
    return Instruction(command=command.model_dump(mode="json"), actor=actor, traceparent=tracing.traceparent())


def _must_be_of(command: Command, command_id: str, answer: Answer) -> Answer:
    """Temporal and the record know a command by its id alone; what it said tells whether it is the same."""
    if answer.fingerprint != fingerprint(command):
        raise IdempotencyKeyReused(key=command_id)
    return answer


def _unavailable(why: str) -> EngineUnavailable:
    return EngineUnavailable(seconds=int(ANSWER_WITHIN.total_seconds()), why=why)
