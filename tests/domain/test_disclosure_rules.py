"""The rules themselves: complete, sourced, and patterns that compile."""

import re

import pytest

from domain.benchmarks import Grade
from domain.disclosure_rules import PREVIEW, RULEBOOKS, Jurisdiction, Rulebook


@pytest.mark.parametrize("book", RULEBOOKS.values(), ids=list(RULEBOOKS))
def test_every_pattern_compiles_and_no_wording_passes_on_an_empty_text(book: Rulebook) -> None:
    for wording in book.wordings:
        assert re.search(wording.pattern, "", re.IGNORECASE) is None
    for shortfall in book.shortfalls:
        assert re.search(shortfall.pattern, "", re.IGNORECASE) is None


@pytest.mark.parametrize("book", RULEBOOKS.values(), ids=list(RULEBOOKS))
def test_where_a_disclosure_must_stand_rests_on_an_official_source(book: Rulebook) -> None:
    assert book.placement.grade is Grade.OFFICIAL


def test_a_fix_names_no_placeholder_but_the_partner() -> None:
    assert all("{" not in book.fix.format(partner="Acme") for book in RULEBOOKS.values())


def test_hashtags_of_a_group_count_where_a_regulator_wants_the_first_ones() -> None:
    first = {jurisdiction: book.among_first_hashtags for jurisdiction, book in RULEBOOKS.items()}
    assert first[Jurisdiction.IT] == 3
    assert first[Jurisdiction.DE] == first[Jurisdiction.EU] == 1


def test_only_wordings_that_are_hashtags_are_taken_for_hashtags() -> None:
    wordings = {wording.rule: wording.is_hashtag for book in RULEBOOKS.values() for wording in book.wordings}
    assert {rule for rule, is_hashtag in wordings.items() if is_hashtag} == {
        rule for rule in wordings if rule.endswith("hashtag")
    }


def test_the_preview_is_instagrams() -> None:
    assert (PREVIEW.characters, PREVIEW.lines) == (125, 3)
