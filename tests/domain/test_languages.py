"""Which language a reader's letters are in."""

import pytest

from domain.languages import LetterLanguage, letter_language


@pytest.mark.parametrize(
    ("own", "audience", "expected"),
    [
        ("de", "fr", LetterLanguage.GERMAN),
        (None, "fr", LetterLanguage.FRENCH),
        (None, None, LetterLanguage.ENGLISH),
        ("pt", "fr", LetterLanguage.ENGLISH),
        (None, "ja", LetterLanguage.ENGLISH),
    ],
)
def test_people_are_written_to_in_their_own_language(
    own: str | None, audience: str | None, expected: LetterLanguage
) -> None:
    """Else in the audience's; whose language we know and do not write gets English, not a third language."""
    assert letter_language(own, audience) is expected
