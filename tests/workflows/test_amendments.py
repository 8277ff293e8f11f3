"""Amendments beside the story: rendered and sealed by the engine, signed by people, while content work goes on."""

import pytest

from domain.amendments import (
    AmendmentStatus,
    DeclineAmendment,
    ProposeAmendment,
    SignAmendment,
    WithdrawAmendment,
)
from domain.changes import Changes
from domain.content_approval import SubmitDraft
from domain.decider import Role
from domain.errors import BudgetExceeded
from domain.money import Money
from tests.domain.given import DISCLOSED, a_brief
from tests.workflows.conftest import Bench, Collaborating

HIGHER = Changes(fee=Money(amount=300_00, currency="USD"))


async def sign_both(one: Collaborating, number: int = 1) -> None:
    """Both sides sign the amendment that waits for them."""
    state = await one.until_waiting_for("sign_amendment/creator")
    document = state.amendments[number - 1].document or ""
    for role in (Role.CREATOR, Role.BRAND):
        consent = SignAmendment(number=number, typed_name="A. Name", document=document, consent=True)
        await one.tell(consent, by=role)


async def test_a_signed_amendment_moves_the_budget_and_is_sealed_while_the_work_goes_on(bench: Bench) -> None:
    """The draft comes in between; afterwards the ledger has the new fee, and the file is kept."""
    one = await bench.collaborate()
    await one.engage()
    before = await one.spend()
    await one.tell(ProposeAmendment(changes=HIGHER), by=Role.BRAND)
    await one.until_waiting_for("sign_amendment/brand")
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await sign_both(one)
    state = await one.until("AmendmentSealed")
    after = await one.spend()
    assert state.fee == HIGHER.fee
    assert (after.committed + after.paid) - (before.committed + before.paid) == 300_00 - 212_50
    assert after.reserved == 0
    assert "review_draft/1" in state.tasks


async def test_the_rest_of_the_new_fee_is_paid_at_the_end(bench: Bench) -> None:
    """A creator's own proposal, signed by both, is what the balance comes from."""
    one = await bench.collaborate()
    await one.engage()
    await one.tell(ProposeAmendment(changes=HIGHER), by=Role.CREATOR)
    await sign_both(one)
    for number in (1, 2):
        await one.publish(number)
    await one.until("PayoutMade", times=2)
    assert (await one.spend()).paid == 300_00


async def test_what_the_budget_does_not_have_is_not_proposed(bench: Bench) -> None:
    """The ledger refuses it in the append, and nothing is recorded."""
    one = await bench.collaborate(a_brief(budget={"amount": 250_00, "currency": "USD"}, fee_cap=400_00))
    await one.engage()
    with pytest.raises(BudgetExceeded):
        await one.tell(ProposeAmendment(changes=HIGHER), by=Role.BRAND)
    assert "AmendmentProposed" not in await one.events()


async def test_silence_lapses_an_amendment_and_not_the_contract(bench: Bench) -> None:
    """Reminded, extended, lapsed; the contract's own deadlines are later here, and still count."""
    brief = a_brief(policies={"draft": {"within": "P60D", "on_expiry": "decline"}})
    one = await bench.collaborate(brief)
    before = await one.engage()
    await one.tell(ProposeAmendment(changes=HIGHER), by=Role.BRAND)
    state = await one.until("AmendmentLapsed")
    assert (state.fee, state.assignment) == (before.fee, before.assignment)
    assert "submit_draft/1" in state.tasks
    assert (await one.spend()).reserved == 0
    assert not state.ended


async def test_an_amendment_that_somebody_does_not_want_leaves_everything_as_it_was(bench: Bench) -> None:
    one = await bench.collaborate()
    before = await one.engage()
    await one.tell(ProposeAmendment(changes=HIGHER), by=Role.BRAND)
    await one.tell(DeclineAmendment(number=1), by=Role.CREATOR)
    await one.tell(ProposeAmendment(changes=HIGHER), by=Role.CREATOR)
    await one.until_waiting_for("sign_amendment/brand")
    await one.tell(WithdrawAmendment(number=2), by=Role.CREATOR)
    state = await one.state()
    assert [each.status for each in state.amendments] == [AmendmentStatus.DECLINED, AmendmentStatus.WITHDRAWN]
    assert (state.fee, state.assignment, state.reserved) == (before.fee, before.assignment, 0)
