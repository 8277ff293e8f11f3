"""The paths that workflows can take, told so that their histories can be recorded.

Stories of `PATHS` are told on the server that people use; those of `PATIENT` wait for days, on one that skips time.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from activities.store.projections.unfinished import UnfinishedStreams
from domain.brief import Asked, Brief, Policies
from domain.campaign import CampaignCancelled, CancelCampaign
from domain.collaboration import CancelCollaboration
from domain.content_approval import ApproveDraft, MarkPublished, RequestChanges, SubmitDraft
from domain.contract_signing import SignContract
from domain.deadlines import OnExpiry
from domain.decider import ENGINE, Role
from domain.discovery import ApproveShortlist, RejectShortlist
from domain.errors import BudgetExceeded
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from domain.verification import ApproveCreator, RejectCreator
from tests.domain.given import DISCLOSED, UNDISCLOSED, a_brief, a_policy, a_profile, exclusively
from tests.workflows.campaigning import BRAND, a_current_brief, impatient, offers, outcome, quick, start, until
from tests.workflows.conftest import Bench, Collaborating
from tests.workflows.optional_paths import amended, caught_up, conceded, paid_by_finance, reported, watched
from tests.workflows.outliving import exclusivity_released, rights_run_out
from tests.workflows.sourcing_paths import sourced, sourcing_failed
from workflows.resume import resume

Story = Callable[[Bench], Awaitable[str]]
"""Tells a story to its end and returns the workflow's id."""

ONE_REEL = [{"format": "reel"}]
DOUBTFUL = a_profile(following=4_900, average_likes=60.0, average_comments=1.0, sample_comments=["nice"] * 9 + ["wow"])


async def completed(live: Bench) -> str:
    """From the offer over a round of changes to the last figure."""
    one = await live.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(RequestChanges(deliverable=1, version=1, feedback="show the bottle"), by=Role.BRAND)
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(ApproveDraft(deliverable=1, version=2), by=Role.BRAND)
    await one.mark_published(1)
    await one.tell(RecordMetrics(deliverable=1, metrics=Metrics(likes=120)))
    await one.handle.result()
    return one.stream


async def countered_and_declined(live: Bench) -> str:
    """A counter-offer within the policy, one above it, a counter by the brand, and a no."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=Money(amount=390_00, currency="USD")))
    await one.tell(CounterOffer(version=2, fee=Money(amount=250_00, currency="USD")), by=Role.BRAND)
    await one.tell(DeclineOffer(version=3, reason="too little"))
    await one.handle.result()
    return one.stream


async def lapsed(live: Bench) -> str:
    """A reminder, an extension, and an offer that nobody answers."""
    hurry = quick(OnExpiry.EXTEND).model_copy(
        update={"extend_by": timedelta(seconds=0.5), "remind_before": (timedelta(seconds=0.25),)}
    )
    one = await live.collaborate(a_brief(policies=impatient(offer=hurry)))
    await one.handle.result()
    return one.stream


async def cancelled_with_a_kill_fee(live: Bench) -> str:
    """The brand stops after the signatures."""
    one = await live.collaborate()
    await one.engage()
    await one.tell(CancelCollaboration(reason="recalled"), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def campaign_closed(live: Bench) -> str:
    """Three offers lapse and the campaign closes."""
    stream = await start(live, a_current_brief(policies=impatient()))
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=BRAND, command_id="approve")
    await outcome(live, stream)
    return stream


async def campaign_cancelled(live: Bench) -> str:
    """The policy approves the shortlist, and the brand stops while offers are out."""
    stream = await start(
        live, a_current_brief(policies=impatient(shortlist=quick(OnExpiry.APPROVE), offer=quick(seconds=60)))
    )
    await offers(live, 3)
    await live.engine.decide(stream, CancelCampaign(reason="recalled"), actor=BRAND, command_id="cancel")
    await outcome(live, stream)
    return stream


async def shortlist_rejected(live: Bench) -> str:
    """A person says no to the list."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, RejectShortlist(reason="not our tone"), actor=BRAND, command_id="reject")
    await outcome(live, stream)
    return stream


async def shortlist_lapsed(live: Bench) -> str:
    """Nobody says anything, which means no."""
    stream = await start(live, a_current_brief(policies=impatient(shortlist=quick(OnExpiry.DECLINE))))
    await outcome(live, stream)
    return stream


async def no_creators(live: Bench) -> str:
    """The directory has nobody who fits."""
    stream = await start(live, a_current_brief(), creators=0)
    await outcome(live, stream)
    return stream


async def resumed(live: Bench) -> str:
    """The run is lost while the offer is out, and another goes on from the stream to a no."""
    one = await offered(live)
    await one.history_length_at_rest()
    await one.handle.terminate("lost")
    await resume(live.client, UnfinishedStreams(live.pool, live.log), one.campaign_id, task_queue=live.task_queue)
    await one.tell(DeclineOffer(version=1))
    await live.client.get_workflow_handle(one.stream).result()
    return one.stream


async def resumed_when_all_was_said(live: Bench) -> str:
    """A campaign is lost after it was cancelled; the run that goes on cancels its collaborations."""
    stream = await start(live, a_current_brief())
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=BRAND, command_id="approve")
    await offers(live, 3)
    await live.client.get_workflow_handle(stream).terminate("lost")
    campaign_id = stream.partition("/")[2]
    cancelled = CampaignCancelled(reason="recall")
    await live.append(stream, [cancelled], CancelCampaign(reason="recall"), campaign_id=campaign_id)
    await resume(live.client, UnfinishedStreams(live.pool, live.log), campaign_id, task_queue=live.task_queue)
    await outcome(live, stream)
    return stream


async def refused_for_the_budget(live: Bench) -> str:
    """An acceptance passes the rules and fails at the ledger; the brand then declines."""
    one = await live.collaborate(a_brief(budget={"amount": 250_00, "currency": "USD"}))
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(390_00)))
    with suppress(BudgetExceeded):
        await one.tell(AcceptOffer(version=2), by=Role.BRAND)
    await one.tell(DeclineOffer(version=2), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def no_budget(live: Bench) -> str:
    """What is left of the budget does not reach for an offer."""
    brief = a_brief(budget={"amount": 250_00, "currency": "USD"})
    first = await offered(live, brief)
    second = await live.collaborate_in(first.campaign_id, brief)
    await second.handle.result()
    return second.stream


async def held_by_another_campaign(live: Bench) -> str:
    """The policy would accept, and another campaign has the creator for itself."""
    profile = a_profile(handle="in.demand")
    first = await live.collaborate(a_brief(brand="Other Leaf", category="Tea", terms=exclusively(30)), profile)
    second = await live.collaborate(a_brief(), profile)
    for one in (first, second):
        await one.until_waiting_for("answer_offer")
    await first.tell(AcceptOffer(version=1))
    await second.tell(CounterOffer(version=1, fee=usd(220_00)))
    await second.handle.result()
    return second.stream


async def rejected_in_review(live: Bench) -> str:
    """A person finds the evidence too weak."""
    one = await in_review(live)
    await one.tell(RejectCreator(reason="bought followers"), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def cancelled_in_review(live: Bench) -> str:
    """The brand stops before anybody has decided on the evidence."""
    one = await in_review(live)
    await one.tell(CancelCollaboration(reason="recalled"), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def cancelled_for_an_erasure(live: Bench) -> str:
    """The engine stops while an offer is out, because the creator is erased."""
    one = await in_review(live)
    await one.tell(ApproveCreator(note="known to us"), by=Role.BRAND)
    await one.until_waiting_for("answer_offer")
    command = CancelCollaboration(reason="the creator is erased")
    await live.engine.decide(one.stream, command, actor=ENGINE, command_id="erase/1")
    await one.handle.result()
    return one.stream


async def review_lapsed(bench: Bench) -> str:
    """Nobody decides on doubtful evidence: a reminder, and then no."""
    one = await in_review(bench)
    await one.handle.result()
    return one.stream


async def counter_offer_escalated(bench: Bench) -> str:
    """Nobody of the brand answers a counter-offer, not even the second person."""
    one = await offered(bench)
    await one.tell(CounterOffer(version=1, fee=usd(390_00)))
    await one.handle.result()
    return one.stream


async def creator_does_not_sign(bench: Bench) -> str:
    """The policy accepts a counter-offer, the brand signs, and the creator has let two deadlines pass."""
    one = await offered(bench, a_brief(policies=Policies(counter_offer=a_policy(OnExpiry.APPROVE))))
    await one.tell(CounterOffer(version=1, fee=usd(390_00)))
    await one.until("OfferAccepted")
    await sign(one, Role.BRAND)
    await one.handle.result()
    return one.stream


async def brand_does_not_sign(bench: Bench) -> str:
    """The creator signs, and of the brand neither the first nor the second person does."""
    one = await offered(bench)
    await one.tell(AcceptOffer(version=1))
    await sign(one, Role.CREATOR)
    await one.handle.result()
    return one.stream


async def draft_missed(bench: Bench) -> str:
    """The draft never comes."""
    one = await engaged(bench)
    await one.handle.result()
    return one.stream


async def post_missed(bench: Bench) -> str:
    """The approved draft never goes live."""
    one = await engaged(bench)
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(ApproveDraft(deliverable=1, version=1), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def review_declined(bench: Bench) -> str:
    """Nobody looks at the draft, which means no."""
    one = await engaged(bench, policies=Policies(review=a_policy(OnExpiry.DECLINE)))
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.handle.result()
    return one.stream


async def partnership_hidden(bench: Bench) -> str:
    """Silence would approve the draft, and cannot: it does not disclose, and no round is left to mend it."""
    one = await engaged(bench, policies=Policies(rounds_of_changes=0))
    await one.tell(SubmitDraft(deliverable=1, caption=UNDISCLOSED))
    await one.handle.result()
    return one.stream


async def unattended(bench: Bench) -> str:
    """Silence approves the draft, the post goes live, and nobody reports its figures."""
    one = await engaged(bench)
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.until("DraftApproved")
    await one.tell(MarkPublished(deliverable=1, url="https://posts.example/1", caption=DISCLOSED))
    await one.handle.result()
    return one.stream


async def offered(bench: Bench, brief: Brief | None = None) -> Collaborating:
    """An offer is out."""
    one = await bench.collaborate(brief)
    await one.until_waiting_for("answer_offer")
    return one


async def in_review(bench: Bench) -> Collaborating:
    """Evidence waits for a person's word."""
    one = await bench.collaborate(a_brief(policies=Policies(performance_report_from=Asked.NOBODY)), DOUBTFUL)
    await one.until_waiting_for("verify_creator")
    return one


async def sign(one: Collaborating, role: Role) -> None:
    """One side signs what there is to sign."""
    state = await one.until_waiting_for(f"sign_contract/{role}")
    await one.tell(SignContract(typed_name="A. Name", document=state.document or "", consent=True), by=role)


async def engaged(bench: Bench, **facts: Any) -> Collaborating:
    """One draft is awaited."""
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL, **facts))
    await one.engage()
    return one


def usd(cents: int) -> Money:
    return Money(amount=cents, currency="USD")


def _named(*stories: Story) -> dict[str, Story]:
    return {story.__name__: story for story in stories}


PATHS = _named(
    completed,
    exclusivity_released,
    countered_and_declined,
    lapsed,
    cancelled_with_a_kill_fee,
    campaign_closed,
    campaign_cancelled,
    shortlist_rejected,
    shortlist_lapsed,
    no_creators,
    resumed,
    resumed_when_all_was_said,
    refused_for_the_budget,
    no_budget,
    held_by_another_campaign,
    rejected_in_review,
    cancelled_in_review,
    cancelled_for_an_erasure,
    amended,
    conceded,
    reported,
    paid_by_finance,
    caught_up,
    sourced,
    sourcing_failed,
)

PATIENT = _named(
    review_lapsed,
    counter_offer_escalated,
    creator_does_not_sign,
    brand_does_not_sign,
    draft_missed,
    post_missed,
    review_declined,
    partnership_hidden,
    unattended,
    rights_run_out,
    watched,
)
