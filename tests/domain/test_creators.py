"""A creator's profile: what it accepts, and the one rate that it counts."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.creators import Creator, Profile
from tests.domain.given import a_profile


def test_engagement_is_counted_by_followers() -> None:
    """Likes and comments together, over followers."""
    assert a_profile().engagement_rate == pytest.approx(138 / 5_000)


@pytest.mark.parametrize("facts", [{"average_likes": None}, {"average_comments": None}, {"followers": 0}])
def test_engagement_is_unknown_where_a_figure_is(facts: dict[str, Any]) -> None:
    """A missing figure is not zero, and nobody's followers have no rate; a stated rate does not stand in."""
    assert a_profile(**facts, engagement_stated=0.05).engagement_rate is None


@pytest.mark.parametrize(
    "facts",
    [
        {"handle": "@steep.and.pour"},
        {"handle": "Steep"},
        {"handle": "two words"},
        {"handle": ""},
        {"email": "ines"},
        {"email": "ines@creators"},
        {"email": "a b@creators.example"},
        {"email": f"{'a' * 250}@b.example"},
        {"name": " "},
        {"name": "Ines\nBcc: everyone@else.example"},
        {"followers": -1},
        {"followers": 1.5},
        {"average_likes": -0.1},
        {"average_likes": float("nan")},
        {"average_likes": float("inf")},
        {"engagement_stated": float("inf")},
        {"country": "us"},
        {"country": "USA"},
        {"language": "EN"},
        {"platform": "myspace"},
        {"fee": -1},
        {"fee_currency": "$"},
    ],
)
def test_what_is_no_profile_is_refused(facts: dict[str, Any]) -> None:
    """Each of these fields alone makes a row unusable."""
    with pytest.raises(ValidationError) as refused:
        a_profile(**facts)
    assert {error["loc"][0] for error in refused.value.errors()} == set(facts)


def test_only_the_account_is_needed() -> None:
    """Figures that a roster does not have are unknown."""
    bare = Profile.model_validate(
        {"platform": "tiktok", "handle": "a", "name": "A", "email": "a@b.example", "followers": 10}
    )
    assert (bare.following, bare.posts, bare.average_likes, bare.fee) == (None, None, None, None)
    assert bare.fee_currency == "USD"


def test_a_creator_survives_json() -> None:
    """The directory gives back the creator that it was given."""
    creator = Creator(id="creator-1", profile=a_profile(topics=("tea",), sample_comments=("So good!",)))
    assert Creator.model_validate_json(creator.model_dump_json()) == creator
