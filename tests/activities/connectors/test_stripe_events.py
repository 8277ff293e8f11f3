"""Stripe's webhooks: only Stripe's, only fresh ones, and only what is needed of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from activities.connectors.stripe_events import NotAnEvent, event_in, is_signed, signature
from domain.payouts import ReversalReason

SECRET = "whsec_of_the_tests"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BODY = b'{"id": "evt_1"}'


def test_the_scheme_is_stripes() -> None:
    """HMAC-SHA256 of time, point and body, in hexadecimal; worked out with `openssl dgst -sha256 -hmac`."""
    at = datetime.fromtimestamp(1_700_000_000, UTC)
    digest = "3b4e0cfe09ab89be18e70bc28f7538062c0075a18a1901fc6126a36499a297f8"
    assert signature(SECRET, BODY, at) == f"t=1700000000,v1={digest}"
    assert is_signed(SECRET, BODY, signature(SECRET, BODY, at), at)


@pytest.mark.parametrize("off", [timedelta(), timedelta(minutes=5), -timedelta(minutes=5)])
def test_a_fresh_signature_is_accepted(off: timedelta) -> None:
    """Clocks may differ by five minutes, and a message may take as long."""
    assert is_signed(SECRET, BODY, signature(SECRET, BODY, NOW), NOW + off)


def test_one_of_several_signatures_is_enough_while_a_secret_is_exchanged() -> None:
    """Stripe then signs with both; what is of another scheme counts for nothing."""
    good = signature(SECRET, BODY, NOW)
    assert is_signed(SECRET, BODY, f"{good},v1={'0' * 64},v0={'1' * 64}", NOW)
    other = signature("whsec_older", BODY, NOW).partition(",")[2]
    assert is_signed(SECRET, BODY, f"t={int(NOW.timestamp())},{other},{good.partition(',')[2]}", NOW)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "t=,v1=",
        "nonsense",
        f"t={int(NOW.timestamp())}",
        f"v1={'0' * 64}",
        signature("whsec_another", BODY, NOW),
        signature(SECRET, b"{}", NOW),
        signature(SECRET, BODY, NOW - timedelta(minutes=5, seconds=1)),
        signature(SECRET, BODY, NOW + timedelta(minutes=5, seconds=1)),
        signature(SECRET, BODY, NOW).replace("v1=", "v0="),
        f"t=1,{signature(SECRET, BODY, NOW)}",
        signature(SECRET, BODY, NOW).replace("v1=", "v1=é"),
    ],
)
def test_everything_else_is_refused(given: str) -> None:
    """Another secret, another body, too old, from the future, another scheme, two times, or no signature at all."""
    assert not is_signed(SECRET, BODY, given, NOW)


def event(kind: str, content: dict[str, Any]) -> bytes:
    """An event of Stripe's about an object."""
    return json.dumps({"id": "evt_1", "type": kind, "created": 1_700_000_000, "data": {"object": content}}).encode()


def test_a_transfer_says_how_much_came_back_and_why() -> None:
    """In all, so that the same event twice, or two of them in any order, come to the same."""
    content = {"id": "tr_1", "amount_reversed": 500, "currency": "usd", "metadata": {"payout_id": "c/upfront"}}
    found = event_in(event("transfer.reversed", content))
    assert found.created == datetime.fromtimestamp(1_700_000_000, UTC)
    assert (found.transfer().amount_reversed, found.transfer().reason) == (500, ReversalReason.TRANSFER_REVERSED)
    refunded = {**content, "reversals": {"data": [{"id": "trr_1", "source_refund": "re_1"}]}}
    assert event_in(event("transfer.reversed", refunded)).transfer().reason is ReversalReason.CHARGE_REFUNDED


def test_what_is_no_event_is_named_by_its_fields_and_not_quoted() -> None:
    """It may be about a person."""
    with pytest.raises(NotAnEvent, match="created; data; id; type") as refused:
        event_in(b'{"email": "a@example.com"}')
    assert "example.com" not in str(refused.value)
    with pytest.raises(NotAnEvent):
        event_in(b"no json")
    with pytest.raises(ValidationError):
        event_in(event("account.updated", {"id": "tr_1"})).account()
