"""Negotiation: offers, counter-offers, policies and the budget behind them."""

import pytest

from domain.brief import Brief, NegotiationPolicy, Policies
from domain.collaboration import CancelCollaboration
from domain.deadlines import OnExpiry
from domain.decider import Role
from domain.errors import AboveCap, BudgetExceeded, ExclusivityClash, NotYourTurn, RoundsExhausted, StaleVersion
from domain.money import Money
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from domain.outcomes import Outcome
from tests.domain.given import a_brief, a_policy, a_profile, exclusively
from tests.workflows.conftest import Bench, Collaborating


def usd(amount: int) -> Money:
    return Money(amount=amount, currency="USD")


async def test_an_offer_reserves_its_fee_and_an_acceptance_commits_it(bench: Bench) -> None:
    """The ledger follows the negotiation."""
    one = await bench.collaborate()
    state = await one.until_waiting_for("answer_offer")
    assert (await one.spend()).reserved == state.agreed.opening_fee
    await one.tell(AcceptOffer(version=1))
    spend = await one.spend()
    assert (spend.reserved, spend.committed) == (0, state.agreed.opening_fee)


async def test_a_counter_offer_within_the_policy_is_accepted_at_once(bench: Bench) -> None:
    """Nobody is asked for five per cent."""
    one = await bench.collaborate()
    state = await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(state.agreed.opening_fee * 105 // 100)))
    await one.until_waiting_for("sign_contract/creator")
    assert (await one.events())[4:6] == ["OfferCountered", "OfferAccepted"]


async def test_a_higher_counter_offer_waits_for_the_brand(bench: Bench) -> None:
    """The brand counters in turn, the creator accepts that version and no other."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(390_00)))
    await one.until_waiting_for("answer_counter_offer")
    await one.tell(CounterOffer(version=2, fee=usd(300_00)), by=Role.BRAND)
    with pytest.raises(StaleVersion, match="version 3 is the current one"):
        await one.tell(AcceptOffer(version=1))
    await one.tell(AcceptOffer(version=3))
    assert (await one.spend()).committed == 300_00


async def test_a_refused_command_costs_no_history(live: Bench) -> None:
    """Commands by the wrong side or about another version leave neither event nor history."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    before = await one.history_length_at_rest()
    for command, by, refusal in (
        (AcceptOffer(version=1), Role.BRAND, NotYourTurn),
        (AcceptOffer(version=9), Role.CREATOR, StaleVersion),
        (DeclineOffer(version=1), Role.BRAND, NotYourTurn),
    ):
        with pytest.raises(refusal):
            await one.tell(command, by=by)
    assert await one.history_length_at_rest() == before


async def test_a_brand_cannot_accept_above_its_own_cap(bench: Bench) -> None:
    """The brief binds its people as well."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(400_01)))
    with pytest.raises(AboveCap):
        await one.tell(AcceptOffer(version=2), by=Role.BRAND)


async def test_counter_offers_are_limited(bench: Bench) -> None:
    """After the last round the creator can only accept or decline."""
    one = await bench.collaborate(a_brief(policies=Policies(negotiation=NegotiationPolicy(rounds=0))))
    await one.until_waiting_for("answer_offer")
    with pytest.raises(RoundsExhausted):
        await one.tell(CounterOffer(version=1, fee=usd(390_00)))


async def test_a_declined_offer_frees_the_budget(bench: Bench) -> None:
    """The collaboration ends and nothing stays reserved."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(DeclineOffer(version=1, reason="no time"))
    assert await one.handle.result() == Outcome.DECLINED
    assert (await one.spend()).reserved == 0


async def test_an_unanswered_offer_is_extended_once_and_lapses(bench: Bench) -> None:
    """A reminder, an extension, then silence means no."""
    one = await bench.collaborate()
    assert await one.handle.result() == Outcome.EXPIRED
    assert (await one.events())[4:] == [
        "TaskReminded",
        "TaskExtended",
        "TaskExpired",
        "OfferDeclined",
        "CollaborationEnded",
    ]


async def test_an_unanswered_counter_offer_is_escalated_and_lapses(bench: Bench) -> None:
    """A second person of the brand is asked before the answer is no."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(390_00)))
    assert await one.handle.result() == Outcome.EXPIRED
    assert "TaskEscalated" in await one.events()
    assert any(mail.message["X-Groundswell-Template"] == "escalation" for mail in bench.mail.messages())


async def test_silence_may_accept_a_counter_offer_within_the_cap(bench: Bench) -> None:
    """Where the policy says so."""
    one = await bench.collaborate(a_brief(policies=Policies(counter_offer=a_policy(OnExpiry.APPROVE))))
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(390_00)))
    state = await one.until("OfferAccepted")
    assert state.fee == usd(390_00)


async def test_a_budget_that_is_spent_ends_the_negotiation_before_an_offer(bench: Bench) -> None:
    """The second creator of a campaign for one is not offered what is not there."""
    brief = a_brief(budget={"amount": 250_00, "currency": "USD"})
    first = await bench.collaborate(brief)
    await first.until_waiting_for("answer_offer")
    second = await bench.collaborate_in(first.campaign_id, brief)
    assert await second.handle.result() == Outcome.NO_BUDGET
    assert (await first.spend()).reserved == 212_50


async def test_a_deadline_whose_answer_the_budget_refuses_ends_the_negotiation(bench: Bench) -> None:
    """A policy that would accept a counter-offer cannot overspend, and does not hang either."""
    brief = a_brief(
        budget={"amount": 250_00, "currency": "USD"}, policies=Policies(counter_offer=a_policy(OnExpiry.APPROVE))
    )
    one = await bench.collaborate(brief)
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(390_00)))
    assert await one.handle.result() == Outcome.DECLINED
    assert (await one.spend()).reserved == 0


async def test_an_acceptance_that_the_budget_refuses_is_in_the_record_with_its_amounts(bench: Bench) -> None:
    """The brand is refused, the offer stays on the table, and the campaign's events say what was missing."""
    one = await bench.collaborate(a_brief(budget={"amount": 250_00, "currency": "USD"}))
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=usd(390_00)))
    with pytest.raises(BudgetExceeded):
        await one.tell(AcceptOffer(version=2), by=Role.BRAND)
    *_, noted = await one.envelopes()
    assert (noted.type, noted.metadata.actor.role) == ("OfferBlocked", Role.ENGINE)
    assert noted.data["shortfall"] == {"needed": 177_50, "available": 37_50, "budget": 250_00}
    assert (await one.until_waiting_for("answer_counter_offer")).offer is not None


async def courted_twice(bench: Bench, brief: Brief) -> tuple[Collaborating, Collaborating]:
    """A creator who has accepted one campaign's offer, which is exclusive, and has another one's on the table."""
    profile = a_profile(handle="in.demand")
    exclusive = a_brief(brand="Other Leaf", category="Tea", terms=exclusively(30))
    first = await bench.collaborate(exclusive, profile)
    second = await bench.collaborate(brief, profile)
    for one in (first, second):
        await one.until_waiting_for("answer_offer")
    await first.tell(AcceptOffer(version=1))
    return first, second


async def test_a_creator_who_is_bound_elsewhere_cannot_accept(bench: Bench) -> None:
    """They are told where and until when, and nothing of the other campaign; the offer stays on the table."""
    first, second = await courted_twice(bench, a_brief())
    with pytest.raises(ExclusivityClash, match="Another campaign holds this creator in the category tea") as refused:
        await second.tell(AcceptOffer(version=1))
    assert set(refused.value.facts) == {"holder", "scope", "name", "until"}
    assert first.campaign_id not in str(refused.value.facts)
    with pytest.raises(ExclusivityClash):
        await second.tell(AcceptOffer(version=1))
    *_, noted = await second.envelopes()  # for the brand, and once
    assert (noted.type, noted.version, noted.data["by"]) == ("OfferBlocked", 5, "creator")
    assert noted.data["held"]["campaign"] == first.campaign_id
    assert "answer_offer" in (await second.state()).tasks
    spend = await second.spend()
    assert (spend.reserved, spend.committed) == (212_50, 0)


async def test_a_brand_is_told_which_campaign_holds_the_creator(bench: Bench) -> None:
    """Its own acceptance of a counter-offer is refused with the campaign's id."""
    first, second = await courted_twice(bench, a_brief())
    await second.tell(CounterOffer(version=1, fee=usd(390_00)))
    with pytest.raises(ExclusivityClash, match=f"Campaign {first.campaign_id} holds this creator"):
        await second.tell(AcceptOffer(version=2), by=Role.BRAND)


async def test_a_policy_that_would_accept_ends_the_negotiation_instead(bench: Bench) -> None:
    """The engine does not try for ever what another campaign forbids."""
    first, second = await courted_twice(bench, a_brief())
    await second.tell(CounterOffer(version=1, fee=usd(220_00)))
    assert await second.handle.result() == Outcome.EXCLUSIVITY
    state = await second.state()
    assert state.reason.startswith("Another campaign holds this creator in the category tea until ")
    assert first.campaign_id not in state.reason
    assert (await second.spend()).reserved == 0


async def test_a_deadline_that_would_accept_ends_the_negotiation_instead(bench: Bench) -> None:
    """Silence cannot accept either."""
    _, second = await courted_twice(bench, a_brief(policies=Policies(counter_offer=a_policy(OnExpiry.APPROVE))))
    await second.tell(CounterOffer(version=1, fee=usd(390_00)))
    assert await second.handle.result() == Outcome.EXCLUSIVITY


async def test_an_end_before_the_contract_lets_the_other_campaign_in(bench: Bench) -> None:
    """The same offer is accepted now, as a new request."""
    first, second = await courted_twice(bench, a_brief())
    with pytest.raises(ExclusivityClash):
        await second.tell(AcceptOffer(version=1))
    await first.tell(CancelCollaboration(reason="recall"), by=Role.BRAND)
    assert await first.handle.result() == Outcome.CANCELLED
    await second.tell(AcceptOffer(version=1))
    await second.until_waiting_for("sign_contract/creator")
