"""Commands that look after the record: verify it, sign what it is, make the read models out of it anew."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from activities.store.chain import Broken
from activities.store.checkpoint import (
    Checkpoint,
    create_key,
    read_private_key,
    read_public_key,
    verify_checkpoint,
    write_checkpoint,
)
from activities.store.pool import Pool, open_pool
from activities.store.rebuild import TABLES, Flipped, Processes, RebuildRunning
from activities.store.rebuild import rebuild as make_anew
from activities.store.verify import size
from activities.store.verify import verify as read_all
from domain.errors import UnknownEvent

T = TypeVar("T")

app = typer.Typer()
"""The commands of this module, for `groundswell` to take in."""

_screen = Console(stderr=True)
"""What a command came to goes to the standard output; what it is doing, and why it could not, goes here."""

IMPOSSIBLE = 2
"""Exit code of a command that could not be carried out; 1 says that it was, with a bad result."""

RunningIn = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Use the database of the `groundswell up` that runs in this directory."),
]
KeyFile = Annotated[
    Path, typer.Option("--key", envvar="GROUNDSWELL_CHECKPOINT_KEY", dir_okay=False, help="A PEM file (Ed25519).")
]


@app.command()
def verify(
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint to compare with.", exists=True, dir_okay=False)
    ] = None,
    key: KeyFile = Path("checkpoint-key.pem.pub"),
    data_dir: RunningIn = None,
) -> None:
    """Read the whole record and say where it is not what was appended.

    It names the first broken row of each break. With a checkpoint, and the public key that an auditor was given, it
    also says whether the record is still the one that was signed. The exit code is 1 if anything is wrong.
    """
    document = None if checkpoint is None else Checkpoint.model_validate_json(checkpoint.read_text())

    async def look(pool: Pool) -> bool:
        broken = await _verified(pool)
        if document is None:
            return not broken
        problems = await verify_checkpoint(pool, document, read_public_key(key))
        for problem in problems:
            typer.echo(problem)
        if not problems:
            typer.echo(f"The record is the one that was signed at {document.taken_at.isoformat()}.")
        return not broken and not problems

    if not _with_database(data_dir, look):
        raise typer.Exit(1)


@app.command()
def checkpoint(
    key: KeyFile = Path("checkpoint-key.pem"),
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Make the key first; the public one is written beside it, in `.pub`.")
    ] = False,
    data_dir: RunningIn = None,
) -> None:
    """Sign what the record is now, and print the document: `groundswell checkpoint > 2026-03-01.json`

    Keep documents and public key where nobody who can change the database can change them too. A record that does not
    verify is not signed; the exit code is 1 then.
    """
    if not new_key and not key.exists():
        _give_up(f"There is no key in {key}. With --new-key one is made there.")
    private = create_key(key) if new_key else read_private_key(key)

    async def sign(pool: Pool) -> Checkpoint | None:
        return None if await _verified(pool, aside=True) else await write_checkpoint(pool, private)

    document = _with_database(data_dir, sign)
    if document is None:
        raise typer.Exit(1)
    typer.echo(document.model_dump_json(indent=2))


@app.command()
def rebuild(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}, or all.")],
    data_dir: RunningIn = None,
) -> None:
    """Make a read model anew out of the events, beside the one in use, and put it in its place.

    Everything goes on meanwhile. It says how many rows were not what the events say; nothing outside hears of it.
    """
    if name not in (*TABLES, "all"):
        _give_up(f"There is no read model {name}; there are {', '.join(TABLES)}, and all.")

    async def make(pool: Pool) -> Sequence[Flipped]:
        with _progress() as progress:
            bar = progress.add_task("events", total=None)
            return await make_anew(
                pool,
                TABLES if name == "all" else [name],
                lambda done, total: progress.update(bar, completed=done, total=total),
                Processes(os.environ["DATABASE_URL"], os.cpu_count() or 1),
            )

    try:
        flipped = _with_database(data_dir, make)
    except (RebuildRunning, UnknownEvent) as why:
        _give_up(str(why))
    for table in flipped:
        same = not table.removed and not table.added
        typer.echo(f"{table.table}: " + ("as it was" if same else f"{table.removed} rows removed, {table.added} added"))


async def _verified(pool: Pool, *, aside: bool = False) -> list[Broken]:
    """Reads all streams and tells what is broken: aside, where the standard output is for something else."""
    broken: list[Broken] = []
    streams = events = 0
    with _progress() as progress:
        bar = progress.add_task("events", total=await size(pool))
        async for part in read_all(pool):
            broken += part.broken
            streams, events = streams + part.streams, events + part.events
            progress.advance(bar, part.events)
    for one in broken:
        typer.echo(f"{one.stream}: version {one.version} is {one.damage}", err=aside)
    typer.echo(f"{events} events in {streams} streams, {len(broken) or 'nothing'} broken.", err=aside)
    return broken


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), MofNCompleteColumn()
    return Progress(*columns, TimeRemainingColumn(), console=_screen, transient=not _screen.is_terminal)


def _with_database(data_dir: Path | None, work: Callable[[Pool], Awaitable[T]]) -> T:
    """What `work` does with the record's database."""
    if data_dir is not None:
        from api.embedded.installation import environment_of  # noqa: PLC0415 - only with an embedded stack

        os.environ |= environment_of(data_dir)
    dsn = os.environ.get("DATABASE_URL")
    if dsn is None:
        _give_up("DATABASE_URL is not set: postgresql://user:password@host:port/database")

    async def connected() -> T:
        pool = await open_pool(dsn, application_name="groundswell", statement_timeout=600)
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(connected())


def _give_up(why: str) -> NoReturn:
    _screen.print(f"[red]groundswell:[/] {escape(why)}", highlight=False, soft_wrap=True)
    raise SystemExit(IMPOSSIBLE)
