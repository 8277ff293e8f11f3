"""Orders: each is somebody's once, and counts until its money is given back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from activities.store.orders import Order, OrderDiffers, Orders, Refund
from activities.store.pool import Pool
from domain.attribution import By, Unattributed
from domain.errors import CurrencyMismatch
from domain.money import Money
from tests.domain.given import T0

CLICK = "a" * 24


async def track(pool: Pool, *names: str, currency: str = "USD", campaign: str = "tea") -> None:
    """Collaborations with a code and a link each, and one click on the first one's."""
    for name in names:
        await pool.execute(
            "insert into tracked_collaborations values ($1, 'default', $2, $3, $4, 'https://s.example', 'x', 30, $5)",
            name,
            campaign,
            f"creator-{name}",
            f"GS-{name.upper()}",
            currency,
        )
        await pool.execute("insert into tracked_links values ($1, $2, 1)", f"link-{name}", name)
    await pool.execute(
        "insert into clicks values ($1, $2, $3, 'visitor') on conflict do nothing", CLICK, f"link-{names[0]}", T0
    )


def an_order(id_: str = "1", amount: int = 20_00, currency: str = "USD", **facts: Any) -> Order:
    usual = {"shop": "s", "id": id_, "placed_at": T0 + timedelta(days=1), "discount_codes": ("gs-ada",)}
    return Order(**{**usual, "total": Money(amount=amount, currency=currency), **facts})


def a_refund(amount: int, id_: str = "r1", order_id: str = "1", currency: str = "USD") -> Refund:
    return Refund(shop="s", id=id_, order_id=order_id, amount=Money(amount=amount, currency=currency))


async def ada(orders: Orders) -> tuple[int, int]:
    """Orders and revenue of the creator with that name."""
    (figures,) = [each for each in await orders.figures("tea") if each.collaboration_id == "ada"]
    return figures.orders, figures.revenue


async def test_the_code_and_the_link_lead_to_a_creator(pool: Pool) -> None:
    """The code, in whatever letters, beats the link."""
    await track(pool, "ben", "ada")
    orders = Orders(pool)
    by_code = await orders.record(an_order("1", click_ids=(CLICK,)))
    by_link = await orders.record(an_order("2", discount_codes=("OTHER",), click_ids=(CLICK,)))
    nobody = await orders.record(an_order("3", discount_codes=()))
    assert (by_code.collaboration_id, by_code.by) == ("ada", By.CODE)
    assert (by_link.collaboration_id, by_link.by) == ("ben", By.LINK)
    assert (nobody.campaign_id, nobody.reason) == (None, Unattributed.NO_TRACE)
    assert await ada(orders) == (1, 20_00)
    assert await orders.unattributed("tea") == [("no_trace", 1)]


async def test_an_order_is_somebody_s_once(pool: Pool) -> None:
    """However often, and with whatever code, it is told of, also at the same moment."""
    await track(pool, "ada", "ben")
    orders = Orders(pool)
    await orders.record(an_order())
    again = await asyncio.gather(*(orders.record(an_order(discount_codes=("GS-BEN",))) for _ in range(5)))
    assert {each.collaboration_id for each in again} == {"ada"}
    assert await ada(orders) == (1, 20_00)


async def test_refunds_are_taken_off_once(pool: Pool) -> None:
    """A part leaves the order, the whole takes it away, and never more than there was."""
    await track(pool, "ada")
    orders = Orders(pool)
    await orders.record(an_order())
    for _ in range(2):
        await orders.refund(a_refund(5_00))
    assert await ada(orders) == (1, 15_00)
    await orders.refund(a_refund(16_00, "r2"))
    assert await ada(orders) == (0, 0)


async def test_what_comes_out_of_order_comes_to_the_same(pool: Pool) -> None:
    """A refund before its order; a cancellation before the order's creation."""
    await track(pool, "ada")
    orders = Orders(pool)
    await orders.refund(a_refund(5_00))
    await orders.record(an_order())
    assert await ada(orders) == (1, 15_00)
    await orders.record(an_order("2", cancelled_at=T0 + timedelta(days=2)))
    await orders.record(an_order("2"))
    assert await ada(orders) == (1, 15_00)


async def test_money_in_another_currency_is_nobody_s(pool: Pool) -> None:
    """It is kept with the reason, and a refund in another currency than its order's is refused."""
    await track(pool, "ada")
    orders = Orders(pool)
    found = await orders.record(an_order(currency="EUR"))
    assert (found.campaign_id, found.reason) == ("tea", Unattributed.OTHER_CURRENCY)
    assert await ada(orders) == (0, 0)
    assert await orders.unattributed("tea") == [("other_currency", 1)]
    with pytest.raises(CurrencyMismatch):
        await orders.refund(a_refund(5_00))


async def test_a_campaign_s_own_orders_lead_to_its_own_creators(pool: Pool) -> None:
    """Another campaign's code is no code there."""
    await track(pool, "ada")
    await track(pool, "eve", campaign="mugs")
    found = await Orders(pool).record(an_order(), campaign_id="mugs")
    assert (found.campaign_id, found.collaboration_id, found.reason) == ("mugs", None, Unattributed.NO_TRACE)


async def test_a_campaign_s_order_can_not_become_another_one(pool: Pool) -> None:
    """Nor a refund; what was known stands."""
    await track(pool, "ada")
    orders = Orders(pool)
    await orders.record(an_order(), campaign_id="tea")
    with pytest.raises(OrderDiffers, match="total"):
        await orders.record(an_order(amount=1, cancelled_at=T0), campaign_id="tea")
    await orders.refund(a_refund(5_00))
    with pytest.raises(OrderDiffers):
        await orders.refund(a_refund(6_00))
    assert await ada(orders) == (1, 15_00)


async def test_a_webhook_is_taken_once_and_with_all_that_it_causes(pool: Pool) -> None:
    """If what it causes fails, it was not taken, and can be sent again."""
    await track(pool, "ada")
    orders = Orders(pool)

    async def taken_by_a_process_that_dies() -> None:
        async with orders.taking("w1", "orders/create") as connection:
            await orders.record(an_order(), on=connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await taken_by_a_process_that_dies()
    assert await ada(orders) == (0, 0)
    async with orders.taking("w1", "orders/create") as connection:
        assert connection is not None
    async with orders.taking("w1", "orders/create") as connection:
        assert connection is None


async def test_until_a_shop_tells_of_an_order_their_number_is_unknown(pool: Pool) -> None:
    """Which is not zero."""
    await track(pool, "ada")
    orders = Orders(pool)
    assert not await orders.known("tea")
    await orders.record(an_order())
    assert await orders.known("tea")
