"""Drawings for the console's report: plain shapes whose colours are the style's, so that they suit light and dark.

Everything here is geometry in units of the drawing; words and figures are put in by the template.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.report.figures import Report

WIDTH = 640
SHOWN = 20
"""Creators in one chart at most; the table has all."""


@dataclass(frozen=True)
class Bar:
    """A horizontal bar: its label, the value in words, and how long it is."""

    label: str
    value: float
    width: float


@dataclass(frozen=True)
class Part:
    """A part of a bar of parts."""

    label: str
    value: int
    x: float
    width: float


@dataclass(frozen=True)
class Line:
    """How many had come to a step by which time, as a path of steps."""

    label: str
    path: str


@dataclass(frozen=True)
class Course:
    """Lines over the same time, and the highest count."""

    lines: Sequence[Line]
    highest: int
    begins: datetime
    ends: datetime


def funnel(report: Report, room: float = 260) -> list[Bar]:
    """How many creators came to each step."""
    most = max((step.creators for step in report.funnel), default=0) or 1
    return [Bar(step.label, step.creators, room * step.creators / most) for step in report.funnel]


def budget(report: Report, room: float = WIDTH) -> list[Part]:
    """Where the budget is, as parts of one bar."""
    money, parts, x = report.money, [], 0.0
    for name in ("paid", "committed", "reserved", "available"):
        amount = getattr(money, name)
        width = room * amount / money.budget if money.budget else 0.0
        parts.append(Part(name, amount, x, width))
        x += width
    return parts


def costs(report: Report, room: float = 330) -> tuple[list[Bar], float | None]:
    """Cost per engagement of those who reported any, cheapest first, and where a celebrity's post would be."""
    known = sorted((row.cost_per_engagement, row.rank, row.name) for row in report.creators if row.cost_per_engagement)
    celebrity = report.comparison.celebrity_cost_per_engagement if report.comparison else None
    most = max([cost for cost, _, _ in known[:SHOWN]] + ([celebrity] if celebrity else []), default=0.0) or 1.0
    bars = [Bar(name, cost, room * cost / most) for cost, _, name in known[:SHOWN]]
    return bars, room * celebrity / most if celebrity and bars else None


def course(report: Report, width: float = WIDTH, height: float = 200) -> Course:
    """How many creators had come to each step by which time."""
    begins, ends = report.timeline.started_at, report.as_of
    span = (ends - begins).total_seconds() or 1.0
    highest = max((len(times) for times in report.timeline.milestones.values()), default=0) or 1

    def x(at: datetime) -> float:
        return round(width * (at - begins).total_seconds() / span, 1)

    def y(count: int) -> float:
        return round(height - height * count / highest, 1)

    lines = []
    for label, times in report.timeline.milestones.items():
        steps = "".join(f"H{x(at)}V{y(nth)}" for nth, at in enumerate(times, start=1))
        lines.append(Line(label, f"M0 {y(0)}{steps}H{width}"))
    return Course(lines, highest, begins, ends)
