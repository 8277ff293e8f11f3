"""The languages that letters are written in, and which of them a reader gets."""

from enum import StrEnum


class LetterLanguage(StrEnum):
    """A language that every letter exists in."""

    ENGLISH = "en"
    GERMAN = "de"
    FRENCH = "fr"
    ITALIAN = "it"
    SPANISH = "es"


def letter_language(own: str | None, audience: str | None = None) -> LetterLanguage:
    """The language of a reader's letters, from ISO 639-1 codes: their own, or the audience's where theirs is not known.

    English where there are no letters in that language.
    """
    wish = own or audience
    return LetterLanguage(wish) if wish in set(LetterLanguage) else LetterLanguage.ENGLISH
