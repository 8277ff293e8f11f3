"""What many runs say together: how likely each target is, when, for how much, and where creators and time are lost."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from math import floor, inf, sqrt

from pydantic import Field

from api.simulation.outreach import Run, Scene
from domain.behaviour import Behaviour
from domain.benchmarks import Grade
from domain.brief import Objective
from domain.lifecycle import Stage
from domain.money import Currency
from domain.outcomes import Outcome
from domain.values import Value

LOW, HIGH = 0.1, 0.9
"""The ends of every interval: eight runs in ten are between them."""


class Interval(Value):
    """Eight runs in ten are between `low` and `high`, and half of them above `median`."""

    low: float
    median: float
    high: float


class Dates(Value):
    """The same of dates; None is a target that is not reached in these runs."""

    low: date | None
    median: date | None
    high: date | None


class Target(Value):
    """What is to be expected of one objective."""

    objective: Objective
    probability: float = Field(ge=0, le=1, description="Share of runs that reach the target by its date.")
    margin: float = Field(description="Within so much of it the share lies that more runs would give (95 %).")
    by_date: Interval = Field(description="What is known by the date; a count, or minor units for revenue.")
    in_all: Interval = Field(description="What is known when the campaign is over.")
    reached_on: Dates = Field(description="In the campaign's time zone. The target may be reached after its date.")


class Loss(Value):
    """How many creators of a run end in a stage in one way that is not completion, on average."""

    stage: Stage
    outcome: Outcome
    creators: float


class StageTime(Value):
    """How many creators of a run come to a stage, and how many hours each of them is in it, on average."""

    stage: Stage
    creators: float
    hours: float


class Bottleneck(Value):
    """Where most creators are lost, and where most time goes. None if there are none, or no creator was invited."""

    most_lost: Stage | None
    most_time: Stage | None
    losses: tuple[Loss, ...]
    """Most first."""
    stages: tuple[StageTime, ...]
    """In their order."""


class Assumption(Value):
    """One thing that the forecast takes for granted."""

    name: str
    value: str
    grade: Grade
    origin: str


class Forecast(Value):
    """What a brief may come to. Amounts are in minor units of `currency`; every interval holds eight runs in ten."""

    runs: int
    seed: int
    begins_at: datetime
    assumptions_version: str
    currency: Currency
    budget: int
    creators_wanted: int
    shortlisted: int
    objectives: tuple[Target, ...]
    spend: Interval
    invited: Interval
    contracted: Interval = Field(description="Creators with whom a contract was concluded.")
    completed: Interval = Field(description="Creators all of whose posts were published.")
    fully_staffed: float = Field(ge=0, le=1, description="Share of runs in which as many complete as are wanted.")
    days: Interval = Field(description="From the start until the last collaboration is over.")
    bottleneck: Bottleneck
    assumptions: tuple[Assumption, ...]


def forecast(scene: Scene, runs: Sequence[Run], seed: int) -> Forecast:
    """The runs, summed up."""
    brief = scene.brief
    return Forecast(
        runs=len(runs),
        seed=seed,
        begins_at=scene.now,
        assumptions_version=scene.behaviour.version,
        currency=brief.budget.currency,
        budget=brief.budget.amount,
        creators_wanted=brief.creators_wanted,
        shortlisted=scene.shortlisted,
        objectives=tuple(_target(scene, runs, nth) for nth in range(len(brief.objectives))),
        spend=interval(run.paid for run in runs),
        invited=interval(run.invited for run in runs),
        contracted=interval(run.contracted for run in runs),
        completed=interval(run.completed for run in runs),
        fully_staffed=sum(run.completed >= brief.creators_wanted for run in runs) / len(runs),
        days=interval(run.ended_at / 86_400 for run in runs),
        bottleneck=_bottleneck(runs),
        assumptions=rows_of(scene.behaviour),
    )


def rows_of(behaviour: Behaviour) -> tuple[Assumption, ...]:
    """What a forecast with these assumptions rests on."""
    return tuple(
        Assumption(name=name, value=value, grade=of.grade, origin=of.origin) for name, value, of in behaviour.rows()
    )


def _target(scene: Scene, runs: Sequence[Run], nth: int) -> Target:
    objective = scene.brief.objectives[nth]
    share = sum(run.in_time[nth] >= objective.target for run in runs) / len(runs)
    return Target(
        objective=objective,
        probability=share,
        margin=_margin(share, len(runs)),
        by_date=interval(run.in_time[nth] for run in runs),
        in_all=interval(run.in_all[nth] for run in runs),
        reached_on=_dates(scene, [run.reached_at[nth] for run in runs]),
    )


def _margin(share: float, runs: int) -> float:
    """Half of Wilson's interval: it is not zero where all runs agree, for others might not."""
    z = 1.96
    return z / (1 + z * z / runs) * sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs))


def interval(values: Iterable[float]) -> Interval:
    """The values at a tenth, a half and nine tenths."""
    ordered = sorted(values)
    return Interval(low=quantile(ordered, LOW), median=quantile(ordered, 0.5), high=quantile(ordered, HIGH))


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies, between the nearest two. At least one value is needed.

    Placed as the next value of the same kind will fall: eight in ten of those to come lie between 0.1 and 0.9.
    """
    place = min(max(share * (len(ordered) + 1) - 1, 0.0), len(ordered) - 1.0)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    if ordered[above] == inf:
        return inf if place > below or ordered[below] == inf else ordered[below]
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _dates(scene: Scene, seconds: Iterable[float]) -> Dates:
    ordered = sorted(seconds)
    low, median, high = (_date(scene, quantile(ordered, share)) for share in (LOW, 0.5, HIGH))
    return Dates(low=low, median=median, high=high)


def _date(scene: Scene, seconds: float) -> date | None:
    if seconds == inf:
        return None
    return (scene.now + timedelta(seconds=seconds)).astimezone(scene.brief.zone).date()


def _bottleneck(runs: Sequence[Run]) -> Bottleneck:
    lost: Counter[tuple[Stage, Outcome]] = Counter()
    entered: Counter[Stage] = Counter()
    seconds: Counter[Stage] = Counter()
    for run in runs:
        lost.update(run.lost)
        entered.update(run.entered)
        for stage, stay in run.stays.items():
            seconds[stage] += stay  # type: ignore[assignment]  # a counter counts fractions as well
    by_stage: Counter[Stage] = Counter()
    for (stage, _), creators in lost.items():
        by_stage[stage] += creators
    stages = tuple(
        StageTime(stage=stage, creators=entered[stage] / len(runs), hours=seconds[stage] / entered[stage] / 3_600)
        for stage in Stage
        if entered[stage]
    )
    return Bottleneck(
        most_lost=max(by_stage, key=lambda stage: (by_stage[stage], -stage.order), default=None),
        most_time=max(stages, key=lambda one: one.hours).stage if stages else None,
        losses=tuple(
            Loss(stage=stage, outcome=outcome, creators=creators / len(runs))
            for (stage, outcome), creators in sorted(lost.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        stages=stages,
    )
