"""The characters of the simulated creators: what each does with an offer, a contract, a draft, a post, its figures."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Pace(StrEnum):
    """When somebody does what they are asked."""

    PROMPT = "promptly"
    LATE = "after the reminder"
    OVERDUE = "after the deadline, in the extension"
    NEVER = "never"


class Reply(StrEnum):
    """What somebody answers to the first offer. Later offers are accepted."""

    ACCEPT = "accepts"
    BARGAIN = "asks for a little more"
    """So little that the policy accepts it without asking anybody."""
    PRESS = "asks for more"
    """So that the engine makes a counter-offer by itself."""
    HAGGLE = "asks for a lot more"
    """So that the brand has to decide."""
    OVERREACH = "asks for more than the cap"
    DECLINE = "declines"


class Caption(StrEnum):
    """How somebody discloses, in the first draft and at publication."""

    DISCLOSED = "#ad first"
    SP = "#sp"
    BARE_TAG = "only the brand's tag"


class Live(StrEnum):
    """What becomes of a reel once it is live."""

    STAYS = "stays as it is"
    HIDES = "loses its disclosure, and gets it back on being asked"
    GOES = "is deleted, and stays so"


class Figures(StrEnum):
    """What somebody reports of a post."""

    ALL = "all figures"
    SOME = "without clicks"
    NONE = "nothing"


@dataclass(frozen=True)
class Character:
    """How one creator behaves."""

    name: str
    reply: Reply = Reply.ACCEPT
    answers: Pace = Pace.PROMPT
    signs: Pace = Pace.PROMPT
    drafts: Pace = Pace.PROMPT
    first_caption: Caption = Caption.DISCLOSED
    publishes: Pace = Pace.PROMPT
    posted_caption: Caption = Caption.DISCLOSED
    live: Live = Live.STAYS
    reports: Pace = Pace.PROMPT
    figures: Figures = Figures.ALL

    @property
    def is_prompt(self) -> bool:
        """Whether they agree at once, and do everything when it is asked."""
        paces = (self.answers, self.signs, self.drafts, self.publishes, self.reports)
        return self.reply is Reply.ACCEPT and self.live is Live.STAYS and set(paces) == {Pace.PROMPT}


PROMPT = Character("prompt")
BARGAINER = Character("bargainer", reply=Reply.BARGAIN)
PRESSER = Character("presser", reply=Reply.PRESS)
HAGGLER = Character("haggler", reply=Reply.HAGGLE)
OVERREACHER = Character("overreacher", reply=Reply.OVERREACH)
DECLINER = Character("decliner", reply=Reply.DECLINE)
HESITANT = Character("hesitant", answers=Pace.LATE)
GHOST = Character("ghost", answers=Pace.NEVER)
SLOW_SIGNER = Character("slow signer", signs=Pace.OVERDUE)
NON_SIGNER = Character("never signs", signs=Pace.NEVER)
FORGETFUL = Character("forgets the disclosure", first_caption=Caption.SP)
TAGGER = Character("thinks that a tag will do", first_caption=Caption.BARE_TAG)
SLOW_WRITER = Character("slow writer", drafts=Pace.OVERDUE)
VANISHED = Character("takes the money and vanishes", drafts=Pace.NEVER)
EDITOR = Character("edits the caption when posting", posted_caption=Caption.SP)
HIDER = Character("hides the disclosure", live=Live.HIDES)
DELETER = Character("deletes the post", live=Live.GOES)
NON_POSTER = Character("never posts", publishes=Pace.NEVER)
LATE_POSTER = Character("late poster", publishes=Pace.LATE)
COUNTLESS = Character("reports no figures", reports=Pace.NEVER)
VAGUE = Character("reports some figures", figures=Figures.SOME)

MUST_PLAY = (
    PROMPT,
    FORGETFUL,
    COUNTLESS,
    HIDER,
    DELETER,
    HAGGLER,
    GHOST,
    PRESSER,
    NON_POSTER,
    TAGGER,
    COUNTLESS,
    BARGAINER,
    DECLINER,
    VANISHED,
    HESITANT,
    SLOW_SIGNER,
    EDITOR,
    HAGGLER,
    OVERREACHER,
    NON_SIGNER,
    SLOW_WRITER,
    COUNTLESS,
)
"""So that every outcome of a deadline happens, these come first."""

EXTRAS = (PROMPT, PROMPT, PROMPT, VAGUE, LATE_POSTER, BARGAINER, FORGETFUL, COUNTLESS)
"""The rest of the cast, drawn by the seed."""


def casting(seed: int) -> Iterator[Character]:
    """Characters for creators in the order in which they get their first offer; without end."""
    yield from MUST_PLAY
    chance = random.Random(seed)  # noqa: S311 - a play, not a secret
    while True:
        yield chance.choice(EXTRAS)


CAPTIONS = {
    Caption.DISCLOSED: "#ad Harbor cold brew from @northwindroasters, on the pier before sunrise. #harborcoldbrew",
    Caption.SP: "Harbor cold brew on the pier before sunrise, thanks @northwindroasters! #harborcoldbrew #sp",
    Caption.BARE_TAG: "Nothing like this one on the pier before sunrise @northwindroasters #harborcoldbrew",
}


class Reporting(StrEnum):
    """What somebody does who is asked for their account's own figures."""

    HONEST = "as they are"
    SILENT = "nothing"
    PADDED = "far more than anybody can see"


REPORTING = (Reporting.HONEST, Reporting.SILENT, Reporting.PADDED)
"""By the order in which they are asked, and over again."""


def performance(profile: Mapping[str, Any], reporting: Reporting) -> dict[str, Any]:
    """A report of the last 30 days, for an account with this profile."""
    posts = max(1, round(4 * (profile["posts_per_week"] or 1)))
    liked = (profile["average_likes"] or 0) + (profile["average_comments"] or 0)
    engagements = round(posts * liked * (8 if reporting is Reporting.PADDED else 1))
    reach = round(0.7 * profile["followers"])
    return {
        "followers": profile["followers"],
        "followers_before": round(0.98 * profile["followers"]),
        "posts": posts,
        "reach": reach,
        "impressions": max(2 * reach, 6 * engagements),
        "engagements": engagements,
        "countries": {"US": 0.72, "CA": 0.08},
    }


def metrics(chance: random.Random, followers: int, kind: str, figures: Figures) -> dict[str, int]:
    """What a post might have achieved with that many followers; a made-up spread around what is usual."""
    seen = chance.uniform(0.7, 1.7) if kind == "reel" else chance.uniform(0.25, 0.6)
    impressions = int(followers * seen)
    liked = chance.uniform(0.025, 0.075) * (1.0 if kind == "reel" else 0.45)
    found = {
        "impressions": impressions,
        "reach": int(impressions * chance.uniform(0.7, 0.95)),
        "likes": int(followers * liked),
        "comments": int(followers * liked * chance.uniform(0.03, 0.12)),
        "saves": int(followers * liked * chance.uniform(0.02, 0.1)),
        "shares": int(followers * liked * chance.uniform(0.01, 0.06)),
    }
    return found if figures is Figures.SOME else {**found, "clicks": int(impressions * chance.uniform(0.004, 0.02))}
