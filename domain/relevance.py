"""Does a text have to do with a subject? Word matching with a small, versioned vocabulary: explainable, no model.

It knows English and a few words of German, French and Italian. A text in another language is not evidence of
irrelevance, which is why callers never let this decide alone.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from domain.values import Line, Value

_WORD = re.compile(r"\w+")
_HASHTAG = re.compile(r"#(\w+)")
_FILLER = """
    a an and are as at be but by co company for from go i in inc is it ltd my new of on or our so the this to up
    we with you your brand official shop store studio product products
"""
_EMPTY = frozenset(_FILLER.split())
_SHORTEST = 3
"""Shorter words say nothing about a subject."""
_SHORTEST_WITHIN = 4
"""From this length on a word is also looked for at both ends of a hashtag, where words are written together."""


class Vocabulary(Value):
    """Fields of interest with the words that give them away, all in lower case and singular."""

    version: Line
    fields: Mapping[str, frozenset[str]]


def _field(name: str, text: str) -> tuple[str, frozenset[str]]:
    return name, frozenset({name, *text.split()})


VOCABULARY = Vocabulary(
    version="2026-11.1",
    fields=dict(
        (
            _field(
                "coffee", "espresso latte brew roast roaster roastery bean barista cappuccino kaffee café caffè v60"
            ),
            _field(
                "outdoor", "hike hiking trail camping camp tent mountain backpack climb climbing summit wandern nature"
            ),
            _field(
                "skincare", "skin serum moisturiser moisturizer spf retinol cleanser sunscreen beauty hautpflege glow"
            ),
            _field("fitness", "gym workout training strength run running yoga pilates marathon protein muscle sport"),
            _field(
                "food", "recipe cook cooking bake baking vegan kitchen dinner restaurant foodie brunch cuisine ricetta"
            ),
            _field("travel", "trip flight hotel island beach city roadtrip itinerary passport wanderlust reise voyage"),
            _field("fashion", "outfit style dress denim sneaker wardrobe thrift vintage ootd jacket mode moda"),
            _field("home", "interior decor furniture plant garden sofa diy renovation lamp ceramic wohnen"),
            _field("parenting", "baby toddler kid mum mom dad nursery family stroller pregnancy eltern"),
            _field("technology", "tech gadget phone laptop app camera keyboard headphone gaming software review"),
            _field("pets", "dog cat puppy kitten leash vet kibble rescue paw hund katze"),
            _field("books", "reading novel author library bookshelf thriller fiction paperback poetry livre libro"),
        )
    ),
)


def words(text: str) -> frozenset[str]:
    """The meaningful words of a text: lower case, plural s removed, filler dropped."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return frozenset(_singular(word) for word in _WORD.findall(plain) if len(word) >= _SHORTEST and word not in _EMPTY)


def subject(texts: Iterable[str], vocabulary: Vocabulary = VOCABULARY) -> frozenset[str]:
    """The words of `texts`, with those of every field of interest that they touch."""
    own = frozenset().union(*(words(text) for text in texts))
    fields = (related for related in vocabulary.fields.values() if own & related)
    return own.union(*fields)


def concerns(text: str, about: frozenset[str]) -> bool:
    """Whether a text has a word of the subject, alone or as one end of a `#hashtag`."""
    return bool(words(text) & about) or any(_tag_concerns(tag, about) for tag in _HASHTAG.findall(text))


def share_about(texts: Iterable[str], about: frozenset[str]) -> float:
    """The share (0..1) of texts that concern the subject; 0 for no texts."""
    verdicts = [concerns(text, about) for text in texts]
    return sum(verdicts) / len(verdicts) if verdicts else 0.0


def _tag_concerns(tag: str, about: frozenset[str]) -> bool:
    run = unicodedata.normalize("NFKC", tag).casefold()
    return any(run.startswith(word) or run.endswith(word) for word in about if len(word) >= _SHORTEST_WITHIN)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > _SHORTEST and word.endswith("s") and not word.endswith("ss") else word
