"""The guided brief: fields to a brief, and each reason back to the field that it is about."""

from datetime import UTC, datetime

import pytest

from api.console.brief_fields import defaults, names
from api.console.brief_form import check, in_words, refusals, shown
from domain.brief import Brief, Measure
from domain.deadlines import OnExpiry
from domain.formats import Format
from tests.domain.given import a_brief

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

FILLED = {
    **defaults(NOW),
    "brand": "Lumen Tea",
    "product": "Cold brew tea",
    "category": "tea",
    "objectives.0.target": "200,000",
    "budget": "10,000",
    "fee_cap": "400",
    "topics": "tea, recipes",
    "do": "Show the bag, close\nSay when you drink it",
    "hashtags": "#lumentea, coldbrew",
    "manager": "manager@lumen-tea.example",
}


def brief_of(**changes: str) -> Brief:
    checked = check({**FILLED, **changes}, NOW)
    assert checked.brief is not None, checked.wrong
    return checked.brief


def wrong_with(**changes: str) -> dict[str, str]:
    fields = {name: value for name, value in {**FILLED, **changes}.items() if value}
    return {name: " ".join(said) for name, said in check(fields, NOW).wrong.items()}


def test_what_is_filled_in_becomes_a_brief_and_the_rest_has_its_defaults() -> None:
    brief = brief_of()
    assert (brief.budget.amount, brief.fee_cap, brief.creators_wanted) == (10_000_00, 400_00, 10)
    assert [(each.measure, each.target) for each in brief.objectives] == [(Measure.REACH, 200_000)]
    assert brief.formats == (Format.REEL,)
    assert brief.audience.topics == ("tea", "recipes")
    assert brief.briefing.do == ("Show the bag, close", "Say when you drink it")
    assert brief.briefing.hashtags == ("lumentea", "coldbrew")
    assert (brief.terms.upfront, brief.policies.negotiation.opening) == (0.5, 0.85)


def test_an_answer_to_silence_changes_nothing_else_of_a_policy() -> None:
    policies = brief_of(**{"on_expiry.review": "escalate"}).policies
    assert policies.review.on_expiry is OnExpiry.ESCALATE
    assert policies.review.within == a_brief().policies.review.within


def test_revenue_is_entered_in_units_of_the_currency() -> None:
    [objective] = brief_of(**{"objectives.0.measure": "revenue", "objectives.0.target": "12,500"}).objectives
    assert (objective.kind, objective.target) == ("sales", 12_500_00)


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({"brand": ""}, "brand", "Please fill this in."),
        ({"budget": "a lot"}, "budget", "Write the amount in USD as a plain number"),
        ({"budget": "100"}, "budget", "Budget $100.00"),
        ({"fee_cap": "5"}, "fee_cap", "The cap $5.00"),
        ({"manager": "nobody"}, "manager", "An address such as"),
        ({"manager": ""}, "manager", "Please fill this in."),
        ({"time_zone": "Mars"}, "time_zone", "not an IANA time zone"),
        ({"opens": "2026-05-01", "closes": "2026-04-01"}, "closes", "The posting window closes on 2026-04-01"),
        ({"objectives.0.target": ""}, "objectives.0.target", "one objective a target"),
        ({"objectives.0.target": "many"}, "objectives.0.target", "A number, please."),
        ({"objectives.0.by": "2026-03-20"}, "objectives.0.by", "This objective is due on 2026-03-20"),
        ({"deliverables.reel": ""}, "deliverables.reel", "at least one piece"),
        ({"deliverables.reel": "many"}, "deliverables.reel", "A number, please."),
        ({"followers_min": "9000", "followers_max": "10"}, "followers_min", "no creator qualifies"),
        ({"holidays": "XX"}, "holidays", "public holidays"),
        ({"country": "America"}, "country", "Two letters of a country"),
        ({"upfront": "150"}, "upfront", "less than or equal to 1"),
        ({"commission_ratio": "10"}, "commission_cap", "Please fill this in."),
        ({"commission_ratio": "10", "commission_cap": "50"}, "landing_url", "name the shop"),
        ({"landing_url": "lumen"}, "landing_url", "https://shop.example/tea"),
        ({"gifts.0.value": "45"}, "gifts.0.description", "Please fill this in."),
        ({"gifts.1.description": "A box", "gifts.1.value": "dear"}, "gifts.1.value", "Write the amount in USD"),
        ({"concession": "1.0", "concession_rounds": "99"}, "concession_rounds", "less than or equal to 10"),
        ({"finance": "the bank"}, "finance", "An address such as"),
    ],
)
def test_each_reason_is_put_to_its_field(changes: dict[str, str], name: str, said: str) -> None:
    wrong = wrong_with(**changes)
    assert said in wrong[name], wrong
    assert name in names(changes)


def test_a_row_without_a_target_does_not_shift_the_reasons_of_the_next() -> None:
    changes = {"objectives.0.target": "", "objectives.2.target": "50", "objectives.2.by": "2026-03-20"}
    assert list(wrong_with(**changes)) == ["objectives.2.by"]


def test_the_rules_are_those_that_start_campaigns() -> None:
    assert refusals(a_brief(), NOW) == []
    assert refusals(a_brief(fee_cap=100), NOW)[0].startswith("fee_cap 100 is below")


def test_an_objection_speaks_in_units_of_the_currency() -> None:
    told = in_words("budget 100000 is below 250000, the cheapest plausible price (minor units) of 10 creators", "USD")
    assert told == "Budget $1,000.00 is below $2,500.00, the cheapest plausible price of 10 creators"


def test_a_field_that_nobody_has_been_at_is_left_in_peace() -> None:
    said = dict(shown({}, {"brand": ["Please fill this in."], "budget": ["Please fill this in."]}, ["budget"]))
    assert (said["brand"], said["budget"]) == ("", "Please fill this in.")
    assert set(said) == set(names({}))
