"""A forecast on the terminal: the targets first, then money and people, then where they are lost."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from api.report.wording import money
from api.simulation.forecast import Assumption, Dates, Forecast, Interval, Target
from domain.brief import Measure
from domain.lifecycle import Stage


def screen(found: Forecast) -> RenderableType:
    """Everything that a person needs of a forecast, in one screen."""
    return Group(*_parts(found))


def _parts(found: Forecast) -> Iterator[RenderableType]:
    yield (
        f"[bold]{found.runs:,} simulated campaigns[/], seed {found.seed}; eight in ten are between the two "
        "figures of a range"
    )
    yield _targets(found)
    yield _means(found)
    yield _stages(found)
    yield bottleneck(found)
    yield (
        f"[dim]Assumptions {escape(found.assumptions_version)}: most are this engine's own. groundswell simulate "
        "--assumptions lists them.[/]"
    )


def assumptions_table(rows: tuple[Assumption, ...]) -> Table:
    """What a forecast rests on, with grade and origin of each figure."""
    table = Table("assumption", "value", "grade", "origin", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.name.replace("_", " "), row.value, row.grade, escape(row.origin))
    return table


def bottleneck(found: Forecast) -> str:
    """Where creators and time are lost, in a sentence or two."""
    told = found.bottleneck
    if told.most_lost is None or told.most_time is None:
        return "Nobody is lost on the way."
    lost = sum(loss.creators for loss in told.losses if loss.stage is told.most_lost)
    hours = next(one.hours for one in told.stages if one.stage is told.most_time)
    return (
        f"[bold]Bottleneck[/]: {_label(told.most_lost)} loses most creators, {lost:.0f} of {found.invited.median:.0f} "
        f"invited; {_label(told.most_time)} takes most time, {hours / 24:.1f} days for each creator who comes to it."
    )


def objective_name(target: Target, currency: str) -> str:
    """`120,000 impressions by 2026-05-31`."""
    wanted = target.objective
    return f"{_amount(wanted.target, wanted.measure, currency)} {wanted.measure.value} by {wanted.by}"


def _label(stage: Stage) -> str:
    return stage.label.lower()


def _targets(found: Forecast) -> Table:
    table = Table("objective", "probability", "by its date", "in all", "reached on", box=None, pad_edge=False)
    for target in found.objectives:
        measure = target.objective.measure
        table.add_row(
            objective_name(target, found.currency),
            f"[bold]{target.probability:.0%}[/] ± {target.margin:.0%}",
            _range(target.by_date, measure, found.currency),
            _range(target.in_all, measure, found.currency),
            _days(target.reached_on),
        )
    return table


def _days(dates: Dates) -> str:
    if dates.low is None:
        return "hardly ever"
    return f"{dates.low} to {dates.high or 'never'}"


def _amount(value: float, measure: Measure | None, currency: str) -> str:
    return money(round(value), currency) if measure is Measure.REVENUE else f"{value:,.0f}"


def _range(of: Interval, measure: Measure | None, currency: str) -> str:
    return f"{_amount(of.low, measure, currency)} to {_amount(of.high, measure, currency)}"


def _means(found: Forecast) -> Table:
    table = Table("", "low", "middle", "high", "", box=None, pad_edge=False)
    rows: list[tuple[str, Interval, str]] = [
        ("creators invited", found.invited, f"of {found.shortlisted:,} on the shortlist"),
        ("contracts", found.contracted, ""),
        (
            "completed",
            found.completed,
            f"of {found.creators_wanted:,} wanted; all of them in {found.fully_staffed:.0%} of the runs",
        ),
        ("days until all is over", found.days, ""),
    ]
    for name, of, note in rows:
        table.add_row(name, *(f"{value:,.0f}" for value in (of.low, of.median, of.high)), note)
    spend = (money(round(value), found.currency) for value in (found.spend.low, found.spend.median, found.spend.high))
    table.add_row("spend", *spend, f"of a budget of {money(found.budget, found.currency)}")
    return table


def _stages(found: Forecast) -> Table:
    table = Table("stage", "creators", "days each", "lost there", box=None, pad_edge=False)
    for one in found.bottleneck.stages:
        lost = [
            f"{loss.creators:.1f} {loss.outcome.value.replace('_', ' ')}"
            for loss in found.bottleneck.losses
            if loss.stage is one.stage and loss.creators >= 0.05
        ]
        table.add_row(one.stage.label, f"{one.creators:.1f}", f"{one.hours / 24:.1f}", ", ".join(lost))
    return table
