"""The engine negotiates by itself, and a commission is paid: everything real but the clock."""

import asyncio

from activities.store.orders import Order, Orders
from domain.brief import NegotiationPolicy, Policies
from domain.collaboration import CancelCollaboration
from domain.concession import Concession
from domain.content_approval import ApproveDraft, MarkPublished, SubmitDraft
from domain.contract_signing import SignContract
from domain.decider import Role
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer
from domain.outcomes import Outcome
from domain.payouts import PayoutPurpose
from tests.domain.given import DISCLOSED, T0, a_brief, usd
from tests.workflows.conftest import Bench, Collaborating

CURVE = Policies(negotiation=NegotiationPolicy(rounds=5, concession=Concession(rounds=5)))
"""From 212.50 dollars in five even steps of 37.50 to the cap of 400."""


async def test_the_engine_counters_by_itself_until_both_agree(bench: Bench) -> None:
    """Nobody of the brand is asked; each offer reserves its fee, and the mail with it goes to the creator."""
    one = await bench.collaborate(a_brief(policies=CURVE))
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(380_00)))
    state = await one.until("OfferMade", times=2)
    assert state.offer is not None
    assert (state.offer.version, state.offer.by, state.offer.fee) == (3, Role.BRAND, usd(250_00))
    assert (await one.spend()).reserved == 250_00
    await one.tell(CounterOffer(version=3, fee=usd(280_00)))  # the next step would be above it
    state = await one.until_waiting_for("sign_contract/creator")
    assert state.fee == usd(280_00)
    assert (await one.events())[3:8] == ["OfferMade", "OfferCountered", "OfferMade", "OfferCountered", "OfferAccepted"]
    spend = await one.spend()
    assert (spend.reserved, spend.committed) == (0, 280_00)


async def test_a_step_that_the_budget_does_not_cover_is_left_to_the_brand(bench: Bench) -> None:
    """The record says what was missing, the offer stays on the table, and a person answers it."""
    brief = a_brief(policies=CURVE, budget={"amount": 240_00, "currency": "USD"}, creators_wanted=1)
    one = await bench.collaborate(brief)
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(380_00)))
    await one.until("OfferBlocked")
    *_, noted = await one.envelopes()
    assert (noted.type, noted.data["by"], noted.data["answer"]) == ("OfferBlocked", "engine", "counter")
    assert noted.data["shortfall"] == {"needed": 37_50, "available": 27_50, "budget": 240_00}
    await one.tell(CounterOffer(version=2, fee=usd(230_00)), by=Role.BRAND)
    await one.tell(AcceptOffer(version=3))
    assert (await one.spend()).committed == 230_00


async def with_a_contract(bench: Bench) -> Collaborating:
    """A collaboration in force with a tenth of tracked sales, at most 50 dollars, beside a fee of 212.50."""
    brief = a_brief(
        deliverables=[{"format": "reel"}, {"format": "story"}],
        shop={"landing_url": "https://shop.example/tea"},
        terms={"commission": {"ratio": 0.1, "cap": 50_00}},
    )
    one = await bench.collaborate(brief)
    await one.until_waiting_for("answer_offer")
    assert (await one.spend()).reserved == 262_50
    await one.tell(AcceptOffer(version=1))
    state = await one.until_waiting_for("sign_contract/creator")
    assert state.document is not None
    for role in (Role.CREATOR, Role.BRAND):
        await one.tell(SignContract(typed_name=f"A {role}", document=state.document, consent=True), by=role)
    await one.until_waiting_for("submit_draft/1")
    return one


async def sell(bench: Bench, one: Collaborating, amount: int) -> None:
    """An order with the creator's code, once the contract's mail has brought it into the world."""
    await one.until("ContractSealed")
    id_, code = one.stream.partition("/")[2], None
    for _ in range(600):
        code = await bench.pool.fetchval(
            "select discount_code from tracked_collaborations where collaboration_id = $1", id_
        )
        if code is not None:
            break
        await asyncio.sleep(0.05)
    assert code is not None
    total = Money(amount=amount, currency="USD")
    order = Order(shop="s", id="o1", placed_at=T0, total=total, discount_codes=(code,))
    assert (await Orders(bench.pool).record(order)).collaboration_id == id_


async def test_a_commission_is_paid_when_the_work_is_over(bench: Bench) -> None:
    """What the creator's code has sold is reckoned, paid under an id of its own, and the rest of the cap returns."""
    one = await with_a_contract(bench)
    await sell(bench, one, 300_00)
    for number in (1, 2):
        await one.tell(SubmitDraft(deliverable=number, caption=DISCLOSED))
        await one.tell(ApproveDraft(deliverable=number, version=1), by=Role.BRAND)
        await one.tell(MarkPublished(deliverable=number, url=f"https://posts.example/{number}", caption=DISCLOSED))
        await one.tell(RecordMetrics(deliverable=number, metrics=Metrics(likes=9)))
    assert await one.handle.result() == Outcome.COMPLETED
    settled = next(event for event in await one.envelopes() if event.type == "CommissionSettled")
    assert (settled.data["orders"], settled.data["revenue"]) == (1, 300_00)
    payout = (await one.state()).payouts[f"{one.stream.partition('/')[2]}/commission"]
    assert (payout.amount, payout.reference is not None) == (usd(30_00), True)
    spend = await one.spend()
    assert (spend.reserved, spend.committed, spend.paid) == (0, 0, 242_50)


async def test_a_cancelled_collaboration_pays_the_commission_of_what_was_sold(bench: Bench) -> None:
    """Beside the kill fee; the end waits for both."""
    one = await with_a_contract(bench)
    await sell(bench, one, 1_000_00)
    await one.tell(CancelCollaboration(reason="recall"), by=Role.BRAND)
    assert await one.handle.result() == Outcome.CANCELLED
    amounts = {payout.purpose: payout.amount.amount for payout in (await one.state()).payouts.values()}
    assert amounts[PayoutPurpose.COMMISSION] == 50_00
    assert (await one.spend()).committed == 0
