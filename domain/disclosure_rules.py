"""What each jurisdiction accepts as a disclosure, and what it is known not to: rules as data, each with its source.

This is a careful reading of the rules for captions, not legal advice. Where a regulator advises against a wording it
does not pass here, even if a court might let it.
"""

from enum import StrEnum

from pydantic import Field

from domain.benchmarks import Grade, Source
from domain.values import Line, Text, Value


class Jurisdiction(StrEnum):
    """Whose rules a post must follow: those of the audience's country."""

    US = "US"
    UK = "UK"
    DE = "DE"
    FR = "FR"
    IT = "IT"
    EU = "EU"
    """Any other country: the strictest placement of the European rules."""


class Naming(StrEnum):
    """Whether a wording discloses only together with the partner's name, and where the name has to be."""

    NOT_NEEDED = "not needed"
    FOLLOWS = "follows"
    """Directly after the wording: `Sponsored by X`."""
    VISIBLE = "visible"
    """Anywhere in the visible part: `#paidpartnership`."""


class Wording(Value):
    """A wording that discloses. `pattern` is a regular expression, matched without regard to case."""

    rule: Line
    pattern: Text
    naming: Naming = Naming.NOT_NEEDED
    source: Source

    @property
    def is_hashtag(self) -> bool:
        """Whether it is a hashtag, so that its place among the other hashtags matters."""
        return self.pattern.startswith(_TAG)


class Shortfall(Value):
    """A wording that people use and that does not disclose."""

    rule: Line
    pattern: Text
    why: Text
    source: Source


class Rulebook(Value):
    """One jurisdiction's rules. A disclosure must be in the visible part and, as a hashtag, among the first ones."""

    jurisdiction: Jurisdiction
    wordings: tuple[Wording, ...]
    shortfalls: tuple[Shortfall, ...]
    fix: Line
    """What to do instead; `{partner}` stands for the partner's name."""
    among_first_hashtags: int | None = Field(default=None, ge=1)
    placement: Source


class Preview(Value):
    """How much of a caption is visible before somebody taps "more"."""

    characters: int = Field(gt=0)
    lines: int = Field(gt=0)
    source: Source


VERSION = "disclosure 2026-11.1"

PREVIEW = Preview(
    characters=125,
    lines=3,
    source=Source(
        grade=Grade.OFFICIAL,
        origin="FTC letters to endorsers, April 2017: the first three lines; Instagram cuts at about 125 characters",
    ),
)

_FTC = Source(grade=Grade.OFFICIAL, origin="US 16 CFR 255; FTC, Disclosures 101 for Social Media Influencers")
_FTC_LETTERS = Source(
    grade=Grade.OFFICIAL, origin="FTC letters to endorsers, April 2017: #sp, Thanks and #partner are unclear"
)
_CAP = Source(grade=Grade.OFFICIAL, origin="UK CAP Code 2.1; CAP and CMA, Influencers' guide, 3rd edition, March 2023")
_UWG = Source(grade=Grade.OFFICIAL, origin="DE UWG 5a (4), MStV 22; Medienanstalten, Leitfaden Werbekennzeichnung")
_KG = Source(grade=Grade.OFFICIAL, origin="KG Berlin, 11 October 2017, 5 W 221/17; OLG Celle, 8 June 2017, 13 U 53/17")
_LOI = Source(grade=Grade.OFFICIAL, origin="FR loi 2023-451 art. 5, as amended by ordonnance 2024-978")
_IAP = Source(grade=Grade.OFFICIAL, origin="IT AGCOM guidelines on influencers, 2024; IAP, Digital Chart, October 2024")
_UCPD = Source(grade=Grade.OFFICIAL, origin="EU UCPD, directive 2005/29/EC, art. 7(2) and annex I no. 11")
_COMMON = Source(grade=Grade.PLAYBOOK, origin="campaign playbook: wordings accepted in practice")

_TAG = r"(?<![\w#&])#"
_END = r"(?!\w|-\w)"
_ALONE_LEFT = r"(?:(?:^|\n)[^\w\n#@]*|[^\w\s#@'’\-]\s*|\s-\s+)"
"""A label stands alone: at the start of a line, or after punctuation or an emoji."""
_ALONE_RIGHT = r"(?=\s*(?:$|\n|[^\w\s'’\-/&.@#])|\s*\.(?!\w)|\s+[-@#])"
_SENTENCE = r"(?<!\w)(?:this|it)(?:\s+(?:post|video|reel|story|tiktok|short|caption))?(?:['’]s|\s+is)\s+(?:an?\s+)?"
_NOT_BLOCKER = r"(?!\s*-?\s*(?:free|block\w*))"
_AD_WORD = r"(?:paid\s+)?(?:ad|advert|advertisement|advertising)(?:\s+feature)?"


def _tags(*names: str) -> str:
    return _TAG + "(?:" + "|".join(names) + ")" + _END


def _label(words: str) -> str:
    return f"{_ALONE_LEFT}(?P<label>{words}){_ALONE_RIGHT}"


def _phrase(words: str) -> str:
    return rf"(?<![\w#@-]){words}(?![\w-])"


def _english_ad(source: Source) -> tuple[Wording, ...]:
    return (
        Wording(
            rule="ad-hashtag", pattern=_tags("ad", "paidad", "advert", "advertisement", "advertising"), source=source
        ),
        Wording(rule="ad-label", pattern=_label(_AD_WORD), source=source),
        # Capitals at the very start are a label even without punctuation: AD My morning with ...
        Wording(
            rule="ad-opening", pattern=rf"\A[^\w#@]*(?P<label>(?-i:AD))(?=\s+[^\W\d]){_NOT_BLOCKER}", source=source
        ),
        Wording(rule="ad-sentence", pattern=rf"{_SENTENCE}{_AD_WORD}(?![\w-]){_NOT_BLOCKER}", source=source),
        Wording(
            rule="ad-for-partner",
            pattern=_phrase(rf"{_AD_WORD}\s+(?:for|with|by)") + r"\s+",
            naming=Naming.FOLLOWS,
            source=source,
        ),
    )


def _paid_partnership(source: Source) -> tuple[Wording, ...]:
    return (
        Wording(
            rule="paid-partnership",
            pattern=_phrase(r"paid\s+partnership\s+with") + r"\s+",
            naming=Naming.FOLLOWS,
            source=source,
        ),
        Wording(
            rule="paid-partnership-hashtag", pattern=_tags("paidpartnership"), naming=Naming.VISIBLE, source=source
        ),
    )


def _sponsored_by(source: Source) -> Wording:
    return Wording(
        rule="sponsored-by", pattern=_phrase(r"sponsored\s+by") + r"\s+", naming=Naming.FOLLOWS, source=source
    )


def _sponsored(source: Source) -> tuple[Wording, ...]:
    return (
        Wording(rule="sponsored-hashtag", pattern=_tags("sponsored"), source=source),
        Wording(rule="sponsored-label", pattern=_label("sponsored"), source=source),
        Wording(
            rule="sponsored-content", pattern=_phrase(r"sponsored\s+(?:post|content|video|reel|story)"), source=source
        ),
    )


_GERMAN = (
    Wording(rule="werbung-hashtag", pattern=_tags("werbung", "anzeige", "bezahltewerbung"), source=_UWG),
    Wording(
        rule="werbung-label", pattern=_label(r"(?:bezahlte\s+)?(?:werbung|anzeige|werbepartnerschaft)"), source=_UWG
    ),
    Wording(rule="werbung-sentence", pattern=_phrase(r"(?:enthält|ist)\s+(?:bezahlte\s+)?werbung"), source=_UWG),
    Wording(
        rule="werbung-for-partner",
        pattern=_phrase(r"(?:werbung|anzeige)\s+(?:für|mit|von)") + r"\s+",
        naming=Naming.FOLLOWS,
        source=_UWG,
    ),
    Wording(rule="werbung-opening", pattern=r"\A[^\w#@]*(?P<label>(?-i:WERBUNG|ANZEIGE))(?=\s+\w)", source=_UWG),
    Wording(
        rule="werbepartnerschaft",
        pattern=_phrase(r"bezahlte\s+(?:werbe)?partnerschaft\s+mit") + r"\s+",
        naming=Naming.FOLLOWS,
        source=_UWG,
    ),
)

_FRENCH = (
    Wording(rule="publicite-hashtag", pattern=_tags("publicit[ée]", "collaborationcommerciale"), source=_LOI),
    Wording(rule="publicite-label", pattern=_label(r"publicit[ée]"), source=_LOI),
    Wording(rule="publicite-sentence", pattern=_phrase(r"(?:ceci\s+est|c['’]est)\s+une\s+publicit[ée]"), source=_LOI),
    Wording(
        rule="publicite-for-partner",
        pattern=_phrase(r"publicit[ée]\s+(?:pour|avec)") + r"\s+",
        naming=Naming.FOLLOWS,
        source=_LOI,
    ),
    Wording(rule="collaboration-commerciale", pattern=_phrase(r"collaboration\s+commerciale"), source=_LOI),
)

_ITALIAN = (
    Wording(
        rule="adv-hashtag",
        pattern=_tags("adv", "ad", "advertising", "pubblicit[aà]", "sponsorizzato", "sponsored"),
        source=_IAP,
    ),
    Wording(rule="pubblicita-label", pattern=_label(r"pubblicit(?:à|a['’]?)|advertising|adv|ad"), source=_IAP),
    Wording(
        rule="sponsorizzato-da",
        pattern=_phrase(r"(?:sponsorizzato\s+da|promosso\s+da|sponsored\s+by|promoted\s+by)") + r"\s+",
        naming=Naming.FOLLOWS,
        source=_IAP,
    ),
)


def _shortfall(rule: str, pattern: str, why: str, source: Source = _FTC) -> Shortfall:
    return Shortfall(rule=rule, pattern=pattern, why=why, source=source)


_VAGUE = (
    _shortfall("abbreviated", _tags("sp", "spon", "spons", "af", "aff"), "few readers know the abbreviation"),
    _shortfall("collab", _tags(r"collab\w*"), "it is vague about money or gifts"),
    _shortfall(
        "ambassador",
        rf"{_TAG}\w*ambassador{_END}|" + _phrase("ambassador"),
        "being an ambassador does not say that anything was paid or given",
    ),
    _shortfall("partner", _tags("partnership", r"\w*partner"), "it does not say that anything was paid", _FTC_LETTERS),
    _shortfall(
        "in-partnership",
        _phrase(r"in\s+(?:partnership|collaboration|association)\s+with"),
        "it leaves open whether anything was paid",
    ),
    _shortfall(
        "thanks",
        _phrase(r"(?:thanks|thank\s+you|thx)(?:\s+so\s+much)?,?\s+(?:to\s+)?[@\w]+"),
        "thanks do not say that the post is paid",
        _FTC_LETTERS,
    ),
    _shortfall(
        "bio",
        _phrase(r"(?:disclosure|link|see|details?)\s+in\s+(?:my\s+|the\s+)?bio"),
        "what the bio says is not on the post",
    ),
)

_GIFTED = rf"{_TAG}gift(?:ed)?{_END}|" + _phrase("gifted")
_AFFILIATE = rf"{_TAG}affiliate\w*|" + _phrase(r"affiliate(?:\s+links?)?")
_SPONSORED_WORD = rf"{_TAG}sponsored{_END}|" + _phrase(r"sponsored(?:\s+by)?")

_UK_ONLY = (
    _shortfall("gifted", _GIFTED, "a gift alone does not say that the post is an ad", _CAP),
    _shortfall("affiliate", _AFFILIATE, "affiliate alone does not say that the post is an ad", _CAP),
    _shortfall("sponsored", _SPONSORED_WORD, "CAP and CMA advise against it: it suggests the brand had no say", _CAP),
)

_ELSEWHERE = (
    _shortfall("gifted", _GIFTED, "a gift is not what a paid post has to disclose"),
    _shortfall("affiliate", _AFFILIATE, "it leaves open whether the post itself is paid"),
    _shortfall("unnamed", _SPONSORED_WORD + "|" + _phrase(r"paid\s+partnership"), "it does not name the partner"),
)


def _foreign(source: Source, why: str) -> tuple[Shortfall, ...]:
    """English labels where the law or its courts want the country's own words."""
    ads = _english_ad(source)
    return (
        *(_shortfall("english-label", w.pattern, why, source) for w in ads),
        _shortfall("english-label", _phrase(r"(?:paid\s+partnership\s+with|sponsored(?:\s+by)?)"), why, source),
        _shortfall("english-label", _tags("sponsored", "paidpartnership"), why, source),
    )


def _book(
    jurisdiction: Jurisdiction,
    wordings: tuple[Wording, ...],
    shortfalls: tuple[Shortfall, ...],
    fix: str,
    placement: Source,
    among_first_hashtags: int | None = None,
) -> Rulebook:
    return Rulebook(
        jurisdiction=jurisdiction,
        wordings=wordings,
        shortfalls=(*shortfalls, *_VAGUE),
        fix=fix,
        placement=placement,
        among_first_hashtags=among_first_hashtags,
    )


_NOT_BURIED = 3
"""FTC and CAP forbid burying a disclosure in hashtags without giving a number; Italy's number is used for them."""

RULEBOOKS = {
    book.jurisdiction: book
    for book in (
        _book(
            Jurisdiction.US,
            (*_english_ad(_FTC), *_sponsored(_FTC), _sponsored_by(_FTC), *_paid_partnership(_FTC)),
            _ELSEWHERE,
            "Begin the caption with #ad, or with: Paid partnership with {partner}.",
            _FTC,
            among_first_hashtags=_NOT_BURIED,
        ),
        _book(
            Jurisdiction.UK,
            (*_english_ad(_CAP), *_paid_partnership(_COMMON)),
            _UK_ONLY,
            "Begin the caption with Ad or #ad.",
            _CAP,
            among_first_hashtags=_NOT_BURIED,
        ),
        _book(
            Jurisdiction.DE,
            _GERMAN,
            (
                _shortfall("unpaid", _phrase(r"(?:unbezahlt|unbeauftragt)\w*"), "the post is paid", _UWG),
                *_foreign(_KG, "German courts and media authorities want German: Werbung or Anzeige"),
                *_ELSEWHERE,
            ),
            "Begin the caption with Werbung or Anzeige, before any other hashtag.",
            _KG,
            among_first_hashtags=1,
        ),
        _book(
            Jurisdiction.FR,
            _FRENCH,
            (
                *_foreign(_LOI, "French law names publicité or collaboration commerciale"),
                _shortfall("pub", _tags("pub", "partenariat"), "the law names the full words", _LOI),
                *_ELSEWHERE,
            ),
            "Begin the caption with Publicité or Collaboration commerciale.",
            _LOI,
        ),
        _book(
            Jurisdiction.IT,
            (*_ITALIAN, *_paid_partnership(_COMMON)),
            _ELSEWHERE,
            "Put #adv or #pubblicità among the first three hashtags, or begin with: Pubblicità.",
            _IAP,
            among_first_hashtags=3,
        ),
        _book(
            Jurisdiction.EU,
            (
                *_english_ad(_UCPD),
                _sponsored_by(_COMMON),
                *_paid_partnership(_COMMON),
                *_GERMAN,
                *_FRENCH,
                *_ITALIAN,
            ),
            _ELSEWHERE,
            "Begin the caption with #ad, or with: Paid partnership with {partner}.",
            _UCPD,
            among_first_hashtags=1,
        ),
    )
}
"""The rules of every jurisdiction."""
