"""The disclosure gate: does a caption say that it is advertising, in words and in a place that the law accepts?

It is a gate, never a negotiable term: no policy and no deadline approves content that it refuses.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Annotated

from domain.creators import Country
from domain.disclosure_rules import PREVIEW, RULEBOOKS, VERSION, Jurisdiction, Naming, Rulebook, Wording
from domain.personal import PERSONAL
from domain.values import Line, Text, Value

__all__ = ["VERSION", "Disclosure", "Jurisdiction", "check_disclosure", "jurisdiction_of"]


class Disclosure(Value):
    """The gate's answer: what was found (None for nothing), why it passes or not, and the rule with its source.

    `fix` says how to mend it; it is empty for content that passes.
    """

    passed: bool
    found: Annotated[Line | None, PERSONAL]
    why: Annotated[Text, PERSONAL]
    fix: Text
    rule: Line
    source: Line
    jurisdiction: Jurisdiction
    version: Line = VERSION


def jurisdiction_of(country: Country | None) -> Jurisdiction:
    """Whose rules protect an audience in that country; the strictest European ones for any other, or for none named."""
    if country == "GB":
        return Jurisdiction.UK
    return Jurisdiction(country) if country in set(Jurisdiction) else Jurisdiction.EU


def check_disclosure(
    caption: str, jurisdiction: Jurisdiction, *, partner: str, platform_label: bool = False
) -> Disclosure:
    """Check a caption. `platform_label` tells that the platform's own label is switched on, which is never enough."""
    book = RULEBOOKS[jurisdiction]
    text = _plain(caption)
    misplaced: Disclosure | None = None
    for found in _disclosures(text, book, partner):
        problem = found.problem(text, book)
        if problem is None:
            return _answer(book, found.label, found.wording.rule, found.wording.source.origin, "It discloses.")
        misplaced = misplaced or _refusal(
            book, partner, found.label, f"{found.wording.rule}-misplaced", book.placement.origin, problem
        )
    return misplaced or _what_it_has_instead(text, book, partner, platform_label)


class _Found:
    """A wording that discloses, at its place in the text."""

    def __init__(self, wording: Wording, match: re.Match[str], until: int) -> None:
        group = "label" if "label" in match.groupdict() else 0
        self.wording = wording
        self.label = " ".join(match.group(group).split())
        self.start = match.start(group)
        self.until = until

    def problem(self, text: str, book: Rulebook) -> str | None:
        """Why it is not where readers see it, or None."""
        if self.until > PREVIEW.characters or text.count("\n", 0, self.until) >= PREVIEW.lines:
            return (
                f"{self.label} is hidden behind the cut after {PREVIEW.characters} characters or {PREVIEW.lines} lines."
            )
        first = book.among_first_hashtags
        if first is not None and self.wording.is_hashtag:
            place = 1 + len(_HASHTAG.findall(text[: self.start]))
            if place > first:
                return f'"{self.label}" is hashtag number {place}; it must be among the first {first}.'
        return None


_HASHTAG = re.compile(r"(?<![\w#&])#\w")
_MENTION = re.compile(r"(?<!\w)@\w")
_CODE = re.compile(r"\b(?:code|discount|% off|promo)\b", re.IGNORECASE)
_NEGATED_BEFORE = re.compile(
    r"(?:\b(?:not|never|no|without|non|isn['’]t|keine?|nicht|unbezahlte|unbeauftragte|sans|pas|senza|nessuna)"
    r"|\bn['’]est\s+pas)(?:[^\S\n]+(?:an?|even|a\s+paid|paid|in|eine?|de|une|è|una))*[^\S\n]*$",
    re.IGNORECASE,
)
_NEGATED_AFTER = re.compile(
    r"[\s|,:(/-]{0,3}(?:unbezahlt|unbeauftragt|nicht\s+bezahlt|not\s+paid|non\s+pagat)", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_NEGATION_WITHIN = 40
"""Characters before a wording in which a `not` turns it round."""
_NAME_WITHIN = 80
"""Characters after `Paid partnership with` in which the name is looked for."""


def _plain(caption: str) -> str:
    """The caption as it reads: composed letters, ordinary spaces, no invisible characters, one kind of line end."""
    text = _CONTROL.sub(" ", unicodedata.normalize("NFKC", caption).translate(_INVISIBLE))
    text = re.sub(r"\r\n?|\u2028|\u2029", "\n", text)
    return re.sub(r"[^\S\n]", " ", text).strip()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _disclosures(text: str, book: Rulebook, partner: str) -> Iterable[_Found]:
    """Every wording that discloses, in the order of the text."""
    found = (one for wording in book.wordings for one in _matches(wording, text, partner))
    return sorted(found, key=lambda one: (one.start, -one.until))


def _matches(wording: Wording, text: str, partner: str) -> Iterator[_Found]:
    for match in _compiled(wording.pattern).finditer(text):
        group = "label" if "label" in match.groupdict() else 0
        if _NEGATED_BEFORE.search(
            text[max(0, match.start(group) - _NEGATION_WITHIN) : match.start(group)]
        ) or _NEGATED_AFTER.match(text, match.end(group)):
            continue
        if wording.naming is Naming.FOLLOWS:
            named = _name_at(text[match.end() : match.end() + _NAME_WITHIN], partner)
            if named:
                yield _Found(wording, match, match.end() + named)
        elif wording.naming is Naming.NOT_NEEDED or _name_in(text[: PREVIEW.characters], partner):
            yield _Found(wording, match, match.end(group))


def _name_at(text: str, partner: str) -> int:
    """Length of the partner's name at the start of a text, 0 if it is not there.

    A tag (@acmecoffee) and the first words of a longer name (Acme for Acme Coffee Ltd) name the partner as well.
    """
    wanted = _letters(partner)
    first = re.match(r"(?:our friends at |the team at |the )?[#@]?([\w.'’&-]+)", text, re.IGNORECASE)
    if not wanted or first is None:
        return 0
    given = _letters(first.group(1))
    lead = _letters(partner.split(maxsplit=1)[0])
    if (len(given) >= min(3, len(wanted)) and wanted.startswith(given)) or (lead and given.startswith(lead)):
        return first.end()
    return 0


def _name_in(text: str, partner: str) -> bool:
    wanted = _letters(partner)
    return bool(wanted) and wanted in _letters(text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _what_it_has_instead(text: str, book: Rulebook, partner: str, platform_label: bool) -> Disclosure:
    """The refusal, with the reason that helps most: the wording that falls short, or what is missing altogether."""
    for shortfall in book.shortfalls:
        match = _compiled(shortfall.pattern).search(text)
        if match:
            label = " ".join((match.groupdict().get("label") or match.group()).split())
            why = f'"{label}" is not enough: {shortfall.why}.'
            return _refusal(book, partner, label, shortfall.rule, shortfall.source.origin, why)
    if platform_label:
        why = "The platform's own label alone is not enough: the caption itself must disclose."
        return _refusal(book, partner, "platform label", "platform-label-alone", book.placement.origin, why)
    if _MENTION.search(text) or _CODE.search(text):
        why = "A bare tag or discount code does not say that the post is paid."
        return _refusal(book, partner, None, "bare-tag-or-code", book.placement.origin, why)
    return _refusal(
        book, partner, None, "nothing-found", book.placement.origin, "The caption does not disclose anything."
    )


def _refusal(book: Rulebook, partner: str, found: str | None, rule: str, source: str, why: str) -> Disclosure:
    answer = _answer(book, found, rule, source, why)
    return answer.model_copy(update={"passed": False, "fix": book.fix.format(partner=partner)})


def _answer(book: Rulebook, found: str | None, rule: str, source: str, why: str) -> Disclosure:
    return Disclosure(
        passed=True,
        found=found[:200] if found else None,
        why=why,
        fix="",
        rule=f"{book.jurisdiction.lower()}.{rule}",
        source=source,
        jurisdiction=book.jurisdiction,
    )
