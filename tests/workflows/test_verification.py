"""Verification: clear evidence decides by itself, doubtful evidence waits for people, and not for ever."""

from datetime import timedelta
from typing import Any

from domain.brief import Asked, Brief, Policies
from domain.checks import Verdict
from domain.creators import Profile
from domain.deadlines import OnExpiry
from domain.decider import Role
from domain.outcomes import Outcome
from domain.verification import ApproveCreator, RejectCreator, ReportPerformance
from tests.domain.given import a_brief, a_policy, a_profile, a_report
from tests.workflows.conftest import Bench


def doubtful() -> Profile:
    """An account that follows far more than follow it and whose comments are all alike."""
    return a_profile(following=4_900, average_likes=60.0, average_comments=1.0, sample_comments=["nice"] * 9 + ["wow"])


def asking(asked: Asked = Asked.NOBODY, **policies: Any) -> Brief:
    """The usual brief under a policy on the creators' own reports."""
    return a_brief(policies=Policies(performance_report_from=asked, **policies))


async def test_good_evidence_passes_without_asking_anybody(bench: Bench) -> None:
    """The creator gets an offer at once."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    assert (await one.events())[:3] == ["CollaborationOpened", "CreatorAssessed", "CreatorApproved"]


async def test_a_person_approves_doubtful_evidence(bench: Bench) -> None:
    """After the approval negotiation begins."""
    one = await bench.collaborate(asking(), doubtful())
    await one.until_waiting_for("verify_creator")
    await one.tell(ApproveCreator(note="I know her"), by=Role.BRAND)
    await one.until_waiting_for("answer_offer")


async def test_a_person_rejects_doubtful_evidence(bench: Bench) -> None:
    """The collaboration ends, and the creator, who never had an offer, gets no mail."""
    one = await bench.collaborate(asking(), doubtful())
    await one.until_waiting_for("verify_creator")
    await one.tell(RejectCreator(reason="bought followers"), by=Role.BRAND)
    assert await one.handle.result() == Outcome.REJECTED
    assert [mail.message["X-Groundswell-Template"] for mail in bench.mail.messages()] == ["review_creator"]


async def test_silence_rejects_by_default(bench: Bench) -> None:
    """After a reminder and 72 hours the policy declines in the brand's place."""
    one = await bench.collaborate(asking(), doubtful())
    assert await one.handle.result() == Outcome.REJECTED
    events = await one.events()
    assert events[2:] == ["TaskReminded", "TaskExpired", "CreatorRejected", "CollaborationEnded"]
    opened, expired = (await one.envelopes())[0], (await one.envelopes())[3]
    waited = expired.metadata.decided_at - opened.metadata.decided_at
    assert timedelta(hours=72) <= waited < timedelta(hours=72, minutes=5)


async def test_silence_approves_where_the_policy_says_so(bench: Bench) -> None:
    """A brand that trusts the ranking lets doubtful creators through."""
    one = await bench.collaborate(asking(verification=a_policy(OnExpiry.APPROVE)), doubtful())
    await one.until("CreatorApproved")
    assert (await one.events())[2:5] == ["TaskReminded", "TaskExpired", "CreatorApproved"]


async def test_a_doubtful_creator_is_asked_for_a_report_and_judged_with_it(bench: Bench) -> None:
    """By mail, before any person is; what they report is weighed with the rest, and a person then decides on both."""
    one = await bench.collaborate(profile=doubtful())
    await one.until_waiting_for("report_performance")
    before = (await one.state()).assessment
    await one.tell(ReportPerformance(report=a_report(engagements=700)))
    state = await one.until_waiting_for("verify_creator")
    assert state.assessment is not None and before is not None  # noqa: PT018 - one thought
    assert state.assessment.verdict is Verdict.REVIEW
    found, was = state.assessment.evidence[3], before.evidence[3]
    assert (found.weight, was.weight) == (0.3, 0.2)
    assert "reached 1.80x its followers in 30 days" in found.because
    assert "70% of the audience is in US" in found.because
    sent = [mail.message["X-Groundswell-Template"] for mail in bench.mail.messages()]
    assert sent[:1] == ["performance_report"]


async def test_a_report_that_nobody_sends_leaves_the_decision_to_a_person(bench: Bench) -> None:
    """After a reminder and two days the brand is asked, with a whole deadline of its own."""
    one = await bench.collaborate(profile=doubtful())
    await one.until("PerformanceReportMissing")
    state = await one.until_waiting_for("verify_creator")
    assert state.report is None
    events = await one.events()
    assert events[2:7] == [
        "PerformanceReportRequested", "TaskReminded", "TaskExpired", "PerformanceReportMissing", "CreatorAssessed"
    ]  # fmt: skip
