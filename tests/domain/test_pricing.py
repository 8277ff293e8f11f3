"""Fair prices: a base fee for each deliverable, surcharges for what the terms ask besides, each with its reason."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.benchmarks import DEFAULT, Extra, Grade, PriceBy
from domain.brief import NegotiationPolicy, Policies
from domain.clauses import Exclusivity, FeePart, Terms, UsageRights
from domain.formats import Format
from domain.pricing import Quote, cheapest_fee, extras_asked, parts_of, quote
from tests.domain.given import a_brief, a_profile


def quoted(*, usage: dict[str, Any] | None = None, days: int = 0, today: date | None = None, rounds: int = 2) -> Quote:
    """The usual brief's quote under other terms: its two deliverables are worth 250 dollars."""
    terms = Terms(usage_rights=UsageRights(**(usage or {})), exclusivity=Exclusivity(days=days))
    return quote(a_brief(terms=terms, policies=Policies(rounds_of_changes=rounds)), a_profile(), today=today)


def only(priced: Quote) -> tuple[Extra, float, int, int]:
    """The one extra of a quote: which, at which ratio, how often, for how much."""
    [extra] = priced.extras
    return extra.extra, extra.ratio, extra.times, extra.fee


def test_the_base_fee_says_of_each_deliverable_where_it_comes_from() -> None:
    """Range, figure and basis of a reel and a set of stories, and nothing besides under the usual terms."""
    priced = quoted()
    assert [(each.number, each.format, each.low, each.high, each.fee) for each in priced.deliverables] == [
        (1, Format.REEL, 100_00, 250_00, 175_00),
        (2, Format.STORY, 50_00, 100_00, 75_00),
    ]
    assert all(each.basis.startswith(f"rate card {DEFAULT.version}") for each in priced.deliverables)
    assert (priced.benchmarks, priced.figures_in) == (DEFAULT.version, "USD")
    assert (priced.extras, priced.base, priced.fee) == ((), 250_00, 250_00)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"paid": True, "months": 2}, (Extra.PAID_USAGE_30_DAYS, 0.2, 2, 100_00)),
        ({"whitelisting_months": 3}, (Extra.WHITELISTING_MONTH, 0.3, 3, 225_00)),
        ({"perpetual": True}, (Extra.PERPETUAL_USAGE, 2.5, 1, 625_00)),
        ({"perpetual": True, "paid": True}, (Extra.PERPETUAL_USAGE, 2.5, 1, 625_00)),
        ({"raw_footage": True}, (Extra.RAW_FOOTAGE, 0.375, 1, 93_75)),
    ],
)
def test_rights_of_use_cost_their_share_of_the_base(usage: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """By the month where they end, and once where they do not."""
    assert only(quoted(usage=usage)) == expected


def test_organic_use_is_in_the_base_fee() -> None:
    """Neither months of organic use nor paid use for no months costs anything."""
    assert quoted(usage={"months": 12}).extras == ()
    assert quoted(usage={"months": 0, "paid": True}).extras == ()


def test_paid_use_never_costs_more_than_use_for_ever() -> None:
    """Sixty months at 20 % would be twelve times the base; perpetual rights are two and a half."""
    assert only(quoted(usage={"paid": True, "months": 60})) == (Extra.PAID_USAGE_30_DAYS, 0.2, 60, 625_00)


@pytest.mark.parametrize(("days", "ratio"), [(1, 0.15), (30, 0.15), (60, 0.225), (90, 0.3), (365, 0.3)])
def test_exclusivity_costs_by_its_length(days: int, ratio: float) -> None:
    """From 15 % for the usual 30 days to 30 % for 90 and more."""
    extra, charged, times, fee = only(quoted(days=days))
    assert (extra, charged, times) == (Extra.CATEGORY_EXCLUSIVITY, ratio, 1)
    assert fee == round(250_00 * ratio)


@pytest.mark.parametrize(("today", "rush"), [(date(2026, 4, 24), True), (date(2026, 4, 23), False)])
def test_less_than_seven_days_are_a_rush(today: date, rush: bool) -> None:
    """Counted from the invitation to the last posting day, the 30th."""
    assert [each.extra for each in quoted(today=today).extras] == ([Extra.RUSH_UNDER_7_DAYS] if rush else [])


def test_rounds_of_changes_beyond_the_two_included_cost_extra() -> None:
    """Each of them a share of every deliverable's fee."""
    assert quoted(rounds=1).extras == ()
    assert only(quoted(rounds=4)) == (Extra.EXTRA_REVISION, 0.2, 2, 100_00)


def test_every_extra_says_why_with_its_range_and_grade() -> None:
    """Whoever reads a quote sees the figure's range, its grade and what asked for it, in the order of the figures."""
    usage = {"paid": True, "months": 1, "whitelisting_months": 1, "raw_footage": True}
    priced = quoted(usage=usage, days=45, today=date(2026, 4, 28), rounds=3)
    assert [each.extra for each in priced.extras] == [extra for extra in Extra if extra is not Extra.PERPETUAL_USAGE]
    for each in priced.extras:
        known = DEFAULT.surcharge(each.extra)
        assert (each.low, each.high, each.grade) == (known.low, known.high, Grade.PLAYBOOK)
        assert each.low <= each.ratio <= each.high
        assert each.because
    assert priced.fee == priced.base + sum(each.fee for each in priced.extras)
    assert priced.of.startswith("the deliverables, and paid advertising for 1 months of 30 days, and ")


def test_engagements_that_were_counted_can_set_the_price() -> None:
    """138 engagements at 5 to 50 cents in place of the card; where none were counted the card stands."""
    by_engagements = Policies(negotiation=NegotiationPolicy(price_by=PriceBy.ENGAGEMENTS))
    brief = a_brief(policies=by_engagements)
    first = quote(brief, a_profile()).deliverables[0]
    assert (first.low, first.high) == (6_90, 69_00)
    assert "138 expected" in first.basis
    assert quote(brief, a_profile(average_likes=None)).base == 250_00


def test_the_cheapest_fee_takes_the_low_end_of_everything() -> None:
    """100 and 50 dollars for the deliverables, 15 % on them for a month of paid use."""
    assert cheapest_fee(a_brief()) == 150_00
    assert cheapest_fee(a_brief(terms=Terms(usage_rights=UsageRights(months=1, paid=True)))) == 172_50


def test_figures_of_ones_own_take_the_defaults_place() -> None:
    """With benchmarks that price at the high end, so does the quote, and it names their version."""
    dear = DEFAULT.model_copy(update={"version": "ours", "pricing": DEFAULT.pricing.model_copy(update={"place": 1.0})})
    priced = quote(a_brief(), a_profile(), benchmarks=dear)
    assert (priced.fee, priced.benchmarks) == (350_00, "ours")
    assert list(extras_asked(a_brief(), benchmarks=dear)) == []


def test_a_fee_is_split_as_its_quote_is() -> None:
    """The parts show what is paid for: 212.50 of 300 dollars, to the cent."""
    priced = quoted(usage={"paid": True, "months": 1})
    assert parts_of(212_50, priced) == (
        FeePart(deliverable=1, amount=123_95),
        FeePart(deliverable=2, amount=53_13),
        FeePart(extra=Extra.PAID_USAGE_30_DAYS, amount=35_42),
    )
    assert parts_of(212_50, None) == ()


@settings(max_examples=100, deadline=None)
@given(fee=st.integers(0, 10**9), months=st.integers(0, 60), days=st.integers(0, 365), rounds=st.integers(0, 10))
def test_parts_are_the_whole_fee(fee: int, months: int, days: int, rounds: int) -> None:
    """Whatever is asked for: no unit is lost, and no part is negative."""
    priced = quoted(usage={"paid": True, "months": months}, days=days, rounds=rounds)
    parts = parts_of(fee, priced)
    assert sum(part.amount for part in parts) == fee
    assert len(parts) == 2 + len(priced.extras)
    assert priced.fee == priced.base + sum(each.fee for each in priced.extras) >= priced.base


def test_a_quote_survives_json() -> None:
    """It is stored with the assignment and comes back equal."""
    priced = quoted(usage={"perpetual": True}, days=60)
    assert Quote.model_validate_json(priced.model_dump_json()) == priced
