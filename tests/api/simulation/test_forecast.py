"""What many runs say together, and whether it is true of runs to come."""

from collections import Counter
from datetime import UTC, date, datetime
from math import inf
from typing import Any

import pytest

from api.simulation.forecast import Dates, forecast, interval, quantile
from api.simulation.library import stream
from api.simulation.outreach import Fresh, Run, Scene, campaign
from api.simulation.run import simulate, simulated
from domain.lifecycle import Stage
from domain.outcomes import Outcome
from tests.domain.given import a_brief

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 18, 9, tzinfo=UTC)
"""When posts may appear already, so that there are few shelves to fill."""


def a_run(**facts: Any) -> Run:
    usual: dict[str, Any] = {"in_time": [0], "in_all": [0], "reached_at": [inf]}
    return Run(**(usual | facts))


def test_eight_in_ten_of_campaigns_to_come_lie_in_the_interval() -> None:
    """Intervals of one seed's library, and fifty campaigns of other seeds that are walked anew."""
    scene = Scene(a_brief(creators_wanted=4), LATER)
    said = simulate(scene, runs=100, seed=1)
    come = [campaign(scene, Fresh(scene), stream("to come", nth)) for nth in range(50)]
    reached = said.objectives[0].in_all

    within = sum(
        (said.spend.low <= run.paid <= said.spend.high) + (reached.low <= run.in_all[0] <= reached.high) for run in come
    )
    assert 0.66 <= within / 100 <= 0.92


def test_probability_is_the_share_of_campaigns_to_come_that_reach_the_target() -> None:
    """A target in the middle of what is usual is reached by about half of them: within three standard errors."""
    facts = {"objectives": [{"kind": "awareness", "measure": "impressions", "target": 15_000, "by": "2026-05-31"}]}
    scene = Scene(a_brief(creators_wanted=4, **facts), LATER)
    said = simulate(scene, runs=60, seed=2).objectives[0].probability
    others = simulated(scene, runs=60, seed=99)
    seen = sum(run.in_time[0] >= 15_000 for run in others) / 60

    assert 0.1 < said < 0.9
    assert said == pytest.approx(seen, abs=3 * (0.25 / 60 * 2) ** 0.5)


def test_figures_of_a_forecast_are_those_of_its_runs() -> None:
    scene = Scene(a_brief(), NOW)
    day = 86_400.0
    runs = [
        a_run(paid=100, contracted=1, in_time=[200_000], in_all=[250_000], reached_at=[20 * day]),
        a_run(paid=300, contracted=3, in_time=[10], in_all=[200_001], reached_at=[95 * day]),
        a_run(paid=200, contracted=2),
    ]
    found = forecast(scene, runs, seed=4)

    (target,) = found.objectives
    assert target.probability == pytest.approx(1 / 3)
    assert 0.3 < target.margin < 0.5
    assert target.reached_on == Dates(low=date(2026, 3, 22), median=date(2026, 6, 5), high=None)
    assert (found.spend.low, found.spend.median, found.spend.high) == (100, 200, 300)
    assert (found.runs, found.seed, found.budget) == (3, 4, 10_000_00)


def test_the_bottleneck_is_where_most_are_lost_and_most_time_goes() -> None:
    lost = Counter({(Stage.VERIFICATION, Outcome.REJECTED): 3, (Stage.NEGOTIATION, Outcome.DECLINED): 2})
    lost[Stage.NEGOTIATION, Outcome.EXPIRED] = 2
    run = a_run(
        lost=lost,
        stays={Stage.VERIFICATION: 8 * 3_600.0, Stage.NEGOTIATION: 10 * 3_600.0},
        entered=Counter({Stage.VERIFICATION: 8, Stage.NEGOTIATION: 5}),
    )
    told = forecast(Scene(a_brief(), NOW), [run, run], seed=1).bottleneck

    assert (told.most_lost, told.most_time) == (Stage.NEGOTIATION, Stage.NEGOTIATION)
    assert (told.losses[0].outcome, told.losses[0].creators) == (Outcome.REJECTED, 3)
    assert [(one.creators, one.hours) for one in told.stages] == [(8, 1), (5, 2)]


def test_nothing_is_a_bottleneck_where_nobody_was_invited() -> None:
    told = forecast(Scene(a_brief(), NOW), [a_run()], seed=1).bottleneck
    assert (told.most_lost, told.most_time, told.losses) == (None, None, ())


def test_quantiles_leave_a_tenth_of_those_to_come_on_either_side() -> None:
    found = interval(range(1, 100))
    assert (found.low, found.median, found.high) == pytest.approx((10, 50, 90))
    assert quantile([7], 0.9) == 7
    assert quantile([1, 2, inf], 0.9) == inf
    assert quantile([1, 2, inf], 0.5) == 2
