"""The worker: knows every activity that the workflows call, and stops in good order."""

import ast
import asyncio
from pathlib import Path

from pydantic import SecretStr
from temporalio.testing import ActivityEnvironment

from activities.connectors.simulated.serving import served
from activities.connectors.simulated.slack import PATH, SlackTwin
from activities.connectors.simulated.stripe import KEY, StripeTwin
from activities.monitoring import PayRequest
from activities.store.creators import Creators
from activities.store.pool import Pool, open_pool
from activities.store.projections.creator_track_records import keep_track_records
from domain.money import Money
from domain.payouts import Payout, PayoutPurpose
from tests.activities.store.projections.desk import Desk
from tests.domain.given import a_profile
from tests.keys import MASTER_KEYS, a_sealer
from workflows import worker
from workflows.connectors import stripe as stripe_of
from workflows.feed_followers import kept
from workflows.settings import Settings


def called_activities() -> set[str]:
    """The names of the activity methods that workflow code calls."""
    called = set()
    for path in Path(worker.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                name = node.func.attr
                if name.endswith("activity_method") and isinstance(node.args[0], ast.Attribute):
                    called.add(node.args[0].attr)
    return called


async def test_every_activity_that_a_workflow_calls_is_offered(database: str) -> None:
    """And none that no workflow calls."""
    settings = Settings(
        database_url=SecretStr(database), secret_key=SecretStr("k" * 32), master_keys=SecretStr(MASTER_KEYS)
    )
    pool: Pool = await open_pool(database, application_name="tests")
    offered = {activity.__name__ for activity in worker.activities(settings, pool, a_sealer(pool))}
    await pool.close()
    assert offered == called_activities()


async def test_a_worker_whose_settings_name_stripe_pays_by_it(database: str) -> None:
    """The settings lead through the composition to a transfer."""
    twin = StripeTwin()
    async with served(twin.app) as address:
        settings = Settings(
            database_url=SecretStr(database),
            secret_key=SecretStr("k" * 32),
            master_keys=SecretStr(MASTER_KEYS),
            stripe_secret_key=SecretStr(KEY),
            stripe_url=address,
        )
        pool: Pool = await open_pool(database, application_name="tests")
        sealer = a_sealer(pool)
        creators = Creators(pool, sealer.keyring)
        [added] = await creators.upsert("default", [a_profile()])
        await creators.set_payout_account(added.id, "acct_1TwinMaya")
        await pool.execute(
            "insert into collaboration_pipeline values "
            "('c1', 'camp-1', 'default', $1, 1, 'monitoring', '{}', null, null, null, 'USD', 1, now())",
            added.id,
        )
        stripe = stripe_of(settings)
        assert stripe is not None
        offered = {one.__name__: one for one in worker.activities(settings, pool, sealer, stripe=stripe)}
        payout = Payout(id="c1/upfront", purpose=PayoutPurpose.UPFRONT, amount=Money(amount=50_00, currency="USD"))
        made = await ActivityEnvironment().run(offered["pay"], PayRequest(payout=payout, collaboration_id="c1"))
        await stripe.aclose()
        await pool.close()
    assert [transfer["id"] for transfer in twin.transfers] == [made.reference]


async def test_what_a_worker_keeps_going_tells_the_channel_of_its_settings(database: str) -> None:
    """Beside its read models."""
    twin = SlackTwin()
    async with served(twin.app) as address:
        settings = Settings(
            database_url=SecretStr(database),
            secret_key=SecretStr("k" * 32),
            master_keys=SecretStr(MASTER_KEYS),
            slack_webhook_url=SecretStr(f"{address}{PATH}"),
        )
        pool: Pool = await open_pool(database, application_name="tests")
        delivery = worker.webhook_delivery(settings, pool, a_sealer(pool))
        async with kept(pool, keep_track_records(), delivery), asyncio.timeout(90):
            while not await pool.fetchval("select count(*) from webhooks"):  # noqa: ASYNC110 - a table tells nobody
                await asyncio.sleep(0.05)
            await Desk(pool).start("c1")
            while not twin.lines:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await pool.close()
    assert twin.lines[0].startswith("Campaign c1: The brief was accepted: 2 creators wanted")
