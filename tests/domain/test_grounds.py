"""Every decision's facts: the deadline that passed, the limits, the evidence, the rule; and which are shared."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings

from domain.benchmarks import DEFAULT
from domain.brief import NegotiationPolicy, Policies
from domain.campaign import Campaign, CampaignDecider, CloseCampaign
from domain.checks import Verdict
from domain.collaboration import CancelCollaboration, CollaborationDecider
from domain.content_approval import RequestChanges
from domain.deadlines import OnExpiry, TaskExpired
from domain.decider import Event
from domain.discovery import ProposeShortlist, RecordOutreach, Shortlist
from domain.errors import BudgetExceeded, ExclusivityClash
from domain.grounds import campaign_grounds, collaboration_grounds
from domain.negotiation import AcceptOffer, CounterOffer, note_of
from domain.payouts import RecordPayout
from domain.verification import RecordAssessment
from tests.domain import random_walk
from tests.domain.given import (
    BRAND,
    DOCUMENT,
    ENGINE,
    HOUR,
    T0,
    UNDISCLOSED,
    Story,
    a_policy,
    an_assessment,
    an_assignment,
    approved,
    concluded,
    countered,
    drafted,
    in_review,
    live,
    offered,
    opened,
    proposed,
    started,
    to_publish,
    usd,
)


def _walk(past: tuple[Event, ...], of_campaign: bool) -> Iterator[tuple[Event, list[Any]]]:
    decider: Any = CampaignDecider() if of_campaign else CollaborationDecider()
    grounds: Any = campaign_grounds if of_campaign else collaboration_grounds
    state, lapsed = decider.initial, None
    for event in past:
        if isinstance(event, TaskExpired):
            lapsed = state.tasks[event.task]
        yield event, list(grounds(event, state, lapsed))
        state = decider.evolve(state, event)


def facts(story: Story[Any, Any], *names: str) -> list[str]:
    """The facts of the last events of these types, in order; those that creators are not shown begin with *."""
    told = {type(event).__name__: grounds for event, grounds in _walk(story.past, isinstance(story.state, Campaign))}
    return [f"{'*' if ground.brands_own else ''}{ground.fact}" for name in names for ground in told[name]]


def after(story: Story[Any, Any], hours: int) -> Story[Any, Any]:
    """The story after so many hours of silence."""
    return Story(story.decider, (*story.past, *story.waits(until=T0 + hours * HOUR).events))


def test_a_policys_acceptance_names_its_limits() -> None:
    """The counter-offer, the multiple of the last offer, and the cap: the three figures that were compared."""
    story = countered(230_00).does(AcceptOffer(version=2), by=ENGINE)

    assert facts(story, "OfferAccepted") == [
        "*the counter-offer of USD 230.00 is within 1.1 x of the last offer USD 212.50 and the cap USD 400.00"
    ]


def test_an_acceptance_by_silence_names_the_deadline_that_passed() -> None:
    """The brand had 48 hours for the counter-offer; the creator is shown that, but not the cap."""
    policies = Policies(counter_offer=a_policy(OnExpiry.APPROVE))
    story = after(countered(300_00, an_assignment(policies=policies)), 48)

    assert facts(story, "OfferAccepted") == [
        "the deadline of 2026-03-04 04:00 America/New_York passed without an answer from the brand",
        "*the policy accepts a counter-offer that nobody answers, and USD 300.00 is within the cap USD 400.00",
    ]


def test_a_persons_acceptance_names_what_was_on_the_table() -> None:
    """Which version, whose, and for how much."""
    story = countered(300_00).does(AcceptOffer(version=2), by=BRAND)

    assert facts(story, "OfferAccepted")[0] == "the answer is to the creator's version 2 of USD 300.00"


def test_a_blocked_answer_names_the_amounts_or_who_holds_the_creator() -> None:
    """All of it is the brand's own."""
    short = BudgetExceeded(available=50_00, budget=1_000_00, needed=87_50)
    clash = ExclusivityClash(campaign="c9", scope="category", name="tea", until="2026-05-31")
    notes = [note_of(AcceptOffer(version=2), BRAND, refusal) for refusal in (short, clash)]

    assert [facts(countered().does(note), "OfferBlocked") for note in notes if note is not None] == [
        ["*USD 87.50 more was needed, and USD 50.00 of the budget of USD 1,000.00 is left"],
        ["*campaign c9 holds the creator in the category tea until 2026-05-31"],
    ]


def test_offers_name_what_they_answer_and_the_policy() -> None:
    """The opening's share of the fair price, the place of a counter-offer, and what is reserved."""
    assignment = an_assignment(policies=Policies(negotiation=NegotiationPolicy(rounds=3)))
    story = countered(300_00, assignment)
    answered = story.does(CounterOffer(version=2, fee=usd(250_00)), by=BRAND)

    assert facts(story, "OfferMade", "OfferCountered") == [
        "*the policy opens at 0.85 x of the fair price, within the cap",
        f"*the fair price is USD 250.00 by benchmarks {DEFAULT.version}, for the deliverables",
        "*the cap is USD 400.00",
        "*USD 212.50 of the budget is reserved for it",
        "it answers the brand's version 1 of USD 212.50",
        "*it is counter-offer 1 of 3 that the policy allows",
    ]
    assert facts(answered, "OfferMade")[0] == "it answers the creator's version 2 of USD 300.00"
    assert facts(answered, "OfferMade")[-1] == "*USD 250.00 of the budget is reserved for it"


def test_an_assessment_gives_score_weights_signals_and_formula() -> None:
    """All of it is the brand's own."""
    told = facts(opened().does(RecordAssessment(assessment=an_assessment(Verdict.FAIL))), "CreatorAssessed")

    assert told[0].startswith("*the evidence scored 0.20 with ")
    assert told[-1].startswith("*the formula is ")
    assert all(fact.startswith("*") for fact in told)
    rejected = opened().does(RecordAssessment(assessment=an_assessment(Verdict.FAIL)))
    assert facts(rejected, "CreatorRejected") == told[:1]


def test_extensions_and_expiries_name_the_deadline_and_the_policy() -> None:
    """First the time that passed, then what the policy makes of it."""
    extended = after(offered(), 72)
    expired = Story(extended.decider, (*extended.past, *extended.waits(until=T0 + 96 * HOUR).events))

    assert facts(extended, "TaskExtended") == [
        "the deadline of 2026-03-05 04:00 America/New_York passed without an answer from the creator",
        "*the policy gives 24 h more, once",
    ]
    assert facts(expired, "TaskExpired") == [
        "the deadline of 2026-03-06 04:00 America/New_York passed without an answer from the creator",
        "the time had been extended before",
        "*the policy for silence: more time once, then refusal",
    ]
    assert facts(expired, "OfferDeclined") == [
        "the deadline of 2026-03-06 04:00 America/New_York passed without an answer from the creator",
        "the answer is to the brand's version 1 of USD 212.50",
    ]


def test_a_reminder_says_since_when_it_is_asked() -> None:
    """The instant at which the task was opened."""
    assert facts(after(offered(), 48), "TaskReminded") == ["it was asked on 2026-03-02 04:00 America/New_York"]


def test_disclosure_is_told_with_its_rule_and_source() -> None:
    """Of drafts, approvals and posts, as both sides may know."""
    told = facts(in_review(), "DraftSubmitted")

    assert told[0].startswith("disclosure rule us.")
    assert told[0].endswith("(US): It discloses.")
    assert told[1].startswith("the rule's source is ")
    assert facts(to_publish(), "DraftApproved") == told


def test_a_blocked_approval_names_deadline_rule_and_round() -> None:
    """The review's time was up, the draft does not disclose, and one of two rounds is used for it."""
    policies = Policies(review=a_policy(OnExpiry.APPROVE), draft=a_policy(OnExpiry.DECLINE, hours=96))
    story = after(in_review(an_assignment(policies=policies), UNDISCLOSED), 48)
    blocked = facts(story, "AutoApprovalBlocked")

    assert blocked[0] == "the deadline of 2026-03-04 04:00 America/New_York passed without an answer from the brand"
    assert "disclosure rule" in blocked[1]
    assert facts(story, "ChangesRequested") == [*blocked, "it is round 1 of 2 that are agreed"]
    disclosed = after(in_review(an_assignment(policies=policies)), 48)
    assert facts(disclosed, "DraftApproved")[1] == (
        "*the policy approves a draft that nobody answers, if it discloses the partnership"
    )


def test_changes_by_a_person_rest_on_the_rounds_that_are_agreed() -> None:
    """Their feedback is a quotation, no fact."""
    story = in_review().does(RequestChanges(deliverable=1, version=1, feedback="brighter"), by=BRAND)

    assert facts(story, "ChangesRequested") == ["it is round 1 of 2 that are agreed"]


def test_contracts_name_document_fee_and_signatures() -> None:
    """The names that were typed stay out of it."""
    assert facts(drafted(), "ContractDrafted") == [
        f"the document is {DOCUMENT}",
        "the agreed fee is USD 212.50",
    ]
    assert facts(concluded(), "ContractSigned", "ContractConcluded") == [
        f"the signature is for the document {DOCUMENT}",
        "the creator signed on 2026-03-02 04:00 America/New_York",
        "the brand signed on 2026-03-02 04:00 America/New_York",
    ]
    assert facts(
        after(drafted(an_assignment(policies=Policies(creator_signature=a_policy(OnExpiry.DECLINE)))), 48),
        "ContractLapsed",
    )[0].endswith("from the creator")


def test_payouts_name_the_clause_that_they_follow_from() -> None:
    """Upfront, balance and kill fee, each with the fee that it is a part of."""
    assert facts(concluded(), "PayoutScheduled") == ["50% of the fee of USD 212.50 is due when both sides have signed"]
    assert facts(live(), "PayoutScheduled") == [
        "the rest of the fee of USD 212.50 is due when every post is live and disclosed"
    ]
    cancelled = to_publish().does(CancelCollaboration(reason="recall"))
    assert facts(cancelled, "CollaborationCancelled", "PayoutScheduled") == [
        "it was in stage content approval",
        "the contract's clause on cancellation, on the fee of USD 212.50 with USD 106.25 scheduled before",
    ]
    paid = concluded().does(RecordPayout(payout_id="collab-1/upfront", reference="tr_1"))
    assert facts(paid, "PayoutMade") == ["the transfer's reference is tr_1"]


def test_ends_name_what_returns_to_the_budget_for_the_brand_only() -> None:
    """Without anything to give back there is nothing to tell."""
    assert facts(offered().does(CancelCollaboration(reason="x"), by=BRAND), "CollaborationEnded") == [
        "*USD 212.50 returns to the budget"
    ]
    assert facts(opened().does(CancelCollaboration(reason="x"), by=BRAND), "CollaborationEnded") == []


def test_campaigns_name_their_facts() -> None:
    """The list, its policy, the criteria that nobody met, and what closed it."""
    digest = "ab" * 32
    assert facts(proposed(), "ShortlistProposed") == [
        f"*the list is kept under the digest {digest}",
        "*the policy for silence: approval",
    ]
    assert facts(approved(), "ShortlistApproved") == ["*12 creators on the list"]
    assert facts(after(proposed(), 72), "ShortlistApproved")[0] == (
        "the deadline of 2026-03-05 04:00 America/New_York passed without an answer from the brand"
    )
    nobody = ProposeShortlist(shortlist=Shortlist(digest=digest, size=0), considered=7)
    assert "followers" in facts(started().does(nobody), "NoCreatorsFound")[0]
    closed = approved().does(RecordOutreach(invited=12)).does(CloseCampaign())
    assert facts(closed, "OutreachCompleted", "CampaignClosed") == ["*every collaboration has ended"]
    assert facts(started().does(CloseCampaign(), by=BRAND), "CampaignClosed") == []


def test_what_creators_are_shown_never_has_the_brands_limits() -> None:
    """No cap, no multiple, no reserve: with figures that nothing else can have."""
    policies = Policies(negotiation=NegotiationPolicy(opening=0.83, accept_up_to=1.37))
    assignment = an_assignment(policies=policies, fee_cap=391_37)
    story = countered(230_00, assignment).does(AcceptOffer(version=2), by=ENGINE)
    shown = [g.fact for _, grounds in _walk(story.past, of_campaign=False) for g in grounds if not g.brands_own]

    assert shown
    assert not any(figure in fact for fact in shown for figure in ("391.37", "1.37", "0.83", "reserve", "scored"))


@settings(max_examples=60, deadline=None)
@given(random_walk.walks())
def test_whatever_happens_has_facts_in_words(walk: random_walk.Walk) -> None:
    """Facts can be told of every event of every collaboration, also of those that nobody thought of."""
    for _, grounds in _walk(tuple(walk.events), of_campaign=False):
        assert all(ground.fact and "None" not in ground.fact for ground in grounds)


def test_a_missing_deadline_is_not_made_up() -> None:
    """Where the expired task is not known, its deadline is left out."""
    expired = TaskExpired(task="answer_counter_offer", assignee=BRAND, answer=OnExpiry.DECLINE)

    assert list(collaboration_grounds(expired, offered().state, None)) == []
