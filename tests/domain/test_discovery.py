"""Stage 2: a shortlist is proposed, approved or rejected, by a person or by their silence."""

from datetime import timedelta

from domain.brief import Policies
from domain.campaign import CampaignOutcome
from domain.deadlines import OnExpiry, TaskEscalated, TaskExpired, TaskExtended, TaskReminded, open_task
from domain.decider import Authority
from domain.discovery import (
    APPROVE_SHORTLIST,
    ApproveShortlist,
    NoCreatorsFound,
    OutreachCompleted,
    ProposeShortlist,
    RecordOutreach,
    RejectShortlist,
    Shortlist,
    ShortlistApproved,
    ShortlistProposed,
    ShortlistRejected,
    wanted,
)
from domain.errors import NothingToDecide, NotYourTurn, WrongStage
from domain.lifecycle import Stage
from tests.domain.given import (
    BRAND,
    CREATOR,
    ENGINE,
    HOUR,
    T0,
    a_brief,
    a_policy,
    approved,
    campaign,
    proposed,
    started,
)

SHORTLIST = Shortlist(digest="ab" * 32, size=12)
SILENCE = "nobody approved the shortlist in time"


def silent(on_expiry: OnExpiry, then: OnExpiry = OnExpiry.DECLINE) -> Policies:
    return Policies(shortlist=a_policy(on_expiry, then=then))


def test_a_shortlist_waits_for_the_brand() -> None:
    """A proposed list opens a task for the brand with the policy's deadline."""
    task = open_task(APPROVE_SHORTLIST, BRAND, a_brief().policies.shortlist, T0)
    decision = started().when(ProposeShortlist(shortlist=SHORTLIST, considered=40))
    decision.then(ShortlistProposed(shortlist=SHORTLIST, considered=40, task=task))
    assert decision.state.tasks == {APPROVE_SHORTLIST: task}
    assert task.due_at == T0 + timedelta(hours=72)


def test_an_empty_list_ends_the_campaign() -> None:
    """If nobody meets the criteria there is nothing to approve: the campaign ends at once."""
    nobody = Shortlist(digest="ab" * 32, size=0)
    decision = started().when(ProposeShortlist(shortlist=nobody, considered=7)).then(NoCreatorsFound(considered=7))
    assert decision.state.outcome is CampaignOutcome.NO_CREATORS


def test_a_shortlist_is_proposed_once() -> None:
    """A second list is refused, before and after approval."""
    again = ProposeShortlist(shortlist=SHORTLIST, considered=40)
    proposed().when(again).refused(WrongStage)
    approved().when(again).refused(WrongStage)


def test_there_is_no_shortlist_without_a_campaign() -> None:
    """A campaign that has not started takes no list."""
    campaign().when(ProposeShortlist(shortlist=SHORTLIST, considered=40)).refused(WrongStage)


def test_a_person_approves() -> None:
    """The brand's approval closes the task and names the creators to leave out."""
    decision = proposed().when(ApproveShortlist(drop=("creator-3",)), by=BRAND)
    decision.then(ShortlistApproved(authority=Authority.PERSON, drop=("creator-3",)))
    assert decision.state.approved
    assert decision.state.dropped == ("creator-3",)
    assert decision.state.tasks == {}


def test_a_person_rejects() -> None:
    """The brand's rejection ends the campaign with its reason."""
    decision = proposed().when(RejectShortlist(reason="not our style"), by=BRAND)
    decision.then(ShortlistRejected(authority=Authority.PERSON, reason="not our style"))
    assert decision.state.outcome is CampaignOutcome.SHORTLIST_REJECTED


def test_only_the_brand_decides_about_the_list() -> None:
    """Neither a creator nor the engine approves or rejects."""
    for role in (CREATOR, ENGINE):
        proposed().when(ApproveShortlist(), by=role).refused(NotYourTurn, "for the brand")
        proposed().when(RejectShortlist(reason="no"), by=role).refused(NotYourTurn, "for the brand")


def test_there_must_be_a_list_to_decide_about() -> None:
    """Approval and rejection are refused before a list waits and after it has been approved."""
    for story in (started(), approved()):
        story.when(ApproveShortlist(), by=BRAND).refused(NothingToDecide)
        story.when(RejectShortlist(reason="no"), by=BRAND).refused(NothingToDecide)


def test_silence_may_approve() -> None:
    """Under the default policy the list is approved when the brand's time is up."""
    decision = proposed().waits(until=T0 + 72 * HOUR)
    decision.then(
        TaskExpired(task=APPROVE_SHORTLIST, assignee=BRAND, answer=OnExpiry.APPROVE),
        ShortlistApproved(authority=Authority.TIMEOUT),
    )
    assert decision.state.approved
    assert decision.state.tasks == {}


def test_silence_may_decline() -> None:
    """Under a declining policy the campaign ends when the brand's time is up."""
    decision = proposed(policies=silent(OnExpiry.DECLINE)).waits(until=T0 + 48 * HOUR)
    decision.then(
        TaskExpired(task=APPROVE_SHORTLIST, assignee=BRAND, answer=OnExpiry.DECLINE),
        ShortlistRejected(authority=Authority.TIMEOUT, reason=SILENCE),
    )
    assert decision.state.ended


def test_the_brand_is_reminded() -> None:
    """Twelve hours before the deadline of this policy the brand is told again, and nothing else changes."""
    story = proposed(policies=silent(OnExpiry.DECLINE))
    story.waits(until=T0 + 36 * HOUR - timedelta(seconds=1)).then()
    story.waits(until=T0 + 36 * HOUR).then(
        TaskReminded(task=APPROVE_SHORTLIST, assignee=BRAND, due_at=T0 + 48 * HOUR, reminded_at=T0 + 36 * HOUR)
    )


def test_silence_may_escalate_then_approve() -> None:
    """An escalated list gets a day more with a second person; then the policy's last word counts."""
    story = proposed(policies=silent(OnExpiry.ESCALATE, OnExpiry.APPROVE))
    escalated = TaskEscalated(
        task=APPROVE_SHORTLIST, assignee=BRAND, due_at=T0 + 72 * HOUR, remind_at=(T0 + 60 * HOUR,)
    )
    story.waits(until=T0 + 48 * HOUR).then(escalated)
    campaign(*story.past, escalated).waits(until=T0 + 72 * HOUR).then_types(TaskExpired, ShortlistApproved)


def test_silence_may_extend_then_decline() -> None:
    """An extension is given once; then the policy's last word counts."""
    story = proposed(policies=silent(OnExpiry.EXTEND))
    extended = TaskExtended(task=APPROVE_SHORTLIST, assignee=BRAND, due_at=T0 + 72 * HOUR, remind_at=(T0 + 60 * HOUR,))
    story.waits(until=T0 + 48 * HOUR).then(extended)
    campaign(*story.past, extended).waits(until=T0 + 72 * HOUR).then_types(TaskExpired, ShortlistRejected)


def test_an_extended_list_can_still_be_approved() -> None:
    """In the extra time the brand's own answer counts."""
    story = proposed(policies=silent(OnExpiry.EXTEND))
    extended = campaign(*story.past, *story.waits(until=T0 + 48 * HOUR).events)
    extended.when(ApproveShortlist(), by=BRAND, at=T0 + 50 * HOUR).then(ShortlistApproved(authority=Authority.PERSON))


def test_the_outreach_ends_in_monitoring() -> None:
    """When every invited creator has come to an end the campaign only monitors."""
    decision = approved().when(RecordOutreach(invited=12)).then(OutreachCompleted(invited=12))
    assert decision.state.stage is Stage.MONITORING
    assert decision.state.invited == 12


def test_the_outreach_needs_an_approved_list() -> None:
    """Nobody can have been invited before the list was approved."""
    proposed().when(RecordOutreach(invited=0)).refused(NothingToDecide, "no approved shortlist")


def test_the_ranking_looks_for_what_the_brief_asks() -> None:
    """Criteria, audience, brand and the cap on the fee reach the ranking unchanged."""
    asked = wanted(a_brief())
    assert (asked.country, asked.language, asked.topics) == ("US", "en", ("tea", "recipes"))
    assert (asked.brand, asked.product, asked.category) == ("Lumen Tea", "Cold brew tea", "tea")
    assert (asked.followers_min, asked.followers_max, asked.fee_cap) == (1_000, 10_000, 400_00)
