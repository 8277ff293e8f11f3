"""Webhooks as they are kept: each with its own place in the feed, sent to by one process at a time."""

import asyncio
from datetime import timedelta

import pytest

from activities.connectors.receivers import Reception
from activities.store.pool import Pool
from activities.store.webhooks import KEPT, Claim, Kind, Webhooks
from domain.errors import IdempotencyKeyReused, NotFound
from tests.activities.store.appending import append
from tests.keys import a_sealer

URL = "https://receiver.example/hooks"
PROGRAMS = [Kind.PROGRAM]


@pytest.fixture
def webhooks(pool: Pool) -> Webhooks:
    return Webhooks(pool, a_sealer(pool).keyring)


async def opened(webhooks: Webhooks, id_: str = "w", types: list[str] | None = None) -> str:
    await webhooks.open(id_, "default", URL, types, command_id=f"open {id_}")
    return id_


async def claimed(webhooks: Webhooks) -> Claim:
    claim = await webhooks.claim(PROGRAMS)
    assert claim is not None
    return claim


async def test_a_new_webhook_is_told_of_what_comes(pool: Pool, webhooks: Webhooks) -> None:
    """Not of the past, and it is not looked at before something comes."""
    past = await append(pool, "past")
    await opened(webhooks)
    assert (await webhooks.get("default", "w")).position >= past[-1].position
    assert await webhooks.claim(PROGRAMS) is None
    await append(pool, "new")
    assert (await claimed(webhooks)).webhook.id == "w"


async def test_the_secret_is_kept_encrypted(pool: Pool, webhooks: Webhooks) -> None:
    _, secret = await webhooks.open("w", "default", URL, None, command_id="key")
    stored = await pool.fetchval("select secret from webhooks")
    assert len(secret) == 32
    assert secret not in stored
    assert await webhooks.secret("default", "w") == secret


async def test_the_same_request_again_gives_the_same_webhook(webhooks: Webhooks) -> None:
    """Another request under its key is refused."""
    first = await webhooks.open("w", "default", URL, ["A"], command_id="key")
    assert await webhooks.open("w", "default", URL, ["A"], command_id="key") == first
    for url, types in ((URL + "2", ["A"]), (URL, ["B"]), (URL, None)):
        with pytest.raises(IdempotencyKeyReused):
            await webhooks.open("w", "default", url, types, command_id="key")


async def test_workspaces_do_not_see_each_other_s(webhooks: Webhooks) -> None:
    await opened(webhooks)
    assert await webhooks.list("other") == []
    with pytest.raises(NotFound):
        await webhooks.get("other", "w")
    with pytest.raises(NotFound):
        await webhooks.close("other", "w")
    with pytest.raises(NotFound):
        await webhooks.secret("other", "w")


async def test_one_process_at_a_time_sends_to_a_webhook(pool: Pool, webhooks: Webhooks) -> None:
    """However many ask at once; another webhook is another's."""
    await opened(webhooks)
    await opened(webhooks, "x")
    await append(pool, "new")
    claims = await asyncio.gather(*(webhooks.claim(PROGRAMS) for _ in range(6)))
    assert sorted(claim.webhook.id for claim in claims if claim) == ["w", "x"]


async def test_a_lease_runs_out_when_its_process_has_died(pool: Pool, webhooks: Webhooks) -> None:
    """What the dead process would still note, if it only seemed dead, changes nothing."""
    await opened(webhooks)
    events = await append(pool, "new")
    dead = await claimed(webhooks)
    await pool.execute("update webhooks set leased_until = clock_timestamp() - interval '1 second'")
    living = await claimed(webhooks)
    assert not await webhooks.received(dead, events[-1].position)
    assert not await webhooks.failed(dead, "a note", None)
    assert await webhooks.received(living, events[-1].position)
    assert (await webhooks.get("default", "w")).enabled


async def test_after_a_failure_it_waits(pool: Pool, webhooks: Webhooks) -> None:
    await opened(webhooks)
    await append(pool, "new")
    assert await webhooks.failed(await claimed(webhooks), "answered 503", timedelta(hours=1))
    waiting = await webhooks.get("default", "w")
    assert (waiting.failures, waiting.note, waiting.enabled) == (1, "answered 503", True)
    assert await webhooks.claim(PROGRAMS) is None


async def test_disabled_it_keeps_its_place_and_enabled_it_goes_on(pool: Pool, webhooks: Webhooks) -> None:
    await opened(webhooks)
    await append(pool, "new")
    before = (await webhooks.get("default", "w")).position
    assert await webhooks.failed(await claimed(webhooks), "answered 410", None)
    disabled = await webhooks.get("default", "w")
    assert (disabled.enabled, disabled.note, disabled.position) == (False, "answered 410", before)
    assert disabled.disabled_at is not None
    assert [row["id"] for row in await webhooks.to_tell_of()] == ["w"]
    await webhooks.told_of("w")
    assert await webhooks.to_tell_of() == []
    assert await webhooks.claim(PROGRAMS) is None
    enabled = await webhooks.change("default", "w", url=URL, types=None, enabled=True)
    assert (enabled.failures, enabled.note, enabled.disabled_at) == (0, None, None)
    assert (await claimed(webhooks)).webhook.position == before


async def test_what_a_person_disabled_needs_telling_nobody(webhooks: Webhooks) -> None:
    await opened(webhooks)
    disabled = await webhooks.change("default", "w", url=URL, types=None, enabled=False)
    assert disabled.note == "disabled by a person"
    assert await webhooks.to_tell_of() == []


async def test_a_change_takes_the_lease_away(pool: Pool, webhooks: Webhooks) -> None:
    """So that nobody goes on with the address, the types or the place that were."""
    await opened(webhooks)
    events = await append(pool, "new")
    before = await claimed(webhooks)
    await webhooks.change("default", "w", url=URL + "2", types=["Happened"], enabled=True)
    assert not await webhooks.received(before, events[-1].position)
    after = await claimed(webhooks)
    assert (after.webhook.url, after.webhook.types) == (URL + "2", ("Happened",))
    await webhooks.replay("default", "w", 1, command_id="again")
    assert not await webhooks.received(after, events[-1].position)


async def test_a_replay_goes_back_once_for_its_key_and_never_forward(pool: Pool, webhooks: Webhooks) -> None:
    (event,) = await append(pool, "past")
    await opened(webhooks)
    place = (await webhooks.get("default", "w")).position
    assert (await webhooks.replay("default", "w", place + 1_000, command_id="far")).position == place
    back = await webhooks.replay("default", "w", event.position, command_id="once")
    assert back.position == event.position - 1
    assert await webhooks.received(await claimed(webhooks), place)
    assert (await webhooks.replay("default", "w", event.position, command_id="once")).position == place
    assert (await webhooks.replay("default", "w", 1, command_id="twice")).position == 0


async def test_the_log_keeps_the_last_attempts(pool: Pool, webhooks: Webhooks) -> None:
    """Newest first, in pages; of a webhook that was removed nothing stays, and nothing comes."""
    await opened(webhooks)
    (event,) = await append(pool, "new")
    await webhooks.log("w", event, 1, Reception(503, "answered 503", 12))
    await webhooks.log("w", event, 2, Reception(200, None, 7))
    last, first = await webhooks.deliveries("w", None, 10)
    assert (last.attempt, last.status, last.failure, last.milliseconds) == (2, 200, None, 7)
    assert (first.attempt, first.event_id, first.failure) == (1, event.event_id, "answered 503")
    assert await webhooks.deliveries("w", last.id, 10) == [first]
    await pool.execute(
        "insert into webhook_deliveries (webhook_id, event_id, type, position, attempt, milliseconds) "
        "select 'w', gen_random_uuid(), 'T', n, 1, 1 from generate_series(1, $1::integer) as n",
        KEPT,
    )
    await webhooks.forget_log("w")
    assert await pool.fetchval("select count(*) from webhook_deliveries") == KEPT
    assert (await webhooks.deliveries("w", None, 1))[0].position == KEPT
    await webhooks.close("default", "w")
    await webhooks.log("w", event, 3, Reception(200, None, 7))
    assert await pool.fetchval("select count(*) from webhook_deliveries") == 0


async def test_the_channel_is_there_once(pool: Pool, webhooks: Webhooks) -> None:
    """Whoever has chosen its types finds them again; only a process that has its address takes it."""
    await webhooks.open_slack("default", ["Happened"])
    await webhooks.change("default", "slack", url=None, types=["Other"], enabled=True)
    await webhooks.open_slack("default", ["Happened"])
    (channel,) = await webhooks.list("default")
    assert (channel.id, channel.kind, channel.types, channel.url) == ("slack", Kind.SLACK, ("Other",), None)
    await append(pool, "new")
    assert await webhooks.claim(PROGRAMS) is None
    claim = await webhooks.claim([Kind.PROGRAM, Kind.SLACK])
    assert claim is not None
    assert await webhooks.secret("default", "slack") is None
