"""A worker that dies at chosen moments, each once: `python -m tests.chaos.crashing_worker DIRECTORY MOMENT...`.

A moment is `before` or `after` an effect upon the world: `after append OfferMade`, `before mail offer`, `after pay`,
`after invite`. Before, nothing has happened yet; after, it has, and nobody else knows. The directory holds a file for
each moment that has come, so that the next worker lives through it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from activities.connectors.smtp import SmtpMailer
from activities.discovery import Discovery, OutreachRequest
from activities.ports import Letter
from activities.store.event_log import PostgresEventLog
from activities.store.payouts import PaymentOrders
from domain.creators import Creator
from domain.events import Envelope, Record
from domain.money import Money
from workflows import worker
from workflows.settings import Settings

DIRECTORY, MOMENTS = Path(sys.argv[1]), frozenset(sys.argv[2:])


def die_if_it_is_time(moment: str) -> None:
    """Kill -9 ourselves if this is a chosen moment that comes for the first time."""
    if moment not in MOMENTS:
        return
    try:
        (DIRECTORY / moment.replace(" ", "-")).touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


class CrashingEventLog(PostgresEventLog):
    """Dies before the transaction begins, or after it has been committed and before anybody hears of it."""

    async def append(
        self, stream: str, expected_version: int, records: Sequence[Record], *others: Any, **named: Any
    ) -> list[Envelope]:
        """See `EventLog.append`."""
        for record in records:
            die_if_it_is_time(f"before append {record.type}")
        stored = await super().append(stream, expected_version, records, *others, **named)
        for record in records:
            die_if_it_is_time(f"after append {record.type}")
        return stored


class CrashingMailer(SmtpMailer):
    """Dies before the letter is handed over, or after the server has taken it and before the mail log knows."""

    async def send(self, letter: Letter) -> None:
        """See `Mailer.send`."""
        template = dict(letter.headers)["X-Groundswell-Template"]
        die_if_it_is_time(f"before mail {template}")
        await super().send(letter)
        die_if_it_is_time(f"after mail {template}")


class CrashingPaymentOrders(PaymentOrders):
    """Dies before the order is made out, or after that and before the workflow has its reference."""

    async def pay(self, payout_id: str, collaboration_id: str, amount: Money) -> str:
        """See `Payouts.pay`."""
        die_if_it_is_time("before pay")
        reference = await super().pay(payout_id, collaboration_id, amount)
        die_if_it_is_time("after pay")
        return reference


class CrashingDiscovery(Discovery):
    """Dies before anybody is invited, or after the first workflows were started and before the heartbeat says so."""

    async def _start_all(self, request: OutreachRequest, ranks: Mapping[int, Creator]) -> None:
        die_if_it_is_time("before invite")
        await super()._start_all(request, ranks)
        die_if_it_is_time("after invite")


if __name__ == "__main__":
    with (
        patch.object(worker, "PostgresEventLog", CrashingEventLog),
        patch.object(worker, "SmtpMailer", CrashingMailer),
        patch.object(worker, "PaymentOrders", CrashingPaymentOrders),
        patch.object(worker, "Discovery", CrashingDiscovery),
    ):
        asyncio.run(worker.run_until_stopped(Settings()))
