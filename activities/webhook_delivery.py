"""Telling endpoints of events: each in the order of the feed, at its own pace, until it has answered.

An event that is not received is tried again by the schedule of Standard Webhooks; the endpoint's later events wait for
it, other endpoints do not. After the last try, or if the endpoint wants no more (410), it is disabled, and campaigns'
managers are written to; once enabled it goes on where it stood, so nothing is lost.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Protocol

import structlog

from activities.connectors.receivers import Reception, WebhookReceiver
from activities.connectors.slack import PACE, Slack
from activities.event_streams import registry_of
from activities.store.envelopes import DATA
from activities.store.feed import POLL, Feed, FeedPosition, wait_up_to
from activities.store.feed_hints import listening
from activities.store.pool import Pool
from activities.store.sealing import without_sealed
from activities.store.subscriptions import AWAY, try_again_after
from activities.store.webhooks import Claim, Kind, Webhook, Webhooks
from domain.errors import UnknownEvent
from domain.events import Envelope
from domain.narrative import tell

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Waits between attempts, as Standard Webhooks proposes them: ten attempts within 75 hours and a half."""

BATCH = 100
"""Events of one turn; then another endpoint may have its turn."""
AT_ONCE = 16
"""Endpoints that a process sends to at the same time."""
AGAIN = timedelta(seconds=60)
"""When a turn that failed by a mistake of ours is taken again."""

OF_INTEREST = (
    "CampaignStarted",
    "ShortlistProposed",
    "NoCreatorsFound",
    "OutreachCompleted",
    "CampaignClosed",
    "CampaignCancelled",
    "OfferCountered",
    "OfferBlocked",
    "ContractConcluded",
    "ContractLapsed",
    "DraftSubmitted",
    "AutoApprovalBlocked",
    "PostPublished",
    "DeliverableMissed",
    "CollaborationEnded",
    "TaskEscalated",
)
"""What people in a channel are told of unless they choose otherwise: what they wait for, and what goes wrong."""


def thin(envelope: Envelope) -> Mapping[str, Any]:
    """What a program is told: what happened, when, and where to read the rest with its key. Nothing personal."""
    return {
        "type": envelope.type,
        "timestamp": envelope.metadata.decided_at.isoformat(),
        "data": {
            "event_id": str(envelope.event_id),
            "campaign_id": envelope.metadata.correlation_id,
            "stream": envelope.stream,
            "version": envelope.version,
            "position": envelope.position,
        },
    }


def line(envelope: Envelope) -> str:
    """What people are told, in one line, without anything personal."""
    kind, _, id_ = envelope.stream.partition("/")
    where = f"Campaign {envelope.metadata.correlation_id}"
    where += f", collaboration {id_}" if kind == "collaboration" else ""
    data = without_sealed(DATA.dump_json(envelope.data).decode())
    try:
        event: Any = registry_of(envelope.stream).decode_json(
            envelope.stream, envelope.type, envelope.schema_version, data
        )
    except (UnknownEvent, KeyError):  # written by a newer release, which runs beside this one
        return f"{where}: {envelope.type}."
    return f"{where}: {tell(event)}"


class Channel(Protocol):
    """The way to one endpoint."""

    async def send(self, envelope: Envelope) -> Reception:
        """Tell it of an event once. Never raises for what the other side does."""
        ...

    async def aclose(self) -> None:
        """Close its connections."""
        ...


class _ToProgram:
    def __init__(self, webhook: Webhook, secret: bytes, *, allow_private: bool) -> None:
        assert webhook.url is not None, "programs have addresses"
        self._receiver = WebhookReceiver(webhook.id, webhook.url, secret, allow_private=allow_private)

    async def send(self, envelope: Envelope) -> Reception:
        return await self._receiver.send(str(envelope.event_id), datetime.now(UTC), thin(envelope))

    async def aclose(self) -> None:
        await self._receiver.aclose()


class _ToSlack:
    def __init__(self, url: str) -> None:
        self._slack = Slack(url)

    async def send(self, envelope: Envelope) -> Reception:
        return await self._slack.say(line(envelope))

    async def aclose(self) -> None:
        await self._slack.aclose()


@dataclass(frozen=True)
class Ways:
    """How this process reaches endpoints."""

    allow_private: bool = False
    """Whether addresses that are not public, and plain http, are allowed: for development."""
    slack_url: str | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Those that it can reach."""
        return (Kind.PROGRAM, Kind.SLACK) if self.slack_url else (Kind.PROGRAM,)

    def to(self, webhook: Webhook, secret: bytes | None) -> Channel:
        """The way to an endpoint."""
        if webhook.kind is Kind.SLACK:
            assert self.slack_url is not None, "without an address it is not claimed"
            return _ToSlack(self.slack_url)
        assert secret is not None, "programs have secrets"
        return _ToProgram(webhook, secret, allow_private=self.allow_private)


Tell = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Tells people that an endpoint was disabled; raises if they have not been told."""


class WebhookDelivery:
    """Runs in any number of processes; each endpoint has one of them at a time."""

    name = "webhooks"

    def __init__(
        self,
        webhooks: Webhooks,
        ways: Ways,
        tell_of: Tell | None = None,
        *,
        workspace: str = "default",
        again: timedelta = AGAIN,
    ) -> None:
        """`again` is the wait after a mistake of ours, and after people could not be told."""
        self._webhooks = webhooks
        self._ways = ways
        self._tell_of = tell_of
        self._workspace = workspace
        self._again = again
        self._quiet_until = 0.0

    async def run(self, pool: Pool) -> None:
        """Sends everything, and what comes, until it is cancelled; a database that is away is waited for."""
        while True:
            try:
                if self._ways.slack_url:
                    await self._webhooks.open_slack(self._workspace, OF_INTEREST)
                async with listening(pool) as hinted:
                    await self._serve(pool, hinted)
            except AWAY as away:
                await try_again_after(away)

    async def _serve(self, pool: Pool, woken: asyncio.Event) -> None:
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                woken.clear()
                await self._tell_of_disabled()
                while len(running) < AT_ONCE and (claim := await self._webhooks.claim(self._ways.kinds)):
                    turn = asyncio.create_task(self._guarded(pool, claim))
                    running.add(turn)
                    turn.add_done_callback(lambda _: woken.set())
                await wait_up_to(POLL, woken)
                for turn in [turn for turn in running if turn.done()]:
                    running.discard(turn)
                    turn.result()
        finally:
            for turn in running:
                turn.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _guarded(self, pool: Pool, claim: Claim) -> None:
        """A turn whose mistakes hold up nobody else."""
        try:
            await self.turn(pool, claim)
        except AWAY:
            raise
        except asyncio.CancelledError:
            await self._webhooks.release(claim)
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the other endpoints go on, and the operators read of it
            structlog.get_logger(__name__).exception("webhook has failed", webhook=claim.webhook.id)
            await self._webhooks.release(claim, self._again)

    async def turn(self, pool: Pool, claim: Claim) -> None:
        """Sends what is due to one endpoint, at most `BATCH` events, until one is not received."""
        webhook = claim.webhook
        page = await Feed(pool).read(FeedPosition(webhook.position), webhook.types, BATCH)
        pause = timedelta(seconds=PACE if webhook.kind is Kind.SLACK else 0)
        channel = self._ways.to(webhook, await self._webhooks.secret(webhook.workspace, webhook.id))
        attempt = webhook.failures + 1
        try:
            for envelope in page.events:
                if envelope.metadata.workspace != webhook.workspace:
                    continue
                reception = await channel.send(envelope)
                await self._webhooks.log(webhook.id, envelope, attempt, reception)
                if reception.failure is not None:
                    await self._failed(claim, attempt, reception)
                    return
                if not await self._webhooks.received(claim, envelope.position, pause=pause):
                    return
                attempt = 1
                await asyncio.sleep(pause.total_seconds())
            if await self._webhooks.received(claim, page.upto):
                await self._webhooks.release(claim)
        finally:
            await channel.aclose()
            await self._webhooks.forget_log(webhook.id)

    async def _failed(self, claim: Claim, attempt: int, reception: Reception) -> None:
        again = None if reception.gone or attempt > len(SCHEDULE) else next_try(attempt, reception.retry_after)
        note = f"{reception.failure} (attempt {attempt})"
        if again is None:
            why = "it wants no more" if reception.gone else "it did not receive an event for days"
            note = f"disabled, because {why}: {note}"
        if await self._webhooks.failed(claim, note, again) and again is None:
            structlog.get_logger(__name__).warning("webhook disabled", webhook=claim.webhook.id, why=note)

    async def _tell_of_disabled(self) -> None:
        if self._tell_of is None or monotonic() < self._quiet_until:
            return
        for webhook in await self._webhooks.to_tell_of():
            try:
                await self._tell_of(webhook)
            except Exception as error:  # noqa: BLE001 - a mail server that is away keeps nobody from being sent to
                logger = structlog.get_logger(__name__)
                logger.warning("nobody told of a disabled webhook", webhook=webhook["id"], error=type(error).__name__)
                self._quiet_until = monotonic() + self._again.total_seconds()
                return
            await self._webhooks.told_of(webhook["id"])


def next_try(attempt: int, asked: timedelta | None) -> timedelta:
    """The wait after a failed attempt: the schedule's, up to a tenth more, and no less than the receiver asks for."""
    wait = SCHEDULE[attempt - 1] * random.uniform(1.0, 1.1)  # noqa: S311 - spreads load, guards nothing
    return max(wait, asked or timedelta(0))
