"""Contract signing: both sides sign the same document, or there is no contract."""

import pytest

from domain.contract_signing import SignContract
from domain.decider import Role
from domain.errors import ConsentMissing, NothingToDecide
from domain.negotiation import AcceptOffer
from domain.outcomes import Outcome
from tests.workflows.conftest import Bench, Collaborating


async def agreed(bench: Bench) -> tuple[Collaborating, str]:
    """A collaboration whose contract waits for signatures."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(AcceptOffer(version=1))
    state = await one.until_waiting_for("sign_contract/creator")
    assert state.document is not None
    return one, state.document


async def test_the_second_signature_concludes_the_contract_and_the_upfront_share_is_paid(bench: Bench) -> None:
    """Either side may sign first."""
    one, document = await agreed(bench)
    await one.tell(SignContract(typed_name="B. Rand", document=document, consent=True), by=Role.BRAND)
    await one.tell(SignContract(typed_name="C. Reator", document=document, consent=True))
    state = await one.until("PayoutMade")
    assert state.fee is not None
    assert (await one.spend()).paid == state.fee.amount // 2


async def test_a_signature_under_another_document_is_refused(bench: Bench) -> None:
    """What was read is what is signed."""
    one, _ = await agreed(bench)
    with pytest.raises(ConsentMissing):
        await one.tell(SignContract(typed_name="C. Reator", document="f" * 64, consent=True))


async def test_nobody_signs_twice(bench: Bench) -> None:
    """The second signature of one side answers nothing that is open."""
    one, document = await agreed(bench)
    await one.tell(SignContract(typed_name="C. Reator", document=document, consent=True))
    with pytest.raises(NothingToDecide):
        await one.tell(SignContract(typed_name="C. Reator", document=document, consent=True))


async def test_a_creator_who_does_not_sign_loses_the_contract_and_the_budget_is_freed(bench: Bench) -> None:
    """Silence never signs; the creator has one extension."""
    one, document = await agreed(bench)
    await one.tell(SignContract(typed_name="B. Rand", document=document, consent=True), by=Role.BRAND)
    assert await one.handle.result() == Outcome.EXPIRED
    events = await one.events()
    assert "TaskExtended" in events
    assert events[-3:] == ["TaskExpired", "ContractLapsed", "CollaborationEnded"]
    assert (await one.spend()).committed == 0


async def test_a_brand_that_does_not_sign_is_escalated_to_a_second_person(bench: Bench) -> None:
    """Before the contract lapses."""
    one, document = await agreed(bench)
    await one.tell(SignContract(typed_name="C. Reator", document=document, consent=True))
    assert await one.handle.result() == Outcome.EXPIRED
    assert "TaskEscalated" in await one.events()
