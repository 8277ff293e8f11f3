"""Each payout is paid once, by one way, whatever dies or changes between two attempts."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.serving import served
from activities.connectors.simulated.stripe import KEY, StripeTwin
from activities.connectors.stripe import Stripe
from activities.failures import OutsideFailure
from activities.monitoring import Monitoring, PayRequest
from activities.payouts import ERASED, PayoutsByWay
from activities.store.erasure import Erasures
from activities.store.payout_ways import PayoutWays
from activities.store.payouts import PaymentOrders
from domain.errors import IdempotencyKeyReused
from domain.money import Money
from domain.payouts import Payout, PayoutPurpose
from tests.activities.conftest import Store

ACCOUNT = "acct_1TwinMaya"
PAYOUT = "collab-1/upfront"
FIFTY = Money(amount=50_00, currency="USD")


class Died(Exception):
    """The process, at a line of the test's choosing."""


class ForgetfulWays(PayoutWays):
    """Dies when it is to note what came of a transfer."""

    async def transferred(self, payout_id: str, transfer_id: str) -> None:
        """See `PayoutWays.transferred`."""
        raise Died

    async def refused(self, payout_id: str, code: str) -> None:
        """See `PayoutWays.refused`."""
        raise Died


class Desk:
    """One creator with a collaboration, the store, and Stripe's twin."""

    def __init__(self, store: Store, twin: StripeTwin, stripe: Stripe, creator_id: str) -> None:
        self.store = store
        self.twin = twin
        self.stripe = stripe
        self.creator_id = creator_id

    async def move_to(self, account: str | None) -> None:
        """Set the creator's account."""
        assert await self.store.directory.set_payout_account(self.creator_id, account)

    async def pay(self, amount: Money = FIFTY, *, connected: bool = True, dies: bool = False) -> str:
        """One attempt."""
        ways = (ForgetfulWays if dies else PayoutWays)(self.store.pool)
        payouts = PayoutsByWay(ways, self.store.payouts, self.stripe if connected else None)
        return await payouts.pay(PAYOUT, "collab-1", amount)

    async def orders(self) -> int:
        """How many payment orders there are."""
        return int(await self.store.pool.fetchval("select count(*) from payment_orders"))

    async def way(self) -> tuple[str | None, str | None, str | None]:
        """Account, transfer and refusal as they are noted."""
        row = await self.store.pool.fetchrow("select account, transfer_id, refused from payout_ways")
        assert row is not None
        return row["account"], row["transfer_id"], row["refused"]


@pytest_asyncio.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    [creator_id] = await store.add_creators()
    await store.pool.execute(
        "insert into collaboration_pipeline values "
        "('collab-1', 'camp-1', 'default', $1, 1, 'monitoring', '{}', null, null, null, 'USD', 1, now())",
        creator_id,
    )
    twin = StripeTwin()
    async with served(twin.app) as address:
        stripe = Stripe(KEY, base_url=address)
        desk = Desk(store, twin, stripe, creator_id)
        await desk.move_to(ACCOUNT)
        yield desk
        await stripe.aclose()


async def test_a_creator_with_an_account_gets_a_transfer_and_no_order(desk: Desk) -> None:
    """Its id is the reference, at every attempt, and then the account is known to the directory only."""
    request = PayRequest(
        payout=Payout(id=PAYOUT, purpose=PayoutPurpose.UPFRONT, amount=FIFTY), collaboration_id="collab-1"
    )
    payouts = PayoutsByWay(PayoutWays(desk.store.pool), desk.store.payouts, desk.stripe)
    monitoring = Monitoring(payouts, desk.store.progress)
    made = [await ActivityEnvironment().run(monitoring.pay, request) for _ in range(2)]
    [transfer] = desk.twin.transfers
    assert [one.reference for one in made] == [transfer["id"]] * 2
    assert (transfer["destination"], transfer["transfer_group"]) == (ACCOUNT, "camp-1")
    assert await desk.way() == (None, transfer["id"], None)
    assert await desk.orders() == 0


async def test_who_has_no_account_gets_an_order_for_good(desk: Desk) -> None:
    """Also if the account comes before the next attempt of the same payout."""
    await desk.move_to(None)
    reference = await desk.pay()
    assert reference.startswith("PO-")
    await desk.move_to(ACCOUNT)
    assert await desk.pay() == reference
    assert desk.twin.requests == 0


@pytest.mark.parametrize(("currency", "connected"), [("USD", False), ("ISK", True), ("KWD", True)])
async def test_where_stripe_cannot_be_used_an_order_is_made(desk: Desk, currency: str, connected: bool) -> None:
    """Without a key, and for currencies whose minor unit is another one there."""
    assert (await desk.pay(Money(amount=5, currency=currency), connected=connected)).startswith("PO-")
    assert desk.twin.requests == 0


async def test_an_order_of_an_earlier_release_stands(desk: Desk) -> None:
    """Where nothing was decided yet but the order is out."""
    ordered = await PaymentOrders(desk.store.pool).pay(PAYOUT, "collab-1", FIFTY)
    assert await desk.pay() == ordered
    assert desk.twin.requests == 0


@pytest.mark.parametrize("key_is_forgotten", [False, True])
@pytest.mark.parametrize("moved_to", [ACCOUNT, "acct_1TwinOther", None])
async def test_a_crash_between_transfer_and_note_pays_nothing_twice(
    desk: Desk, moved_to: str | None, key_is_forgotten: bool
) -> None:
    """Though Stripe has forgotten the key meanwhile, or the creator another account, or none."""
    with pytest.raises(Died):
        await desk.pay(dies=True)
    await desk.move_to(moved_to)
    if key_is_forgotten:
        desk.twin.forget_keys()
    assert await desk.pay() == desk.twin.transfers[0]["id"]
    assert (len(desk.twin.transfers), await desk.orders()) == (1, 0)


async def test_an_answer_that_is_cut_off_pays_nothing_twice(desk: Desk) -> None:
    """The transfer was made, and is found."""
    desk.twin.faults.plan(Fault.MALFORMED)
    with pytest.raises(ApplicationError, match="no JSON"):
        await desk.pay()
    desk.twin.forget_keys()
    assert await desk.pay() == desk.twin.transfers[0]["id"]
    assert len(desk.twin.transfers) == 1


async def test_a_failure_before_the_transfer_keeps_the_payout_owed(desk: Desk) -> None:
    """To the account that was decided."""
    desk.twin.faults.plan(Fault.SERVER_ERROR)
    with pytest.raises(ApplicationError):
        await desk.pay()
    await desk.move_to("acct_1TwinOther")
    assert await desk.way() == (ACCOUNT, None, None)
    assert await desk.orders() == 0
    await desk.pay()
    assert [made["destination"] for made in desk.twin.transfers] == [ACCOUNT]


async def test_as_long_as_it_is_not_known_whether_stripe_has_paid_nobody_else_does(desk: Desk) -> None:
    """Neither without the key, nor while the list of transfers cannot be read."""
    desk.twin.faults.plan(Fault.MALFORMED)
    with pytest.raises(ApplicationError):
        await desk.pay()
    with pytest.raises(ApplicationError, match="GROUNDSWELL_STRIPE_SECRET_KEY") as without:
        await desk.pay(connected=False)
    assert (without.value.type, without.value.non_retryable) == (OutsideFailure.UNAVAILABLE, False)
    desk.twin.faults.plan(Fault.EXPIRED_TOKEN)
    with pytest.raises(ApplicationError):
        await desk.pay()
    assert (len(desk.twin.transfers), await desk.orders()) == (1, 0)


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize(
    ("account", "balance", "code"),
    [(ACCOUNT, 0, "balance_insufficient"), ("acct_1Closed", 1_000_00, "resource_missing")],
)
async def test_what_stripe_refuses_becomes_an_order(
    desk: Desk, account: str, balance: int, code: str, dies: bool
) -> None:
    """With the code noted; later attempts keep to it, whatever was mended."""
    await desk.move_to(account)
    desk.twin.balance["usd"] = balance
    if dies:
        with pytest.raises(Died):
            await desk.pay(dies=True)
    reference = await desk.pay()
    assert reference.startswith("PO-")
    assert await desk.way() == (None, None, code)
    desk.twin.balance["usd"] = 1_000_00
    desk.twin.forget_keys()
    assert await desk.pay() == reference
    assert (desk.twin.transfers, await desk.orders()) == ([], 1)


async def test_attempts_at_the_same_time_pay_once(desk: Desk) -> None:
    """One of them is told to come again, or both have the same transfer."""
    await asyncio.gather(*(desk.pay() for _ in range(4)), return_exceptions=True)
    assert await desk.pay() == desk.twin.transfers[0]["id"]
    assert (len(desk.twin.transfers), await desk.orders()) == (1, 0)


async def test_the_same_payout_with_another_amount_is_a_conflict(desk: Desk) -> None:
    """As with payment orders."""
    await desk.pay()
    with pytest.raises(IdempotencyKeyReused):
        await desk.pay(Money(amount=51_00, currency="USD"))


@pytest.mark.parametrize("made", [False, True])
async def test_a_payout_under_way_to_somebody_erased_is_looked_for_and_else_ordered(desk: Desk, made: bool) -> None:
    """Their account is nowhere any more."""
    desk.twin.faults.plan(Fault.MALFORMED if made else Fault.SERVER_ERROR)
    with pytest.raises(ApplicationError):
        await desk.pay()
    await desk.store.pool.execute("update collaboration_pipeline set outcome = 'cancelled'")
    await Erasures(desk.store.pool, desk.store.sealer.keyring).erase(desk.creator_id, requested_by="manager")
    assert await desk.way() == (None, None, None)
    reference = await desk.pay()
    assert reference == desk.twin.transfers[0]["id"] if made else reference.startswith("PO-")
    assert await desk.way() == ((None, reference, None) if made else (None, None, ERASED))
