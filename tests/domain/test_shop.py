"""The brief's shop: what it takes to track orders."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.shop import Shop
from tests.domain.given import a_brief

URL = "https://shop.example/tea?size=2#brew"


def test_a_shop_is_an_address_and_the_rest_has_defaults() -> None:
    """A visit counts for thirty days."""
    shop = Shop(landing_url=URL)
    assert (shop.landing_url, shop.attribution_days, shop.discount_prefix) == (URL, 30, "GS")


def test_a_prefix_is_kept_in_capitals() -> None:
    """As shops show codes."""
    assert Shop(landing_url=URL, discount_prefix="tea26").discount_prefix == "TEA26"


def test_a_brief_needs_no_shop() -> None:
    """Nothing is tracked then."""
    assert a_brief().shop is None
    assert a_brief(shop={"landing_url": URL}).shop == Shop(landing_url=URL)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("landing_url", "ftp://shop.example/tea"),
        ("landing_url", "javascript:alert(1)"),
        ("landing_url", "https://"),
        ("landing_url", "https:///tea"),
        ("landing_url", "https://shop.example:port/"),
        ("landing_url", "https://[shop/"),
        ("landing_url", "https://shop.example/\r\nSet-Cookie: a=b"),
        ("landing_url", "https://name:word@shop.example/"),
        ("landing_url", "https://shop.example/" + "a" * 1_000),
        ("attribution_days", 0),
        ("attribution_days", 366),
        ("discount_prefix", "A"),
        ("discount_prefix", "1TEA"),
        ("discount_prefix", "TEA-26"),
        ("discount_prefix", "ELEVENCHARS"),
    ],
)
def test_what_cannot_be_tracked_is_refused(field: str, value: Any) -> None:
    """The field is named."""
    with pytest.raises(ValidationError) as refused:
        Shop.model_validate({"landing_url": URL, field: value})
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]
