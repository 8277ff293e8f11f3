"""What `groundswell simulate` promises is what the real engine does when the same people act at the same moments."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from math import sqrt

import pytest

from api.simulation.library import stream
from api.simulation.outreach import Scene, campaign
from api.simulation.run import simulate
from domain.behaviour import DEFAULT, Answering, Behaviour, Chance
from domain.benchmarks import Grade, Source
from domain.brief import Brief
from domain.creators import Profile
from tests.domain.given import a_brief, a_profile
from tests.workflows.conftest import Bench
from tests.workflows.rehearsed import Known, Part, Performance, Prepared, rehearse

HERE = Source(grade=Grade.PLAYBOOK, origin="this test")
BEHAVIOUR: Behaviour = DEFAULT.with_(
    {
        # The real checks find nothing against these accounts, and the list is approved at once.
        "passes_checks": Chance(probability=1, source=HERE),
        "approve_shortlist": Answering(median_hours=0.001, spread=0, never=0, source=HERE),
    },
    "calibration",
)
PRECISION = timedelta(minutes=2)
"""The engine's own steps take no time in the simulation; here they take some, and the clock jumps meanwhile."""


def accounts(count: int) -> list[Profile]:
    """Creators of whom all pass the checks, each with another number of followers and so another price."""
    sizes = [2_000 + 613 * nth for nth in range(count)]
    return [
        a_profile(
            handle=f"fits{nth}",
            email=f"fits{nth}@creators.example",
            followers=followers,
            average_likes=followers * 0.026,
            average_comments=followers * 0.0016,
            country="US",
            language="en",
        )
        for nth, followers in enumerate(sizes)
    ]


def brief_at(now: datetime, *, wanted: int, target: int) -> Brief:
    """A reel from each, to be posted in the coming weeks; everybody on the list can be invited at once and be paid."""
    today = now.date()
    return a_brief(
        creators_wanted=wanted,
        budget={"amount": wanted * 2 * 400_00, "currency": "USD"},
        deliverables=[{"format": "reel"}],
        posting_window={"opens": today + timedelta(days=3), "closes": today + timedelta(days=24)},
        objectives=[
            {"kind": "awareness", "measure": "impressions", "target": target, "by": today + timedelta(days=40)}
        ],
    )


async def perform(bench: Bench, profiles: list[Profile], seed: object, *, wanted: int, target: int) -> bool:
    """Play one campaign to the real engine, compare it with the simulated one, and tell whether the target was met."""
    brief = brief_at(await bench.now(), wanted=wanted, target=target)
    performance = Performance(bench, brief)
    scene = Scene(brief, await performance.open(profiles), BEHAVIOUR, tuple(profiles))
    parts = rehearse(scene, seed)
    expected = campaign(scene, Prepared(parts), stream(seed, "run"))
    known = await performance.play(parts)
    compare(parts, known)
    reached = reached_in_time(scene, known)
    assert (expected.paid, expected.in_time) == (sum(one.paid for one in known.values()), [reached])
    return reached >= target


def compare(parts: list[Part], known: Mapping[str, Known]) -> None:
    """Everybody comes to the same end, at the same time, for the same money."""
    for part in parts:
        one = known[part.handle]
        assert one.ended is not None
        assert one.state.outcome is part.walk.outcome, part.handle
        assert one.paid == sum(move.paid for move in part.walk.moves), part.handle
        assert abs((one.ended - one.began) - timedelta(seconds=part.walk.ended_at)) < PRECISION, part.handle


def reached_in_time(scene: Scene, known: Mapping[str, Known]) -> int:
    """The impressions that were known when the objective's last day was over."""
    [objective] = scene.brief.objectives
    over = datetime.combine(objective.by + timedelta(days=1), time.min, tzinfo=scene.brief.zone)
    return sum(impressions for one in known.values() for at, impressions in one.told if at < over)


async def test_the_engine_does_what_the_simulation_says(bench: Bench) -> None:
    """Six creators come to the same ends, at the same times, for the same money, and bring the same figures."""
    profiles = accounts(6)
    await perform(bench, profiles, "one campaign", wanted=4, target=5_000)


@pytest.mark.slow
@pytest.mark.timeout(3_000)
async def test_probabilities_are_calibrated(bench: Bench, record_property: object) -> None:
    """The target is met in as many real campaigns as simulated ones, and that is the forecast but for chance."""
    wanted, target, campaigns = 8, 8_500, 16
    profiles = accounts(12)
    met = [await perform(bench, profiles, seed, wanted=wanted, target=target) for seed in range(campaigns)]

    now = await bench.now()
    scene = Scene(brief_at(now, wanted=wanted, target=target), now, BEHAVIOUR, tuple(profiles))
    [foreseen] = simulate(scene, runs=1_000, seed=1).objectives
    share, p = sum(met) / campaigns, foreseen.probability
    print(f"\nthe target was met in {share:.0%} of {campaigns} real campaigns; foreseen were {p:.0%}")  # noqa: T201
    assert 0.15 < p < 0.85, "a target that is sure, or out of reach, would prove nothing"
    assert abs(share - p) < 3 * sqrt(p * (1 - p) / campaigns)
