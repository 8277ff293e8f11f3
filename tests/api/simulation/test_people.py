"""What simulated people say when it is their turn."""

from datetime import UTC, datetime
from statistics import mean

import pytest

from api.simulation.library import stream
from api.simulation.people import SIZES, candidates_of, disclosing_caption
from api.simulation.walk import walk
from domain.behaviour import DEFAULT
from domain.disclosure import check_disclosure
from domain.disclosure_rules import Jurisdiction
from domain.pricing import quote
from tests.domain.given import a_brief, a_profile


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_captions_disclose_in_every_jurisdiction(jurisdiction: Jurisdiction) -> None:
    brief = a_brief(terms={"disclosure": {"jurisdiction": jurisdiction}})
    assert check_disclosure(disclosing_caption(brief), jurisdiction, partner=brief.brand).passed


def test_invented_accounts_cover_the_range_of_the_brief() -> None:
    sizes = [one.followers for one in candidates_of(a_brief())]

    assert len(sizes) == SIZES
    assert 1_000 <= sizes[0] < 1_100
    assert 9_000 < sizes[-1] <= 10_000
    assert sizes == sorted(sizes)


def test_known_accounts_have_their_fair_fee() -> None:
    profile, brief = a_profile(), a_brief()
    (one,) = candidates_of(brief, [profile])

    assert (one.fair, one.followers) == (quote(brief, profile).fee, 5_000)
    assert one.assignment.opening_fee == 212_50


def test_a_range_that_begins_at_nobody_is_no_range_of_empty_accounts() -> None:
    brief = a_brief(criteria={"followers_min": 0, "followers_max": 1})
    assert {one.followers for one in candidates_of(brief)} == {1}


def test_engagement_follows_the_benchmark_of_the_tier() -> None:
    """Over two hundred completed posts the rate is the benchmark's, within a tenth."""
    brief = a_brief(deliverables=[{"format": "reel"}])
    candidate = candidates_of(brief)[12]
    at = datetime(2026, 3, 2, tzinfo=UTC)
    walks = (walk(candidate, DEFAULT, "#ad Lumen Tea", stream(n), at) for n in range(900))
    rates = [result.engagements / candidate.followers for one in walks for result in one.results]

    assert len(rates) > 150
    assert mean(rates) == pytest.approx(candidate.usual.rate, rel=0.1)
