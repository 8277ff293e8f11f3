"""Finance says what it has paid, by the API."""

from functools import partial
from typing import Any

import httpx
import pytest

from domain.assignment import assign
from domain.brief import PaymentOrders, Policies
from domain.payouts import RecordPayout
from tests.api.conftest import Bench
from tests.domain.given import T0, a_brief, a_profile, asking_nobody

PAID: dict[str, Any] = {"reference": "SEPA 7", "paid_on": T0.date().isoformat(), "proof": "ab" * 32}


async def ordered(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> str:
    """A collaboration whose upfront payment finance was told to make, and is waited for."""
    policies = Policies(payment_orders=PaymentOrders.WAIT_FOR_FINANCE)
    assignment = asking_nobody(assign(a_brief(policies=policies), a_profile()))
    opened = bench.opened
    monkeypatch.setattr(bench, "opened", partial(opened, assignment=assignment))
    id_ = await bench.signed()
    await bench.give(f"collaboration/{id_}", RecordPayout(payout_id=f"{id_}/upfront", reference="PO-1"))
    return id_


async def test_finance_says_that_an_order_was_paid(
    bench: Bench, brand: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then it is a task and not paid; the bank's reference then takes the order's place."""
    id_ = await ordered(bench, monkeypatch)
    tasks = (await brand.get("/v1/tasks?assignee=brand")).json()["items"]
    assert "confirm_payment/upfront" in [task["name"] for task in tasks]
    path = f"/v1/collaborations/{id_}/payouts/upfront/paid"
    answer = await brand.post(path, json=PAID)
    assert (answer.status_code, answer.json()["events"]) == (200, ["PayoutMade"])
    payout = (await brand.get(f"/v1/collaborations/{id_}")).json()["payouts"][0]
    assert (payout["reference"], payout["order"]) == ("SEPA 7", "PO-1")
    assert (await brand.post(path, json=PAID)).json()["code"] == "nothing_to_decide"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("upfront", {**PAID, "paid_on": "2030-01-01"}, 409),
        ("upfront", {**PAID, "paid_on": "yesterday"}, 422),
        ("upfront", {**PAID, "proof": "a picture"}, 422),
        ("balance", PAID, 409),
        ("tip", PAID, 422),
    ],
)
async def test_what_cannot_be_is_refused(
    bench: Bench, brand: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, path: str, body: Any, status: int
) -> None:
    """A day to come, what is no date or digest, and a payout that nobody ordered."""
    id_ = await ordered(bench, monkeypatch)
    assert (await brand.post(f"/v1/collaborations/{id_}/payouts/{path}/paid", json=body)).status_code == status


async def test_creators_do_not_say_that_they_were_paid(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is for the brand's side."""
    id_ = await ordered(bench, monkeypatch)
    async with bench.as_creator(id_) as creator:
        for verb, body in (("paid", PAID), ("reversal", {"pay_again": True})):
            answer = await creator.post(f"/v1/collaborations/{id_}/payouts/upfront/{verb}", json=body)
            assert answer.status_code == 403
        assert (await creator.get("/v1/payouts/late-reversals")).status_code == 403
