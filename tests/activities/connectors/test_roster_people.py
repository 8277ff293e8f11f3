"""The invented world of the roster generator holds together."""

import pytest

from activities.connectors.roster_people import COMMENTS, COUNTRIES, INTERESTS, LANGUAGE_OF, Interest
from domain.relevance import VOCABULARY, concerns, subject


def test_countries_share_the_whole_and_each_speaks_a_language_that_has_comments() -> None:
    assert sum(COUNTRIES.values()) == pytest.approx(1)
    assert {LANGUAGE_OF[country] for country in COUNTRIES} == set(COMMENTS)


@pytest.mark.parametrize("interest", INTERESTS, ids=lambda interest: interest.name)
def test_an_interests_words_and_hashtags_are_recognised_as_being_about_it(interest: Interest) -> None:
    """Otherwise the checks would find that no creator of the demo has to do with anything."""
    about = subject([interest.name])
    assert interest.name in VOCABULARY.fields
    recognised = [concerns(text, about) for text in (*interest.words, *(f"#{tag}" for tag in interest.hashtags))]
    assert sum(recognised) / len(recognised) > 0.75


def test_genuine_comments_are_longer_than_the_five_words_that_look_bought() -> None:
    assert all(len(line.split()) >= 5 for lines in COMMENTS.values() for line in lines)
