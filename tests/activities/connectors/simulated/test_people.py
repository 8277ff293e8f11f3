"""The people whom the twins know: the roster's, the same every time, and a few more."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from activities.connectors.csv_roster import read_roster
from activities.connectors.simulated.people import (
    COUNT,
    MOST_POSTS,
    NEWCOMERS,
    audience,
    fake_share,
    matching,
    named,
    people,
    posts,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_the_bundled_roster_is_of_these_people() -> None:
    """So what a source says of somebody fits what the roster says."""
    roster = read_roster(files("api").joinpath("demo", "roster.csv").read_bytes())
    known = {(one.profile.platform, one.profile.handle): one.profile for one in people() if not one.newcomer}
    assert len(known) == COUNT
    for _, profile in roster.accepted:
        person = known[profile.platform, profile.handle]
        assert person.email == profile.email
        assert person.followers == pytest.approx(profile.followers, rel=0.02, abs=60)


def test_newcomers_are_nobody_of_the_roster() -> None:
    """Whom a search discovers."""
    new = {one.profile.handle for one in people() if one.newcomer}
    assert len(new) == NEWCOMERS
    assert not new & {one.profile.handle for one in people() if not one.newcomer}


def test_posts_are_as_many_as_liked_and_as_often_as_the_profile_says() -> None:
    """Newest first, and the same every time."""
    for person in people()[:50]:
        profile, made = person.profile, posts(person, NOW)
        assert len(made) == min(profile.posts or 0, MOST_POSTS)
        assert made == posts(person, NOW)
        assert [post.at for post in made] == sorted((post.at for post in made), reverse=True)
        if len(made) > 20:
            assert sum(post.likes for post in made) / len(made) == pytest.approx(profile.average_likes, rel=0.03, abs=1)
            weeks = (made[0].at - made[-1].at) / timedelta(weeks=1)
            assert (len(made) - 1) / weeks == pytest.approx(profile.posts_per_week, rel=0.01)


def test_ids_are_one_s_own() -> None:
    """Of accounts and of posts, and they are numbers."""
    numbers = [person.number for person in people()]
    numbers += [post.number for person in people() for post in posts(person, NOW)]
    assert len(set(numbers)) == len(numbers)
    assert all(number.isdigit() for number in numbers)


def test_suspicious_people_have_fewer_real_followers_at_home() -> None:
    """Shares are ratios, and never more than everybody."""
    for person in people():
        assert 0 < sum(audience(person).values()) <= 1
        assert (fake_share(person) > 0.3) == person.suspicious


def test_people_are_found_by_name_and_by_words() -> None:
    """All words must fit; an account is asked for with its platform."""
    person = people()[0]
    profile = person.profile
    assert named(people(), profile.platform, [profile.handle]) == [person]
    assert named(people(), "another", [profile.handle]) == []
    assert person in matching(people(), profile.topics[0].upper())
    assert matching(people(), f"{profile.topics[0]} no.such.word") == []
