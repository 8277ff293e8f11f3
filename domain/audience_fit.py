"""How the audience audit's scorecard is fitted to labelled accounts, and how well a scorecard does on them.

Boosted stumps: round by round the one bound on one feature is added that tells fake from real best, bit by bit.
Directions are fixed beforehand (following more never makes an account less suspect), and each class weighs the same,
whatever its share: how many are fake is what an audit is to find out, not what it should assume. Nothing is random.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from math import exp, log

from pydantic import Field

from domain.audience import DEFAULT, Account, Feature, Rate, Scorecard, Step, features, suspicion
from domain.values import Value

ROUNDS = 50
RATE = 0.1
"""How much of each step is taken."""
PENALTY = 10.0
"""Added to the weight of each side, which keeps a step on little evidence small."""
SMALLEST_SIDE = 40
"""Accounts on either side of a bound, so that no few accounts make a rule."""
FOLDS = 10
REPEATS = 5

RISES: Mapping[Feature, int] = {
    Feature.POSTS: -1,
    Feature.FOLLOWING: 1,
    Feature.FOLLOWERS: -1,
    Feature.FOLLOWING_RATIO: 1,
}
"""Whether more of a feature makes an account more suspect (1) or less (-1)."""


class Labelled(Value):
    """An account of which somebody has said whether it is fake."""

    account: Account
    is_fake: bool


class Accuracy(Value):
    """How well points tell fake accounts from real ones."""

    auc: float = Field(ge=0, le=1)
    """How often a fake account has more points than a real one, ties counted half."""
    caught: Rate
    false_alarms: Rate


def fit(sample: Sequence[Labelled], version: str, held_out: Accuracy) -> Scorecard:
    """A scorecard from labelled accounts, with the rates that `cross_validate` found on them.

    Raises:
        ZeroDivisionError: no account is fake.
    """
    return _fit(sample, version).model_copy(update={"caught": held_out.caught, "false_alarms": held_out.false_alarms})


def cross_validate(sample: Sequence[Labelled]) -> Accuracy:
    """Each account is judged by a scorecard that was fitted without it, in tenths; the median of five partings.

    Raises:
        ValueError: fewer than `FOLDS` accounts of either kind.
    """
    for is_fake in (False, True):
        if sum(one.is_fake == is_fake for one in sample) < FOLDS:
            raise ValueError(f"at least {FOLDS} fake and {FOLDS} real accounts are needed to fit a scorecard")
    found = sorted((_cross_validate(sample, repeat) for repeat in range(REPEATS)), key=lambda one: one.auc)
    return found[REPEATS // 2]


def measure(sample: Sequence[Labelled], card: Scorecard = DEFAULT) -> Accuracy:
    """How well a scorecard does on labelled accounts."""
    return _accuracy([(suspicion(one.account, card), one.is_fake) for one in sample])


def _cross_validate(sample: Sequence[Labelled], repeat: int) -> Accuracy:
    judged = []
    for fold in range(FOLDS):
        held_out = set(_held_out(sample, fold, repeat))
        card = _fit([one for place, one in enumerate(sample) if place not in held_out], "held out")
        judged += [(suspicion(sample[place].account, card), sample[place].is_fake) for place in sorted(held_out)]
    return _accuracy(judged)


def _held_out(sample: Sequence[Labelled], fold: int, repeat: int) -> Iterator[int]:
    """The places of a fold: a tenth of either kind, shuffled anew, though always alike, in each repeat."""
    for is_fake in (False, True):
        places = [place for place, one in enumerate(sample) if one.is_fake == is_fake]
        yield from sorted(places, key=lambda place: sha256(f"{repeat} {place}".encode()).digest())[fold::FOLDS]


def _fit(sample: Sequence[Labelled], version: str) -> Scorecard:
    rows = [features(one.account) for one in sample]
    labels = [float(one.is_fake) for one in sample]
    fakes = sum(labels)
    weights = [(len(labels) - fakes) / fakes if label else 1.0 for label in labels]
    orders = {feature: _order(rows, feature) for feature in RISES}
    pictured = _picture(rows, labels)
    intercept, steps = -pictured, defaultdict[Feature, dict[float, float]](dict)
    steps[Feature.PROFILE_PICTURE][0.5] = pictured
    points = [0.0 if row.get(Feature.PROFILE_PICTURE, 1.0) else -pictured for row in rows]
    for _ in range(ROUNDS):
        slopes, curves = _gradients(points, labels, weights)
        found = [bound for name in RISES for bound in _bounds(rows, orders[name], name, slopes, curves)]
        if not found:
            break
        _, (feature, above, below_points, above_points) = max(found)
        intercept += RATE * below_points
        added = RATE * (above_points - below_points)
        steps[feature][above] = steps[feature].get(above, 0.0) + added
        for place, row in enumerate(rows):
            points[place] += RATE * (above_points if row.get(feature, 1.0) > above else below_points)
    return Scorecard(
        version=version,
        intercept=round(intercept, 4),
        steps={
            feature: tuple(
                Step(above=round(above, 4), points=round(steps[feature][above], 4)) for above in sorted(found)
            )
            for feature, found in sorted(steps.items())
        },
        caught=Rate(hits=0, trials=1),
        false_alarms=Rate(hits=0, trials=1),
    )


def _picture(rows: Sequence[Mapping[Feature, float]], labels: Sequence[float]) -> float:
    """What a picture takes from an account's points: by how much rarer its absence is among real accounts.

    Counted directly, because nearly all accounts have one: a bound that parts so few is never the best of a round.
    """
    without = [label for row, label in zip(rows, labels, strict=True) if not row.get(Feature.PROFILE_PICTURE, 1.0)]
    fakes = sum(labels)
    of_fakes = (sum(without) + 0.5) / (fakes + 1)
    of_real = (len(without) - sum(without) + 0.5) / (len(labels) - fakes + 1)
    return min(log(of_real / of_fakes), 0.0)


def _order(rows: Sequence[Mapping[Feature, float]], feature: Feature) -> list[int]:
    return sorted(range(len(rows)), key=lambda place: rows[place].get(feature, 1.0))


def _gradients(
    points: Sequence[float], labels: Sequence[float], weights: Sequence[float]
) -> tuple[list[float], list[float]]:
    """First and second derivative of the weighted logistic loss at each account."""
    chances = [1 / (1 + exp(-point)) for point in points]
    slopes = [weight * (chance - label) for weight, chance, label in zip(weights, chances, labels, strict=True)]
    curves = [weight * chance * (1 - chance) for weight, chance in zip(weights, chances, strict=True)]
    return slopes, curves


Bound = tuple[Feature, float, float, float]
"""A feature, a bound, and the points of accounts up to it and above it."""


def _bounds(
    rows: Sequence[Mapping[Feature, float]],
    order: Sequence[int],
    feature: Feature,
    slopes: Sequence[float],
    curves: Sequence[float],
) -> Iterator[tuple[float, Bound]]:
    """Every bound that the feature allows, with what it gains."""
    slope_total, curve_total = sum(slopes), sum(curves)
    slope = curve = 0.0
    for nth, (here, after) in enumerate(pairwise(order), start=1):
        slope += slopes[here]
        curve += curves[here]
        value, following = rows[here].get(feature, 1.0), rows[after].get(feature, 1.0)
        if value == following or min(nth, len(order) - nth) < SMALLEST_SIDE:
            continue
        below = -slope / (curve + PENALTY)
        above = -(slope_total - slope) / (curve_total - curve + PENALTY)
        if (above - below) * RISES[feature] >= 0:
            gain = slope**2 / (curve + PENALTY) + (slope_total - slope) ** 2 / (curve_total - curve + PENALTY)
            yield gain, (feature, (value + following) / 2, below, above)


def _accuracy(judged: Sequence[tuple[float, bool]]) -> Accuracy:
    fakes = sorted(points for points, is_fake in judged if is_fake)
    real = sorted(points for points, is_fake in judged if not is_fake)
    return Accuracy(
        auc=round(_auc(judged, len(fakes), len(real)), 4),
        caught=Rate(hits=sum(points > 0 for points in fakes), trials=len(fakes)),
        false_alarms=Rate(hits=sum(points > 0 for points in real), trials=len(real)),
    )


def _auc(judged: Sequence[tuple[float, bool]], fakes: int, real: int) -> float:
    """By ranks: accounts with as many points share the middle of their ranks."""
    by_points = defaultdict[float, list[bool]](list)
    for points, is_fake in judged:
        by_points[points].append(is_fake)
    passed, ranks = 0, 0.0
    for points in sorted(by_points):
        tied = by_points[points]
        ranks += sum(tied) * (passed + (len(tied) + 1) / 2)
        passed += len(tied)
    return (ranks - fakes * (fakes + 1) / 2) / (fakes * real)
