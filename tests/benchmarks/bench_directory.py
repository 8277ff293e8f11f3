"""How fast the directory is searched at a million creators: `make bench-directory`, on PostgreSQL's usual settings.

Prints p50 and p99 in milliseconds of each kind of search, first page and a page further on, after one warm-up.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import asyncpg

from activities.store.creators import Creators, Place, Search
from activities.store.migrate import migrate
from activities.store.pool import open_pool
from api.embedded.postgres import PostgresServer
from tests.benchmarks.directory_of_many import SEARCHES, fill
from tests.keys import a_sealer

LIMIT = 100


async def times(creators: Creators, wanted: Search, repeats: int) -> tuple[list[float], int]:
    """Milliseconds of each search, over the first page and one ten pages on; and how many the first page has."""
    first = await creators.search("default", wanted, limit=LIMIT)
    place: Place | None = first[-1].place if len(first) == LIMIT else None
    if place is not None:
        further = await creators.search("default", wanted, place, limit=10 * LIMIT)
        place = further[-1].place if further else place
        await creators.search("default", wanted, place, limit=LIMIT)
    taken = []
    for nth in range(repeats):
        since = perf_counter()
        await creators.search("default", wanted, place if nth % 2 else None, limit=LIMIT)
        taken.append((perf_counter() - since) * 1_000)
    return taken, len(first)


def percentile(taken: list[float], share: float) -> float:
    """The value below which this share of them is."""
    return statistics.quantiles(taken, n=100, method="inclusive")[round(share * 100) - 1]


def say(line: str) -> None:
    """A line for whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def measure(count: int, repeats: int) -> None:
    """Fill a directory and print how long searches take."""
    with tempfile.TemporaryDirectory(dir="/tmp") as directory:
        Path(directory).chmod(0o711)
        async with PostgresServer(Path(directory) / "postgres") as server:
            await migrate(server.dsn)
            connection = await asyncpg.connect(server.dsn)
            since = perf_counter()
            await fill(connection, count)
            await connection.close()
            say(f"{count:,} creators written in {perf_counter() - since:.0f} s")
            pool = await open_pool(server.dsn, application_name="bench-directory", max_size=2)
            creators = Creators(pool, a_sealer(pool).keyring)
            say(f"{'search':42}{'found':>7}{'p50 ms':>9}{'p99 ms':>9}")
            for name, wanted in SEARCHES.items():
                taken, found = await times(creators, wanted, repeats)
                say(f"{name:42}{found:>7}{percentile(taken, 0.5):>9.1f}{percentile(taken, 0.99):>9.1f}")
            await pool.close()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure searches in a large directory.")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=100)
    arguments = parser.parse_args()
    asyncio.run(measure(arguments.count, arguments.repeats))


if __name__ == "__main__":
    main()
