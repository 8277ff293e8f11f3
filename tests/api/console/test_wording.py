"""Words for deadlines, tasks and names."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.console.wording import ago, asked, compact, initials, standing, term, units, until, urgency, workflow_address
from domain.money import Money
from domain.payouts import Payout, PayoutPurpose

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words", "looks"),
    [
        (45, "in 45 s", "soon"),
        (12 * 60, "in 12 min", "soon"),
        (3 * 3600 + 20 * 60, "in 3 h 20 min", "soon"),
        (9 * 3600 + 60, "in 9 h", "soon"),
        (51 * 3600, "in 2 d 3 h", "calm"),
        (9 * 86400, "in 9 d", "calm"),
        (-3 * 3600, "3 h late", "late"),
    ],
)
def test_a_deadline_is_told_in_its_two_largest_units(seconds: int, words: str, looks: str) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert (until(at, NOW), urgency(at, NOW)) == (words, looks)


def test_what_has_been_is_ago() -> None:
    assert ago(NOW - timedelta(minutes=5), NOW) == "5 min ago"


@pytest.mark.parametrize(
    ("task", "words"),
    [("review_draft/2", "Review a draft (2)"), ("sign_contract/brand", "Sign the contract"), ("new_kind", "New kind")],
)
def test_a_task_says_what_is_asked_also_one_that_nobody_has_named(task: str, words: str) -> None:
    assert asked(task) == words


@pytest.mark.parametrize(("name", "letters"), [("Ines Okafor", "IO"), ("Ana B. Lee", "AL"), ("Cher", "C"), ("", "")])
def test_initials_stand_for_a_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_workflow_is_found_in_the_ui_if_there_is_one() -> None:
    assert workflow_address("http://ui/", "prod", "campaign/a") == "http://ui/namespaces/prod/workflows/campaign%2Fa"
    assert workflow_address("", "prod", "campaign/a") == ""


@pytest.mark.parametrize(("count", "words"), [(940, "940"), (4_330, "4.3k"), (10_000, "10k"), (1_240_000, "1.2M")])
def test_a_count_fits_into_little_room(count: int, words: str) -> None:
    assert compact(count) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"amount": 300_00, "currency": "USD"}, "$300.00"),
        ("5 business days", "5 business days"),
        (["Instagram", "web"], "Instagram, web"),
        ({"opens": "2026-03-16", "closes": "2026-04-30"}, "opens 2026-03-16, closes 2026-04-30"),
        (True, "yes"),
        (None, "none"),
        ([], "none"),
        (30, "30"),
    ],
)
def test_a_term_of_a_contract_is_told_for_people(value: object, words: str) -> None:
    assert term(value) == words


@pytest.mark.parametrize(
    ("facts", "words", "looks"),
    [
        ({}, "on its way", "warn"),
        ({"order": "PO-1"}, "ordered: finance pays it", "warn"),
        ({"order": "PO-1", "reference": "SEPA 7"}, "paid, confirmed by finance", "good"),
        ({"reference": "PO-1"}, "ordered; counts as paid", "good"),
        ({"reference": "tr_1"}, "paid", "good"),
        ({"reference": "tr_1", "reversed": 90_00}, "came back: decide", "bad"),
        ({"reference": "tr_1", "reversed": 90_00, "settled": 90_00, "replaced": 90_00}, "came back, paid again", ""),
        ({"reference": "tr_1", "reversed": 90_00, "settled": 90_00}, "came back, kept", ""),
    ],
)
def test_a_payout_says_how_far_it_is(facts: dict[str, Any], words: str, looks: str) -> None:
    amount = Money(amount=100_00, currency="USD")
    payout = Payout(id="c/upfront", purpose=PayoutPurpose.UPFRONT, amount=amount, **facts)
    assert standing(payout) == (words, looks)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(212_50, "USD", "212.50"), (5, "USD", "0.05"), (21_250, "JPY", "21250"), (10**9, "USD", "10000000.00")],
)
def test_an_amount_in_a_form_is_what_one_would_enter(minor: int, currency: str, text: str) -> None:
    assert units(minor, currency) == text
    assert units(None, currency) == ""
