"""Every event reaches every endpoint that wants it, in order, whatever fails when."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest

from activities.connectors.simulated import slack
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.serving import served
from activities.connectors.simulated.slack import SlackTwin
from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool, open_pool
from activities.store.webhooks import Claim, Kind, Webhooks
from activities.webhook_delivery import OF_INTEREST, SCHEDULE, Tell, Ways, WebhookDelivery, line, next_try, thin
from domain import campaign, collaboration
from tests.activities.receiving import PATH, ReceivingTwin
from tests.activities.store.appending import append, given_by, happened
from tests.activities.store.projections.desk import Desk
from tests.keys import a_sealer

WAYS = Ways(allow_private=True)
LONG = 90.0


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database, application_name="tests")
    yield pool
    await pool.close()


@pytest.fixture
def webhooks(pool: Pool) -> Webhooks:
    return Webhooks(pool, a_sealer(pool).keyring)


@asynccontextmanager
async def receiving(webhooks: Webhooks, id_: str = "w", types: list[str] | None = None) -> AsyncIterator[ReceivingTwin]:
    """A program that is told of events."""
    twin = ReceivingTwin()
    async with served(twin.app) as address:
        _, twin.secret = await webhooks.open(id_, "default", f"{address}{PATH}", types, command_id=id_)
        yield twin


@asynccontextmanager
async def delivering(
    pool: Pool, webhooks: Webhooks, ways: Ways = WAYS, *, tell: Tell | None = None
) -> AsyncIterator[None]:
    """A process that sends."""
    running = asyncio.create_task(WebhookDelivery(webhooks, ways, tell, again=timedelta(0)).run(pool))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG):
        while not true():  # noqa: ASYNC110 - what is waited for is told by a server
            await asyncio.sleep(0.02)


async def until_failed(webhooks: Webhooks, failures: int, id_: str = "w") -> None:
    async with asyncio.timeout(LONG):
        while (await webhooks.get("default", id_)).failures < failures:  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.02)


async def make_due(pool: Pool) -> None:
    """Lets the time pass that is to be waited."""
    await pool.execute("update webhooks set due_at = clock_timestamp()")


async def test_events_arrive_signed_thin_and_in_order(pool: Pool, webhooks: Webhooks) -> None:
    """Under the event's id; the twin has checked each signature with the reference library."""
    async with receiving(webhooks) as twin, delivering(pool, webhooks):
        events = [(await append(pool, n))[0] for n in "abcdef"]
        await until(lambda: len(twin.received) == 6)
    assert twin.whats == list("abcdef")
    assert twin.received[0] == (str(events[0].event_id), thin(events[0]))
    assert twin.received[0][1]["data"] == {
        "event_id": str(events[0].event_id),
        "campaign_id": "c1",
        "stream": "collaboration/a",
        "version": 1,
        "position": events[0].position,
    }


async def test_only_the_types_that_were_asked_for_arrive(pool: Pool, webhooks: Webhooks) -> None:
    async with receiving(webhooks, types=["Wanted"]) as twin, delivering(pool, webhooks):
        await append(pool, "a")
        await append(pool, "b", type_="Wanted")
        await until(lambda: len(twin.received) == 1)
    assert twin.whats == ["b"]


async def test_a_failing_receiver_gets_the_event_later_and_others_wait_for_nothing(
    pool: Pool, webhooks: Webhooks
) -> None:
    """Its later events wait behind, and the log has every attempt."""
    async with receiving(webhooks) as failing, receiving(webhooks, "x") as well, delivering(pool, webhooks):
        failing.faults.plan(Fault.SERVER_ERROR, retry_after=3_600)
        await append(pool, "a")
        await append(pool, "b")
        await until(lambda: len(well.received) == 2)
        await until_failed(webhooks, 1)
        assert failing.received == []
        standing = await webhooks.get("default", "w")
        assert standing.note == "webhook w: answered 503 (attempt 1)"
        await make_due(pool)
        async with asyncio.timeout(LONG):
            while len(await webhooks.deliveries("w", None, 10)) < 3:  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.02)
    assert (failing.whats, well.whats) == (["a", "b"], ["a", "b"])
    log = await webhooks.deliveries("w", None, 10)
    assert [(each.attempt, each.status) for each in log] == [(1, 200), (2, 200), (1, 503)]


async def test_a_receiver_that_hangs_holds_up_nobody(pool: Pool, webhooks: Webhooks) -> None:
    async with receiving(webhooks) as hanging, receiving(webhooks, "x") as well:
        hanging.faults.plan(Fault.SLOW, delay=60)
        async with delivering(pool, webhooks):
            await append(pool, "a")
            await until(lambda: len(well.received) == 1)
            await until(lambda: hanging.requests == 1)
            assert hanging.received == []


class Killed(Webhooks):
    """Those of a process that is killed when a message was taken, before it can note that or give anything back."""

    async def received(self, claim: Claim, position: int, *, pause: timedelta = timedelta(0)) -> bool:
        """The line at which it dies."""
        return await asyncio.Event().wait()

    async def release(self, claim: Claim, pause: timedelta = timedelta(0)) -> None:
        """Nothing: it is dead."""


async def test_a_crash_after_the_delivery_repeats_it_and_loses_nothing(pool: Pool, webhooks: Webhooks) -> None:
    """Another process sends the message again under the same id, once the dead one's lease has run out."""
    async with receiving(webhooks) as twin:
        async with delivering(pool, Killed(pool, a_sealer(pool).keyring)):
            await append(pool, "a")
            await append(pool, "b")
            await until(lambda: twin.whats == ["a"])
        assert await webhooks.claim([Kind.PROGRAM]) is None, "its lease is still held"
        await pool.execute("update webhooks set leased_until = clock_timestamp()")
        async with delivering(pool, webhooks):
            await until(lambda: len(twin.received) == 3)
    assert twin.whats == ["a", "a", "b"]
    assert twin.received[0] == twin.received[1]


async def test_a_mistake_of_ours_about_one_holds_up_nobody_else(pool: Pool, webhooks: Webhooks) -> None:
    """Here a secret that does not open with its key; once it does, nothing is missing."""
    async with receiving(webhooks) as broken, receiving(webhooks, "x") as well:
        secret = await pool.fetchval(
            "update webhooks set secret = secret || decode('00', 'hex') where id = 'w' returning secret"
        )
        async with delivering(pool, webhooks):
            await append(pool, "a")
            await append(pool, "b")
            await until(lambda: len(well.received) == 2)
            assert broken.requests == 0
            await pool.execute("update webhooks set secret = $1 where id = 'w'", secret[:-1])
            await until(lambda: len(broken.received) == 2)
    assert (broken.whats, well.whats) == (["a", "b"], ["a", "b"])


async def test_a_process_that_is_stopped_gives_its_leases_back(pool: Pool, webhooks: Webhooks) -> None:
    """In the middle of a message; the next one need not wait for the lease to run out."""
    async with receiving(webhooks) as twin:
        twin.faults.plan(Fault.SLOW, delay=60)
        async with delivering(pool, webhooks):
            await append(pool, "a")
            await until(lambda: twin.requests == 1)
        async with delivering(pool, webhooks):
            await until(lambda: len(twin.received) == 1)
    assert twin.whats == ["a"]


async def test_two_processes_take_turns(pool: Pool, webhooks: Webhooks) -> None:
    """What arrives is in order, and each event arrives once as long as nobody dies."""
    async with receiving(webhooks) as twin, delivering(pool, webhooks), delivering(pool, webhooks):
        for n in range(30):
            await append(pool, n)
        await until(lambda: len(twin.received) >= 30)
    assert twin.whats == [str(n) for n in range(30)]


async def test_a_receiver_that_is_gone_is_disabled_and_goes_on_once_enabled(pool: Pool, webhooks: Webhooks) -> None:
    """People are told, and again as long as telling them fails."""
    told: list[str] = []

    async def tell(webhook: Mapping[str, Any]) -> None:
        told.append(webhook["note"])
        if len(told) == 1:
            raise ConnectionError("the mail server is away")

    async with receiving(webhooks) as twin, delivering(pool, webhooks, tell=tell):
        twin.gone = True
        await append(pool, "a")
        await until(lambda: len(told) == 2)
        disabled = await webhooks.get("default", "w")
        assert not disabled.enabled
        assert disabled.note == "disabled, because it wants no more: webhook w: answered 410 (attempt 1)"
        assert told == [disabled.note, disabled.note]
        twin.gone = False
        await append(pool, "b")
        await webhooks.change("default", "w", url=disabled.url, types=None, enabled=True)
        await until(lambda: len(twin.received) == 2)
    assert twin.whats == ["a", "b"]


async def test_the_last_failure_of_the_schedule_disables(pool: Pool, webhooks: Webhooks) -> None:
    async with receiving(webhooks) as twin, delivering(pool, webhooks):
        twin.faults.plan(Fault.SERVER_ERROR, times=20)
        await append(pool, "a")
        await until_failed(webhooks, 1)
        await pool.execute("update webhooks set failures = $1, due_at = clock_timestamp()", len(SCHEDULE) - 1)
        await until_failed(webhooks, len(SCHEDULE))
        assert (await webhooks.get("default", "w")).enabled
        await make_due(pool)
        await until_failed(webhooks, len(SCHEDULE) + 1)
    disabled = await webhooks.get("default", "w")
    assert not disabled.enabled
    assert (
        disabled.note
        == f"disabled, because it did not receive an event for days: webhook w: answered 503 (attempt {10})"
    )


async def test_a_replay_tells_the_past_again_under_the_same_ids(pool: Pool, webhooks: Webhooks) -> None:
    (past,) = await append(pool, "past")
    async with receiving(webhooks) as twin, delivering(pool, webhooks):
        await append(pool, "new")
        await until(lambda: len(twin.received) == 1)
        await webhooks.replay("default", "w", past.position, command_id="again")
        await until(lambda: len(twin.received) == 3)
    assert twin.whats == ["new", "past", "new"]
    assert twin.received[0] == twin.received[2]


async def test_another_workspace_s_events_are_not_told(pool: Pool, webhooks: Webhooks) -> None:
    async with receiving(webhooks) as twin, delivering(pool, webhooks):
        log = PostgresEventLog(pool, a_sealer(pool))
        await log.append("collaboration/theirs", 0, happened("theirs"), given_by("theirs", workspace="other"))
        await append(pool, "ours")
        await until(lambda: len(twin.received) == 1)
    assert twin.whats == ["ours"]


async def test_a_receiver_within_is_not_sent_to(pool: Pool, webhooks: Webhooks) -> None:
    """Also if its address was stored when that was allowed, or led elsewhere."""
    async with receiving(webhooks) as twin, delivering(pool, webhooks, Ways()):
        await append(pool, "a")
        await until_failed(webhooks, 1)
    assert twin.requests == 0
    assert "not in the public internet" in str((await webhooks.get("default", "w")).note)


async def test_people_read_a_line_a_second(pool: Pool, webhooks: Webhooks) -> None:
    """The twin refuses what comes faster; a 429 is waited for as long as Slack asks."""
    twin = SlackTwin()
    async with served(twin.app) as address, delivering(pool, webhooks, Ways(slack_url=f"{address}{slack.PATH}")):
        async with asyncio.timeout(LONG):
            while not await webhooks.list("default"):  # noqa: ASYNC110 - a database tells nobody
                await asyncio.sleep(0.02)
        await webhooks.change("default", "slack", url=None, types=["Happened"], enabled=True)
        for n in "abc":
            await append(pool, n)
        await until(lambda: len(twin.lines) == 3)
        assert twin.requests == 3, "none was refused"
        twin.faults.plan(Fault.RATE_LIMITED, retry_after=3_600)
        await append(pool, "d")
        await until_failed(webhooks, 1, "slack")
        waits = await pool.fetchval("select due_at - clock_timestamp() from webhooks")
        assert timedelta(minutes=50) < waits < timedelta(minutes=70)
    assert twin.lines == [f"Campaign c1, collaboration {n}: Happened." for n in "abc"]


async def test_lines_say_in_words_what_happened(pool: Pool) -> None:
    """With the words of the timeline, and without anything that a person wrote."""
    desk = Desk(pool)
    await desk.start()
    await desk.offer("c1-a")
    lines = [line(event) for event in await desk.log.read("collaboration/c1-a")]
    assert any("The brand offered USD" in each for each in lines), lines
    assert all(each.startswith("Campaign c1, collaboration c1-a: ") for each in lines)


def test_what_people_are_told_of_exists() -> None:
    assert set(OF_INTEREST) <= {*campaign.EVENTS.names, *collaboration.EVENTS.names}


def test_waits_grow_as_standard_webhooks_proposes_and_obey_the_receiver() -> None:
    assert sum(SCHEDULE, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    for attempt, wait in enumerate(SCHEDULE, start=1):
        assert wait <= next_try(attempt, None) <= wait * 1.1
    assert next_try(1, timedelta(minutes=10)) == timedelta(minutes=10)
    assert next_try(5, timedelta(minutes=10)) >= SCHEDULE[4]
