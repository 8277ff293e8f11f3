"""Walks made beforehand say the same as walks made anew."""

from datetime import UTC, datetime, timedelta
from statistics import mean, stdev

import pytest

from api.simulation.library import (
    AHEAD,
    AT_LEAST,
    DAY,
    Batch,
    Library,
    first_batches,
    needed,
    shelved,
    stream,
    walked,
    width,
)
from api.simulation.outreach import Fresh, Run, Scene, campaign
from tests.domain.given import a_brief

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SCENE = Scene(a_brief(creators_wanted=5), NOW)


@pytest.fixture(scope="module")
def library() -> Library:
    few = shelved(SCENE, [(batch, walked(SCENE, 1, batch)) for batch in first_batches(SCENE)])
    more = needed(SCENE, 1, 40, few)
    return shelved(SCENE, [(batch, walked(SCENE, 1, batch)) for batch in more], few)


def test_campaigns_of_the_library_are_like_campaigns_walked_anew(library: Library) -> None:
    """Contracts, money and impressions of forty campaigns each differ by less than chance explains."""
    ours = [campaign(SCENE, library, stream(1, "library", nth)) for nth in range(40)]
    anew = [campaign(SCENE, Fresh(SCENE), stream(1, "fresh", nth)) for nth in range(40)]

    for one, other in zip(zip(*map(_figures, ours), strict=True), zip(*map(_figures, anew), strict=True), strict=True):
        error = (stdev(one) ** 2 / 40 + stdev(other) ** 2 / 40) ** 0.5
        assert abs(mean(one) - mean(other)) < 3 * error


def _figures(run: Run) -> tuple[float, ...]:
    return run.contracted, run.paid, run.in_all[0], run.ended_at


def test_a_walk_is_the_same_whoever_makes_it() -> None:
    whole = walked(SCENE, 5, Batch(3, 0, 6))
    assert walked(SCENE, 5, Batch(3, 0, 2)) + walked(SCENE, 5, Batch(3, 2, 6)) == whole
    assert walked(SCENE, 6, Batch(3, 0, 6)) != whole


def test_shelves_are_days_until_the_window_opens_and_then_days_of_the_week(library: Library) -> None:
    opens = SCENE.opens

    assert [library.shelf(opens - days * DAY) for days in (13.2, 1, 0.5, 0)] == [14, 1, 1, 0]
    assert [library.shelf(opens + days * DAY) for days in (0.5, 1, 6.9, 7)] == [0, -1, -6, 0]
    assert {library.shelf(hours * 3_600) for hours in range(2_000)} <= library.shelves.keys()


def test_a_window_far_ahead_has_wider_shelves() -> None:
    far = Scene(a_brief(), NOW - timedelta(days=200))

    assert width(far) == pytest.approx(far.opens / AHEAD)
    assert {batch.shelf for batch in first_batches(far)} == set(range(-6, AHEAD + 1))


def test_a_window_that_has_opened_leaves_only_days_of_the_week() -> None:
    late = Scene(a_brief(), NOW + timedelta(days=30))
    assert {batch.shelf for batch in first_batches(late)} == set(range(-6, 1))


def test_what_is_used_more_is_walked_more() -> None:
    few = shelved(SCENE, [(batch, walked(SCENE, 1, batch)) for batch in first_batches(SCENE)])
    more = needed(SCENE, 1, 500, few)

    assert max(more, key=lambda batch: batch.last).shelf in (12, 13, 14)
    assert all(batch.first == AT_LEAST < batch.last for batch in more)
