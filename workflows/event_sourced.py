"""A workflow as the fold of its stream: the one mechanism under campaigns and collaborations.

    command -> decide (pure) -> append (local activity, expected version) -> evolve exactly what was stored

Commands come from people as updates, from the clock and from the engine's own steps; all pass through `submit`, one
at a time. Nothing that matters lives only here: a run that is lost is started again and reads its stream.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Generic, Protocol, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError, FailureError

from activities.event_streams import AppendRequest, EventStreams, LoadRequest, due_notice
from activities.failures import as_application_error, as_domain_error
from activities.starting import CATCH_UP, Answer, Instruction
from domain.budget import BudgetMove
from domain.calendars import Calendar
from domain.deadlines import PassTime, Tasks
from domain.decider import ENGINE, Actor, Command, Context, Decider, Event, Role
from domain.errors import Conflict, GroundswellError, IdempotencyKeyReused, Refused, RefusedByLedger
from domain.events import Envelope, Metadata, Registry, fingerprint, metadata
from domain.exclusivity import ClaimMove
from domain.notices import notices
from domain.values import Value
from workflows import policies
from workflows.alarm_clock import AlarmClock
from workflows.announcements import Announcements
from workflows.current_details import KEPT, Happened
from workflows.search_attributes import Row, changes, known

ENGINES_IDS = "engine/"
"""What the ids of the engine's own commands begin with."""


class StreamState(Protocol):
    """What the mechanism needs to know of a state."""

    @property
    def ended(self) -> bool:
        """Whether the stream takes no more commands."""
        ...

    @property
    def tasks(self) -> Tasks:
        """What waits for a person."""
        ...

    @property
    def calendar(self) -> Calendar:
        """What deadlines are counted in, and when people sleep."""
        ...


S = TypeVar("S", bound=StreamState)


class EventSourced(ABC, Generic[S]):
    """The base of every workflow that writes a stream. A subclass says which decider, events and commands it has."""

    def __init__(
        self,
        stream: str,
        decider: Decider[Any, S, Event],
        registry: Registry,
        accepts: Mapping[str, type[Command]],
    ) -> None:
        self.stream = stream
        self.state: S = decider.initial
        self.version = 0
        self.clock = AlarmClock()
        self._decider = decider
        self._registry = registry
        self._accepts = accepts
        self._lock = asyncio.Lock()
        self._loaded = False
        self._answers: dict[str, Answer] = {}
        self._traceparent: str | None = None
        """Of the last event: what the engine does next follows from it, unless the clock is the reason."""
        self.announcements = Announcements(stream, self.clock, lambda: self._log_ids)
        self._shown = 0
        """The version that operators see."""
        self._row: Row = known(workflow.info().typed_search_attributes)
        self._latest: deque[Happened] = deque(maxlen=KEPT)

    @abstractmethod
    def moves(self, events: Sequence[Event]) -> Sequence[BudgetMove]:
        """What the events do to the campaign's ledger."""

    def claims(self, events: Sequence[Event]) -> Sequence[ClaimMove]:
        """What the events do to the claims on creators; most streams do nothing to them."""
        return ()

    def note_of(self, command: Command, actor: Actor, refusal: RefusedByLedger) -> Command | None:
        """What records that the ledgers have refused a person's command; most streams have nothing for it."""
        return None

    @abstractmethod
    def row(self) -> Row:
        """How the workflow appears in the list."""

    @abstractmethod
    def details(self, latest: Sequence[Happened]) -> str:
        """What an operator reads on the workflow's page."""

    @property
    @abstractmethod
    def start_again(self) -> Value:
        """The input of a run that goes on from the stream."""

    @property
    @abstractmethod
    def campaign_id(self) -> str:
        """The campaign that the stream belongs to."""

    # ------------------------------------------------------------------------------------------ people's decisions

    @workflow.update(dynamic=True)
    async def decide(self, name: str, args: Sequence[RawValue]) -> Answer:
        """Take a person's command; the update's name is the command's type, its id the command's id."""
        command, actor, traceparent = self._understand(name, args)
        if not self._loaded:  # otherwise the lock is taken at once, before the next command is looked at
            await workflow.wait_condition(lambda: self._loaded)
        try:
            return await self.submit(command, actor, _update_id(), traceparent)
        except GroundswellError as error:
            if isinstance(error, RefusedByLedger) and (note := self.note_of(command, actor, error)) is not None:
                await self.engine(note)
            raise as_application_error(error.for_creator() if actor.role is Role.CREATOR else error) from error

    @decide.validator
    def _refuse_early(self, name: str, args: Sequence[RawValue]) -> None:
        """Refuse what the rules forbid before it costs any history. A command seen before passes: it has its answer.

        So does one that comes while a decision is being recorded: whoever sent it may have read that decision already.
        """
        command, actor, _ = self._understand(name, args)
        if not self._loaded or self._lock.locked() or _update_id() in self._answers:
            return
        try:
            self._decider.decide(command, self.state, self._context(actor, _update_id()))
        except GroundswellError as error:
            raise as_application_error(error) from error

    def _understand(self, name: str, args: Sequence[RawValue]) -> tuple[Command, Actor, str | None]:
        if _update_id().startswith(ENGINES_IDS):
            raise ApplicationError(f"ids that begin with {ENGINES_IDS} are the engine's own", type="malformed_command")
        if name not in self._accepts or len(args) != 1:
            known = ", ".join(sorted(self._accepts))
            raise ApplicationError(f"{name} is not a command of this workflow: {known}", type="unknown_command")
        try:
            instruction = workflow.payload_converter().from_payload(args[0].payload, Instruction)
            command = self._accepts[name].model_validate(instruction.command)
            return command, instruction.actor, instruction.traceparent
        except ValueError as error:
            raise ApplicationError(f"{name} is not well-formed: {error}", type="malformed_command") from error

    @workflow.update(name=CATCH_UP)
    async def catch_up(self, version: int) -> None:
        """Read the stream, which has come to `version`: of an append whose task was lost, only the record knows."""
        await workflow.wait_condition(lambda: self._loaded)
        async with self._lock:
            if self.version < version:
                await self._load()

    @catch_up.validator
    def _refuse_if_there(self, version: int) -> None:
        """To be asked costs no history where nothing is missing."""
        if self._loaded and not self._lock.locked() and self.version >= version:
            raise ApplicationError(f"version {version} is known here", type="caught_up")

    # ------------------------------------------------------------------------------------------ decide, append, evolve

    async def submit(
        self, command: Command, actor: Actor, command_id: str | None = None, traceparent: str | None = None
    ) -> Answer:
        """Decide a command and record what follows; a command that was decided before gets its first answer.

        `traceparent` is the place in a trace from which the command came; the events keep it.

        Raises:
            Refused: the rules do not allow it in the current state.
            IdempotencyKeyReused: the id was used for another command.
        """
        async with self._lock:
            while True:
                context = self._context(actor, command_id or self._own_id(command))
                if context.command_id in self._answers:
                    return self._first_answer(command, context)
                events = self._decider.decide(command, self.state, context)
                if not events:
                    return self._nothing(command)
                try:
                    await self._append(command, context, events, traceparent)
                except Conflict as conflict:
                    await self._reread(conflict)
                else:
                    return self._answers[context.command_id]

    async def engine(self, command: Command) -> None:
        """Decide a command of the engine's own. If it is refused, somebody else has decided meanwhile, and that stands.

        Raises:
            RefusedByLedger: the campaign cannot afford it, or another one holds the creator.
        """
        try:
            await self.submit(command, ENGINE, traceparent=None if isinstance(command, PassTime) else self._traceparent)
        except RefusedByLedger:
            raise
        except Refused as refusal:
            workflow.logger.info(
                "the engine's %s was refused: %s", type(command).__name__, refusal.code, extra=self._log_ids
            )

    @property
    def _log_ids(self) -> dict[str, str]:
        """What the log cannot tell from the workflow's id; why something failed may quote people, and stays out."""
        return {"campaign_id": self.campaign_id}

    def _context(self, actor: Actor, command_id: str) -> Context:
        return Context(at=workflow.now(), actor=actor, command_id=command_id)

    def _own_id(self, command: Command) -> str:
        """The same step on the same version has the same id, whichever run takes it."""
        return f"{ENGINES_IDS}{type(command).__name__}/{self.version}"

    def _first_answer(self, command: Command, context: Context) -> Answer:
        answer = self._answers[context.command_id]
        if answer.fingerprint != fingerprint(command) and context.actor != ENGINE:
            raise IdempotencyKeyReused(key=context.command_id)
        return answer  # the engine's own step was taken by another run, and what that run found stands

    def _nothing(self, command: Command) -> Answer:
        return Answer(stream=self.stream, version=self.version, events=(), fingerprint=fingerprint(command))

    async def _reread(self, conflict: Conflict) -> None:
        """Another run has written: read what it wrote and decide again. A stream that has gone back is no such case."""
        before = self.version
        await self._load()
        if self.version == before:
            raise conflict

    async def _append(
        self, command: Command, context: Context, events: Sequence[Event], traceparent: str | None
    ) -> None:
        names = [type(event).__name__ for event in events]
        request = AppendRequest(
            stream=self.stream,
            expected_version=self.version,
            records=tuple(self._registry.encode(event) for event in events),
            metadata=metadata(command, context, correlation_id=self.campaign_id, traceparent=traceparent),
            moves=tuple(self.moves(events)),
            claims=tuple(self.claims(events)),
            calendar=self.state.calendar,
        )
        try:
            stored = await workflow.execute_local_activity_method(
                EventStreams.append,
                request,
                summary=f"{type(command).__name__} by {context.actor.role}: {', '.join(names)}",
                **policies.RECORDING,
            )
        except FailureError as failure:
            raise as_domain_error(failure) or failure from failure
        if not _is_ours(stored.events[0].metadata, request.metadata):
            await self._load()  # another run, or an attempt whose answer was lost, took the step, and perhaps more
            return
        self._fold(stored.events)
        self.announcements.extend(
            due_notice(envelope.version, notice, stored.quiet_until)
            for envelope in stored.events
            for notice in notices(self._registry.decode(envelope))
        )

    async def _load(self) -> None:
        """Catch up with the stream, and with what people have not been told of it."""
        loaded = await workflow.execute_local_activity_method(
            EventStreams.load,
            LoadRequest(
                stream=self.stream,
                after_version=self.version,
                calendar=self.state.calendar if self.version else None,
            ),
            summary=f"read the stream after version {self.version}",
            **policies.RECORDING,
        )
        self._fold(loaded.events)
        self.announcements.extend(loaded.unsent)

    def _fold(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            if envelope.version <= self.version:
                continue
            assert envelope.version == self.version + 1, f"{self.stream} has a gap before version {envelope.version}"
            self.state = self._decider.evolve(self.state, self._registry.decode(envelope))
            self.version = envelope.version
            self._traceparent = envelope.metadata.traceparent
            self._remember(envelope)

    def _remember(self, envelope: Envelope) -> None:
        circumstances = envelope.metadata
        earlier = self._answers.get(circumstances.command_id)
        self._answers[circumstances.command_id] = Answer(
            stream=self.stream,
            version=envelope.version,
            events=(*(earlier.events if earlier else ()), envelope.type),
            fingerprint=circumstances.fingerprint,
        )
        self._latest.append(
            Happened(
                version=envelope.version,
                event=envelope.type,
                role=circumstances.actor.role,
                at=f"{circumstances.decided_at:%Y-%m-%d %H:%M:%S}",
            )
        )

    # ------------------------------------------------------------------------------------------ beginning and end

    async def recover(self) -> None:
        """Read what the stream already holds; from here on people's commands are decided."""
        await self._load()
        self._loaded = True

    async def open(self, command: Command) -> None:
        """Begin a stream with its first command; if it has begun already, read it instead."""
        self._loaded = True
        await self.engine(command)

    async def start_afresh_if_long(self) -> None:
        """Go on in a new run once the server finds this one's history long; the stream is all that it needs.

        Mail that waits for the morning is found there again as what has not been sent.
        """
        if workflow.info().is_continue_as_new_suggested():
            await workflow.wait_condition(
                lambda: self.announcements.at_rest and self._is_shown and workflow.all_handlers_finished()
            )
            workflow.continue_as_new(self.start_again)

    @asynccontextmanager
    async def alongside(self, *chores: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        """Beside the story inside: tell people, show operators where it stands, and do these chores.

        It ends when everybody has been told and answered; only then may the run end.
        """
        beside = [asyncio.create_task(each) for each in (self.announcements.make(), self._show(), *chores)]
        yield
        await workflow.wait_condition(
            lambda: self.announcements.made and self._is_shown and workflow.all_handlers_finished()
        )
        for each in beside:
            each.cancel()

    async def _show(self) -> None:
        """Show operators where the stream stands, whenever it has come to rest.

        Of steps that follow each other at once only the last is shown: another value of a search attribute is another
        event of history and another billable action.
        """
        while True:
            await workflow.wait_condition(lambda: not self._is_shown and not self._lock.locked())
            await asyncio.sleep(0)  # whoever has waited for the last step takes the next one first
            if self._lock.locked():
                continue
            row = self.row()
            if updates := changes(self._row, row):
                workflow.upsert_search_attributes(updates)
                self._row = row
            workflow.set_current_details(self.details(list(self._latest)))
            self._shown = self.version

    @property
    def _is_shown(self) -> bool:
        return self._shown == self.version


def _is_ours(stored: Metadata, given: Metadata) -> bool:
    """Whether what is stored is what was given. Fingerprints aside: a later release may make others."""
    return stored.model_copy(update={"fingerprint": given.fingerprint}) == given


def _update_id() -> str:
    update = workflow.current_update_info()
    assert update is not None, "only called while an update is handled"
    return update.id
