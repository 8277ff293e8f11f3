"""Stage 3: clear evidence decides, a person decides the doubtful, and silence does what the policy says."""

from typing import Any

import pytest

from domain.brief import Asked, Policies
from domain.checks import Verdict
from domain.collaboration import Collaboration
from domain.deadlines import OnExpiry, TaskEscalated, TaskExpired, TaskExtended, TaskReminded, open_task
from domain.decider import Authority
from domain.errors import NothingToDecide, NotYourTurn, WrongStage
from domain.lifecycle import Stage
from domain.outcomes import CollaborationEnded, Outcome
from domain.verification import (
    REPORT_PERFORMANCE,
    VERIFY_CREATOR,
    ApproveCreator,
    CollaborationOpened,
    CreatorApproved,
    CreatorAssessed,
    CreatorRejected,
    PerformanceReported,
    PerformanceReportMissing,
    PerformanceReportRequested,
    RecordAssessment,
    RejectCreator,
    ReportPerformance,
)
from tests.domain.given import (
    BRAND,
    CREATOR,
    ENGINE,
    HOUR,
    T0,
    Story,
    a_policy,
    a_report,
    an_assessment,
    an_assignment,
    asked_to_report,
    asking_nobody,
    collaboration,
    doubted,
    opened,
    opening,
    verified,
)

PASSED, REVIEWED, FAILED = (RecordAssessment(assessment=an_assessment(verdict)) for verdict in Verdict)
SILENCE = "nobody reviewed the evidence in time"


def doubted_until(on_expiry: OnExpiry, then: OnExpiry = OnExpiry.DECLINE) -> Story[Any, Collaboration]:
    """A doubted creator under a policy of two days."""
    return doubted(an_assignment(policies=Policies(verification=a_policy(on_expiry, then=then))))


def test_a_collaboration_opens_with_its_assignment() -> None:
    """The first command fixes creator, rank and assignment for good."""
    decision = collaboration().when(opening())
    decision.then(
        CollaborationOpened(
            collaboration_id="collab-1",
            campaign_id="camp-1",
            creator_id="creator-1",
            rank=1,
            assignment=an_assignment(),
        )
    )
    assert decision.state.stage is Stage.VERIFICATION
    assert decision.state.agreed == an_assignment()


def test_a_collaboration_opens_once() -> None:
    """An open collaboration is not opened again, in whatever stage it is."""
    opened().when(opening()).refused(WrongStage, "OpenCollaboration")
    verified().when(opening()).refused(WrongStage, "OpenCollaboration")


def test_clear_evidence_passes() -> None:
    """A passing verdict approves the creator without asking anybody."""
    decision = opened().when(RecordAssessment(assessment=an_assessment(Verdict.PASS)))
    decision.then(
        CreatorAssessed(assessment=an_assessment(Verdict.PASS), task=None), CreatorApproved(authority=Authority.POLICY)
    )
    assert decision.state.stage is Stage.NEGOTIATION
    assert decision.state.assessment == an_assessment(Verdict.PASS)


def test_clear_evidence_fails() -> None:
    """A failing verdict ends the collaboration with the score as its reason."""
    decision = opened().when(RecordAssessment(assessment=an_assessment(Verdict.FAIL)))
    decision.then(
        CreatorAssessed(assessment=an_assessment(Verdict.FAIL), task=None),
        CreatorRejected(authority=Authority.POLICY, reason="evidence scored 0.20"),
        CollaborationEnded(outcome=Outcome.REJECTED, reason="evidence scored 0.20"),
    )
    assert decision.state.outcome is Outcome.REJECTED


def test_doubtful_evidence_asks_a_person() -> None:
    """A doubtful verdict opens a task for the brand."""
    task = open_task(VERIFY_CREATOR, BRAND, an_assignment().policies.verification, T0)
    decision = opened(asking_nobody(an_assignment())).when(REVIEWED)
    decision.then(CreatorAssessed(assessment=an_assessment(Verdict.REVIEW), task=task))
    assert decision.state.tasks == {VERIFY_CREATOR: task}


def test_evidence_is_recorded_once() -> None:
    """A second assessment is refused while a person decides and after they have."""
    again = RecordAssessment(assessment=an_assessment())
    doubted().when(again).refused(WrongStage)
    verified().when(again).refused(WrongStage)


def test_a_person_lets_pass() -> None:
    """The brand's approval closes the task and begins the negotiation."""
    decision = doubted().when(ApproveCreator(note="met them"), by=BRAND)
    decision.then(CreatorApproved(authority=Authority.PERSON, note="met them"))
    assert decision.state.stage is Stage.NEGOTIATION
    assert decision.state.tasks == {}


def test_a_person_rejects() -> None:
    """The brand's rejection ends the collaboration; the creator has had no offer and hears nothing."""
    decision = doubted().when(RejectCreator(reason="off brand"), by=BRAND)
    decision.then(
        CreatorRejected(authority=Authority.PERSON, reason="off brand"),
        CollaborationEnded(outcome=Outcome.REJECTED, reason="off brand", offered=False),
    )
    assert decision.state.tasks == {}


@pytest.mark.parametrize("role", [CREATOR, ENGINE])
def test_only_the_brand_judges(role: str) -> None:
    """Neither the creator nor the engine takes the brand's decision."""
    by = CREATOR if role == CREATOR else ENGINE
    doubted().when(ApproveCreator(), by=by).refused(NotYourTurn, "for the brand")
    doubted().when(RejectCreator(reason="no"), by=by).refused(NotYourTurn, "for the brand")


def test_there_must_be_a_doubt_to_judge() -> None:
    """A verdict of the brand is refused before the evidence is in and after it was judged."""
    for story in (opened(), verified()):
        story.when(ApproveCreator(), by=BRAND).refused(NothingToDecide, "nothing is open")
        story.when(RejectCreator(reason="no"), by=BRAND).refused(NothingToDecide, "nothing is open")


def test_the_brand_is_reminded() -> None:
    """Twelve hours before this policy's deadline the brand is told again."""
    reminded = TaskReminded(task=VERIFY_CREATOR, assignee=BRAND, due_at=T0 + 48 * HOUR, reminded_at=T0 + 36 * HOUR)
    doubted_until(OnExpiry.DECLINE).waits(until=T0 + 36 * HOUR).then(reminded)


def test_silence_may_approve() -> None:
    """Under an approving policy the creator passes when the brand's time is up."""
    decision = doubted_until(OnExpiry.APPROVE).waits(until=T0 + 48 * HOUR)
    decision.then(
        TaskExpired(task=VERIFY_CREATOR, assignee=BRAND, answer=OnExpiry.APPROVE),
        CreatorApproved(authority=Authority.TIMEOUT),
    )
    assert decision.state.stage is Stage.NEGOTIATION


def test_silence_may_decline() -> None:
    """Under a declining policy the collaboration ends when the brand's time is up."""
    decision = doubted_until(OnExpiry.DECLINE).waits(until=T0 + 48 * HOUR)
    decision.then(
        TaskExpired(task=VERIFY_CREATOR, assignee=BRAND, answer=OnExpiry.DECLINE),
        CreatorRejected(authority=Authority.TIMEOUT, reason=SILENCE),
        CollaborationEnded(outcome=Outcome.REJECTED, reason=SILENCE),
    )
    assert decision.state.ended


def test_silence_may_escalate_then_approve() -> None:
    """A second person gets a day; their silence lets the creator pass if the policy says so."""
    story = doubted_until(OnExpiry.ESCALATE, OnExpiry.APPROVE)
    escalated = TaskEscalated(task=VERIFY_CREATOR, assignee=BRAND, due_at=T0 + 72 * HOUR, remind_at=(T0 + 60 * HOUR,))
    story.waits(until=T0 + 48 * HOUR).then(escalated)
    collaboration(*story.past, escalated).waits(until=T0 + 72 * HOUR).then_types(TaskExpired, CreatorApproved)


def test_silence_may_extend_then_decline() -> None:
    """The extension is given once; after it the collaboration ends."""
    story = doubted_until(OnExpiry.EXTEND)
    extended = TaskExtended(task=VERIFY_CREATOR, assignee=BRAND, due_at=T0 + 72 * HOUR, remind_at=(T0 + 60 * HOUR,))
    story.waits(until=T0 + 48 * HOUR).then(extended)
    later = collaboration(*story.past, extended).waits(until=T0 + 72 * HOUR)
    later.then_types(TaskExpired, CreatorRejected, CollaborationEnded)


# The creator's own report


def asking(asked: Asked, **policies: Any) -> Story[Any, Collaboration]:
    """A collaboration that has just begun, under a policy on reports."""
    return opened(an_assignment(policies=Policies(performance_report_from=asked, **policies)))


@pytest.mark.parametrize(
    ("asked", "command", "is_asked"),
    [
        (Asked.NOBODY, PASSED, False),
        (Asked.NOBODY, REVIEWED, False),
        (Asked.DOUBTFUL, PASSED, False),
        (Asked.DOUBTFUL, REVIEWED, True),
        (Asked.DOUBTFUL, FAILED, False),
        (Asked.EVERYONE, PASSED, True),
        (Asked.EVERYONE, REVIEWED, True),
        (Asked.EVERYONE, FAILED, False),
    ],
)
def test_the_policy_says_of_whom_a_report_is_asked(asked: Asked, command: RecordAssessment, is_asked: bool) -> None:
    """Of nobody whom the evidence refuses already, whoever else is asked."""
    decision = asking(asked).when(command)
    types = [type(event) for event in decision.events]
    assert (types == [CreatorAssessed, PerformanceReportRequested]) is is_asked
    assert (set(decision.state.tasks) == {REPORT_PERFORMANCE}) is is_asked


def test_the_creator_is_asked_before_a_person_is() -> None:
    """By default, where the evidence is doubtful: the brand has no task yet."""
    task = open_task(REPORT_PERFORMANCE, CREATOR, an_assignment().policies.performance_report, T0)
    decision = opened().when(REVIEWED)
    decision.then(
        CreatorAssessed(assessment=an_assessment(Verdict.REVIEW), task=None), PerformanceReportRequested(task=task)
    )
    assert decision.state.tasks == {REPORT_PERFORMANCE: task}


def test_a_report_has_the_evidence_weighed_anew() -> None:
    """The task is closed, the report kept, and there is no assessment until the next one."""
    decision = asked_to_report().when(ReportPerformance(report=a_report()), by=CREATOR)
    decision.then(PerformanceReported(report=a_report()))
    assert decision.state.tasks == {}
    assert (decision.state.report, decision.state.assessment) == (a_report(), None)


@pytest.mark.parametrize(
    ("command", "types"),
    [
        (PASSED, [CreatorAssessed, CreatorApproved]),
        (REVIEWED, [CreatorAssessed]),
        (FAILED, [CreatorAssessed, CreatorRejected, CollaborationEnded]),
    ],
)
def test_with_the_report_the_verdict_is_decided_as_without(command: RecordAssessment, types: list[type]) -> None:
    """It passes, fails, or goes to a person; nobody is asked for a second report."""
    decision = asked_to_report().does(ReportPerformance(report=a_report()), by=CREATOR).when(command)
    assert [type(event) for event in decision.events] == types
    assert set(decision.state.tasks) == ({VERIFY_CREATOR} if command is REVIEWED else set())


@pytest.mark.parametrize("role", [BRAND, ENGINE])
def test_only_the_creator_reports(role: Any) -> None:
    """Nobody else's word stands for their figures."""
    asked_to_report().when(ReportPerformance(report=a_report()), by=role).refused(NotYourTurn, "for the creator")


def test_a_report_is_taken_while_it_is_asked_for() -> None:
    """Not without being asked, and not twice."""
    report = ReportPerformance(report=a_report())
    for story in (opened(), doubted(), verified(), asked_to_report().does(report, by=CREATOR)):
        story.when(report, by=CREATOR).refused(NothingToDecide, "ReportPerformance")


def test_the_brand_need_not_wait_for_the_report() -> None:
    """Whoever knows the creator decides at once, and nobody is asked any more."""
    approved = asked_to_report().when(ApproveCreator(note="met them"), by=BRAND)
    approved.then(CreatorApproved(authority=Authority.PERSON, note="met them"))
    assert (approved.state.stage, approved.state.tasks) == (Stage.NEGOTIATION, {})
    asked_to_report().when(RejectCreator(reason="no"), by=BRAND).then_types(CreatorRejected, CollaborationEnded)


def test_silence_leaves_the_evidence_as_it_was() -> None:
    """A doubtful creator goes to a person then, with a whole deadline; one whose evidence passed goes on."""
    hours = {"performance_report": a_policy(OnExpiry.DECLINE)}
    doubtful = asking(Asked.DOUBTFUL, **hours).does(REVIEWED).waits(until=T0 + 48 * HOUR)
    doubtful.then_types(TaskExpired, PerformanceReportMissing, CreatorAssessed)
    verify = open_task(VERIFY_CREATOR, BRAND, Policies().verification, T0 + 48 * HOUR)
    assert doubtful.state.tasks == {VERIFY_CREATOR: verify}
    fine = asking(Asked.EVERYONE, **hours).does(PASSED).waits(until=T0 + 48 * HOUR)
    fine.then_types(TaskExpired, PerformanceReportMissing, CreatorAssessed, CreatorApproved)
    assert fine.state.stage is Stage.NEGOTIATION


def test_silence_cannot_stand_for_a_report() -> None:
    """A policy that approves in the creator's place is refused."""
    with pytest.raises(ValueError, match=r"policies\.performance_report"):
        Policies(performance_report=a_policy(OnExpiry.APPROVE))
