"""Commands that look after the record: verify it, sign what it is, export it, make the read models out of it anew."""

import asyncio
import gzip
import os
import sys
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Annotated, NoReturn, TypeVar

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from activities.store.chain import Broken
from activities.store.checkpoint import (
    NOT_SIGNED,
    Checkpoint,
    create_key,
    read_private_key,
    read_public_key,
    signed_by,
    verify_checkpoint,
    write_checkpoint,
)
from activities.store.export import Examination
from activities.store.export import export as export_of
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
    exported: Annotated[
        Path | None,
        typer.Option(
            "--export", help="Read this export (may end in .gz) and no database.", exists=True, dir_okay=False
        ),
    ] = None,
    data_dir: RunningIn = None,
) -> None:
    """Read the whole record and say where it is not what was appended.

    It names the first broken row of each break, or line if it reads an export. With a checkpoint, and the public key
    that an auditor was given, it also says whether the record is still the one that was signed. The exit code is 1 if
    anything is wrong.
    """
    document = None if checkpoint is None else _checkpoint_in(checkpoint)
    if exported is not None:
        public = None if document is None else _public_key_in(key)
        if not _export_is_sound(exported, document, public):
            raise typer.Exit(1)
        return

    async def look(pool: Pool) -> bool:
        broken = await _verified(pool)
        if document is None:
            return not broken
        problems = await verify_checkpoint(pool, document, _public_key_in(key))
        _tell_of(document, problems)
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


@app.command()
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file, which is there once it is complete.")
    ] = None,
    data_dir: RunningIn = None,
) -> None:
    """Write out the record as it is stored, a line of JSON for each event: `groundswell export > record.jsonl`

    Whoever has the file verifies it without a database and without any secret: `groundswell verify --export`. What is
    personal is in it as it is stored: sealed.
    """

    async def write(pool: Pool, to: IO[str]) -> None:
        with _progress() as progress:
            bar = progress.add_task("events", total=await size(pool))
            async for lines in export_of(pool):
                to.writelines(lines)
                progress.advance(bar, len(lines))

    if output is None:
        _with_database(data_dir, lambda pool: write(pool, sys.stdout))
        return
    partial = output.with_name(f"{output.name}.part")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        _with_database(data_dir, lambda pool: write(pool, file))
    partial.replace(output)


def _export_is_sound(path: Path, document: Checkpoint | None, key: Ed25519PublicKey | None) -> bool:
    """Reads an export and tells what is wrong with it."""
    examination, faults = Examination(document), 0
    with (
        path.open("rb") as file,
        gzip.open(file) if path.suffix == ".gz" else nullcontext(file) as lines,
        _progress(DownloadColumn()) as progress,
    ):
        bar = progress.add_task("export", total=path.stat().st_size)
        try:
            for fault in examination.read(_followed(lines, lambda: progress.update(bar, completed=file.tell()))):
                faults += 1
                typer.echo(f"line {fault.line}: {fault.what}")
        except (EOFError, gzip.BadGzipFile, zlib.error) as why:
            _give_up(f"{path} can't be unpacked: {why}")
    typer.echo(f"{examination.events} events in {examination.streams} streams, {faults or 'nothing'} broken.")
    if document is None or key is None:
        return not faults
    problems = examination.against_checkpoint() if signed_by(document, key) else [NOT_SIGNED]
    _tell_of(document, problems)
    return not faults and not problems


def _followed(lines: Iterable[bytes], look: Callable[[], object]) -> Iterator[bytes]:
    """The lines, with a look at how far they are now and then."""
    for number, line in enumerate(lines):
        if number % 1_000 == 0:
            look()
        yield line


def _tell_of(document: Checkpoint, problems: Sequence[str]) -> None:
    for problem in problems:
        typer.echo(problem)
    if not problems:
        typer.echo(f"The record is the one that was signed at {document.taken_at.isoformat()}.")


def _checkpoint_in(path: Path) -> Checkpoint:
    try:
        return Checkpoint.model_validate_json(path.read_text())
    except ValueError as why:
        _give_up(f"{path} is no checkpoint: {why}")


def _public_key_in(path: Path) -> Ed25519PublicKey:
    try:
        return read_public_key(path)
    except (OSError, ValueError) as why:
        _give_up(f"The public key in {path} can't be read: {why}. --key names another file.")


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


def _progress(amount: ProgressColumn | None = None) -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), amount or MofNCompleteColumn()
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
