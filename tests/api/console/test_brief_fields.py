"""The fields of the guided brief: to data of a brief, and from a brief that a form goes on from."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from api.console.brief_fields import PLACES, data_of, defaults, fields_of, names
from domain.brief import Brief
from domain.clauses import Commission, Gift, Terms, UsageRights
from domain.concession import Concession
from domain.shop import Shop
from tests.domain.given import a_brief

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def brief_from(fields: dict[str, str]) -> Brief:
    wrong: dict[str, list[str]] = {}
    brief = Brief.model_validate(data_of(fields, wrong))
    assert wrong == {}
    return brief


def plain(**facts: Any) -> Brief:
    """A brief whose hashtags are as the form has them: the sign is put before them where they are shown."""
    return a_brief(briefing={"do": ("Show the bag, close", "Say when"), "hashtags": ("lumentea",)}, **facts)


def rich() -> Brief:
    """A brief with everything that the form has a field for, and with what it has none for."""
    brief = plain(
        shop={"landing_url": "https://shop.example/tea", "attribution_days": 14, "discount_prefix": "TEA"},
        renewal_of="before",
        preferred_creators=("c1", "c2"),
    )
    terms = Terms(
        upfront=0.4,
        gifts=(Gift(description="A box of twelve", value=45_50), Gift(description="A mug")),
        commission=Commission(ratio=0.125, cap=80_00),
        usage_rights=UsageRights(channels=("the shop",), months=6, paid=True, whitelisting_months=2),
    )
    negotiation = brief.policies.negotiation.model_copy(
        update={"accept_below": 120_00, "concession": Concession(rounds=4, exponent=1.5, ask_above_amount=390_00)}
    )
    policies = brief.policies.model_copy(update={"negotiation": negotiation, "rights_notice_days": 21})
    return brief.model_copy(update={"terms": terms, "policies": policies})


@pytest.mark.parametrize("brief", [plain(), rich()], ids=["plain", "rich"])
def test_a_form_that_goes_on_from_a_brief_and_changes_nothing_is_that_brief(brief: Brief) -> None:
    """Including what the form has no field for."""
    assert brief_from(fields_of(brief)) == brief


def test_what_is_emptied_in_such_a_form_is_gone() -> None:
    """A field of the form has the last word on its part of the brief, whatever the basis says."""
    fields = fields_of(rich())
    for name in ("landing_url", "commission_ratio", "commission_cap", "concession", "gifts.1.description"):
        del fields[name]
    brief = brief_from(fields)
    assert (brief.shop, brief.terms.commission, brief.policies.negotiation.concession) == (None, None, None)
    assert brief.terms.gifts == (Gift(description="A box of twelve", value=45_50),)
    assert (brief.preferred_creators, brief.policies.rights_notice_days) == (("c1", "c2"), 21)
    assert brief.terms.usage_rights.channels == ("the shop",)


def test_a_new_form_has_neither_shop_nor_concession() -> None:
    """Their other fields have defaults, which say nothing as long as the part is not wanted."""
    data: dict[str, Any] = data_of(defaults(NOW), {})
    assert "shop" not in data
    assert "concession" not in data["policies"]["negotiation"]
    wanted = data_of({**defaults(NOW), "concession": "2.0", "landing_url": "https://shop.example"}, {})
    assert Concession.model_validate(wanted["policies"]["negotiation"]["concession"]).exponent == 2
    assert Shop.model_validate(wanted["shop"]).attribution_days == 30


@pytest.mark.parametrize("basis", ["", "[]", "no json", json.dumps({"brand": "Other"})])
def test_a_basis_that_says_nothing_adds_nothing(basis: str) -> None:
    assert "brand" not in data_of({**defaults(NOW), "basis": basis}, {})


def test_there_are_as_many_rows_as_the_brief_needs() -> None:
    assert {"objectives.2.target", "gifts.1.value", *PLACES} <= set(names({}))
    assert "objectives.4.by" in names({"objectives.4.target": "9"})
