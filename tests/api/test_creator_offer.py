"""Gifts and commission on the creator's page, and in what creators answer."""

import html
from typing import Any

import httpx
import pytest

from activities.starting import collaboration_stream
from api.creator_offer import OFFER_WORDS, FormMistake, countered, minor
from domain.checks import Verdict
from domain.clauses import Commission, Gift, Terms
from domain.decider import Role
from domain.negotiation import CounterOffer, MakeOffer
from tests.api.conftest import Bench
from tests.api.test_creator_page import Visit
from tests.domain.given import an_assignment, usd

KIT = Gift(description="Brewing kit: large", value=40_00)


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("250", "USD", 25_000),
        ("250.5", "USD", 25_050),
        ("250,05", "EUR", 25_005),
        ("5 000", "JPY", 5_000),
        ("1.005", "KWD", 1_005),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, currency: str, amount: int) -> None:
    assert minor(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"), [("", "USD"), ("-5", "USD"), ("1.234", "USD"), ("5.0", "JPY"), ("٥", "USD"), ("1e9", "USD")]
)
def test_amounts_that_could_mean_two_things_are_not_guessed(text: str, currency: str) -> None:
    with pytest.raises(FormMistake, match=currency):
        minor(text, currency)


@pytest.mark.parametrize(
    ("fields", "stated"),
    [
        ({}, {}),
        ({"gifts_before": "Kit: 40.00", "gifts": "Kit: 40.00"}, {}),
        ({"gifts_before": "Kit: 40.00"}, {"gifts": []}),
        (
            {"gifts": "Kit\n\nTea: black: 12,50"},
            {"gifts": [{"description": "Kit"}, {"description": "Tea: black", "value": 12_50}]},
        ),
        ({"commission": "12,5 %", "commission_cap": "90"}, {"commission": {"ratio": 0.125, "cap": 90_00}}),
        ({"commission_before": "yes"}, {"commission": {"ratio": 0, "cap": 0}}),
    ],
)
def test_a_counter_offer_states_what_was_changed(fields: dict[str, str], stated: dict[str, Any]) -> None:
    """An emptied field takes the thing off the table; one that was left alone says nothing."""
    assert countered(fields, "USD") == stated


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"commission": "ten", "commission_cap": "9"}, "per cent"),
        ({"commission": "10"}, "The most that the commission"),
        ({"gifts": "Kit: a lot"}, "'Kit'"),
    ],
)
def test_what_cannot_be_read_is_named(fields: dict[str, str], why: str) -> None:
    """Rather than guessed."""
    with pytest.raises(FormMistake, match=why):
        countered(fields, "USD")


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_gifts_are_read_as_they_were_shown(currency: str) -> None:
    """A description may have a colon, and a gift no worth."""
    gifts = (KIT, Gift(description="Tea"))
    read = countered({"gifts": OFFER_WORDS["gift_lines"](gifts, currency)}, currency)
    assert tuple(Gift.model_validate(gift) for gift in read["gifts"]) == gifts


async def mixed(bench: Bench) -> str:
    """An offer of a fee, a gift and a commission, after one round about the commission."""
    terms = Terms(gifts=(KIT,), commission=Commission(ratio=0.1, cap=60_00))
    assignment = an_assignment(terms=terms, tracks_sales=True)
    id_ = await bench.opened(verdict=Verdict.PASS, assignment=assignment)
    stream = collaboration_stream(id_)
    await bench.give(stream, MakeOffer())
    more = CounterOffer(version=1, fee=usd(212_50), commission=Commission(ratio=0.2, cap=60_00))
    await bench.give(stream, more, Role.CREATOR)
    less = CounterOffer(version=2, fee=usd(212_50), commission=Commission(ratio=0.125, cap=60_00))
    await bench.give(stream, less, Role.BRAND)
    return id_


async def test_the_page_shows_all_that_is_offered_and_what_changed(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """Nobody accepts a version without seeing how it differs from the one before."""
    visit = Visit(bench, anonymous, await mixed(bench))
    page = " ".join(html.unescape((await anonymous.get(visit.path)).text).split())
    assert "Brewing kit: large, worth $40.00" in page
    assert "different from version 2, which was yours" in page
    assert "before: 20 %, up to $60.00<br> now: <strong>12.5 %, up to $60.00</strong>" in page
    assert "<dt>Fee</dt>" not in page


async def test_a_creator_counters_with_another_gift_and_commission(
    bench: Bench, anonymous: httpx.AsyncClient, brand: httpx.AsyncClient
) -> None:
    """The form comes filled in with what is offered; a refusal keeps what was entered."""
    id_ = await mixed(bench)
    visit = Visit(bench, anonymous, id_)
    (form,) = (await visit.forms())["counter"]
    assert (form["gifts"], form["commission"], form["commission_cap"]) == ("Brewing kit: large: 40.00", "12.5", "60.00")
    wrong = await visit.send("counter", fee="212.50", gifts="Two kits: 80", commission="lots")
    assert wrong.status_code == 422
    assert "Two kits: 80" in wrong.text
    answer = await visit.send("counter", fee="212.50", gifts="Two kits: 80", commission="15")
    assert answer.status_code == 303, answer.text
    offer = (await brand.get(f"/v1/collaborations/{id_}")).json()["offer"]
    assert offer["gifts"] == [{"description": "Two kits", "value": 80_00}]
    assert offer["commission"] == {"ratio": 0.15, "cap": 60_00}


async def test_where_nothing_is_tracked_no_commission_is_asked_for(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """It would be refused."""
    (form,) = (await Visit(bench, anonymous, await bench.offered()).forms())["counter"]
    assert "commission" not in form
