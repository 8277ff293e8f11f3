"""Many decisions in one request: each is taken or refused on its own, as if it had come alone.

Every one has an idempotency key of its own, made of the request's key and its place, so that sending the same request
again does what was left over and answers the rest as before.
"""

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from api.access.principal import Principal
from api.dependencies import AsBrand, Decision, Decisions, IdempotencyKey, JsonOnly, Services, Serving
from api.errors import RETRY_AFTER, Problem, problem_of, problems
from api.idempotency import Once
from api.json_types import refuse_mistaken
from domain.content_approval import ApproveDraft, RequestChanges
from domain.decider import Command
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from domain.values import Line, Value
from domain.verification import ApproveCreator, RejectCreator
from workflows.client import EngineUnavailable

router = APIRouter(prefix="/v1/decisions", tags=["Collaborations"], dependencies=[JsonOnly])

AT_MOST = 200
"""Decisions in one request."""
AT_ONCE = 8
"""Decisions that are under way at the same time; those on one collaboration follow one another."""
BEGUN_WITHIN = 20.0
"""Seconds after which no further decision of a request is begun: its caller gets an answer before they give up."""
LONGEST_KEY = 195
"""Characters of a request's key, so that with a place behind it it is still a key."""


class Verb(StrEnum):
    """What is decided, with the arguments of the call of that name."""

    APPROVE_CREATOR = "approve_creator"
    REJECT_CREATOR = "reject_creator"
    ACCEPT_OFFER = "accept_offer"
    COUNTER_OFFER = "counter_offer"
    DECLINE_OFFER = "decline_offer"
    APPROVE_DRAFT = "approve_draft"
    REQUEST_CHANGES = "request_changes"


COMMANDS: Mapping[Verb, type[Command]] = {
    Verb.APPROVE_CREATOR: ApproveCreator,
    Verb.REJECT_CREATOR: RejectCreator,
    Verb.ACCEPT_OFFER: AcceptOffer,
    Verb.COUNTER_OFFER: CounterOffer,
    Verb.DECLINE_OFFER: DeclineOffer,
    Verb.APPROVE_DRAFT: ApproveDraft,
    Verb.REQUEST_CHANGES: RequestChanges,
}


class AskedDecision(Value):
    """One decision of several."""

    collaboration_id: Line
    verb: Verb
    arguments: dict[str, Any] = Field(
        default_factory=dict,
        description="The body of the call of that name; of a draft with its `deliverable`, counted from 1.",
    )


class AskedDecisions(Value):
    """Several decisions. Those on one collaboration are taken in their order, the others in any."""

    decisions: Annotated[tuple[AskedDecision, ...], Field(min_length=1, max_length=AT_MOST)]


class Came(StrEnum):
    """What came of one decision."""

    DONE = "done"
    REFUSED = "refused"
    """For good, as it stands: `problem` says why."""
    RETRY = "retry"
    """Nobody answered in time, or one before it on the same collaboration is to be sent again."""


class Answered(Value):
    """What came of the decision at `index`. One of `decision` and `problem` is there."""

    index: int
    collaboration_id: Line
    verb: Verb
    key: str
    """The decision's own idempotency key."""
    came: Came
    decision: Decision | None = None
    problem: Problem | None = None


class AnsweredDecisions(Value):
    """What came of each, in the order in which they were asked."""

    done: int
    refused: int
    retry: int
    answers: tuple[Answered, ...]


class NotBegun(EngineUnavailable):
    """This decision was not begun ({why}). Nothing has happened: send the same request with the same Idempotency-Key
    again."""


@router.post("", summary="Take many decisions at once", responses=problems(401, 403, 422))
async def take_decisions(
    request: Request, services: Serving, caller: AsBrand, key: IdempotencyKey, once: Once, body: AskedDecisions
) -> AnsweredDecisions:
    """Up to 200 about offers, drafts and creators to verify. Each is done or refused on its own, never all or nothing.

    What comes back as `retry` is done by sending the same request again with the same key; what was done is answered
    as before and not done twice.
    """
    if len(key) > LONGEST_KEY:
        rule = f"must have at most {LONGEST_KEY} characters here: each decision's own key is made of it"
        location = ("header", "Idempotency-Key")
        raise RequestValidationError([{"type": "string_too_long", "loc": location, "msg": rule, "input": key}])
    await once.must_be_the_same(body)
    answers = await _Batch(request, services, caller, key).take(body.decisions)
    counts = {came: sum(answer.came is came for answer in answers) for came in Came}
    return AnsweredDecisions(
        done=counts[Came.DONE], refused=counts[Came.REFUSED], retry=counts[Came.RETRY], answers=tuple(answers)
    )


class _Batch:
    """One request's decisions."""

    def __init__(self, request: Request, services: Services, caller: Principal, key: str) -> None:
        self._request = request
        self._services = services
        self._caller = caller
        self._key = key
        self._places = asyncio.Semaphore(AT_ONCE)
        self._until = asyncio.get_running_loop().time() + BEGUN_WITHIN

    async def take(self, asked: Sequence[AskedDecision]) -> list[Answered]:
        """Every decision's answer, in the order of the decisions."""
        together: dict[str, list[int]] = {}
        for index, one in enumerate(asked):
            together.setdefault(one.collaboration_id, []).append(index)
        async with asyncio.TaskGroup() as under_way:
            rows = [under_way.create_task(self._in_turn(asked, indexes)) for indexes in together.values()]
        return sorted((answer for row in rows for answer in row.result()), key=lambda answer: answer.index)

    async def _in_turn(self, asked: Sequence[AskedDecision], indexes: Sequence[int]) -> list[Answered]:
        """Decisions on one collaboration: none overtakes one that is to be sent again."""
        answers: list[Answered] = []
        async with self._places:
            for index in indexes:
                waits = any(answer.came is Came.RETRY for answer in answers)
                answers.append(await self._answer(index, asked[index], waits=waits))
        return answers

    async def _answer(self, index: int, asked: AskedDecision, *, waits: bool) -> Answered:
        key = f"{self._key}/{index}"
        decision: Decision | None = None
        problem: Problem | None = None
        try:
            decision = await self._decide(index, asked, key, waits=waits)
        except Exception as error:  # noqa: BLE001 - one decision's failure is no other's
            problem = await problem_of(self._request, error)
        return Answered(
            index=index,
            collaboration_id=asked.collaboration_id,
            verb=asked.verb,
            key=key,
            came=Came.DONE if problem is None else _came(problem),
            decision=decision,
            problem=problem,
        )

    async def _decide(self, index: int, asked: AskedDecision, key: str, *, waits: bool) -> Decision:
        refuse_mistaken(COMMANDS[asked.verb], asked.arguments, ("body", "decisions", index, "arguments"))
        try:
            command = COMMANDS[asked.verb].model_validate(asked.arguments)
        except ValidationError as error:
            where = ("body", "decisions", index, "arguments")
            found = [{**detail, "loc": (*where, *detail["loc"])} for detail in error.errors(include_url=False)]
            raise RequestValidationError(found) from error
        if waits:
            raise NotBegun(why="an earlier one on the same collaboration is to be sent again")
        if asyncio.get_running_loop().time() > self._until:
            raise NotBegun(why=f"the request has taken {BEGUN_WITHIN:.0f} s")
        return await Decisions(self._services, self._caller, key).on_collaboration(asked.collaboration_id, command)


def _came(problem: Problem) -> Came:
    """A mistake of ours leaves open what has happened; under its key a decision can safely be sent again."""
    again = problem.status in RETRY_AFTER or problem.status == HTTPStatus.INTERNAL_SERVER_ERROR
    return Came.RETRY if again else Came.REFUSED
