"""A fictitious roster that looks like a real export: for the demo, for tests, for trying a brief without real people.

    python -m activities.connectors.roster_generator --seed 7 --count 300 > api/demo/roster.csv

made the bundled demo file; the same seed and count always make the same bytes. Every name, handle and brand is invented
and every address is under the reserved domain creators.example. Sizes, engagement and fees follow `domain.benchmarks`;
about three in ten accounts have bought followers or engagement, as the public studies of real accounts find. The rows
are as messy as real ones: 12.3k and 12,345, missing addresses, repeated accounts, a line break in a heading.
"""

import argparse
import csv
import io
import random
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from activities.connectors.roster_people import (
    BOUGHT_COMMENTS,
    COMMENTS,
    COUNTRIES,
    FIRST_NAMES,
    INTERESTS,
    LANGUAGE_OF,
    SURNAME_ENDS,
    SURNAME_STARTS,
    Interest,
)
from domain.benchmarks import benchmark_engagement, fair_price
from domain.creators import Platform, Profile
from domain.formats import Format

T = TypeVar("T")

SUSPICIOUS_SHARE = 0.30
HEADINGS = (
    "Platform", "@Handle", "Full Name", "E-mail", "Follower\nCount", "Following", "Posts", "Avg. Likes",
    "Avg. Comments", "Engagement Rate", "Posts / Week", "Country", "Language", "Topics", "Bio", "Branded Hashtags",
    "Sample Comments", "Rate per Post (USD)",
)  # fmt: skip


@dataclass(frozen=True)
class Account:
    """A fictitious account, and whether it was made up as a suspicious one (which the roster does not say)."""

    profile: Profile
    suspicious: bool


def generate(seed: int, count: int) -> bytes:
    """A roster of `count` accounts and a few repeats, as CSV in UTF-8 with a byte order mark."""
    made = accounts(seed, count)
    writing = random.Random(f"{seed}/writing")  # noqa: S311 - reproducible data, nothing secret
    rows = [_Row(writing, account.profile).cells() for account in made]
    _repeat_some(writing, made, rows)
    _spoil_some(writing, rows)
    written = io.StringIO(newline="")
    sheet = csv.writer(written, lineterminator="\r\n")
    sheet.writerow(HEADINGS)
    sheet.writerows(rows)
    sheet.writerows([[""] * len(HEADINGS)] * 3)
    return written.getvalue().encode("utf-8-sig")


def accounts(seed: int, count: int) -> list[Account]:
    """The accounts behind the roster, in its order."""
    rng = random.Random(seed)  # noqa: S311 - reproducible data, nothing secret
    maker = _Maker(rng)
    suspicious = [n < round(count * SUSPICIOUS_SHARE) for n in range(count)]
    rng.shuffle(suspicious)
    return [maker.suspicious() if bad else maker.genuine() for bad in suspicious]


_CLOSING_LINES = ("Working with people I like.", "Mail for work.", "")


class _Maker:
    """Makes accounts, no two with the same handle."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._handles: set[str] = set()

    def genuine(self) -> Account:
        rng = self._rng
        interest, second = self._interests()
        country = _weighted(rng, COUNTRIES)
        language = LANGUAGE_OF[country]
        followers = max(320, round(rng.lognormvariate(8.35, 0.75)))  # median 4,200, five in six within 1-10k
        platform = _weighted(rng, {Platform.INSTAGRAM: 0.76, Platform.TIKTOK: 0.16, Platform.YOUTUBE: 0.08})
        name = f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAME_STARTS)}{rng.choice(SURNAME_ENDS)}"
        handle = self._handle(name, interest)
        profile = Profile(
            platform=platform,
            handle=handle,
            name=name,
            email=f"{handle}@creators.example",
            followers=followers,
            following=min(1_450, round(rng.lognormvariate(6.3, 0.5))),
            posts=round(rng.lognormvariate(5.6, 0.6)) + 12,
            posts_per_week=round(min(12.0, rng.lognormvariate(1.05, 0.5)), 1),
            country=country,
            language=language,
            topics=tuple(dict.fromkeys((interest.name, second.name))),
            biography=f"{rng.choice(interest.lines)}. {rng.choice(_CLOSING_LINES)}",
            branded_hashtags=tuple(rng.sample(interest.hashtags, rng.randint(0, 3))),
            sample_comments=self._comments(interest, language),
        )
        return Account(self._priced(self._odd(self._engaged(profile, rng.lognormvariate(0, 0.25)))), suspicious=False)

    def _odd(self, profile: Profile) -> Profile:
        """One honest account in sixteen has a figure that looks wrong, so that the checks meet false alarms too."""
        rng = self._rng
        if rng.random() >= 1 / 16:
            return profile
        new_or_gregarious = ({"posts": 2}, {"following": rng.randint(1_600, 3_200)})
        return profile.model_copy(update=rng.choice(new_or_gregarious))

    def suspicious(self) -> Account:
        """One of five ways to look larger than one is; most of them show in more than one figure."""
        profile = self.genuine().profile
        rng = self._rng
        bought = self._bought_comments(profile)
        match rng.choice(("followers", "engagement", "follow-for-follow", "shell", "subtle")):
            case "followers":
                grown = profile.model_copy(update={"followers": round(profile.followers * rng.uniform(2, 4))})
                profile = self._engaged(grown, rng.uniform(0.08, 0.32)).model_copy(update={"sample_comments": bought})
            case "engagement":
                profile = self._engaged(profile, rng.uniform(4, 8)).model_copy(update={"sample_comments": bought})
            case "follow-for-follow":
                following = rng.randint(4_500, 7_450)  # Instagram lets an account follow 7,500
                size = round(following / rng.uniform(3.05, 4.5))
                changed = profile.model_copy(update={"followers": size, "following": following})
                profile = self._engaged(changed, rng.uniform(0.15, 0.45))
            case "shell":
                changed = profile.model_copy(update={"posts": rng.randint(0, 2), "posts_per_week": 0.2})
                profile = self._engaged(changed, rng.uniform(0.1, 0.4)).model_copy(update={"sample_comments": bought})
            case _:
                profile = self._engaged(profile, rng.uniform(0.3, 0.6))
        return Account(self._priced(profile), suspicious=True)

    def _interests(self) -> tuple[Interest, Interest]:
        weights = {interest: interest.weight for interest in INTERESTS}
        return _weighted(self._rng, weights), _weighted(self._rng, weights)

    def _handle(self, name: str, interest: Interest) -> str:
        first, last = _ascii(name).split(maxsplit=1)
        word = self._rng.choice(interest.words)
        shapes = (
            f"{first}.{word}",
            f"{word}with{first}",
            f"{first}_{last}",
            f"the{word}{last}",
            f"{first}{last}{word}",
        )
        handle = self._rng.choice(shapes)
        while handle in self._handles:
            handle += str(self._rng.randint(1, 9))
        self._handles.add(handle)
        return handle

    def _engaged(self, profile: Profile, multiple: float) -> Profile:
        """The profile with likes and comments at `multiple` of what is usual on Instagram at its size."""
        usual = benchmark_engagement(Platform.INSTAGRAM, profile.followers).rate
        engagements = profile.followers * usual * multiple
        comments = engagements * self._rng.uniform(0.03, 0.09)
        figures = {"average_likes": round(engagements - comments, 1), "average_comments": round(comments, 1)}
        return profile.model_copy(update=figures)

    def _priced(self, profile: Profile) -> Profile:
        """Asks around the middle of the fair price, in steps of five dollars; one in six names no price."""
        if self._rng.random() < 1 / 6:
            return profile
        fair = fair_price(profile, Format.POST)
        middle = (fair.low + fair.high) / 2
        asked = middle * self._rng.lognormvariate(-0.1, 0.35)
        return profile.model_copy(update={"fee": max(1, round(asked / 5_00)) * 5_00})

    def _comments(self, interest: Interest, language: str) -> tuple[str, ...]:
        rng = self._rng
        chosen = rng.sample(COMMENTS[language], rng.randint(5, 8))
        return tuple(line.format(thing=rng.choice(interest.words)) for line in chosen)

    def _bought_comments(self, profile: Profile) -> tuple[str, ...]:
        lines = self._rng.sample(BOUGHT_COMMENTS, 3)
        return (*self._rng.choices(lines, k=6), *profile.sample_comments[:1])


class _Row:
    """One account as somebody typed or exported it."""

    def __init__(self, rng: random.Random, profile: Profile) -> None:
        self._rng = rng
        self._profile = profile

    def cells(self) -> list[str]:
        p = self._profile
        rng = self._rng
        rate = p.engagement_rate
        return [
            rng.choice(_PLATFORM_SPELLINGS[p.platform]),
            rng.choice((f"@{p.handle}", p.handle, f"@{p.handle.title()}", f"https://www.{p.platform}.com/{p.handle}")),
            rng.choice((p.name, p.name, p.name.upper(), f"{p.name} ")),
            p.email,
            self._count(p.followers),
            self._count(p.following or 0),
            str(p.posts),
            f"{p.average_likes:.1f}",
            rng.choice((f"{p.average_comments:.1f}", f"{p.average_comments:.1f}", f"{p.average_comments:.1f}", "n/a")),
            rng.choice(("", f"{rate:.1%}", f"{rate:.2%}")) if rate is not None else "",
            rng.choice((str(p.posts_per_week), str(p.posts_per_week), "")),
            rng.choice((str(p.country), str(p.country), _COUNTRY_SPELLINGS[str(p.country)], "")),
            rng.choice((str(p.language), str(p.language).upper(), "")),
            rng.choice(("; ", ", ", "|")).join(p.topics),
            p.biography.replace(". ", ".\n"),
            " ".join(f"#{tag}" for tag in p.branded_hashtags),
            " | ".join(p.sample_comments),
            self._money(p.fee),
        ]

    def _count(self, number: int) -> str:
        style = self._rng.random()
        if style < 0.20 and number >= 1_000:
            return f"{number / 1_000:.1f}k"
        if style < 0.40:
            return f"{number:,}"
        if style < 0.46:
            return f"{number:,}".replace(",", " ")
        return str(number)

    def _money(self, fee: int | None) -> str:
        if fee is None:
            return self._rng.choice(("", "", "n/a"))
        whole = fee // 100
        styles = (f"${whole}", f"${whole}", f"{whole} USD", str(whole), f"${whole}.00", f"€{whole * 9 // 10},50")
        return self._rng.choice(styles)


_PLATFORM_SPELLINGS = {
    Platform.INSTAGRAM: ("Instagram", "instagram", "IG", "INSTAGRAM"),
    Platform.TIKTOK: ("TikTok", "tiktok", "Tik Tok"),
    Platform.YOUTUBE: ("YouTube", "youtube", "YT"),
}
_COUNTRY_SPELLINGS = {
    "US": "United States", "GB": "UK", "DE": "Germany", "FR": "France", "IT": "Italy", "CA": "Canada",
}  # fmt: skip
_EMAIL, _FOLLOWERS, _FEE = HEADINGS.index("E-mail"), HEADINGS.index("Follower\nCount"), len(HEADINGS) - 1


def _repeat_some(rng: random.Random, made: Sequence[Account], rows: list[list[str]]) -> None:
    """One account in fifty comes twice, the second time written by somebody else."""
    for number in sorted(rng.sample(range(len(made)), len(made) // 50), reverse=True):
        again = _Row(rng, replace(made[number]).profile).cells()
        rows.insert(rng.randint(number + 1, len(rows)), again)


def _spoil_some(rng: random.Random, rows: list[list[str]]) -> None:
    """Every fortieth address is missing, and a few cells hold what only a person understands."""
    for number in rng.sample(range(len(rows)), len(rows) // 40):
        rows[number][_EMAIL] = ""
    for column, text in ((_FOLLOWERS, "private"), (_FEE, "DM me"), (_EMAIL, "see bio")):
        for number in rng.sample(range(len(rows)), len(rows) // 150):
            rows[number][column] = text


def _weighted(rng: random.Random, weights: dict[T, float]) -> T:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o")).encode("ascii", "ignore")
    return plain.decode().lower()


def main() -> None:
    """Print a roster."""
    parser = argparse.ArgumentParser(description="Print a fictitious creator roster as CSV.")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=300, help="accounts; a few rows more repeat some of them")
    arguments = parser.parse_args()
    sys.stdout.buffer.write(generate(arguments.seed, arguments.count))


if __name__ == "__main__":
    main()
