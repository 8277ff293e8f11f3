"""Stage 3, verification: weighted evidence decides the clear cases, a person the doubtful ones.

Before a person is asked, or of everybody, the policy may ask the creator for a report of their own figures. With it the
evidence is weighed anew; silence leaves it as it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from domain.assignment import Assignment
from domain.brief import Asked
from domain.checks import Assessment, Verdict
from domain.deadlines import OnExpiry, Task, TaskExpired, closed, open_task, opened
from domain.decider import Authority, Command, Context, Event, Role
from domain.errors import NothingToDecide, NotYourTurn, WrongStage
from domain.lifecycle import Stage
from domain.outcomes import Outcome, end
from domain.performance_report import PerformanceReport
from domain.personal import PERSONAL
from domain.values import Line, Text

if TYPE_CHECKING:
    from domain.collaboration import Collaboration

VERIFY_CREATOR = "verify_creator"
REPORT_PERFORMANCE = "report_performance"


class OpenCollaboration(Command):
    """Begin with one creator."""

    collaboration_id: Line
    campaign_id: Line
    creator_id: Line
    rank: int = Field(ge=1)
    assignment: Assignment


class RecordAssessment(Command):
    """What the checks found."""

    assessment: Assessment


class ReportPerformance(Command):
    """The creator's own figures, as they were asked for."""

    report: PerformanceReport


class ApproveCreator(Command):
    """Go on with a creator whose evidence was doubtful."""

    note: Text = ""


class RejectCreator(Command):
    """Do not work with this creator."""

    reason: Text


class CollaborationOpened(Event):
    """A creator of the shortlist is under consideration."""

    collaboration_id: Line
    campaign_id: Line
    creator_id: Line
    rank: int
    assignment: Assignment


class CreatorAssessed(Event):
    """The checks ran. A doubtful verdict opens a task for the brand."""

    assessment: Assessment
    task: Task | None


class PerformanceReportRequested(Event):
    """The creator is asked for a report of their own figures, before the evidence is decided on."""

    task: Task


class PerformanceReported(Event):
    """The creator gave it; the evidence is to be weighed anew."""

    report: PerformanceReport


class PerformanceReportMissing(Event):
    """The creator did not give it in time; what it would have said counts as unknown."""


class CreatorApproved(Event):
    """Verification is passed."""

    authority: Authority
    note: Annotated[Text, PERSONAL] = ""


class CreatorRejected(Event):
    """Verification is failed."""

    authority: Authority
    reason: Annotated[Text, PERSONAL]


VerificationCommand = OpenCollaboration | RecordAssessment | ReportPerformance | ApproveCreator | RejectCreator
VerificationEvent = (
    CollaborationOpened
    | CreatorAssessed
    | PerformanceReportRequested
    | PerformanceReported
    | PerformanceReportMissing
    | CreatorApproved
    | CreatorRejected
)


def decide(command: VerificationCommand, state: "Collaboration", context: Context) -> Sequence[Event]:
    """Open, record the evidence (again with the creator's report), and take answers from whoever is asked."""
    match command:
        case OpenCollaboration():
            if state.opened:
                raise WrongStage(command="OpenCollaboration", needed="none", subject="collaboration", stage=state.stage)
            return [CollaborationOpened(**dict(command))]
        case RecordAssessment():
            return _record(command, state, context)
        case ReportPerformance():
            if context.actor.role is not Role.CREATOR:
                raise NotYourTurn(command="ReportPerformance", needed=Role.CREATOR, role=context.actor.role)
            if REPORT_PERFORMANCE not in state.tasks:
                raise NothingToDecide(command="ReportPerformance", subject="the collaboration", open=state.open_tasks)
            return [PerformanceReported(report=command.report)]
        case ApproveCreator():
            _must_be_asked(command, state, context)
            return [CreatorApproved(authority=Authority.PERSON, note=command.note)]
        case RejectCreator():
            _must_be_asked(command, state, context)
            return _reject(state, Authority.PERSON, command.reason)


def _record(command: RecordAssessment, state: "Collaboration", context: Context) -> Sequence[Event]:
    if state.stage is not Stage.VERIFICATION or state.assessment is not None:
        raise WrongStage(command="RecordAssessment", needed="verification", subject="collaboration", stage=state.stage)
    policies = state.agreed.policies
    if state.report is None and _is_worth_asking(command.assessment.verdict, policies.performance_report_from):
        calendar = state.agreed.calendar
        task = open_task(REPORT_PERFORMANCE, Role.CREATOR, policies.performance_report, context.at, calendar=calendar)
        return [CreatorAssessed(assessment=command.assessment, task=None), PerformanceReportRequested(task=task)]
    return _judge(command.assessment, state, context)


def _is_worth_asking(verdict: Verdict, asked: Asked) -> bool:
    """Nobody is put to work whom the evidence refuses already."""
    if asked is Asked.DOUBTFUL:
        return verdict is Verdict.REVIEW
    return asked is Asked.EVERYONE and verdict is not Verdict.FAIL


def _judge(assessment: Assessment, state: "Collaboration", context: Context) -> Sequence[Event]:
    if assessment.verdict is Verdict.REVIEW:
        policy, calendar = state.agreed.policies.verification, state.agreed.calendar
        task = open_task(VERIFY_CREATOR, Role.BRAND, policy, context.at, calendar=calendar)
        return [CreatorAssessed(assessment=assessment, task=task)]
    assessed = CreatorAssessed(assessment=assessment, task=None)
    if assessment.verdict is Verdict.PASS:
        return [assessed, CreatorApproved(authority=Authority.POLICY)]
    return [assessed, *_reject(state, Authority.POLICY, f"evidence scored {assessment.score:.2f}")]


def _must_be_asked(command: Command, state: "Collaboration", context: Context) -> None:
    name = type(command).__name__
    if context.actor.role is not Role.BRAND:
        raise NotYourTurn(command=name, needed=Role.BRAND, role=context.actor.role)
    if not {VERIFY_CREATOR, REPORT_PERFORMANCE} & state.tasks.keys():
        raise NothingToDecide(command=name, subject="the collaboration", open=state.open_tasks)


def _reject(state: "Collaboration", authority: Authority, reason: str) -> Sequence[Event]:
    rejected = CreatorRejected(authority=authority, reason=reason)
    return [rejected, *end(state, Outcome.REJECTED, reason)]


def expire(expired: TaskExpired, state: "Collaboration", context: Context) -> Sequence[Event]:
    """The policy's answer in the brand's place; without the creator's report the evidence stands as it was."""
    if expired.task == REPORT_PERFORMANCE:
        assert state.assessment is not None, "a report is asked for on an assessment"
        return [PerformanceReportMissing(), *_judge(state.assessment, state, context)]
    if expired.answer is OnExpiry.APPROVE:
        return [CreatorApproved(authority=Authority.TIMEOUT)]
    return _reject(state, Authority.TIMEOUT, "nobody reviewed the evidence in time")


def evolve(state: "Collaboration", event: VerificationEvent) -> "Collaboration":
    """The collaboration after `event`."""
    match event:
        case CollaborationOpened():
            return _opened(state, event)
        case CreatorAssessed():
            tasks = opened(state.tasks, event.task) if event.task else state.tasks
            return replace(state, assessment=event.assessment, tasks=tasks)
        case PerformanceReportRequested():
            return replace(state, tasks=opened(state.tasks, event.task))
        case PerformanceReported():
            return replace(state, report=event.report, assessment=None, tasks=closed(state.tasks, REPORT_PERFORMANCE))
        case CreatorApproved():
            tasks = closed(state.tasks, VERIFY_CREATOR, REPORT_PERFORMANCE)
            return replace(state, stage=Stage.NEGOTIATION, tasks=tasks)
        case CreatorRejected() | PerformanceReportMissing():
            return state  # the event that follows says what changes


def _opened(state: "Collaboration", event: CollaborationOpened) -> "Collaboration":
    return replace(
        state,
        id=event.collaboration_id,
        campaign_id=event.campaign_id,
        creator_id=event.creator_id,
        rank=event.rank,
        assignment=event.assignment,
    )
