"""Paths that a collaboration takes only where the brief or a person wants it; recorded beside those of `paths`.

An amendment, concessions by policy, a creator's own figures, payment orders for finance, a look at live posts; and a
decision that the workflow first hears of from its record.
"""

from activities.connectors.instagram_posts import FORMATS
from domain.amendments import ProposeAmendment, SignAmendment
from domain.assignment import PostSource
from domain.brief import NegotiationPolicy, PaymentOrders, Policies
from domain.changes import Changes
from domain.collaboration import CancelCollaboration
from domain.concession import Concession
from domain.content_approval import ApproveDraft, MarkPublished, SubmitDraft
from domain.decider import Role
from domain.negotiation import CounterOffer, DeclineOffer
from domain.payouts import ConfirmPayment, RecordReversal, ReversalReason, SettleReversal
from domain.verification import RejectCreator, ReportPerformance
from tests.domain.given import DISCLOSED, HOUR, a_brief, a_profile, a_report, usd
from tests.workflows.behind import counter_behind_its_back
from tests.workflows.conftest import Bench

ONE_REEL = [{"format": "reel"}]
DOUBTFUL = a_profile(following=4_900, average_likes=60.0, average_comments=1.0, sample_comments=["nice"] * 9 + ["wow"])
A_CURVE = NegotiationPolicy(rounds=3, concession=Concession(rounds=3))


async def amended(live: Bench) -> str:
    """Another fee is proposed, rendered, signed by both and sealed while the first draft is awaited."""
    one = await live.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.tell(ProposeAmendment(changes=Changes(fee=usd(300_00))), by=Role.BRAND)
    state = await one.until_waiting_for("sign_amendment/creator")
    document = state.amendments[0].document or ""
    for role in (Role.CREATOR, Role.BRAND):
        await one.tell(SignAmendment(number=1, typed_name="A. Name", document=document, consent=True), by=role)
    await one.until("AmendmentSealed")
    await one.tell(CancelCollaboration(reason="recall"), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def conceded(live: Bench) -> str:
    """The engine moves towards the creator by itself, and they decline all the same."""
    one = await live.collaborate(a_brief(policies=Policies(negotiation=A_CURVE)))
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(390_00)))
    await one.until("OfferMade", times=2)
    await one.tell(DeclineOffer(version=3))
    await one.handle.result()
    return one.stream


async def reported(live: Bench) -> str:
    """A doubtful creator reports their own figures, is weighed again, and is rejected by a person."""
    one = await live.collaborate(profile=DOUBTFUL)
    await one.until_waiting_for("report_performance")
    await one.tell(ReportPerformance(report=a_report(engagements=700)))
    await one.until_waiting_for("verify_creator")
    await one.tell(RejectCreator(reason="a thousand bots"), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def paid_by_finance(live: Bench) -> str:
    """The first payment is confirmed by finance and comes back; it is given up, and the brand stops."""
    policies = Policies(payment_orders=PaymentOrders.WAIT_FOR_FINANCE)
    one = await live.collaborate(a_brief(deliverables=ONE_REEL, policies=policies))
    await one.engage()
    state = await one.until_waiting_for("confirm_payment/upfront")
    payout = state.payouts[f"{state.id}/upfront"]
    today = (await live.now()).date()
    await one.tell(ConfirmPayment(payout_id=payout.id, reference="SEPA 1", paid_on=today), by=Role.BRAND)
    reason, all_of_it = ReversalReason.TRANSFER_REVERSED, payout.amount.amount
    back = RecordReversal(payout_id=payout.id, reversed_in_all=all_of_it, reason=reason)
    await one.tell(back, by=Role.ENGINE)
    await one.until_waiting_for("settle_reversal/upfront")
    await one.tell(SettleReversal(payout_id=payout.id, pay_again=False), by=Role.BRAND)
    await one.tell(CancelCollaboration(reason="recall"), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def caught_up(live: Bench) -> str:
    """A counter-offer is recorded whose workflow task is lost; the brand's answer to it has the workflow catch up."""
    one = await counter_behind_its_back(live)
    await one.tell(DeclineOffer(version=2), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def watched(bench: Bench) -> str:
    """A post that should be looked at, by a worker that can read no platform any more: nothing comes of it."""
    bench.post_source = PostSource(name="instagram", formats=FORMATS)
    policies = Policies(live_check_after=2 * HOUR, watch_for=2 * HOUR)
    one = await bench.collaborate(a_brief(deliverables=ONE_REEL, policies=policies))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(ApproveDraft(deliverable=1, version=1), by=Role.BRAND)
    await one.tell(MarkPublished(deliverable=1, url="https://www.instagram.com/p/abc/", caption=DISCLOSED))
    await one.until("CollaborationEnded")
    await one.handle.result()
    return one.stream
