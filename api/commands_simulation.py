"""The command that forecasts a brief: `groundswell simulate BRIEF.json`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.simulation.forecast import Forecast, rows_of
from api.simulation.outreach import Scene
from api.simulation.run import cores, simulate
from api.simulation.screen import assumptions_table, screen
from domain.behaviour import DEFAULT
from domain.behaviour_fit import fitted
from domain.brief import Brief
from domain.errors import BriefRefused
from domain.track_record import Figures

app = typer.Typer()
"""The command of this module, for `groundswell` to take in."""

IMPOSSIBLE = 2
"""Exit code of a command that could not be carried out; 1 says that the brief itself is refused."""

_RECORDS = TypeAdapter(list[Figures])


@app.command("simulate")
def simulate_brief(
    brief: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="A brief, as POST /v1/campaigns takes it.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, max=100_000, help="Campaigns to simulate.")] = 1_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same forecast.")] = 7,
    candidates: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Creators on the shortlist; else five for each place.")
    ] = None,
    begins: Annotated[
        datetime | None, typer.Option(help="When the campaign would start, in UTC; now if it is not said.")
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Track records to fit the assumptions to: a JSON list."),
    ] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="As many as there are cores if it is not said.")] = None,
    chart: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Where a chart is written: .svg, or .html for a page.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the forecast as JSON.")] = False,
    assumptions: Annotated[
        bool, typer.Option("--assumptions", help="Print what forecasts rest on instead of making one.")
    ] = False,
) -> None:
    """Forecast a brief: how likely its targets are, when they are reached, for how much, and what holds it up.

    Many campaigns are simulated by the rules that decide real ones. Nothing is recorded, and no server is needed. The
    exit code is 1 for a brief that would be refused, with all its reasons.
    """
    behaviour = fitted(DEFAULT, _records(records)) if records else DEFAULT
    console = Console(width=None if Console().is_terminal else 140)
    if assumptions:
        found = rows_of(behaviour)
        listed = [row.model_dump(mode="json") for row in found]
        if as_json:
            typer.echo(json.dumps(listed, indent=2))
        else:
            console.print(assumptions_table(found))
        return
    if brief is None:
        _refuse("BRIEF", "name a file with a brief, or ask for --assumptions")
    if chart is not None and chart.suffix not in (".svg", ".html"):
        _refuse("--chart", f"{chart.name!r} ends neither in .svg nor in .html")
    now = begins.replace(tzinfo=UTC) if begins else datetime.now(UTC)
    try:
        scene = Scene(_brief(brief), now, behaviour, listed=candidates or 0)
    except BriefRefused as refused:
        Console(stderr=True).print(f"[red]{escape(brief.name)}:[/] {escape(str(refused))}", soft_wrap=True)
        raise typer.Exit(1) from None
    made = _with_progress(scene, runs, seed, processes or cores())
    if chart is not None:
        from api.simulation.chart import page, svg  # noqa: PLC0415 - Vega is only loaded to draw

        chart.write_text(page(made) if chart.suffix == ".html" else svg(made), encoding="utf-8")
    if as_json:
        typer.echo(made.model_dump_json(indent=2))
    else:
        console.print(screen(made), highlight=False)


def _with_progress(scene: Scene, runs: int, seed: int, processes: int) -> Forecast:
    """Progress goes to the standard error, so that --json can be piped."""
    aside = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=aside, transient=True, disable=not aside.is_terminal) as progress:
        task = progress.add_task(f"Simulating {runs:,} campaigns", total=1.0)
        return simulate(
            scene,
            runs=runs,
            seed=seed,
            processes=processes,
            said=lambda share: progress.update(task, completed=share),
        )


def _brief(path: Path) -> Brief:
    try:
        return Brief.model_validate_json(path.read_bytes())
    except ValidationError as error:
        wrong = error.errors()[0]
        _refuse(path.name, f"{'.'.join(map(str, wrong['loc'])) or 'the file'}: {wrong['msg']}")


def _records(path: Path) -> list[Figures]:
    """Track records as the API shows them may have more than figures; what is more is left out."""
    try:
        listed = json.loads(path.read_bytes())
        return _RECORDS.validate_python(
            [{name: value for name, value in one.items() if name in Figures.model_fields} for one in listed]
        )
    except ValidationError as error:
        wrong = error.errors()[0]
        _refuse(path.name, f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}")
    except (ValueError, AttributeError, TypeError) as error:
        _refuse(path.name, f"this is no JSON list of track records: {error}")


def _refuse(what: str, why: str) -> NoReturn:
    typer.echo(f"{what}: {why}", err=True)
    raise typer.Exit(IMPOSSIBLE)
