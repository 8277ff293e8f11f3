"""Word matching between texts and a subject."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.relevance import concerns, share_about, subject, words


def test_words_are_lower_case_singular_and_without_filler() -> None:
    assert words("The BEANS of our brand, and a glass") == {"bean", "glass"}


def test_a_subject_grows_by_the_fields_it_touches() -> None:
    about = subject(["Northbound Coffee", "single-origin beans"])
    assert {"northbound", "espresso", "roast"} <= about
    assert "serum" not in about


@pytest.mark.parametrize("text", ["Best espresso in town", "#coffeelover", "KAFFEE!", "which beans did you use?"])
def test_texts_about_the_subject_are_recognised(text: str) -> None:
    assert concerns(text, subject(["coffee"]))


@pytest.mark.parametrize("text", ["nice pic", "wow", "", "🔥🔥🔥", "beautiful sunset over the bay"])
def test_texts_about_nothing_in_particular_are_not(text: str) -> None:
    assert not concerns(text, subject(["coffee"]))


@pytest.mark.parametrize("text", ["great content", "so modern", "skinny jeans"])
def test_a_word_inside_another_word_does_not_count(text: str) -> None:
    assert not concerns(text, frozenset({"tent", "mode", "skin"}))


@pytest.mark.parametrize(("tag", "expected"), [("#gymnast", False), ("#campinglife", True), ("#wintercamping", True)])
def test_a_hashtag_counts_by_either_end_but_not_by_a_short_word(tag: str, expected: bool) -> None:
    assert concerns(tag, frozenset({"gym", "camping"})) is expected


def test_the_share_counts_texts_not_words() -> None:
    assert share_about(["coffee coffee coffee", "nice", "great", "so cute"], subject(["coffee"])) == 0.25


@given(st.lists(st.text()), st.lists(st.text()))
def test_a_share_is_a_ratio_for_any_text(texts: list[str], about: list[str]) -> None:
    assert 0.0 <= share_about(texts, subject(about)) <= 1.0
