"""A workflow that stands behind its own record."""

from domain.collaboration import CollaborationDecider
from domain.decider import Context, Role
from domain.money import Money
from domain.negotiation import CounterOffer
from tests.workflows.conftest import PEOPLE, Bench, Collaborating


async def counter_behind_its_back(live: Bench) -> Collaborating:
    """A collaboration with a counter-offer that is in the record, and of which the workflow has not heard: what is left
    when its task is lost after the append, and the creator, who sees it on the page, does not send it again."""
    one = await live.collaborate()
    state = await one.until_waiting_for("answer_offer")
    assert state.offer is not None
    fee = Money(amount=state.offer.fee.amount + 100_00, currency="USD")
    counter = CounterOffer(version=1, fee=fee)
    context = Context(at=await live.now(), actor=PEOPLE[Role.CREATOR], command_id="elsewhere")
    await live.append(one.stream, CollaborationDecider().decide(counter, state, context), counter, campaign_id="any")
    return one
