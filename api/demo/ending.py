"""What the demo leaves: the report on the terminal, files to look at, and what was refused."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.client import Groundswell, models
from api.demo.notes import Notes
from api.report.wording import count, duration, money, percent


async def save_files(api: Groundswell, campaign_id: str, report: models.Report, directory: Path) -> dict[str, Path]:
    """The report in each of its forms and one contract, written to `directory`; their paths by what they are."""
    page = await api.read_report_as(campaign_id, accept="text/html")
    document = await api.read_report_as(campaign_id, accept="application/pdf")
    table = await api.read_report_as(campaign_id, accept="text/csv")
    files = {
        "The report as a page": (directory / "report.html", page),
        "The report as a document": (directory / "report.pdf", document),
        "The report as a table": (directory / "report.csv", table),
    }
    contracted = next((row for row in report.creators if row.outcome is models.Outcome.COMPLETED), None)
    if contracted is not None:
        contract = await api.read_contract(contracted.collaboration_id)
        files["A contract, signed by both"] = (directory / "contract.pdf", contract)
    for target, content in files.values():
        await asyncio.to_thread(target.write_bytes, content)
    return {name: target for name, (target, _) in files.items()}


def show_report(report: models.Report, console: Console) -> None:
    """The report's figures as tables."""
    budget = report.money
    currency = budget.currency
    console.rule("[bold]The report", align="left")
    console.print(_objectives(report))
    spent = ", ".join(f"{part} {money(getattr(budget, part), currency)}" for part in ("paid", "committed", "reserved"))
    console.print(f"\n[bold]Budget[/] {money(budget.budget, currency)}: {spent}", highlight=False)
    funnel = " → ".join(f"{step.label.lower()} {step.creators}" for step in report.funnel)
    console.print(f"[bold]Creators[/] {funnel}", highlight=False)
    decided = ", ".join(f"{times} by {who}" for who, times in report.timeline.decided_by.items())
    console.print(f"[bold]Decisions[/] {decided}", highlight=False)
    comparison = report.comparison
    if comparison is not None:
        console.print(
            f"[bold]Engagements[/] {count(comparison.engagements)} at"
            f" {money(comparison.cost_per_engagement, currency)} each; a celebrity post for the same money:"
            f" {count(comparison.celebrity_engagements)} at"
            f" {money(comparison.celebrity_cost_per_engagement, currency)}",
            highlight=False,
        )
    console.print()
    console.print(_creators(report, currency))
    console.print(_answers(report))


def _objectives(report: models.Report) -> Table:
    table = Table("objective", "reached", "target", "", "posts known", title="Objectives", title_justify="left")
    for each in report.objectives:
        ratio = None if each.reached is None else each.reached / each.target
        known = f"{each.posts_known} of {each.posts_live}"
        table.add_row(each.measure, count(each.reached), count(each.target), percent(ratio), known)
    return table


def _creators(report: models.Report, currency: str) -> Table:
    table = Table("#", "creator", "outcome", "fee", "engagements", "cost each", "next time")
    table.title, table.title_justify = "Creators who delivered, and those who did not after agreeing", "left"
    for row in report.creators:
        if row.recommendation is not None:
            table.add_row(
                str(row.rank),
                f"@{escape(row.handle)}",
                (row.outcome or "").replace("_", " "),
                money(row.fee, currency),
                count(row.engagements),
                money(row.cost_per_engagement, currency),
                row.recommendation,
            )
    return table


def _answers(report: models.Report) -> Table:
    table = Table("asked for", "times", "answered", "median", "reminded", "extended", "escalated", "expired")
    table.title, table.title_justify = "Deadlines", "left"
    for row in report.timeline.tasks:
        figures = [str(number or "") for number in (row.reminded, row.extended, row.escalated, row.expired)]
        times = str(row.asked), str(row.answered), duration(row.median_seconds)
        table.add_row(row.task, *times, *figures)
    return table


def show_refusals(notes: Notes, console: Console) -> None:
    """What was tried and refused."""
    table = Table("who tried what", "answer", "code", "times", title="Refused", title_justify="left")
    for (attempt, status, code), times in sorted(notes.refusals.items(), key=lambda each: each[0][1:]):
        table.add_row(attempt, str(status), code, str(times))
    console.print(table)


def show_rejected_rows(imported: models.Imported, console: Console, *, shown: int = 8) -> None:
    """What became of the roster."""
    rejected = imported.rejected
    console.print(
        f"Roster: {imported.accepted} creators accepted, {len(rejected)} rows rejected with their reasons:",
        highlight=False,
    )
    table = Table("line", "field", "value", "why", box=None, padding=(0, 2, 0, 2))
    for row in rejected[:shown]:
        table.add_row(str(row.line), escape(row.field), escape(f"{row.value:.40}"), escape(row.rule))
    if len(rejected) > shown:
        table.add_row("…", f"{len(rejected) - shown} more")
    console.print(table)
