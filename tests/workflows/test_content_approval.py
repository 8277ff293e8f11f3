"""Content approval: drafts, reviews and posts, with disclosure as a gate that silence cannot pass."""

import pytest

from domain.brief import Policies
from domain.content_approval import ApproveDraft, MarkPublished, RequestChanges, SubmitDraft
from domain.deadlines import OnExpiry
from domain.decider import Role
from domain.errors import DisclosureFailed, RoundsExhausted, StaleVersion, WrongStage
from domain.outcomes import Outcome
from domain.work import WorkStatus
from tests.domain.given import DISCLOSED, UNDISCLOSED, a_brief, a_policy
from tests.workflows.conftest import Bench

ONE_REEL = [{"format": "reel"}]


async def test_changes_bring_the_draft_back_to_the_creator(bench: Bench) -> None:
    """The second version is reviewed on its own; a decision about the first is refused."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(RequestChanges(deliverable=1, version=1, feedback="show the bottle"), by=Role.BRAND)
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    with pytest.raises(StaleVersion):
        await one.tell(ApproveDraft(deliverable=1, version=1), by=Role.BRAND)
    await one.tell(ApproveDraft(deliverable=1, version=2), by=Role.BRAND)
    assert (await one.state()).works[1].status is WorkStatus.APPROVED


async def test_rounds_of_changes_are_limited(bench: Bench) -> None:
    """The contract includes so many."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL, policies=Policies(rounds_of_changes=0)))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    with pytest.raises(RoundsExhausted):
        await one.tell(RequestChanges(deliverable=1, version=1, feedback="again"), by=Role.BRAND)


async def test_nobody_can_approve_content_that_does_not_disclose(bench: Bench) -> None:
    """The refusal says what is missing and how to mend it."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=UNDISCLOSED))
    with pytest.raises(DisclosureFailed, match="Fix: "):
        await one.tell(ApproveDraft(deliverable=1, version=1), by=Role.BRAND)


async def test_a_post_without_disclosure_is_not_taken_as_published(bench: Bench) -> None:
    """The draft disclosed, the post must too."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(ApproveDraft(deliverable=1, version=1), by=Role.BRAND)
    with pytest.raises(DisclosureFailed):
        await one.tell(MarkPublished(deliverable=1, url="https://posts.example/1", caption=UNDISCLOSED))


async def test_a_draft_before_the_contract_belongs_to_another_stage(bench: Bench) -> None:
    """Work begins with the second signature."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    with pytest.raises(WrongStage, match="stage negotiation"):
        await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))


async def test_silence_approves_a_draft_that_discloses(bench: Bench) -> None:
    """By default a review that nobody makes approves."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.until("DraftApproved")
    assert "TaskExpired" in await one.events()


async def test_silence_does_not_approve_a_draft_that_hides_the_partnership(bench: Bench) -> None:
    """The policy asks for the disclosure instead."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=UNDISCLOSED))
    state = await one.until("ChangesRequested")
    events = await one.events()
    assert events[events.index("TaskExpired") :][:3] == ["TaskExpired", "AutoApprovalBlocked", "ChangesRequested"]
    assert state.works[1].feedback


async def test_hidden_partnership_without_rounds_left_ends_the_collaboration(bench: Bench) -> None:
    """Nothing undisclosed is ever approved for want of alternatives."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL, policies=Policies(rounds_of_changes=0)))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=UNDISCLOSED))
    assert await one.handle.result() == Outcome.EXPIRED
    assert "DraftApproved" not in await one.events()


async def test_a_review_may_be_declined_by_silence(bench: Bench) -> None:
    """Where the policy says so."""
    brief = a_brief(deliverables=ONE_REEL, policies=Policies(review=a_policy(OnExpiry.DECLINE)))
    one = await bench.collaborate(brief)
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    assert await one.handle.result() == Outcome.EXPIRED


async def test_a_draft_that_never_comes_is_extended_and_then_missed(bench: Bench) -> None:
    """What was paid upfront stays paid, the rest returns to the budget."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    assert await one.handle.result() == Outcome.MISSED
    events, spend = await one.events(), await one.spend()
    assert "TaskExtended" in events
    assert "DeliverableMissed" in events
    assert spend.committed == 0
    assert spend.paid > 0


async def test_a_post_that_never_appears_is_missed(bench: Bench) -> None:
    """Approved content has to be published in time."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(ApproveDraft(deliverable=1, version=1), by=Role.BRAND)
    assert await one.handle.result() == Outcome.MISSED
    assert (await one.state()).works[1].status is WorkStatus.MISSED


async def test_deliverables_advance_independently(bench: Bench) -> None:
    """The second is live while the first still waits for its draft."""
    one = await bench.collaborate()
    await one.engage()
    await one.publish(2)
    state = await one.state()
    assert [work.status for work in state.works.values()] == [WorkStatus.AWAITING_DRAFT, WorkStatus.PUBLISHED]
    assert set(state.tasks) == {"submit_draft/1", "report_metrics/2"}
