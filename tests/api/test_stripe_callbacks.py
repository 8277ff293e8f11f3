"""Stripe's webhooks over HTTP: signed ones alone, each told to whom it concerns, also after the end."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from activities.connectors.stripe_events import SIGNATURE_HEADER, signature
from activities.store.payout_ways import PayoutWays
from domain.collaboration import CancelCollaboration
from domain.decider import Role
from domain.money import Money
from domain.payouts import RecordPayout
from tests.api.conftest import Bench

SECRET = "whsec_of_the_tests"
PATH = "/v1/callbacks/stripe"
TRANSFER = "tr_1"


async def tell(
    client: httpx.AsyncClient, kind: str, content: dict[str, Any], *, event: str = "evt_1", at: datetime | None = None
) -> httpx.Response:
    """What Stripe sends, signed now."""
    created = int((at or datetime.now(UTC)).timestamp())
    body = json.dumps({"id": event, "type": kind, "created": created, "data": {"object": content}}).encode()
    return await client.post(PATH, content=body, headers={SIGNATURE_HEADER: signature(SECRET, body, datetime.now(UTC))})


async def reversal(client: httpx.AsyncClient, amount: int, *, event: str = "evt_1", **more: Any) -> httpx.Response:
    """Word that so much of the transfer came back in all."""
    content = {"id": TRANSFER, "amount_reversed": amount, "currency": "usd", **more}
    return await tell(client, "transfer.reversed", content, event=event)


@pytest.fixture
def connected(bench: Bench) -> Bench:
    """An API that has the endpoint's secret."""
    bench.services = replace(bench.services, stripe_webhook_secret=SecretStr(SECRET))
    bench.app.state.services = bench.services
    return bench


async def transferred(bench: Bench, *, noted: bool = True) -> str:
    """A collaboration whose upfront payment was made by the transfer."""
    id_ = await bench.signed()
    payout = (await _view(bench, id_))["payouts"][0]
    await bench.services.pool.execute(
        "insert into payout_ways (payout_id, collaboration_id, campaign_id, amount, currency, way, transfer_id) "
        "values ($1, $2, 'tea', $3, 'USD', 'stripe', $4)",
        payout["id"],
        id_,
        payout["amount"]["amount"],
        TRANSFER if noted else None,
    )
    await bench.give(f"collaboration/{id_}", RecordPayout(payout_id=payout["id"], reference=TRANSFER))
    return id_


async def _view(bench: Bench, id_: str) -> dict[str, Any]:
    async with bench.as_creator(id_) as creator:
        found: dict[str, Any] = (await creator.get(f"/v1/collaborations/{id_}")).json()
    return found


async def test_money_that_came_back_is_owed_again(connected: Bench, anonymous: httpx.AsyncClient) -> None:
    """The same told twice, and less than was known, change nothing; the task is finance's."""
    id_ = await transferred(connected)
    for event, amount in (("evt_1", 40_00), ("evt_1", 40_00), ("evt_2", 40_00), ("evt_3", 30_00)):
        answer = await reversal(anonymous, amount, event=event)
        assert (answer.status_code, answer.json()) == (200, {"status": "taken"})
    view = await _view(connected, id_)
    assert view["payouts"][0]["reversed"] == 40_00
    assert [task["name"] for task in view["tasks"] if task["assignee"] == "brand"] == ["settle_reversal/upfront"]


async def test_a_transfer_that_was_made_and_not_noted_says_itself_what_it_is_for(
    connected: Bench, anonymous: httpx.AsyncClient
) -> None:
    """By the metadata that we gave it."""
    id_ = await transferred(connected, noted=False)
    assert (await reversal(anonymous, 5)).json() == {"status": "ignored"}
    payout = {"payout_id": f"{id_}/upfront"}
    assert (await reversal(anonymous, 5, event="evt_2", metadata=payout)).json() == {"status": "taken"}


async def test_what_comes_back_before_the_payout_is_recorded_is_sent_again(
    connected: Bench, anonymous: httpx.AsyncClient
) -> None:
    """Stripe does so with whatever is not answered with success."""
    id_ = await connected.signed()
    amount = Money.model_validate((await _view(connected, id_))["payouts"][0]["amount"])
    await PayoutWays(connected.services.pool).decide(f"{id_}/upfront", id_, amount, stripe=False)
    answer = await reversal(anonymous, 5, metadata={"payout_id": f"{id_}/upfront"})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_decide")


async def test_what_comes_back_after_the_end_is_listed_until_somebody_has_seen_to_it(
    connected: Bench, anonymous: httpx.AsyncClient, brand: httpx.AsyncClient
) -> None:
    """The ended record takes nothing more; more that comes back opens the matter again."""
    id_ = await transferred(connected)
    await connected.give(f"collaboration/{id_}", CancelCollaboration(reason="recall"), Role.BRAND)
    assert (await _view(connected, id_))["outcome"] == "cancelled"
    for event in ("evt_1", "evt_2"):
        assert (await reversal(anonymous, 40_00, event=event)).json() == {"status": "taken"}
    [late] = (await brand.get("/v1/payouts/late-reversals")).json()["items"]
    assert (late["transfer_id"], late["payout_id"]) == (TRANSFER, f"{id_}/upfront")
    assert (late["amount"], late["currency"], late["reason"]) == (40_00, "USD", "transfer_reversed")
    settle = f"/v1/payouts/late-reversals/{TRANSFER}/settle"
    assert (await brand.post(settle)).status_code == (await brand.post(settle)).status_code == 204
    assert (await brand.get("/v1/payouts/late-reversals")).json()["items"] == []
    await reversal(anonymous, 50_00, event="evt_3")
    assert len((await brand.get("/v1/payouts/late-reversals")).json()["items"]) == 1
    assert (await brand.post("/v1/payouts/late-reversals/tr_2/settle")).status_code == 404


async def test_what_stripe_says_of_an_account_stands_beside_it_and_decides_the_way(
    connected: Bench, anonymous: httpx.AsyncClient, brand: httpx.AsyncClient
) -> None:
    """Whatever was said later counts, in whatever order it arrives; another account is another matter."""
    creator_id = await connected.known_creator()
    path = f"/v1/creators/{creator_id}/payout-account"
    await brand.put(path, json={"account": "acct_1A"})
    assert (await brand.get(path)).json() == {"account": "acct_1A", "payouts_enabled": None}
    now = datetime.now(UTC)
    for enabled, at, status in (
        (False, now, "taken"),
        (True, now - timedelta(minutes=1), "ignored"),
        (False, now, "ignored"),
    ):
        content = {"id": "acct_1A", "payouts_enabled": enabled}
        assert (await tell(anonymous, "account.updated", content, at=at)).json() == {"status": status}
    assert (await brand.get(path)).json()["payouts_enabled"] is False
    await brand.put(path, json={"account": "acct_1B"})
    assert (await brand.get(path)).json()["payouts_enabled"] is None


async def test_what_is_not_for_us_is_ignored(connected: Bench, anonymous: httpx.AsyncClient) -> None:
    """Other types, other people's transfers, and accounts that nobody has."""
    assert (await tell(anonymous, "transfer.created", {"id": TRANSFER})).json() == {"status": "ignored"}
    assert (await reversal(anonymous, 500)).json() == {"status": "ignored"}
    content = {"id": "acct_1C", "payouts_enabled": True}
    assert (await tell(anonymous, "account.updated", content)).json() == {"status": "ignored"}


async def test_nobody_else_is_listened_to(connected: Bench, anonymous: httpx.AsyncClient) -> None:
    """Without a signature, with another body, or with one that is too old, nothing of the message is read."""
    body = b'{"id": "evt_1"}'
    now = datetime.now(UTC)
    for given in ("", signature(SECRET, b"{}", now), signature(SECRET, body, now - timedelta(minutes=6))):
        answer = await anonymous.post(PATH, content=body, headers={SIGNATURE_HEADER: given})
        assert answer.status_code == 401
    malformed = await anonymous.post(PATH, content=body, headers={SIGNATURE_HEADER: signature(SECRET, body, now)})
    assert (malformed.status_code, malformed.json()["code"]) == (422, "request_not_well_formed")
    assert "type" in malformed.json()["errors"][0]["rule"]


async def test_without_the_secret_there_is_no_such_address(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """An installation that is not connected to Stripe takes nothing of it."""
    assert (await reversal(anonymous, 500)).status_code == 404


async def test_a_person_decides_whether_it_is_paid_again(
    connected: Bench, anonymous: httpx.AsyncClient, brand: httpx.AsyncClient
) -> None:
    """Once, and the new payout is owed under an id of its own."""
    id_ = await transferred(connected)
    await reversal(anonymous, 40_00)
    path = f"/v1/collaborations/{id_}/payouts/upfront/reversal"
    answer = await brand.post(path, json={"pay_again": True, "note": "a new account"})
    assert answer.json()["events"] == ["ReversalSettled", "PayoutScheduled"]
    assert (await brand.post(path, json={"pay_again": True})).json()["code"] == "nothing_to_decide"
    names = [payout["id"].rpartition("/")[2] for payout in (await _view(connected, id_))["payouts"]]
    assert names == ["upfront", "upfront-2"]
