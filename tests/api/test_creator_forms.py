"""From forms to commands: what people enter is read as they mean it, or asked for again."""

from typing import Any

import pytest

from api.creator_forms import COMMANDS
from api.creator_offer import FormMistake
from domain.amendments import ProposeAmendment
from domain.changes import Changes
from domain.durations import business_days
from tests.domain.given import usd


def test_other_terms_are_what_was_filled_in() -> None:
    """A fee as it is written, days as business days; what was left empty stays as it is."""
    fields = {"fee": "300", "draft_days": "5", "opens": "2026-03-16", "reason": "one more scene"}
    changes = Changes(fee=usd(300_00), draft_within=business_days(5))
    assert COMMANDS["propose"](fields, "USD") == ProposeAmendment(changes=changes, reason="one more scene")


@pytest.mark.parametrize(("verb", "fields"), [("propose", {"reason": "more"}), ("sign-amendment", {"number": "1"})])
def test_what_says_nothing_is_asked_for_again(verb: str, fields: dict[str, Any]) -> None:
    """A proposal without a change, a signature without a tick."""
    with pytest.raises(FormMistake):
        COMMANDS[verb](fields, "USD")
