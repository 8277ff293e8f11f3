"""The worker: knows every activity that the workflows call, and stops in good order."""

import ast
import asyncio
from pathlib import Path

from pydantic import SecretStr

from activities.connectors.simulated.serving import served
from activities.connectors.simulated.slack import PATH, SlackTwin
from activities.store.pool import Pool, open_pool
from activities.store.projections.creator_track_records import keep_track_records
from tests.activities.store.projections.desk import Desk
from tests.keys import MASTER_KEYS, a_sealer
from workflows import worker
from workflows.keeping import kept
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
