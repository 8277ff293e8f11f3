"""The report's charts, drawn by Vega without a browser and returned as SVG to be put into a page.

Text in a chart (creators' names) is escaped by the renderer.
"""

import json
import re
from typing import Any

import altair as alt
import vl_convert

from api.report.figures import Report
from api.report.wording import money

INK, MUTED, GRID = "#1c2b2f", "#5d6f73", "#e4eaea"
SEA, DEEP, SAND, CORAL, MIST = "#1f8a8a", "#0e4f5c", "#e3b23c", "#d9694f", "#c9d8d9"
FONT = "Helvetica Neue, Helvetica, Arial, sans-serif"
WIDTH = 640
SHOWN = 25
"""Creators in one chart at most; the table has all."""


def funnel(report: Report) -> str:
    """How many creators came to each step."""
    steps = [{"step": step.label, "creators": step.creators} for step in report.funnel]
    base = alt.Chart(alt.InlineData(values=steps)).encode(
        y=alt.Y("step:N", sort=None, title=None), x=alt.X("creators:Q", title=None, axis=None)
    )
    bars = base.mark_bar(color=SEA, cornerRadiusEnd=3, height=20)
    labels = base.mark_text(align="left", dx=6, color=INK, fontSize=13).encode(text="creators:Q")
    return _svg("funnel", bars + labels, height=30 * len(steps), width=360)


def progress(report: Report) -> str:
    """How many creators had come to each step by which time."""
    points = [
        {"at": at.isoformat(), "creators": nth, "step": step}
        for step, times in report.timeline.milestones.items()
        for nth, at in [*enumerate(times, start=1), (len(times), report.as_of)]
    ]
    order = [step.label for step in report.funnel]
    colours = [MIST, "#8fb8bb", SAND, CORAL, DEEP, SEA, "#6a4c93"][: len(order)]
    chart = alt.Chart(alt.InlineData(values=points)).mark_line(interpolate="step-after", strokeWidth=2.2)
    chart = chart.encode(
        x=alt.X("at:T", title=None, axis=alt.Axis(tickCount=6, labelOverlap=True)),
        y=alt.Y("creators:Q", title="creators", axis=alt.Axis(tickMinStep=1, tickCount=5)),
        color=alt.Color(
            "step:N",
            sort=order,
            scale=alt.Scale(domain=order, range=colours),
            legend=alt.Legend(title=None, orient="top", columns=7, symbolStrokeWidth=3),
        ),
    )
    return _svg("progress", chart, height=230)


def costs(report: Report) -> str:
    """Cost per engagement of the creators who reported any, cheapest first, beside one celebrity post."""
    known = [(row, row.cost_per_engagement) for row in report.creators if row.cost_per_engagement is not None]
    known.sort(key=lambda pair: (pair[1], pair[0].rank))
    shown = known[:SHOWN]
    if not shown:
        return ""
    currency = report.money.currency
    bars = [{"id": row.collaboration_id, "cost": cost, "text": money(cost, currency)} for row, cost in shown]
    # Two creators may have the same name, so bars go by id and are labelled by name.
    names = json.dumps({row.collaboration_id: row.name for row, _ in shown})
    base = alt.Chart(alt.InlineData(values=bars)).encode(
        y=alt.Y("id:N", sort=None, axis=alt.Axis(labelExpr=f"{names}[datum.label]", title=None, grid=False)),
        x=alt.X("cost:Q", title=None, axis=None),
    )
    drawn: Any = base.mark_bar(color=SEA, cornerRadiusEnd=3, height=13)
    drawn += base.mark_text(align="left", dx=6, color=INK, fontSize=11).encode(text="text:N")
    if report.comparison is not None:
        drawn += _celebrity(report.comparison.celebrity_cost_per_engagement, currency)
    return _svg("costs", drawn, height=20 * len(shown) + 14)


def _celebrity(cost: float, currency: str) -> Any:
    point = alt.InlineData(values=[{"cost": cost, "text": f"a celebrity post: {money(cost, currency)}"}])
    rule = alt.Chart(point).mark_rule(color=CORAL, strokeWidth=2, strokeDash=[5, 4]).encode(x="cost:Q")
    label = alt.Chart(point).mark_text(
        color=CORAL, align="left", dx=6, fontSize=12, fontWeight="bold", baseline="bottom"
    )
    return rule + label.encode(x="cost:Q", y=alt.value(-2), text="text:N")


def spending(report: Report) -> str:
    """Where the budget is, as one bar."""
    money = report.money
    parts = [("paid", money.paid), ("committed", money.committed), ("reserved", money.reserved)]
    parts.append(("available", money.available))
    order = [name for name, _ in parts]
    values = [{"part": name, "amount": amount, "order": nth} for nth, (name, amount) in enumerate(parts)]
    chart = alt.Chart(alt.InlineData(values=values)).mark_bar(height=26)
    chart = chart.encode(
        x=alt.X("amount:Q", stack="normalize", title=None, axis=None),
        order=alt.Order("order:Q"),
        color=alt.Color(
            "part:N", sort=order, scale=alt.Scale(domain=order, range=[DEEP, SEA, SAND, GRID]), legend=None
        ),
    )
    return _svg("spending", chart, height=28)


def _svg(name: str, chart: Any, *, height: int, width: int = WIDTH) -> str:
    return _for_page(drawn(chart, height=height, width=width), name)


def drawn(chart: Any, *, height: int, width: int) -> str:
    """The chart in this product's dress, as an SVG document of its own."""
    config = {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": MUTED,
            "titleColor": MUTED,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "domain": False,
            "ticks": False,
            "gridColor": GRID,
            "labelPadding": 8,
            "labelLimit": 220,
        },
        "axisY": {"grid": True},
        "axisX": {"grid": False},
        "legend": {"labelColor": INK, "labelFontSize": 12},
    }
    spec = chart.properties(width=width, height=height).to_dict() | {"config": config}
    return vl_convert.vegalite_to_svg(spec)


def _for_page(svg: str, name: str) -> str:
    """Give the parts of this chart ids of its own among others on the page, and let the page decide its size."""
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\1{name}-", svg)
    return re.sub(r'<svg([^>]*?) width="\d+(?:\.\d+)?" height="\d+(?:\.\d+)?"', r"<svg\1", svg, count=1)
