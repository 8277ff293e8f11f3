"""What row security costs: `python -m tests.benchmarks.bench_row_security`, on PostgreSQL's usual settings.

Appends, by the tables' owner, with the policies and without them; reads of a stream and of a page of a campaign's
collaborations, by the owner and by a session of one workspace. All take turns, so that other load on the machine meets
them alike. Prints p50 and p99 in milliseconds.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from time import perf_counter

import asyncpg

from activities.store.event_log import PostgresEventLog
from activities.store.migrate import migrate
from activities.store.pool import open_pool
from activities.store.projections.collaboration_pipeline import list_collaborations
from activities.store.workspaces import WorkspacePools
from api.embedded.postgres import PostgresServer
from tests.activities.store.appending import given_by, happened
from tests.keys import a_sealer

STREAMS = 2_000


async def measure(rounds: int) -> None:
    """Print what each kind takes."""
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        Path(directory).chmod(0o711)
        async with PostgresServer(Path(directory) / "postgres") as server:
            owner = await asyncpg.connect(server.dsn)
            await owner.execute("create database plain")
            for dsn in (server.dsn, plain := server.dsn_of("plain")):
                await migrate(dsn)
                await _fill(dsn)
            await owner.close()
            await _without_policies(plain)
            await _take_turns(server.dsn, plain, rounds)


async def _fill(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "insert into collaboration_pipeline (collaboration_id, campaign_id, workspace, creator_id, rank, stage, "
        "waiting_on, currency, version, updated_at) "
        "select 'c' || n, 'tea', 'default', 'creator' || n, n, 'negotiation', '{brand}', 'USD', 1, now() "
        "from generate_series(1, $1) as n",
        STREAMS,
    )
    await connection.close()


async def _without_policies(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    protected = await connection.fetch("select oid::regclass::text as name from pg_class where relrowsecurity")
    for table in protected:
        await connection.execute(f"alter table {table['name']} disable row level security")
    await connection.close()


async def _take_turns(dsn: str, plain: str, rounds: int) -> None:
    pools = WorkspacePools(dsn)
    whole, bare, scoped = await open_pool(dsn), await open_pool(plain), await pools.of("default")
    logs = {"append, with policies": PostgresEventLog(whole, a_sealer(whole))}
    logs["append, without policies"] = PostgresEventLog(bare, a_sealer(bare))
    by_owner, by_session = PostgresEventLog(whole, a_sealer(whole)), PostgresEventLog(scoped, a_sealer(whole))
    readers = [("the owner", whole, by_owner), ("a workspace's session", scoped, by_session)]
    taken: dict[str, list[float]] = {}
    for nth in range(rounds + 50):
        turn = 1 if nth % 2 else -1  # whoever comes second finds caches warm
        for kind, log in list(logs.items())[::turn]:
            stream = f"campaign/{nth % STREAMS}"
            appending = log.append(stream, nth // STREAMS, happened("a"), given_by(f"k{nth}"))
            await _timed(taken, kind, appending)
        for who, pool, reader in readers[::turn]:
            await _timed(taken, f"read a stream, by {who}", reader.read(f"campaign/{nth % STREAMS}"))
            listing = list_collaborations(pool, "default", "tea", limit=100)
            await _timed(taken, f"list 100, by {who}", listing)
    for kind, milliseconds in sorted(taken.items()):
        cuts = statistics.quantiles(milliseconds[50:], n=100, method="inclusive")
        sys.stdout.write(f"{kind:45} p50 {cuts[49]:6.2f}  p99 {cuts[98]:6.2f}\n")
    await pools.aclose()
    await whole.close()
    await bare.close()


async def _timed(taken: dict[str, list[float]], kind: str, work: Awaitable[object]) -> None:
    since = perf_counter()
    await work
    taken.setdefault(kind, []).append((perf_counter() - since) * 1_000)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2_000)
    asyncio.run(measure(parser.parse_args().rounds))
