"""A collaboration from verification to the last payment."""

from domain.collaboration import CancelCollaboration
from domain.decider import Role
from domain.monitoring import Metrics, RecordMetrics
from domain.outcomes import Outcome
from tests.workflows.conftest import Bench


async def test_a_collaboration_goes_from_verification_to_the_last_payment(bench: Bench) -> None:
    """Everybody answers in time: the creator is engaged, delivers, is paid in full and measured."""
    one = await bench.collaborate()
    await one.engage()
    for number in (1, 2):
        await one.publish(number)
    for number in (1, 2):
        await one.tell(RecordMetrics(deliverable=number, metrics=Metrics(likes=120, comments=9)))
    assert await one.handle.result() == Outcome.COMPLETED
    state, spend = await one.state(), await one.spend()
    assert state.fee is not None
    assert (spend.reserved, spend.committed, spend.paid) == (0, 0, state.fee.amount)


async def test_a_creator_is_told_of_every_turn_once(bench: Bench) -> None:
    """Offer, contract, conclusion, each approval and each payment reach the creator as one mail of one event."""
    one = await bench.collaborate()
    await one.engage()
    for number in (1, 2):
        await one.publish(number)
        await one.tell(RecordMetrics(deliverable=number, metrics=Metrics(likes=1)))
    await one.handle.result()
    templates = sorted(mail.message["X-Groundswell-Template"] for mail in bench.mail.messages())
    assert templates == sorted(
        [
            "offer",
            "contract_to_sign",
            "contract_concluded",
            "draft_approved",
            "draft_approved",
            "payout_made",
            "payout_made",
            "ended",
        ]
    )
    events = [mail.message["X-Groundswell-Event"] for mail in bench.mail.messages()]
    assert len(set(events)) == len(events)


async def test_a_cancelled_collaboration_pays_the_kill_fee_and_frees_the_rest(bench: Bench) -> None:
    """The brand stops after the contract: the upfront share covers the kill fee, and the rest returns to the budget."""
    one = await bench.collaborate()
    await one.engage()
    await one.tell(CancelCollaboration(reason="the product was recalled"), by=Role.BRAND)
    assert await one.handle.result() == Outcome.CANCELLED
    state, spend = await one.state(), await one.spend()
    assert (spend.reserved, spend.committed) == (0, 0)
    assert spend.paid == sum(payout.amount.amount for payout in state.payouts.values()) > 0
