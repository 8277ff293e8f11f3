"""Which column is which: the headings that NeoReach-like and Fohr-like exports and people's own sheets use."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

from domain.creators import Platform


class Field(StrEnum):
    """A field of a profile, as a roster may give it."""

    PLATFORM = "platform"
    HANDLE = "handle"
    NAME = "name"
    EMAIL = "email"
    FOLLOWERS = "followers"
    FOLLOWING = "following"
    POSTS = "posts"
    AVERAGE_LIKES = "average_likes"
    AVERAGE_COMMENTS = "average_comments"
    ENGAGEMENT_STATED = "engagement_stated"
    POSTS_PER_WEEK = "posts_per_week"
    COUNTRY = "country"
    LANGUAGE = "language"
    TOPICS = "topics"
    BIOGRAPHY = "biography"
    BRANDED_HASHTAGS = "branded_hashtags"
    SAMPLE_COMMENTS = "sample_comments"
    FEE = "fee"
    FEE_CURRENCY = "fee_currency"


REQUIRED = (Field.HANDLE, Field.EMAIL, Field.FOLLOWERS)
"""Columns without which no row can be read. The platform may come from a profile's address or from the caller."""

_NAMES: Mapping[Field, str] = {
    Field.PLATFORM: "platform network channel socialnetwork socialplatform",
    Field.HANDLE: "handle username user account accountname profile profileurl profilelink url link socialhandle",
    Field.NAME: "name fullname creator creatorname influencer influencername displayname realname",
    Field.EMAIL: "email mail emailaddress contact contactemail businessemail",
    Field.FOLLOWERS: "followers followercount followerscount follower subscribers subscribercount fans audiencesize",
    Field.FOLLOWING: "following followingcount follows followscount",
    Field.POSTS: "posts postcount postscount mediacount totalposts numberofposts ofposts uploads videos",
    Field.AVERAGE_LIKES: "averagelikes avglikes likes likesperpost likesavg meanlikes",
    Field.AVERAGE_COMMENTS: "averagecomments avgcomments comments commentsperpost commentsavg meancomments",
    Field.ENGAGEMENT_STATED: "engagement engagementrate er engrate engagementstated",
    Field.POSTS_PER_WEEK: "postsperweek postsweek weeklyposts postingfrequency frequency",
    Field.COUNTRY: "country countrycode",
    Field.LANGUAGE: "language lang languagecode",
    Field.TOPICS: "topics topic categories category interests niche niches tags verticals vertical",
    Field.BIOGRAPHY: "bio biography about description",
    Field.BRANDED_HASHTAGS: "brandedhashtags hashtags brandhashtags brandtags",
    Field.SAMPLE_COMMENTS: "samplecomments recentcomments topcomments commentsample",
    Field.FEE: "fee rate price rateperpost priceperpost feeperpost costperpost askingprice cost",
    Field.FEE_CURRENCY: "currency feecurrency currencycode",
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in (*names.split(), field.replace("_", ""))}
_PREFIXES = {
    "instagram": Platform.INSTAGRAM,
    "ig": Platform.INSTAGRAM,
    "tiktok": Platform.TIKTOK,
    "youtube": Platform.YOUTUBE,
    "yt": Platform.YOUTUBE,
}


LONGEST_HEADING = 200
"""Characters: more is no name of a column."""


def field_of(heading: str) -> tuple[Field | None, Platform | None]:
    """The field that a heading names, and the platform where the heading names one (`Instagram Handle`)."""
    if len(heading) > LONGEST_HEADING:  # the pattern below takes the square of its length
        return None, None
    plain = unicodedata.normalize("NFKC", heading).casefold()
    for text in (plain, re.sub(r"\(.*?\)|\[.*?\]|\bin\s+\S+$", "", plain)):
        key = re.sub(r"[\W_]", "", text)
        if key in _FIELDS:
            return _FIELDS[key], None
        for prefix, platform in _PREFIXES.items():
            field = _FIELDS.get(key.removeprefix(prefix)) if key.startswith(prefix) else None
            if field is not None:
                return field, platform
    return None, None


class Columns:
    """The meaning of a roster's headings, in their order. The first of several headings for one field counts."""

    def __init__(self, headings: Sequence[str]) -> None:
        self.headings = [" ".join(heading.split()) for heading in headings]
        self.index: dict[Field, int] = {}
        platforms = set()
        self.ignored: list[str] = []
        for position, heading in enumerate(self.headings):
            field, platform = field_of(heading)
            if field is not None and field not in self.index:
                self.index[field] = position
                platforms.add(platform)
            elif heading:
                self.ignored.append(heading)
        platforms.discard(None)
        self.platform = platforms.pop() if len(platforms) == 1 else None
        """The platform that the headings agree on, for rows that name none."""

    @property
    def missing(self) -> list[Field]:
        """Required fields that no heading names."""
        return [field for field in REQUIRED if field not in self.index]

    def heading(self, field: Field) -> str:
        """The heading of a field, empty if it has no column."""
        return self.headings[self.index[field]] if field in self.index else ""


_COUNTRY_NAMES = """
    US=united states|united states of america|usa|u.s.|u.s.a.|america  GB=united kingdom|uk|great britain|england
    CA=canada  AU=australia  NZ=new zealand  IE=ireland|éire  DE=germany|deutschland  AT=austria|österreich
    CH=switzerland|schweiz|suisse|svizzera  FR=france  IT=italy|italia  ES=spain|españa  PT=portugal
    NL=netherlands|the netherlands|nederland  BE=belgium|belgië|belgique  DK=denmark|danmark  SE=sweden|sverige
    NO=norway|norge  FI=finland|suomi  PL=poland|polska  CZ=czechia|czech republic  GR=greece  RO=romania
    HU=hungary  TR=turkey|türkiye  BR=brazil|brasil  MX=mexico|méxico  AR=argentina  CL=chile  CO=colombia
    IN=india  JP=japan  KR=south korea|korea  CN=china  SG=singapore  HK=hong kong  ID=indonesia  TH=thailand
    PH=philippines  MY=malaysia  VN=vietnam  ZA=south africa  NG=nigeria  KE=kenya  EG=egypt
    AE=united arab emirates|uae  SA=saudi arabia  IL=israel  UA=ukraine
"""
_LANGUAGE_NAMES = """
    en=english  de=german|deutsch  fr=french|français  it=italian|italiano  es=spanish|español  pt=portuguese|português
    nl=dutch|nederlands  da=danish|dansk  sv=swedish|svenska  no=norwegian|norsk  fi=finnish|suomi  pl=polish|polski
    cs=czech  el=greek  ro=romanian  hu=hungarian  tr=turkish|türkçe  ja=japanese  ko=korean  zh=chinese  hi=hindi
    id=indonesian  th=thai  vi=vietnamese  ar=arabic  he=hebrew  uk=ukrainian  ru=russian
"""


def _table(text: str) -> dict[str, str]:
    entries = (entry.partition("=") for entry in re.split(r"\s{2,}", text.strip()))
    return {name: code for code, _, names in entries for name in names.split("|")}


_COUNTRIES = _table(_COUNTRY_NAMES)
_LANGUAGES = _table(_LANGUAGE_NAMES)


def country(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code that a cell means: `us`, `United States`, `Berlin, Germany`; None if unclear."""
    plain = text.strip()
    if re.fullmatch(r"[A-Za-z]{2}", plain) and plain.upper() != "UK":
        return plain.upper()
    last = plain.rpartition(",")[2].strip()
    return _COUNTRIES.get(plain.casefold()) or _COUNTRIES.get(last.casefold())


def language(text: str) -> str | None:
    """The ISO 639-1 code that a cell means: `en`, `EN-us`, `English`; None if unclear."""
    plain = text.strip()
    match = re.fullmatch(r"([A-Za-z]{2})(?:[-_][A-Za-z]{2,4})?", plain)
    return match.group(1).lower() if match else _LANGUAGES.get(plain.casefold())
