"""Orders that shops tell of: each is somebody's or nobody's, once, and counts until its money is given back."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg

from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from domain.attribution import Attribution, Source, Touch, attribute
from domain.errors import Conflict, CurrencyMismatch
from domain.money import Money
from domain.values import Instant, Line, Value


class OrderDiffers(Conflict):
    """The {kind} {id} is known with other facts ({field}): it can not be sent again as something else."""


class Order(Value):
    """An order as a shop tells of it."""

    shop: Line
    id: Line
    placed_at: Instant
    total: Money
    discount_codes: tuple[Line, ...] = ()
    click_ids: tuple[Line, ...] = ()
    cancelled_at: Instant | None = None


class Refund(Value):
    """Money that a shop has given back."""

    shop: Line
    id: Line
    order_id: Line
    amount: Money


class TrackedFigures(Value):
    """What a collaboration has led to. Revenue is in minor units of `currency`, after refunds."""

    collaboration_id: Line
    creator_id: Line
    discount_code: Line
    currency: Line
    clicks: int
    visitors: int
    """Somebody who comes on two days is counted on both."""
    bots: int
    """Clicks by programs; they are in no other figure."""
    orders: int
    revenue: int


class Orders:
    """The orders of a workspace."""

    def __init__(self, pool: Pool, workspace: str = "default") -> None:
        self._pool = pool
        self._workspace = workspace

    @asynccontextmanager
    async def taking(self, delivery_id: str, topic: str) -> "AsyncIterator[Connection | None]":
        """A transaction that takes a webhook with what it causes, or neither; None if it was taken before."""
        async with self._pool.acquire() as connection, connection.transaction():
            fresh = await connection.fetchval(QUERIES.take_delivery, self._workspace, delivery_id, topic)
            yield connection if fresh else None

    async def record(
        self, order: Order, *, campaign_id: str | None = None, on: "Connection | None" = None
    ) -> Attribution:
        """Notes an order and says whose it is; the same order again changes nothing but that it may be cancelled.

        With a campaign it is that campaign's creators' or nobody's. `on` is a transaction to do it in.

        Raises:
            OrderDiffers: it is known with another amount or from another time; only with a campaign, since Shopify's
                orders can be edited: what was known first stands.
        """
        async with self._transaction(on) as connection:
            found = await self._attribute(order, campaign_id, connection)
            row = await connection.fetchrow(
                QUERIES.record_order,
                self._workspace,
                order.shop,
                order.id,
                order.placed_at,
                order.total.amount,
                order.total.currency,
                order.cancelled_at,
                found.campaign_id or campaign_id,
                found.collaboration_id,
                found.by,
                found.reason,
            )
            assert row is not None, "an upsert gives a row"
            told = {"total": (order.total.amount, order.total.currency), "placed_at": order.placed_at}
            known = {"total": (row["total"], row["currency"]), "placed_at": row["placed_at"]}
            if campaign_id is not None and told != known:
                fields = ", ".join(name for name in told if told[name] != known[name])
                raise OrderDiffers(kind="order", id=order.id, field=fields)
        return Attribution(
            collaboration_id=row["collaboration_id"],
            campaign_id=row["campaign_id"],
            by=row["attributed_by"],
            reason=row["reason"],
        )

    async def _attribute(self, order: Order, campaign_id: str | None, connection: Connection) -> Attribution:
        codes = [code.upper() for code in order.discount_codes]
        coded = await connection.fetch(QUERIES.sources_by_discount, self._workspace, codes, campaign_id)
        touches = await connection.fetch(QUERIES.touches, self._workspace, order.click_ids, campaign_id)
        return attribute(
            order.placed_at,
            order.total.currency,
            [_source(row) for row in coded],
            [Touch(source=_source(row), at=row["at"]) for row in touches],
        )

    async def refund(self, refund: Refund, *, on: "Connection | None" = None) -> None:
        """Notes money given back, also before its order is known; the same again changes nothing.

        Raises:
            CurrencyMismatch: its order is in another currency.
            OrderDiffers: the refund is known with another amount, or of another order.
        """
        async with self._transaction(on) as connection:
            needed = await connection.fetchval(QUERIES.order_currency, self._workspace, refund.shop, refund.order_id)
            if needed not in (None, refund.amount.currency):
                raise CurrencyMismatch(given=refund.amount.currency, needed=needed)
            told = (refund.order_id, refund.amount.amount, refund.amount.currency)
            row = await connection.fetchrow(QUERIES.record_refund, self._workspace, refund.shop, refund.id, *told)
            if row is not None and (row["order_id"], row["amount"], row["currency"]) != told:
                raise OrderDiffers(kind="refund", id=refund.id, field="order_id, amount")

    @asynccontextmanager
    async def _transaction(self, on: "Connection | None") -> AsyncIterator[Connection]:
        if on is not None:
            yield on
            return
        async with self._pool.acquire() as connection, connection.transaction():
            yield connection

    async def figures(self, campaign_id: str) -> Sequence[TrackedFigures]:
        """What each tracked collaboration of a campaign has led to, in the order of their ids."""
        rows = await self._pool.fetch(QUERIES.tracked_figures, self._workspace, campaign_id)
        return [TrackedFigures(**dict(row)) for row in rows]

    async def sold(self, collaboration_id: str) -> tuple[int, int]:
        """How many orders one collaboration has led to, and their revenue in minor units, both after refunds."""
        row = await self._pool.fetchrow(QUERIES.collaboration_sales, self._workspace, collaboration_id)
        return (row["orders"], row["revenue"]) if row is not None else (0, 0)

    async def unattributed(self, campaign_id: str) -> Sequence[tuple[str, int]]:
        """Orders that are nobody's, by reason: the campaign's, and those that no campaign can claim."""
        rows = await self._pool.fetch(QUERIES.unattributed_orders, self._workspace, campaign_id)
        return [(row["reason"], row["orders"]) for row in rows]

    async def known(self, campaign_id: str) -> bool:
        """Whether a shop has told of any order of a campaign: until then their number is unknown, and not zero."""
        return bool(await self._pool.fetchval(QUERIES.has_orders, self._workspace, campaign_id))


def _source(row: asyncpg.Record) -> Source:
    return Source(
        collaboration_id=row["collaboration_id"],
        campaign_id=row["campaign_id"],
        currency=row["currency"],
        window=timedelta(days=row["attribution_days"]),
    )
