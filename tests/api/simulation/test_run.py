"""Many runs, on all cores, with the same answer."""

from datetime import UTC, datetime

import pytest

from api.simulation import run
from api.simulation.outreach import Scene
from api.simulation.run import cores, simulate, simulated
from domain.behaviour import DEFAULT
from domain.lifecycle import Stage
from tests.domain.given import a_brief

SCENE = Scene(a_brief(creators_wanted=4), datetime(2026, 3, 20, 9, tzinfo=UTC))


def test_the_same_seed_is_the_same_forecast_on_one_core_and_on_two(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = simulate(SCENE, runs=24, seed=3)
    monkeypatch.setattr(run, "WORTH_IT", 0)
    assert simulate(SCENE, runs=24, seed=3, processes=2) == alone
    assert simulate(SCENE, runs=24, seed=4) != alone


def test_progress_is_told_from_the_beginning_to_the_end() -> None:
    told: list[float] = []
    simulated(SCENE, runs=30, seed=1, said=told.append)

    assert told == sorted(told)
    assert told[-1] == 1.0
    assert 0 < told[0] < 1


def test_people_who_take_years_end_in_expiry_with_nothing_spent() -> None:
    """Every response takes far longer than its deadlines: all that policies do not answer expires."""
    slow = {
        name: value.model_copy(update={"median_hours": 50_000.0, "spread": 0.0})
        for name in ("answer_offer", "verify_creator", "approve_shortlist")
        if (value := getattr(DEFAULT, name))
    }
    scene = Scene(SCENE.brief, SCENE.now, DEFAULT.with_(slow, "slow"))
    found = simulate(scene, runs=20, seed=1)

    assert (found.spend.high, found.contracted.high, found.objectives[0].probability) == (0, 0, 0)
    assert found.bottleneck.most_lost is Stage.NEGOTIATION
    assert found.objectives[0].reached_on.low is None


def test_in_no_run_is_more_spent_than_the_budget() -> None:
    tight = a_brief(creators_wanted=4, budget={"amount": 700_00, "currency": "USD"})
    runs = simulated(Scene(tight, SCENE.now), runs=120, seed=5)

    assert all(0 <= each.paid <= each.peak <= 700_00 for each in runs)
    assert max(each.peak for each in runs) > 600_00


def test_there_is_at_least_one_core() -> None:
    assert cores() >= 1
