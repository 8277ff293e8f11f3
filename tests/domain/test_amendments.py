"""What is kept of amendments: typed changes, and how far each has come."""

import pytest
from pydantic import ValidationError

from domain.amendments import Amendment, AmendmentStatus, Proposal, SignAmendment, amendment_task
from domain.changes import Changes
from tests.domain.given import BRAND, CREATOR, DOCUMENT, usd

PROPOSAL = Proposal(number=3, by=CREATOR, before=Changes(fee=usd(1)), after=Changes(fee=usd(2)))


def test_both_signatures_may_come_until_one_side_has_said_no_or_both_have_signed() -> None:
    undecided = {status for status in AmendmentStatus if Amendment(PROPOSAL, status).undecided}
    assert undecided == {AmendmentStatus.PROPOSED, AmendmentStatus.TO_SIGN}
    assert Amendment(PROPOSAL).number == 3


def test_consent_must_be_given() -> None:
    """A signature without a ticked consent is not even a command."""
    with pytest.raises(ValidationError):
        SignAmendment.model_validate({"number": 1, "typed_name": "A. Name", "document": DOCUMENT, "consent": False})


def test_each_side_has_a_task_of_its_own() -> None:
    assert [amendment_task(role) for role in (BRAND, CREATOR)] == ["sign_amendment/brand", "sign_amendment/creator"]
