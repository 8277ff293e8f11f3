"""`groundswell bench`: measures this release on this machine, on an installation of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.values import Value

if TYPE_CHECKING:
    from api.bench.campaign import CampaignFigures
    from api.bench.cost import Cost
    from api.bench.front_door import FrontDoorFigures
    from api.bench.lifecycles import Lifecycles
    from api.bench.setting import Scene
    from api.embedded.process import Progress

F = TypeVar("F", bound=Value)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="""
Measure the engine on this machine. Each command sets up an installation of its own on free ports, in a temporary
directory, and takes it away again; nothing that runs here is touched.

Figures depend on the machine and on what else runs there; ratios are to a **yardstick** measured in the same minutes:
the least that a workflow can do and still take as many decisions, each against a deadline, with nothing recorded.

    groundswell bench cost                        # what one collaboration costs in Temporal: seconds
    groundswell bench lifecycles                  # collaborations a second, latency, memory: minutes
    groundswell bench campaign --creators 1000    # one large campaign from brief to report
    groundswell bench api                         # reads, decisions and open streams, beside bare ones: minutes

The exit code is 1 if something went wrong while measuring; a goal that is missed is said, and is no error.
""",
)
_screen = Console(stderr=True)
"""Progress goes here; figures go to the standard output."""

AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON instead of tables.")]
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", file_okay=False, help="Keep the installation there, to look at it with `groundswell up`."
    ),
]
Deliverables = Annotated[
    int, typer.Option(min=1, max=10, help="Posts of each creator: three decisions, and four more for each.")
]


@app.command()
def cost(deliverables: Deliverables = 2, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """History events, bytes and billable actions of one whole collaboration, beside the yardstick's.

    Letters and payments are regular activities, so that the server retries them and operators see them; they are
    listed, and left out of the ratio, since the yardstick sends nothing. Actions are what the server itself counts.
    """
    from api.bench import tables  # noqa: PLC0415 - commands load only what they run
    from api.bench.cost import measured  # noqa: PLC0415

    async def measure(here: "Scene", _: "Progress") -> "Cost":
        return await measured(here, deliverables=deliverables)

    _measure(measure, tables.of_cost, as_json, data_dir)


@app.command()
def lifecycles(
    count: Annotated[int, typer.Option(min=10, help="Lifecycles of each kind in a round.")] = 100,
    rounds: Annotated[int, typer.Option(min=1, help="Ours and the yardstick's take turns so often.")] = 3,
    waiting: Annotated[
        int, typer.Option(min=10, help="Collaborations whose memory is measured while they wait.")
    ] = 300,
    deliverables: Deliverables = 2,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Whole collaborations a second, beside the yardstick's; how long a decision takes; memory while nothing happens.

    Fifty at a time, from the first event to the last letter, with contracts rendered and letters delivered. Each kind
    has a worker process of its own; the median ratio of the rounds is what counts.
    """

    from api.bench import tables  # noqa: PLC0415 - commands load only what they run
    from api.bench.lifecycles import Contest  # noqa: PLC0415

    async def measure(here: "Scene", say: "Progress") -> "Lifecycles":
        return await Contest(here, say, deliverables=deliverables).run(count, rounds, waiting)

    _measure(measure, tables.of_lifecycles, as_json, data_dir)


@app.command()
def campaign(
    creators: Annotated[int, typer.Option(min=10, max=10_000, help="How many are invited.")] = 100,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """One campaign with so many creators, from the import of the roster to the report, through the public API.

    The creators and the brand are simulated and answer at once: most agree, of sixteen one declines, two bargain and
    one forgets to disclose. It tells the duration, each program's memory and processor time, the longest history,
    failed workflow tasks (the exit code is 1 if there is one), and what each tenth of the creators took: were the last
    one dearer than the second, something would grow with the number of creators.
    """
    from api.bench import tables  # noqa: PLC0415 - commands load only what they run
    from api.bench.campaign import CampaignRun  # noqa: PLC0415

    async def measure(here: "Scene", say: "Progress") -> "CampaignFigures":
        return await CampaignRun(here, creators, say).play()

    _must_be_sound(_measure(measure, tables.of_campaign, as_json, data_dir).shortcomings)


@app.command()
def api(
    requests: Annotated[int, typer.Option(min=10, help="Requests of each route in a round, of ours and bare.")] = 1_000,
    decisions: Annotated[int, typer.Option(min=4, help="Decisions of each kind in a round.")] = 200,
    rounds: Annotated[int, typer.Option(min=1, help="Ours and the bare ones take turns so often.")] = 5,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Requests and decisions under way at a time.")] = 8,
    creators: Annotated[int, typer.Option(min=1, max=90, help="Of the campaign that is read.")] = 20,
    streams: Annotated[int, typer.Option(min=1, max=1_000, help="Streams of events that are open meanwhile.")] = 200,
    campaigns: Annotated[int, typer.Option(min=1, max=100, help="Over which decisions and streams are spread.")] = 20,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """The front door: requests and decisions over HTTP beside bare ones, and streams that are open all the while.

    **Reads**: `GET /v1/campaigns/{id}` and `GET /v1/tasks` beside a bare FastAPI route on asyncpg with the very same
    statements and the same answer. Each server is a process with one worker; one client, as lean as it gets, asks both
    in turns. The bare one leaves out keys, access rules, row security, limits, request ids, the log, metrics, security
    headers, ETags and validation.

    **Decisions**: creators and brand haggle, each counter-offer a POST to a collaboration that waits for a person;
    beside them updates of bare workflows, with as many under way at a time.

    **Streams**: `GET /v1/campaigns/{id}/events` as server-sent events, open while decisions are taken. A delay is from
    the moment that the database gives an event, before its commit, to its last byte at a client, of every event on
    every stream. Afterwards each stream is held against the record: none may have ended, or have a gap.
    """
    from api.bench import tables  # noqa: PLC0415 - commands load only what they run
    from api.bench.front_door import FrontDoor  # noqa: PLC0415

    async def measure(here: "Scene", say: "Progress") -> "FrontDoorFigures":
        return await FrontDoor(here, say, at_once=at_once).run(
            creators=creators,
            requests=requests,
            rounds=rounds,
            decisions=decisions,
            streams=streams,
            campaigns=campaigns,
        )

    _must_be_sound(_measure(measure, tables.of_front_door, as_json, data_dir).shortcomings)


def _must_be_sound(shortcomings: Iterable[str]) -> None:
    """Says what is not as it must be; then the exit code is 1."""
    wrong = list(shortcomings)
    for each in wrong:
        _screen.print(f"[red]✗[/] {escape(each)}", highlight=False)
    if wrong:
        raise typer.Exit(1)


def _measure(
    measure: "Callable[[Scene, Progress], Awaitable[F]]",
    tell: Callable[[F], Iterable[Table | str]],
    as_json: bool,
    data_dir: Path | None,
) -> F:
    from api.bench.setting import scene  # noqa: PLC0415 - commands load only what they run

    began = perf_counter()

    def say(line: str) -> None:
        _screen.print(f"[dim]{perf_counter() - began:7.1f} s  {escape(line)}[/]", highlight=False, soft_wrap=True)

    async def on_a_scene() -> F:
        async with scene(say, data_dir) as here:
            return await measure(here, say)

    figures = asyncio.run(on_a_scene())
    if as_json:
        typer.echo(figures.model_dump_json(indent=2))
        return figures
    out = Console(width=None if _screen.is_terminal else 120)
    for part in tell(figures):
        out.print(part, highlight=False)
    return figures
