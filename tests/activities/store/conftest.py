from collections.abc import AsyncIterator

import pytest_asyncio

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool, open_pool
from tests.keys import a_sealer


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database, application_name="tests")
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def log(pool: Pool) -> PostgresEventLog:
    return PostgresEventLog(pool, a_sealer(pool))
