"""How forms are read: amounts, shares, ticks; and a slip is told in words."""

import pytest

from api.console.forms import FormMistake, amount, beside_fee, consent, limit, listed, must_be_sure, ratio
from domain.money import Money


def test_amounts_are_entered_in_units_of_the_currency() -> None:
    assert amount({"fee": "1,250.50"}, "fee", "The fee", "USD") == Money(amount=1_250_50, currency="USD")
    with pytest.raises(FormMistake, match="The fee: write the amount in JPY as a plain number, such as 250"):
        amount({"fee": "12.50"}, "fee", "The fee", "JPY")


def test_no_limit_is_entered_as_nothing() -> None:
    assert limit({"currency": "EUR"}) is None
    assert limit({"limit": "500", "currency": "EUR"}) == Money(amount=500_00, currency="EUR")


def test_a_share_is_entered_in_per_cent() -> None:
    """What is no number goes on as it is, for the brief's own rule to say what is wrong with it."""
    assert (ratio("12.5"), ratio("110"), ratio("much")) == (0.125, 1.1, "much")


def test_ticks_are_asked_for() -> None:
    assert consent({"consent": "yes", "typed_name": "Ada Lane"}, "typed_name", "document") == {
        "typed_name": "Ada Lane",
        "consent": True,
    }
    must_be_sure({"sure": "yes"})
    with pytest.raises(FormMistake, match="agree"):
        consent({})
    with pytest.raises(FormMistake, match="cannot be taken back"):
        must_be_sure({"sure": "no"})


def test_a_list_is_separated_by_commas() -> None:
    assert listed("our own accounts, , the shop ") == ["our own accounts", "the shop"]


def test_what_is_given_beside_a_fee_is_stated_as_a_whole() -> None:
    """An emptied row takes its gift off the table, emptied shares the commission; a form without room says nothing."""
    form = {"beside": "yes", "gifts.0.description": "A box", "gifts.0.value": "45.50", "gifts.2.description": "A mug"}
    gifts = [{"description": "A box", "value": 45_50}, {"description": "A mug", "value": 0}]
    assert beside_fee(form, "USD") == {"gifts": gifts}
    share = {"commission_ratio": "12.5", "commission_cap": "80"}
    assert beside_fee({"beside": "yes", **share}, "USD")["commission"] == {"ratio": 0.125, "cap": 80_00}
    assert beside_fee({"beside": "yes", "had_commission": "yes"}, "USD")["commission"] == {"ratio": 0, "cap": 0}
    assert beside_fee({"gifts.0.description": "A box"}, "USD") == {}
    with pytest.raises(FormMistake, match="The most of the commission"):
        beside_fee({"beside": "yes", "commission_ratio": "10"}, "USD")
