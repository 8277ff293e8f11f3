"""The command `groundswell`: the whole engine on one machine, its parts one by one, and looking after them."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import asyncpg
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from temporalio.service import RPCError

from activities.store.keys import KEY_LIFE, KeyUnavailable
from activities.store.migrate import SchemaMismatch
from activities.tracing import TracingUnavailable
from api import (
    commands_access,
    commands_audience,
    commands_client,
    commands_contract,
    commands_record,
    commands_simulation,
    commands_twins,
)
from api.access.principal import DEFAULT_WORKSPACE
from api.bench import commands as commands_bench
from api.embedded.process import EmbeddedError
from domain.errors import GroundswellError

T = TypeVar("T")

IMPOSSIBLE = 2
"""Exit code of a command that could not be carried out; 1 says that it was, with a bad result."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="""
Groundswell runs micro-influencer campaigns: it finds and verifies creators, negotiates, has contracts signed, takes
content through approval, pays, and reports.

**First steps**, with nothing installed but this package:

    groundswell demo         # a whole campaign in under 3 minutes, with simulated people
    groundswell up           # everything on this machine, to work with; Ctrl-C stops it
    groundswell doctor       # does it work, and what to do if not

**On a real cluster** the parts run one by one. They read `DATABASE_URL`, `TEMPORAL_ADDRESS` (or a profile in
`temporal.toml`), `GROUNDSWELL_SECRET_KEY`, `GROUNDSWELL_MASTER_KEYS`, `GROUNDSWELL_API_KEYS`, `GROUNDSWELL_SMTP_HOST`:

    groundswell migrate && groundswell worker
    groundswell api --host 0.0.0.0 --port 8000
""",
)
app.add_typer(commands_access.keys, name="keys")
app.add_typer(commands_access.members, name="members")
app.add_typer(commands_access.access, name="access")
app.add_typer(commands_audience.app, name="audience")
app.add_typer(commands_client.app)
app.add_typer(commands_contract.app, name="contract")
app.add_typer(commands_record.app)  # verify, checkpoint, rebuild
app.add_typer(commands_simulation.app)
app.add_typer(commands_twins.app)
app.add_typer(commands_bench.app, name="bench")
console = Console(width=None if sys.stdout.isatty() else 120)
"""Wide enough for the tables where there is no terminal to measure."""

DataDir = Annotated[
    Path,
    typer.Option(
        "--data-dir", help="Where everything is kept; it survives.", file_okay=False, envvar="GROUNDSWELL_DATA"
    ),
]
RunningIn = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Use the settings of the `groundswell up` that runs in this directory."),
]


@app.command()
def up(
    data_dir: DataDir = Path(".groundswell"),
    port: Annotated[int, typer.Option(help="Of the API; if it is taken, a free one is used.")] = 8000,
    payloads_in_clear: Annotated[
        bool, typer.Option("--payloads-in-clear", help="Let Temporal's UI show everybody who opens it what is stored.")
    ] = False,
) -> None:
    """Start everything on this machine: PostgreSQL, Temporal with its UI, a mail server, a worker, the API.

    Ctrl-C stops it; all data stays in the directory. A worker or API that dies is started again. After a demo,
    `groundswell up --data-dir .groundswell/demo` brings its campaign back.
    """
    # Only this command and the demo need the embedded stack.
    from api.embedded.installation import Installation, addresses, until_stopped  # noqa: PLC0415

    async def stay_up() -> None:
        async with Installation(data_dir, api_port=port, progress=_say, payloads_in_clear=payloads_in_clear) as here:
            console.print(addresses(here))
            await until_stopped()
            _say("Stopping; the worker finishes what it has begun")

    _run(_orderly(stay_up()))


@app.command()
def demo(
    data_dir: DataDir = Path(".groundswell/demo"),
    seed: Annotated[int, typer.Option(help="Which people the simulated ones are.")] = 7,
    keep_running: Annotated[bool, typer.Option("--keep-running", help="Stay up at the end, until Ctrl-C.")] = False,
    chaos: Annotated[bool, typer.Option("--chaos", help="Kill the worker in the middle of the campaign.")] = False,
) -> None:
    """Run a whole campaign through the public API, with a simulated brand and simulated creators who answer.

    It takes about a minute: the brief gives people seconds instead of days, which is all that is special about it. It
    ends with the report, a contract, and where to look; the exit code is 1 if anything that should happen did not.
    """
    from api.demo.run import run  # noqa: PLC0415 - only this command needs the demo

    if not _run(_orderly(run(data_dir, seed=seed, keep_running=keep_running, chaos=chaos, console=console))):
        raise typer.Exit(1)


@app.command()
def worker() -> None:
    """Run a worker: it carries out workflows and activities until SIGINT or SIGTERM, and finishes what it has begun."""
    from workflows.observing import observe  # noqa: PLC0415 - commands load only what they run
    from workflows.settings import Settings  # noqa: PLC0415
    from workflows.worker import run_until_stopped  # noqa: PLC0415

    settings = Settings()
    observe(settings, "worker")
    _run(run_until_stopped(settings))


@app.command()
def api(
    host: Annotated[str, typer.Option(help="Interface to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve the HTTP API; its documentation is at `/docs`."""
    from api.app import create_app, open_services  # noqa: PLC0415 - commands load only what they run
    from api.serving import server  # noqa: PLC0415
    from workflows.observing import observe  # noqa: PLC0415
    from workflows.settings import Settings  # noqa: PLC0415

    settings = Settings()
    observe(settings, "api", core_figures=True)

    async def serve() -> None:
        async with open_services(settings) as services:
            await server(create_app(services), host=host, port=port).serve()

    _run(serve())


@app.command()
def migrate() -> None:
    """Bring the database in `DATABASE_URL` to this release's schema. Any number may do so at once."""
    from activities.store.migrate import migrate as bring_forward  # noqa: PLC0415 - commands load only what they run

    dsn = os.environ.get("DATABASE_URL")
    if dsn is None:
        _give_up("DATABASE_URL is not set: postgresql://user:password@host:port/database")
    applied = _run(bring_forward(dsn))
    console.print("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")


@app.command()
def doctor(data_dir: RunningIn = None) -> None:
    """Check the installation: a table of its parts, with what to do about each that does not work.

    The exit code is 1 if any does not.
    """
    from api.doctor import examine  # noqa: PLC0415 - commands load only what they run

    _use(data_dir)

    async def look() -> bool:
        table = Table("", "part", "found", "what to do", title="Groundswell", title_justify="left")
        well = True
        async for finding in examine():
            mark = "[green]✓[/]" if finding.ready else "[red]✗[/]"
            table.add_row(mark, finding.part, escape(finding.found), escape(finding.todo))
            well = well and finding.ready
        console.print(table)
        return well

    if not _run(look()):
        raise typer.Exit(1)


@app.command()
def resume(
    campaign: Annotated[str | None, typer.Option(help="Only this campaign and its collaborations.")] = None,
    data_dir: RunningIn = None,
) -> None:
    """Start the workflow of everything unfinished again, from the event log.

    For a lost Temporal cluster, a move to another one, or terminated runs. What runs is left alone, so that it is safe
    to repeat: `groundswell resume --campaign 3f2a...`
    """
    from activities.store.event_log import PostgresEventLog  # noqa: PLC0415 - commands load only what they run
    from activities.store.pool import open_pool  # noqa: PLC0415
    from activities.store.projections.unfinished import UnfinishedStreams  # noqa: PLC0415
    from activities.store.sealing import sealer_on  # noqa: PLC0415
    from workflows import resume as resuming  # noqa: PLC0415
    from workflows.settings import Settings, connect_temporal  # noqa: PLC0415

    async def start_all() -> None:
        settings = Settings()
        pool = await open_pool(settings.database_url.get_secret_value(), application_name="groundswell resume")
        try:
            sealer = sealer_on(pool, settings.masters)
            client, unfinished = await connect_temporal(sealer), UnfinishedStreams(pool, PostgresEventLog(pool, sealer))
            report = await resuming.resume(client, unfinished, campaign, task_queue=settings.task_queue)
        finally:
            await pool.close()
        console.print(
            f"Running now: {report.campaigns} campaigns, {report.collaborations} collaborations, and the clocks of "
            f"{report.rights} that are over."
        )

    _use(data_dir)
    _run(start_all())


@app.command()
def renew(
    campaign_id: Annotated[str, typer.Argument(help="A campaign that is over.")],
    as_reached: Annotated[bool, typer.Option("--as-reached", help="Aim at what was really reached.")] = False,
    workspace: Annotated[str, typer.Option(help="Whose campaign it is.")] = DEFAULT_WORKSPACE,
    data_dir: RunningIn = None,
) -> None:
    """Print the next campaign's brief, made from one that is over and what was learnt in it. Nothing is started.

    What is different in it, and why, goes to the terminal. Look at what it may come to, and send it:
    `groundswell renew 3f2a... > next.json && groundswell simulate next.json`, then `POST /v1/campaigns`.
    """
    from api.app import open_services  # noqa: PLC0415 - commands load only what they run
    from api.renewal import next_brief  # noqa: PLC0415
    from domain.renewal import Renewal, Targets  # noqa: PLC0415
    from workflows.settings import Settings  # noqa: PLC0415

    async def ask() -> Renewal:
        async with open_services(Settings()) as services:
            targets = Targets.AS_REACHED if as_reached else Targets.AS_BEFORE
            return await next_brief(await services.within(workspace), campaign_id, targets)

    _use(data_dir)
    proposed = _run(ask())
    typer.echo(proposed.brief.model_dump_json(indent=2))
    for change in proposed.changes:
        typer.echo(f"{change.field}: {change.before} -> {change.after} ({change.because})", err=True)
    for known in proposed.known:
        typer.echo(known, err=True)


@app.command()
def erase(
    creator_id: Annotated[str, typer.Argument(help="The creator's id in the directory.")],
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel collaborations that are under way first.")] = False,
    data_dir: RunningIn = None,
) -> None:
    """Make everything about a creator unreadable, for ever: events, contracts, read models, Temporal's histories.

    Their account stays out of every later import. What cannot identify them stays: amounts, dates, who decided.
    """
    from api.app import open_services  # noqa: PLC0415 - commands load only what they run
    from workflows.settings import Settings  # noqa: PLC0415

    async def make_unreadable() -> None:
        async with open_services(Settings()) as services:
            done = await services.eraser.erase(creator_id, requested_by="command line", cancel=cancel)
        console.print(
            f"Creator {done.creator_id} was erased at {done.erased_at:%Y-%m-%d %H:%M:%S} UTC, requested by "
            f"{done.requested_by}: the key of {done.collaborations} collaborations and {done.documents} documents is "
            "deleted, the directory's row blank, the account kept out of imports. Running processes may know the key "
            f"for {KEY_LIFE:.0f} s more; backups of the table data_keys hold it until they are deleted."
        )

    _use(data_dir)
    _run(make_unreadable())


@app.command()
def rewrap(data_dir: RunningIn = None) -> None:
    """Wrap all keys by the first of `GROUNDSWELL_MASTER_KEYS`, so that the other master keys can be given up."""
    from activities.store.keys import Keyring  # noqa: PLC0415 - commands load only what they run
    from activities.store.pool import open_pool  # noqa: PLC0415
    from workflows.settings import Settings  # noqa: PLC0415

    async def wrap_all() -> None:
        settings = Settings()
        pool = await open_pool(settings.database_url.get_secret_value(), application_name="groundswell rewrap")
        try:
            done = await Keyring(pool, settings.masters).rewrap()
        finally:
            await pool.close()
        console.print(f"{done} keys are wrapped anew; all are by master key {settings.masters.current!r} now.")

    _use(data_dir)
    _run(wrap_all())


def _say(line: str) -> None:
    console.print(f"[dim]{escape(line)}[/]", highlight=False, soft_wrap=True)


def _use(data_dir: Path | None) -> None:
    """Take the settings of a running installation into this process's environment."""
    from api.embedded.installation import environment_of  # noqa: PLC0415 - only with an embedded stack

    if data_dir is not None:
        os.environ |= environment_of(data_dir)


async def _orderly(work: Coroutine[Any, Any, T]) -> T:
    """Let SIGTERM end the work as Ctrl-C does: what it has started is stopped first."""
    task = asyncio.current_task()
    assert task is not None, "a coroutine runs in a task"
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or until Ctrl-C or SIGTERM."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except asyncio.CancelledError:
        raise typer.Exit(143) from None


def _give_up(why: str) -> NoReturn:
    Console(stderr=True).print(f"[red]groundswell:[/] {why}", highlight=False, soft_wrap=True)
    raise SystemExit(IMPOSSIBLE)


def _settings_problem(error: ValidationError) -> str:
    from api.doctor import settings_problem  # noqa: PLC0415 - only to explain

    return f"The settings are incomplete. {settings_problem(error)}"


_SURROUNDINGS: tuple[tuple[type[Exception], Callable[[Any], str]], ...] = (
    (ValidationError, _settings_problem),
    (EmbeddedError, str),
    (SchemaMismatch, str),
    (KeyUnavailable, str),
    (TracingUnavailable, str),
    (GroundswellError, str),
    (
        asyncpg.PostgresError,
        lambda error: f"The database refuses: {error}. Is DATABASE_URL right, and the schema migrated?",
    ),
    (RPCError, lambda error: f"Temporal refuses: {error.message}"),
    (RuntimeError, lambda error: f"Temporal cannot be reached: {error}"),
    (OSError, lambda error: f"The database cannot be reached: {error}. Is DATABASE_URL right, and the server up?"),
)
"""What can be wrong around us, and how to say it. Anything else is our mistake and shows its traceback."""


def main() -> None:
    """The program's entry point."""
    try:
        app()
    except tuple(kind for kind, _ in _SURROUNDINGS) as error:
        say = next(say for kind, say in _SURROUNDINGS if isinstance(error, kind))
        _give_up(say(error))


if __name__ == "__main__":
    main()
