"""What Shopify sends: whether it did, and what of it is kept."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from activities.connectors.shopify import OrderPayload, RefundPayload, click_ids, is_signed, signature

CLICK = "0123456789abcdef01234567"
ORDER: dict[str, Any] = {
    "id": 820982911946154508,
    "created_at": "2026-03-20T10:00:00-05:00",
    "currency": "USD",
    "total_price": "254.98",
    "discount_codes": [{"code": " GS-AB12CD34 ", "amount": "30.00", "type": "fixed_amount"}],
    "landing_site": f"/tea?utm_source=instagram&gs_click={CLICK}",
    "email": "jon@example.com",
    "customer": {"first_name": "Jon"},
}


def test_the_signature_is_that_of_the_raw_body() -> None:
    """HMAC-SHA256 in base64; reckoned by hand with openssl for this body and secret."""
    assert signature("hush", b'{"id":1}') == "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="
    assert is_signed("hush", b'{"id":1}', signature("hush", b'{"id":1}'))


@pytest.mark.parametrize("given", ["", "x", "é", signature("other", b"{}"), signature("hush", b"{ }")])
def test_nothing_else_is_a_signature(given: str) -> None:
    """Of another secret, another body, or none."""
    assert not is_signed("hush", b"{}", given)


def test_an_order_is_kept_without_the_person() -> None:
    """Its number, time, money, codes and the click that it came by."""
    order = OrderPayload.model_validate_json(json.dumps(ORDER)).order("tea.myshopify.com")
    assert order.model_dump(mode="json") == {
        "shop": "tea.myshopify.com",
        "id": "820982911946154508",
        "placed_at": "2026-03-20T15:00:00Z",
        "total": {"amount": 254_98, "currency": "USD"},
        "discount_codes": ["GS-AB12CD34"],
        "click_ids": [CLICK],
        "cancelled_at": None,
    }


@pytest.mark.parametrize(("currency", "price", "minor"), [("JPY", "2500", 2_500), ("KWD", "1.250", 1_250)])
def test_amounts_are_in_the_currency_s_own_minor_units(currency: str, price: str, minor: int) -> None:
    """Yen have none, dinars have thousandths."""
    payload = OrderPayload.model_validate({**ORDER, "currency": currency, "total_price": price})
    assert payload.order("s").total.amount == minor


@pytest.mark.parametrize(
    ("field", "value"), [("total_price", "-1.00"), ("total_price", "NaN"), ("currency", "dollars"), ("created_at", "?")]
)
def test_what_is_no_order_is_refused(field: str, value: str) -> None:
    """The field is named."""
    with pytest.raises(ValidationError, match=field):
        OrderPayload.model_validate({**ORDER, field: value})


def test_a_refund_is_the_money_that_went_back() -> None:
    """Neither what failed nor what is no refund counts; goods that come back without money are none."""
    moved = [
        {"kind": kind, "status": status, "amount": amount, "currency": "USD"}
        for kind, status, amount in (
            ("refund", "success", "10.00"),
            ("refund", "success", "0.50"),
            ("refund", "failure", "99.00"),
            ("void", "success", "99.00"),
        )
    ]
    refund = RefundPayload.model_validate({"id": 5, "order_id": 7, "transactions": moved}).refund("s")
    assert refund is not None
    assert (refund.id, refund.order_id, refund.amount.amount) == ("5", "7", 10_50)
    assert RefundPayload.model_validate({"id": 5, "order_id": 7, "transactions": []}).refund("s") is None


@pytest.mark.parametrize(
    ("landing_site", "ids"),
    [
        (f"/?gs_click={CLICK}&x=1", (CLICK,)),
        (f"https://shop.example/a?gs_click={CLICK}#b", (CLICK,)),
        ("/?gs_click=short", ()),
        ("/?gs_click=" + "z" * 24, ()),
        ("//[", ()),
        ("", ()),
    ],
)
def test_the_click_is_in_the_landing_page_s_address(landing_site: str, ids: tuple[str, ...]) -> None:
    """What is not one of our ids is none."""
    assert click_ids(landing_site) == ids
