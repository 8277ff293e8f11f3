"""How fast the event store is, beside what any store on this PostgreSQL could do and beside another library.

Run it with `make bench-store`: it prints the tables of docs/performance.md. It never fails by its figures. Contenders
take turns in every round, so that a busy machine is busy for all of them; ratios are made within a round, and what is
printed is the median of all rounds.
"""

import argparse
import asyncio
import resource
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import asyncpg

from activities.store.event_log import PostgresEventLog
from activities.store.migrate import migrate
from activities.store.pool import Pool, open_pool
from activities.store.rebuild import TABLES, Processes, rebuild
from activities.store.sealing import without_sealed
from activities.store.verify import verify
from api.embedded.postgres import PostgresServer
from domain.collaboration import EVENTS, CollaborationDecider
from tests.benchmarks.store_contenders import (
    WRITERS,
    Contender,
    EventsourcingApplication,
    EventsourcingPackage,
    Groundswell,
    Raw,
    WithReadModels,
)
from tests.benchmarks.story import many, record_story
from tests.keys import a_sealer

READ = 10_000
"""Events that are read back."""


@dataclass(frozen=True)
class Workload:
    """What all contenders do in a round. `count` is what the rate is of."""

    name: str
    count: int
    work: Callable[[Contender], Awaitable[object]]
    for_stories: bool = True
    """Whether it can be done with the events of a real collaboration."""


WORKLOADS = (
    Workload("commits/s, 1 writer", 400, lambda contender: contender.write(400, 1)),
    Workload(
        f"commits/s, {WRITERS} writers",
        WRITERS * 100,
        lambda contender: asyncio.gather(*(contender.write(100, 1) for _ in range(WRITERS))),
    ),
    Workload("events/s, batches of 20", 100 * 20, lambda contender: contender.write(100, 20), for_stories=False),
    Workload("events/s read back", READ, lambda contender: contender.read_back(READ), for_stories=False),
)


def contenders() -> list[Contender]:
    """All of them; the others are divided by the first."""
    return [
        Raw("raw", session_reset=False),
        Raw("raw, asyncpg's own pool", session_reset=True),
        Groundswell(),
        WithReadModels(),
        EventsourcingPackage(),
        EventsourcingApplication(),
    ]


async def appends(server: PostgresServer, rounds: int) -> None:
    """Measures all workloads and prints a table of rates and one of processor time."""
    taking_part = contenders()
    watching = await asyncpg.connect(server.dsn)
    for number, contender in enumerate(taking_part):
        await contender.open(await empty_database(server, f"contender_{number}"))
        # Sessions plan their statements during the first few: all of them, before anything is measured.
        await asyncio.gather(*(contender.write(20, 1) for _ in range(WRITERS)))
    rates: dict[tuple[str, str], list[float]] = {}
    costs: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for workload in WORKLOADS:
            for number, contender in enumerate(taking_part):
                if workload.for_stories or not isinstance(contender, WithReadModels):
                    what = workload.name, contender.name
                    began, asked = processor_time(), await sessions_time(watching, f"contender_{number}")
                    rates.setdefault(what, []).append(await measured(workload.count, workload.work(contender)))
                    used = processor_time() - began, await sessions_time(watching, f"contender_{number}") - asked
                    costs.setdefault(what, []).append((used[0] / workload.count, used[1] / workload.count))
    for contender in taking_part:
        await contender.close()
    await watching.close()
    names = [one.name for one in taking_part]
    print_table(names, rates)
    print_costs(names, costs)


async def sessions_time(watching: "asyncpg.Connection[asyncpg.Record]", database: str) -> float:
    """Seconds of processor time that the sessions of a database have used so far; Linux only, zero elsewhere."""
    rows = await watching.fetch("select pid from pg_stat_activity where datname = $1", database)
    spent = (Path(f"/proc/{row['pid']}/schedstat") for row in rows)
    return sum(int(each.read_text().split()[0]) for each in spent if each.exists()) / 1e9


async def measured(count: int, work: Awaitable[object]) -> float:
    """So many a second."""
    began = perf_counter()
    await work
    return count / (perf_counter() - began)


def print_table(names: Sequence[str], rates: dict[tuple[str, str], list[float]]) -> None:
    """A line for each contender and a column for each workload: the rate, and in brackets its ratio to the first."""
    columns = [workload.name for workload in WORKLOADS]
    say("| | " + " | ".join(columns) + " |")
    say("|---" * (len(columns) + 1) + "|")
    for name in names:
        cells = []
        for column in columns:
            mine, first = rates.get((column, name)), rates[column, names[0]]
            ratios = [one / other for one, other in zip(mine or (), first, strict=bool(mine))]
            cells.append(f"{median(mine):,.0f} ({median(ratios):.2f})" if mine else "")
        say(f"| {name} | " + " | ".join(cells) + " |")


def print_costs(names: Sequence[str], costs: dict[tuple[str, str], list[tuple[float, float]]]) -> None:
    """The same lines and columns: microseconds of Python's processor time, and of PostgreSQL's sessions."""
    columns = [workload.name for workload in WORKLOADS]
    say("\n| µs of processor time each, Python + PostgreSQL | " + " | ".join(columns) + " |")
    say("|---" * (len(columns) + 1) + "|")
    for name in names:
        both = [tuple(zip(*costs[column, name], strict=True)) if (column, name) in costs else () for column in columns]
        cells = [
            " + ".join(f"{median(side) * 1e6:,.{0 if median(side) > 1e-5 else 1}f}" for side in one) for one in both
        ]
        say(f"| {name} | " + " | ".join(cells) + " |")


async def rebuilding(server: PostgresServer, rounds: int, streams: int) -> None:
    """Measures a rebuild of all read models, the fold that is its core, and verification; prints a line for each."""
    dsn = await empty_database(server, "rebuilding")
    await migrate(dsn)
    pool = await open_pool(dsn, max_size=WRITERS, statement_timeout=600)
    story = await record_story(pool)
    await many(story, PostgresEventLog(pool, a_sealer(pool)), streams)
    events = streams * story.events
    say(
        f"\n{events:,} events in {streams:,} streams:\n\n"
        "| | events/s | µs of Python's processor time an event |\n|---|---|---|"
    )
    tasks: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("rebuild of all read models, one process", lambda: rebuild(pool, TABLES)),
        ("the same in two", lambda: rebuild(pool, TABLES, processes=Processes(dsn, 2))),
        ("reading JSON and folding it, without a database", lambda: fold(pool, events)),
        ("verification of the chains", lambda: read_through(pool)),
    ]
    for name, work in tasks:
        rates, costs = [], []
        for _ in range(rounds):
            began = processor_time()
            rates.append(await measured(events, work()))
            costs.append((processor_time() - began) / events * 1e6)
        say(f"| {name} | {median(rates):,.0f} | {median(costs):.0f} |")
    await pool.close()


def processor_time() -> float:
    """Seconds of this process and of those that it started and that have ended: hardly depends on what else runs."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


async def fold(pool: Pool, events: int) -> None:
    """Decodes and evolves as many events as there are: those of one stream, again and again."""
    rows = await pool.fetch(
        "select type, schema_version, data::text as data"
        " from events where stream = 'collaboration/c1-0' order by version"
    )
    decider = CollaborationDecider()
    for _ in range(events // len(rows)):
        state = decider.initial
        for row in rows:
            data = without_sealed(row["data"])
            state = decider.evolve(state, EVENTS.decode_json("bench", row["type"], row["schema_version"], data))


async def read_through(pool: Pool) -> None:
    """Verifies everything."""
    async for part in verify(pool):
        assert not part.broken


async def empty_database(server: PostgresServer, name: str) -> str:
    """The DSN of a new database."""
    connection = await asyncpg.connect(server.dsn)
    await connection.execute(f"create database {name}")
    await connection.close()
    return server.dsn_of(name)


def say(line: str) -> None:
    """Prints at once: the whole takes a minute or two."""
    print(line, flush=True)  # noqa: T201 - this is a program


async def main(rounds: int, streams: int) -> None:
    """Runs everything on a PostgreSQL of its own, with its default settings: every commit is on the disk."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as directory:
        Path(directory).chmod(0o711)
        async with PostgresServer(Path(directory) / "postgres") as server:
            await appends(server, rounds)
            await rebuilding(server, min(rounds, 3), streams)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--streams", type=int, default=5_000, help="collaborations of 10 events to rebuild")
    options = parser.parse_args()
    asyncio.run(main(options.rounds, options.streams))
