"""From forms to commands: what people enter is read as they mean it, or asked for again."""

from typing import Any

import pytest

from api.creator_forms import COMMANDS, FormMistake, _minor
from domain.amendments import ProposeAmendment
from domain.changes import Changes
from domain.durations import business_days
from tests.domain.given import usd


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("250", "USD", 25_000),
        ("250.5", "USD", 25_050),
        ("250,05", "EUR", 25_005),
        ("5 000", "JPY", 5_000),
        ("1.005", "KWD", 1_005),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, currency: str, minor: int) -> None:
    assert _minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"), [("", "USD"), ("-5", "USD"), ("1.234", "USD"), ("5.0", "JPY"), ("٥", "USD"), ("1e9", "USD")]
)
def test_amounts_that_could_mean_two_things_are_not_guessed(text: str, currency: str) -> None:
    with pytest.raises(FormMistake, match=currency):
        _minor(text, currency)


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
