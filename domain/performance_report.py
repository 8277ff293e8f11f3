"""What a creator reports of their own account, on being asked, and whether it fits what everybody can see.

The figures are those that a platform shows to an account's owner, of the last 30 days. Nobody can check them from
outside, so they are held against the public ones and against each other: what must be true of any account (reach
counts people once, impressions every time: Instagram's definitions, grade A), and what usually is (bands of
`CheckPolicy`, with their sources).
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.check_policy import CheckPolicy, Finding, Signal
from domain.creators import Country, Followers, Profile
from domain.personal import PERSONAL
from domain.values import Sha256, Text, Value

DAYS = 30
"""The period that is asked for: the longest that Instagram's own app shows as one."""
ROUNDING = 0.05
"""What shares may add up to beyond one: platforms show whole per cents."""

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=10**12)] | None


class AgeBand(StrEnum):
    """The bands in which Instagram tells the ages of an audience."""

    TEENS = "13-17"
    FROM_18 = "18-24"
    FROM_25 = "25-34"
    FROM_35 = "35-44"
    FROM_45 = "45-54"
    FROM_55 = "55-64"
    FROM_65 = "65+"


class Gender(StrEnum):
    """As platforms tell it."""

    FEMALE = "female"
    MALE = "male"
    UNDISCLOSED = "undisclosed"


class PerformanceReport(Value):
    """The creator's own report of the last 30 days. Counts; shares are 0..1 of the audience. None is not stated."""

    followers: Followers | None = None
    followers_before: Followers | None = None
    """Thirty days earlier."""
    posts: Annotated[int, Field(ge=0, le=10_000)] | None = None
    reach: Count = None
    """Accounts that saw anything, each counted once."""
    impressions: Count = None
    engagements: Count = None
    """Likes, comments, saves and shares."""
    countries: Annotated[Mapping[Country, Share], Field(max_length=60)] = {}
    """Where the audience lives; what is left over is elsewhere or unknown."""
    ages: Mapping[AgeBand, Share] = {}
    genders: Mapping[Gender, Share] = {}
    note: Annotated[Text, PERSONAL] = ""
    proof: Sha256 | None = None
    """SHA-256 of a picture or document of the platform's statistics that was uploaded before."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.stated:
            raise ValueError(f"a report states at least one of {', '.join(FIGURES)}")
        return self

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        for name in ("countries", "ages", "genders"):
            whole = sum(getattr(self, name).values())
            if whole > 1 + ROUNDING:
                raise ValueError(f"{name} add up to {whole:.0%} of the audience; at most 100% are possible")
        return self

    @property
    def stated(self) -> tuple[str, ...]:
        """The names of the figures that it has."""
        return tuple(name for name in FIGURES if getattr(self, name) not in (None, {}))

    @property
    def engagements_per_post(self) -> float | None:
        """On average over the period; None if it is not stated."""
        return self.engagements / self.posts if self.engagements is not None and self.posts else None


FIGURES = (
    "followers", "followers_before", "posts", "reach", "impressions", "engagements", "countries", "ages", "genders"
)  # fmt: skip
"""The fields of which a report needs one."""


def compared(report: PerformanceReport, profile: Profile, policy: CheckPolicy) -> Iterable[Finding]:
    """What the report says beside the public figures, each finding with the signals that it raises."""
    yield from _beside_public(report, profile, policy)
    yield from _within_itself(report)
    yield from _reached(report, profile, policy)
    yield from _grown(report, policy)


def _beside_public(report: PerformanceReport, profile: Profile, policy: CheckPolicy) -> Iterable[Finding]:
    public = None
    if profile.average_likes is not None and profile.average_comments is not None:
        public = profile.average_likes + profile.average_comments
    pairs = (
        ("followers", report.followers, float(profile.followers), policy.followers_band),
        ("engagements a post", report.engagements_per_post, public, policy.engagement_band),
    )
    for name, said, seen, band in pairs:
        if said is not None and seen:
            times = said / seen
            fits = band.low <= times <= band.high
            yield f"{name} reported are {times:.2f}x the public ones", [] if fits else [Signal.REPORT_DIFFERS]


def _within_itself(report: PerformanceReport) -> Iterable[Finding]:
    """What no account can have, whatever it is like."""
    if report.impressions is None:
        return
    for name, said in (("reach", report.reach), ("engagements", report.engagements)):
        if said is not None and said > report.impressions:
            yield f"more {name} than impressions are reported, which cannot be", [Signal.REPORT_INCONSISTENT]


def _reached(report: PerformanceReport, profile: Profile, policy: CheckPolicy) -> Iterable[Finding]:
    if report.reach is None or not profile.followers:
        return
    times, band = report.reach / profile.followers, policy.reach_band
    fits = band.low <= times <= band.high
    yield f"reached {times:.2f}x its followers in {DAYS} days", [] if fits else [Signal.UNUSUAL_REACH]


def _grown(report: PerformanceReport, policy: CheckPolicy) -> Iterable[Finding]:
    if report.followers is None or not report.followers_before:
        return
    growth = report.followers / report.followers_before - 1
    spike = growth > policy.growth_above
    flagged = " (a flag: press and giveaways do that too)" if spike else ""
    yield f"followers {growth:+.0%} in {DAYS} days{flagged}", [Signal.GROWTH_SPIKE] if spike else []
