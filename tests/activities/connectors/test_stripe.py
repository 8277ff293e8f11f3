"""Transfers by Stripe, against its twin over real HTTP: what is paid, and what is known when something goes wrong."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError

from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.serving import served
from activities.connectors.simulated.stripe import KEY, StripeTwin
from activities.connectors.stripe import PAGE, Stripe
from activities.failures import OutsideFailure
from domain.money import Money

ACCOUNT = "acct_1TwinMaya"
FIFTY = Money(amount=50_00, currency="USD")
SINCE = datetime.now(UTC) - timedelta(minutes=1)


class Desk:
    """The client and its twin."""

    def __init__(self, twin: StripeTwin, stripe: Stripe) -> None:
        self.twin = twin
        self.stripe = stripe

    async def transfer(self, payout_id: str = "c1/upfront", amount: Money = FIFTY, account: str = ACCOUNT) -> str:
        """A transfer of the usual amount."""
        return await self.stripe.transfer(
            payout_id, amount, account, campaign_id="camp-1", collaboration_id=payout_id.partition("/")[0]
        )

    async def find(self, payout_id: str = "c1/upfront", campaign_id: str | None = "camp-1") -> str | None:
        """The payout's transfer."""
        return await self.stripe.find(payout_id, campaign_id=campaign_id, since=SINCE)


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    twin = StripeTwin()
    async with served(twin.app) as address:
        stripe = Stripe(KEY, base_url=address)
        yield Desk(twin, stripe)
        await stripe.aclose()


async def test_a_transfer_has_amount_account_group_and_ids(desk: Desk) -> None:
    """In minor units, and nothing of a person but the account's id."""
    reference = await desk.transfer()
    [made] = desk.twin.transfers
    assert (made["id"], made["amount"], made["currency"], made["destination"]) == (reference, 50_00, "usd", ACCOUNT)
    assert made["transfer_group"] == "camp-1"
    assert made["metadata"] == {"payout_id": "c1/upfront", "collaboration_id": "c1", "campaign_id": "camp-1"}


async def test_the_same_payout_is_paid_once(desk: Desk) -> None:
    """However often it is sent, its key has one answer; another payout is another transfer."""
    assert await desk.transfer() == await desk.transfer()
    assert await desk.transfer("c2/upfront") != await desk.transfer()
    assert len(desk.twin.transfers) == 2


async def test_a_payout_that_is_under_way_is_tried_again(desk: Desk) -> None:
    """409 `idempotency_key_in_use` says nothing of how the first request ends."""
    desk.twin.open_for_business.clear()
    first = asyncio.create_task(desk.transfer())
    async with asyncio.timeout(15):
        while not desk.twin.under_way:  # noqa: ASYNC110 - the twin tells nobody
            await asyncio.sleep(0.01)
    with pytest.raises(ApplicationError) as failed:
        await desk.transfer()
    desk.twin.open_for_business.set()
    assert (failed.value.type, failed.value.non_retryable) == (OutsideFailure.UNAVAILABLE, False)
    assert failed.value.details[0]["code"] == "idempotency_key_in_use"
    assert await first == await desk.transfer()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_LIMITED, OutsideFailure.RATE_LIMITED),
        (Fault.SERVER_ERROR, OutsideFailure.UNAVAILABLE),
        (Fault.EXPIRED_TOKEN, OutsideFailure.CREDENTIALS),
        (Fault.MALFORMED, OutsideFailure.UNREADABLE),
    ],
)
async def test_what_may_pass_is_tried_again_and_paid_once(desk: Desk, fault: Fault, kind: OutsideFailure) -> None:
    """Also where the transfer was made and its answer was cut off, and where the key has to be mended first."""
    desk.twin.faults.plan(fault)
    with pytest.raises(ApplicationError) as failed:
        await desk.transfer()
    assert (failed.value.type, failed.value.non_retryable) == (kind, False)
    assert await desk.transfer() == desk.twin.transfers[0]["id"]
    assert len(desk.twin.transfers) == 1


async def test_a_short_pause_that_is_asked_for_is_made(desk: Desk) -> None:
    """Within the attempt, with the same key."""
    desk.twin.faults.plan(Fault.SERVER_ERROR, retry_after=0)
    assert await desk.transfer() == desk.twin.transfers[0]["id"]
    assert desk.twin.requests == 2


async def test_without_money_in_the_platform_s_account_the_transfer_is_refused(desk: Desk) -> None:
    """With Stripe's code and what to do; and so it stays under this key, whatever is paid in."""
    desk.twin.balance["usd"] = 49_99
    for _ in range(2):
        with pytest.raises(ApplicationError, match=r"has made no transfer\. Top up") as failed:
            await desk.transfer()
        assert (failed.value.type, failed.value.non_retryable) == (OutsideFailure.REFUSED, True)
        assert failed.value.details[0]["code"] == "balance_insufficient"
        desk.twin.balance["usd"] = 1_000_00
    assert desk.twin.transfers == []


async def test_an_account_that_is_not_connected_is_refused(desk: Desk) -> None:
    """The account's id is in no message: it is somebody's."""
    with pytest.raises(ApplicationError, match="payout account") as failed:
        await desk.transfer(account="acct_1Elsewhere")
    assert (failed.value.type, failed.value.details[0]["code"]) == (OutsideFailure.REFUSED, "resource_missing")
    assert "Elsewhere" not in str(failed.value)


async def test_a_key_that_came_with_another_body_is_no_refusal(desk: Desk) -> None:
    """Whatever was sent with it may have been paid: nobody may take this for leave to pay by another way."""
    await desk.transfer()
    with pytest.raises(ApplicationError) as failed:
        await desk.transfer(amount=Money(amount=51_00, currency="USD"))
    assert (failed.value.type, failed.value.non_retryable) == (OutsideFailure.UNREADABLE, False)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, "<html>a proxy's page</html>"),
        (400, '{"error": "text"}'),
        (404, '{"error": {"type": "api_error"}}'),
        (302, ""),
        (200, "[]"),
        (200, '{"id": "tr_1", "amount": 1, "currency": "usd"}'),
        (200, "x" * 5_000_000),
    ],
)
async def test_what_is_not_stripe_s_documented_word_is_never_final(status: int, body: str) -> None:
    """A refusal has its documented form; of all else it is not known whether money went out."""
    elsewhere = httpx.MockTransport(lambda _: httpx.Response(status, text=body))
    stripe = Stripe(KEY, transport=elsewhere)
    with pytest.raises(ApplicationError) as failed:
        await Desk(StripeTwin(), stripe).transfer()
    with pytest.raises(ApplicationError) as not_found:
        await Desk(StripeTwin(), stripe).find()
    await stripe.aclose()
    assert not failed.value.non_retryable
    assert not not_found.value.non_retryable


async def test_a_transfer_is_found_by_its_payout(desk: Desk) -> None:
    """Among more than fit on a page, and with a short page on the way; nobody else's is taken for it."""
    reference = await desk.transfer()
    await asyncio.gather(*(desk.transfer(f"other-{number}/upfront") for number in range(PAGE + 5)))
    desk.twin.faults.plan(Fault.PARTIAL_PAGE)
    assert await desk.find() == reference
    assert await desk.find(campaign_id=None) == reference
    assert await desk.find("c1/balance") is None
    assert await desk.find(campaign_id="camp-2") is None
