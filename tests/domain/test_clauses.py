"""The ten clauses: their number, their defaults, their limits."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.clauses import Cancellation, Clauses, Exclusivity, Length, Terms, UsageRights
from domain.contract_signing import clauses
from domain.disclosure import Jurisdiction
from tests.domain.given import an_assignment, usd


def test_there_are_ten_clauses_in_the_contracts_order() -> None:
    """The contract prints these ten, in this order."""
    assert list(Clauses.model_fields) == [
        "payment",
        "briefing",
        "deliverables",
        "deadlines",
        "approval_process",
        "length",
        "usage_rights",
        "exclusivity",
        "disclosure",
        "cancellation",
    ]


def test_clauses_survive_json() -> None:
    """A contract's data is stored and comes back equal."""
    contract = clauses(an_assignment(), usd(200_00))
    assert Clauses.model_validate_json(contract.model_dump_json()) == contract


def test_a_brief_that_says_nothing_gets_the_usual_terms() -> None:
    """Half upfront, three months, no exclusivity, US disclosure, kill fees of 25, 50 and 75 %."""
    terms = Terms()
    assert (terms.upfront, terms.length.months, terms.usage_rights.months) == (0.5, 3, 3)
    assert not terms.usage_rights.paid
    assert terms.exclusivity.days == 0
    assert terms.disclosure.jurisdiction is Jurisdiction.US
    kill = terms.cancellation
    assert (kill.before_creation, kill.created, kill.delivered) == (0.25, 0.5, 0.75)


@pytest.mark.parametrize(
    ("clause", "facts"),
    [
        (Terms, {"upfront": -0.1}),
        (Terms, {"upfront": 1.01}),
        (Terms, {"upfront": float("nan")}),
        (Cancellation, {"delivered": 2}),
        (Cancellation, {"cure_days": 61}),
        (Length, {"months": 61}),
        (UsageRights, {"months": -1}),
        (Exclusivity, {"days": 366}),
        (Terms, {"disclosure": None}),
        (Terms, {"disclosure": {"jurisdiction": "none"}}),
    ],
)
def test_terms_have_limits(clause: Any, facts: dict[str, Any]) -> None:
    """Shares are 0..1, months and days are bounded, and disclosure cannot be switched off."""
    with pytest.raises(ValidationError):
        clause.model_validate(facts)
