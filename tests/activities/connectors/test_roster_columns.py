"""Headings and names, as rosters write them."""

import pytest

from activities.connectors.roster_columns import Columns, Field, country, field_of, language
from domain.creators import Platform


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Follower Count", Field.FOLLOWERS),
        ("Follower\nCount", Field.FOLLOWERS),
        ("FOLLOWERS", Field.FOLLOWERS),
        ("Username", Field.HANDLE),
        ("@handle", Field.HANDLE),
        ("E-mail", Field.EMAIL),
        ("Email Address", Field.EMAIL),
        ("Avg. Likes", Field.AVERAGE_LIKES),
        ("average_comments", Field.AVERAGE_COMMENTS),
        ("Posts / Week", Field.POSTS_PER_WEEK),
        ("# of posts", Field.POSTS),
        ("Engagement Rate (%)", Field.ENGAGEMENT_STATED),
        ("Rate per Post (USD)", Field.FEE),
        ("Fee in €", Field.FEE),
        ("fee_currency", Field.FEE_CURRENCY),
        ("Shoe size", None),
        ("", None),
    ],
)
def test_a_heading_is_understood_by_its_letters(heading: str, field: Field | None) -> None:
    assert field_of(heading) == (field, None)


def test_every_field_is_understood_by_its_own_name() -> None:
    assert [field_of(field)[0] for field in Field] == list(Field)


def test_a_heading_may_name_the_platform() -> None:
    assert field_of("Instagram Handle") == (Field.HANDLE, Platform.INSTAGRAM)
    assert Columns(["IG handle", "email", "IG followers"]).platform is Platform.INSTAGRAM
    assert Columns(["Instagram handle", "email", "TikTok followers"]).platform is None


def test_a_heading_that_is_longer_than_any_is_not_understood() -> None:
    """In lines of JSON it may have as many characters as the file."""
    assert field_of("(" * 1_000_000) == (None, None)


def test_the_first_of_two_headings_for_a_field_counts_and_the_other_is_reported() -> None:
    columns = Columns(["Name", "Handle", "Username", "Mood"])
    assert columns.index[Field.HANDLE] == 1
    assert columns.ignored == ["Username", "Mood"]
    assert columns.missing == [Field.EMAIL, Field.FOLLOWERS]


@pytest.mark.parametrize(
    ("written", "code"),
    [("us", "US"), ("UK", "GB"), ("United Kingdom", "GB"), ("Deutschland", "DE"), ("Berlin, Germany", "DE"),
     ("the netherlands", "NL"), ("Los Angeles, CA", None), ("Atlantis", None)],
)  # fmt: skip
def test_countries_are_read_from_codes_and_names(written: str, code: str | None) -> None:
    assert country(written) == code


@pytest.mark.parametrize(("written", "code"), [("EN-us", "en"), ("German", "de"), ("français", "fr"), ("Elvish", None)])
def test_languages_are_read_from_codes_and_names(written: str, code: str | None) -> None:
    assert language(written) == code
