"""How the database stands, as Prometheus is told."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest

from activities.store import standing
from activities.store.pool import Connection, Pool, open_pool
from activities.store.standing import Standing
from activities.store.subscriptions import Subscription
from domain.events import Envelope

NOW = {"stage": "negotiation", "assignee": "creator"}


async def figures(pool: Pool) -> dict[tuple[str, ...], float]:
    """Each series by its name and labels' values, asked anew."""
    shown = Standing(pool, asyncio.get_running_loop())
    families = await asyncio.to_thread(lambda: list(shown.collect()))
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


async def _row(pool: Pool, collaboration_id: str, outcome: str | None = None) -> None:
    await pool.execute(
        "insert into collaboration_pipeline (collaboration_id, campaign_id, workspace, creator_id, rank, stage,"
        " waiting_on, outcome, currency, version, updated_at)"
        " values ($1, 'tea', 'default', 'c', 1, 'negotiation', '{}', $2, 'USD', 1, now())",
        collaboration_id,
        outcome,
    )


async def _task(pool: Pool, collaboration_id: str, due_in: timedelta) -> None:
    await pool.execute(
        "insert into tasks (stream, name, campaign_id, collaboration_id, workspace, assignee, opened_at, due_at,"
        " escalated, extended)"
        " values ($1, 'answer_offer', 'tea', $2, 'default', 'creator', now(), now() + $3::interval, false, false)",
        f"collaboration/{collaboration_id}",
        collaboration_id,
        due_in,
    )


async def _event(pool: Pool, version: int, type_: str, data: str, age: timedelta) -> None:
    await pool.execute(
        "insert into events (position, stream, version, event_id, type, schema_version, data, metadata,"
        " correlation_id, workspace, recorded_at, hash)"
        " values (nextval('feed_position'), 'collaboration/a', $1, $2, $3, 1, $4, '{}', 'tea', 'default',"
        " now() - $5::interval, '')",
        version,
        uuid4(),
        type_,
        data,
        age,
    )


async def test_an_empty_database_is_up_and_owes_nothing(pool: Pool) -> None:
    shown = await figures(pool)
    assert shown["groundswell_database_up",] == 1
    for name in ("payouts_waiting", "payouts_waiting_seconds", "mails_sending", "feed_unsettled_positions"):
        assert shown[f"groundswell_{name}",] == 0
    assert shown["groundswell_streams_unfinished", "campaign"] == 0
    assert shown["groundswell_pool_connections", "most"] == pool.get_max_size()


async def test_tasks_are_counted_by_stage_and_side_and_late_ones_apart(pool: Pool) -> None:
    """The oldest one says for how long; one that is not due yet adds nothing to it."""
    for collaboration_id, due_in in (("a", timedelta(hours=-2)), ("b", timedelta(hours=-1)), ("c", timedelta(hours=1))):
        await _row(pool, collaboration_id)
        await _task(pool, collaboration_id, due_in)
    shown = await figures(pool)
    assert shown["groundswell_tasks_waiting", *NOW.values()] == 3
    assert shown["groundswell_tasks_overdue", *NOW.values()] == 2
    assert 7_200 <= shown["groundswell_tasks_overdue_seconds", *NOW.values()] < 10_000
    assert shown["groundswell_streams_unfinished", "collaboration"] == 3


async def test_what_is_owed_and_not_made_waits(pool: Pool) -> None:
    """A payout waits until it is made; the oldest says for how long."""
    await _row(pool, "a")
    await _row(pool, "ended", "completed")
    for version, id_ in ((1, "a/upfront"), (2, "a/balance")):
        await _event(pool, version, "PayoutScheduled", f'{{"payout": {{"id": "{id_}"}}}}', timedelta(hours=3 - version))
    both = await figures(pool)
    await _event(pool, 3, "PayoutMade", '{"payout_id": "a/upfront"}', timedelta(0))
    one = await figures(pool)
    assert both["groundswell_payouts_waiting",] == 2
    assert 7_200 <= both["groundswell_payouts_waiting_seconds",] < 10_000
    assert one["groundswell_payouts_waiting",] == 1
    assert 3_600 <= one["groundswell_payouts_waiting_seconds",] < 7_000


async def test_mails_under_way_and_abandoned_ones(pool: Pool) -> None:
    for age in (timedelta(0), timedelta(hours=1)):
        await pool.execute(
            "insert into mail_log (event_id, audience, template, message_id, begun_at)"
            " values ($1, 'creator', 'offer', 'm', now() - $2::interval)",
            uuid4(),
            age,
        )
    shown = await figures(pool)
    assert (shown["groundswell_mails_sending",], shown["groundswell_mails_abandoned",]) == (2, 1)


async def test_a_subscription_lags_behind_what_is_settled(pool: Pool) -> None:
    """Until it has taken in what there is."""

    async def nothing(connection: Connection, events: Sequence[Envelope]) -> None:
        """Takes them in."""

    reader = Subscription(f"reader {uuid4().hex}", nothing)
    await reader.catch_up(pool)
    await _event(pool, 1, "OfferMade", "{}", timedelta(0))
    behind = await figures(pool)
    name = next(labels for series, *labels in behind if series == "groundswell_subscription_lag_positions")
    assert behind["groundswell_subscription_lag_positions", *name] == 1


async def test_a_database_that_is_away_is_said_to_be(database: str) -> None:
    """And what it would have told is left out instead of being 0."""
    pool = await open_pool(database, application_name="tests")
    await pool.close()
    shown = await figures(pool)
    assert shown["groundswell_database_up",] == 0
    assert not any(series.startswith("groundswell_tasks") for series, *_ in shown)


async def test_many_who_ask_cost_one_look(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is given again for some seconds."""
    monkeypatch.setattr(standing, "KEPT", 3_600.0)
    shown = Standing(pool, asyncio.get_running_loop())

    async def ask() -> list[float]:
        families = await asyncio.to_thread(lambda: list(shown.collect()))
        return [each.samples[0].value for each in families if each.name == "groundswell_mails_sending"]

    before = await ask()
    await pool.execute(
        "insert into mail_log (event_id, audience, template, message_id) values ($1, 'creator', 'offer', 'm')", uuid4()
    )
    assert await ask() == before == [0]


async def test_webhooks_are_counted_by_how_they_stand(pool: Pool) -> None:
    """One that is disabled is not failing any more, however often it has failed."""
    await pool.execute(
        "insert into webhooks (id, workspace, kind, position, failures, enabled) values"
        " ('a', 'default', 'program', 0, 0, true), ('b', 'default', 'program', 0, 3, true),"
        " ('c', 'default', 'program', 0, 10, false), ('slack', 'default', 'slack', 0, 0, true)"
    )
    shown = await figures(pool)
    counted = {state: shown["groundswell_webhooks", state] for state in ("fine", "failing", "disabled")}
    assert counted == {"fine": 2, "failing": 1, "disabled": 1}
