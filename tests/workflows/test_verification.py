"""Verification: clear evidence decides by itself, doubtful evidence waits for a person, and not for ever."""

from datetime import timedelta

from domain.brief import Policies
from domain.creators import Profile
from domain.deadlines import OnExpiry
from domain.decider import Role
from domain.outcomes import Outcome
from domain.verification import ApproveCreator, RejectCreator
from tests.domain.given import a_brief, a_policy, a_profile
from tests.workflows.conftest import Bench


def doubtful() -> Profile:
    """An account that follows far more than follow it and whose comments are all alike."""
    return a_profile(following=4_900, average_likes=60.0, average_comments=1.0, sample_comments=["nice"] * 9 + ["wow"])


async def test_good_evidence_passes_without_asking_anybody(bench: Bench) -> None:
    """The creator gets an offer at once."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    assert (await one.events())[:3] == ["CollaborationOpened", "CreatorAssessed", "CreatorApproved"]


async def test_a_person_approves_doubtful_evidence(bench: Bench) -> None:
    """After the approval negotiation begins."""
    one = await bench.collaborate(profile=doubtful())
    await one.until_waiting_for("verify_creator")
    await one.tell(ApproveCreator(note="I know her"), by=Role.BRAND)
    await one.until_waiting_for("answer_offer")


async def test_a_person_rejects_doubtful_evidence(bench: Bench) -> None:
    """The collaboration ends, and the creator, who never had an offer, gets no mail."""
    one = await bench.collaborate(profile=doubtful())
    await one.until_waiting_for("verify_creator")
    await one.tell(RejectCreator(reason="bought followers"), by=Role.BRAND)
    assert await one.handle.result() == Outcome.REJECTED
    assert [mail.message["X-Groundswell-Template"] for mail in bench.mail.messages()] == ["review_creator"]


async def test_silence_rejects_by_default(bench: Bench) -> None:
    """After a reminder and 72 hours the policy declines in the brand's place."""
    one = await bench.collaborate(profile=doubtful())
    assert await one.handle.result() == Outcome.REJECTED
    events = await one.events()
    assert events[2:] == ["TaskReminded", "TaskExpired", "CreatorRejected", "CollaborationEnded"]
    opened, expired = (await one.envelopes())[0], (await one.envelopes())[3]
    waited = expired.metadata.decided_at - opened.metadata.decided_at
    assert timedelta(hours=72) <= waited < timedelta(hours=72, minutes=5)


async def test_silence_approves_where_the_policy_says_so(bench: Bench) -> None:
    """A brand that trusts the ranking lets doubtful creators through."""
    brief = a_brief(policies=Policies(verification=a_policy(OnExpiry.APPROVE)))
    one = await bench.collaborate(brief, doubtful())
    await one.until("CreatorApproved")
    assert (await one.events())[2:5] == ["TaskReminded", "TaskExpired", "CreatorApproved"]
