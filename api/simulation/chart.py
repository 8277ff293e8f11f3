"""A forecast as a chart: how likely each target is, and between which figures its result will be, beside the target."""

from html import escape
from typing import Any

import altair as alt

from api.report.charts import CORAL, DEEP, INK, MIST, SEA, drawn
from api.simulation.forecast import Forecast
from api.simulation.screen import objective_name

WIDTH = 640


def svg(found: Forecast) -> str:
    """The chart as an SVG document of its own."""
    rows = [
        {
            "objective": objective_name(target, found.currency),
            "low": target.by_date.low / target.objective.target,
            "median": target.by_date.median / target.objective.target,
            "high": target.by_date.high / target.objective.target,
            "probability": f"{target.probability:.0%}",
        }
        for target in found.objectives
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("objective:N", sort=None, title=None, axis=alt.Axis(labelLimit=320))
    )
    scale = alt.Scale(domainMin=0)
    across = alt.X("low:Q", title="known by the date, as a share of the target", scale=scale, axis=alt.Axis(format="%"))
    ranges: Any = base.mark_bar(color=MIST, height=18, cornerRadius=3).encode(x=across, x2="high:Q")
    medians = base.mark_tick(color=DEEP, thickness=3, size=22).encode(x="median:Q")
    words = base.mark_text(align="left", dx=8, color=INK, fontSize=13, fontWeight="bold").encode(
        x="high:Q", text="probability:N"
    )
    line = alt.InlineData(values=[{"target": 1}])
    target = alt.Chart(line).mark_rule(color=CORAL, strokeWidth=2, strokeDash=[5, 4]).encode(x="target:Q")
    return drawn(ranges + medians + words + target, height=44 * len(rows) + 10, width=WIDTH)


def page(found: Forecast) -> str:
    """The chart as a page, with what its marks mean."""
    title = f"{found.runs:,} simulated campaigns"
    note = (
        f"Bars: eight runs in ten. Tick: the middle one. Dashed: the target. Figure: how likely it is reached in time. "
        f"Assumptions {found.assumptions_version}, seed {found.seed}."
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>body{{font:16px/1.5 Helvetica,Arial,sans-serif;color:{INK};max-width:62rem;margin:3rem auto;"
        f"padding:0 1rem}}h1{{color:{SEA}}}svg{{max-width:100%}}</style>"
        f"<h1>{escape(title)}</h1>{svg(found)}<p>{escape(note)}</p></html>\n"
    )
