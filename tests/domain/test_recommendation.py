from typing import Any

import pytest
from pydantic import ValidationError

from domain.outcomes import Outcome
from domain.recommendation import (
    DEFAULT,
    Advice,
    Ground,
    Performance,
    Recommendation,
    RecommendationPolicy,
    Yardstick,
    recommend,
)

AGAIN, RENEGOTIATE, OTHERS = Recommendation
USUAL = Yardstick(median=100.0, creators=5, benchmark_high=100.0)
GOOD: dict[str, Any] = {
    "outcome": Outcome.COMPLETED,
    "posts_agreed": 4,
    "posts_live": 4,
    "drafted": 4,
    "drafts": 4,
    "engagements": 200,
    "cost_per_engagement": 100.0,
}


def advice(by: Yardstick = USUAL, policy: RecommendationPolicy = DEFAULT, **changes: Any) -> Advice:
    return recommend(Performance(**GOOD | changes), by, policy)


def test_who_delivered_well_is_worth_another_campaign() -> None:
    """Every ground is looked at, and each says its figures."""
    found = advice()
    assert found.recommendation is AGAIN
    assert [reason.ground for reason in found.reasons] == list(Ground)
    assert found.because == (
        "4 of 4 posts live; no post late; no changes; every draft disclosed;"
        " an engagement cost 1.0 times the campaign's median and 1.0 times the usual high; no figure stands out"
    )
    assert found.policy == DEFAULT.version


@pytest.mark.parametrize(
    ("changes", "expected", "because"),
    [
        ({"late": 2}, AGAIN, "2 of 4 late"),
        ({"late": 3}, RENEGOTIATE, "3 of 4 late"),
        ({"rounds": 6, "drafts": 10}, AGAIN, "1.5 rounds of changes a post"),
        ({"rounds": 7, "drafts": 11}, RENEGOTIATE, "1.8 rounds of changes a post"),
        ({"undisclosed": 1, "drafts": 5}, AGAIN, "1 of 5 drafts did not disclose"),
        ({"undisclosed": 2, "drafts": 6}, RENEGOTIATE, "2 of 6 drafts did not disclose"),
        ({"undisclosed": 3, "drafts": 7}, OTHERS, "3 of 7 drafts did not disclose"),
        ({"cost_per_engagement": 150.0}, AGAIN, "1.5 times the campaign's median"),
        ({"cost_per_engagement": 151.0}, RENEGOTIATE, "1.5 times the campaign's median"),
        ({"cost_per_engagement": None, "engagements": None}, RENEGOTIATE, "no engagements are known"),
        ({"cost_per_engagement": None, "engagements": 0}, RENEGOTIATE, "no engagement in return"),
        ({"missed": 1, "posts_live": 3, "outcome": Outcome.MISSED}, OTHERS, "missed 1 of 4 posts"),
        ({"posts_live": 2, "outcome": Outcome.CANCELLED}, RENEGOTIATE, "2 of 4 posts live when"),
    ],
)
def test_each_ground_has_its_threshold(changes: dict[str, Any], expected: Recommendation, because: str) -> None:
    """At the threshold nothing is held against anybody; beyond it, the reason that decides is the one that is told."""
    found = advice(**changes)
    assert found.recommendation is expected
    assert because in found.because


def test_the_worst_reason_decides() -> None:
    """Cheap posts do not make up for those that never came, and what price could mend is not named then."""
    found = advice(missed=1, posts_live=3, late=3, cost_per_engagement=1.0)
    assert found.recommendation is OTHERS
    assert found.because == "missed 1 of 4 posts"
    assert {reason.speaks_for for reason in found.reasons} == {AGAIN, RENEGOTIATE, OTHERS}


def test_a_campaign_that_was_dear_as_a_whole_is_no_excuse() -> None:
    """The benchmark counts beside the median."""
    dear = Yardstick(median=300.0, creators=5, benchmark_high=100.0)
    assert advice(dear, cost_per_engagement=200.0).recommendation is AGAIN
    assert advice(dear, cost_per_engagement=201.0).recommendation is RENEGOTIATE


def test_one_creator_is_no_median() -> None:
    """Nobody is compared with themselves; without anything to compare with, the cost speaks neither way."""
    alone = Yardstick(median=10.0, creators=1)
    found = advice(alone, cost_per_engagement=1_000.0)
    assert found.recommendation is AGAIN
    assert "nothing to compare its cost with" in found.because


def test_another_policy_may_be_stricter() -> None:
    """The thresholds are data, and the advice names the policy's version."""
    strict = RecommendationPolicy(version="ours", late_share_max=0)
    found = advice(policy=strict, late=1)
    assert (found.recommendation, found.policy) == (RENEGOTIATE, "ours")
    with pytest.raises(ValidationError, match="late_share_max"):
        RecommendationPolicy(late_share_max=2)


@pytest.mark.parametrize(
    ("flagged", "severely", "expected"), [(0, 0, AGAIN), (2, 0, AGAIN), (2, 1, RENEGOTIATE), (4, 4, RENEGOTIATE)]
)
def test_figures_that_stand_out_are_a_reason_only_if_severely(
    flagged: int, severely: int, expected: Recommendation
) -> None:
    """And never one to look for others: a flag is evidence, on which a person decides."""
    found = advice(flagged=flagged, flagged_severely=severely)
    assert found.recommendation is expected
    if flagged:
        assert f"figures of {flagged} of 4 posts stand out, {severely} severely" in [r.because for r in found.reasons]
