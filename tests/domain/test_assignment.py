"""What a brief asks of one creator, frozen when they are invited."""

import pytest
from pydantic import ValidationError

from domain.assignment import Assignment, assign
from domain.clauses import Commission, Terms, UsageRights
from domain.formats import Format
from tests.domain.given import a_brief, a_profile


def test_an_assignment_carries_the_brief() -> None:
    """Brand, deliverables, terms and policies are the brief's own."""
    brief = a_brief(deliverables=[{"format": "reel", "count": 2}, {"format": "story"}])
    assignment = assign(brief, a_profile())
    assert (assignment.brand, assignment.product, assignment.category) == (brief.brand, brief.product, brief.category)
    assert (assignment.terms, assignment.policies, assignment.briefing) == (brief.terms, brief.policies, brief.briefing)
    assert (assignment.currency, assignment.fee_cap, assignment.posting_window) == ("USD", 400_00, brief.posting_window)
    made = [(deliverable.number, deliverable.format) for deliverable in assignment.deliverables]
    assert made == [(1, Format.REEL), (2, Format.REEL), (3, Format.STORY)]


def test_the_opening_fee_is_a_share_of_the_fair_price() -> None:
    """85 % of the middle of the rate card for a reel (175 dollars) and stories (75) is offered first."""
    assignment = assign(a_brief(), a_profile())
    assert assignment.quote is not None
    assert assignment.quote.fee == 250_00
    assert assignment.opening_fee == 212_50


def test_what_the_terms_ask_for_besides_raises_the_opening() -> None:
    """Paid advertising for a month costs 20 % more, and so is offered 20 % more."""
    terms = Terms(usage_rights=UsageRights(months=1, paid=True))
    assert assign(a_brief(terms=terms), a_profile()).opening_fee == 255_00


def test_the_opening_fee_leaves_room_for_the_commission() -> None:
    """Fee and commission together stay below the cap for one creator, also if that leaves less than is fair."""
    terms = Terms(commission=Commission(ratio=0.1, cap=250_00))
    assert assign(a_brief(terms=terms), a_profile()).opening_fee == 150_00
    nothing = Terms(commission=Commission(ratio=0.1, cap=500_00))
    assert assign(a_brief(terms=nothing), a_profile()).opening_fee == 0


def test_the_opening_fee_stays_below_the_cap() -> None:
    """However much an account is worth, the first offer is at most the cap for one creator."""
    assert assign(a_brief(), a_profile(followers=45_000)).opening_fee == 400_00


def test_the_opening_follows_the_policy() -> None:
    """A brief that opens at the fair price offers it."""
    brief = a_brief(policies={"negotiation": {"opening": 1}})
    assert assign(brief, a_profile()).opening_fee == 250_00


def test_there_is_something_to_do() -> None:
    """An assignment without a deliverable is refused."""
    with pytest.raises(ValidationError):
        Assignment.model_validate({**dict(assign(a_brief(), a_profile())), "deliverables": ()})


def test_an_assignment_holds_nothing_personal() -> None:
    """Name, handle and address of the creator, and the brand's contacts, stay out of what events carry."""
    text = assign(a_brief(), a_profile()).model_dump_json()
    for personal in ("Ines", "Okafor", "steep.and.pour", "@"):
        assert personal not in text


def test_an_assignment_survives_json() -> None:
    """It is stored in an event and comes back equal."""
    assignment = assign(a_brief(), a_profile())
    assert Assignment.model_validate_json(assignment.model_dump_json()) == assignment
