"""How people usually behave: how long they take, what they say, what a post brings, as one versioned configuration.

What `groundswell simulate` draws from. There is hardly a public figure on any of this, so most are this engine's own
assumptions (grade C), and each says so. `behaviour_fit` puts a workspace's own record in their place. Draws come in as
a stream of numbers: nothing here is random by itself.
"""

from collections.abc import Callable, Iterator, Mapping
from math import exp, inf, log
from statistics import NormalDist
from typing import Self

from pydantic import Field

from domain.benchmarks import Grade, Source
from domain.values import Line, Value

Draw = Callable[[], float]
"""The next of a stream of independent numbers, uniform between 0 and 1."""

_NORMAL = NormalDist()
_TINY = 1e-12


def normal(draw: Draw) -> float:
    """A standard normal number by inversion, so that one draw is one number whatever it becomes."""
    return _NORMAL.inv_cdf(min(max(draw(), _TINY), 1 - _TINY))


class Answering(Value):
    """How long somebody takes for one step: lognormal, and never at all with some probability."""

    median_hours: float = Field(gt=0, le=100_000)
    spread: float = Field(ge=0, le=5)
    """Standard deviation of the logarithm: with 1, a third takes more than 2.7 or less than 1/2.7 times the median."""
    never: float = Field(ge=0, le=1)
    """The share of those who do not do it, however long one waits."""
    source: Source

    def seconds(self, draw: Draw) -> float:
        """How long it takes this time; infinity is never. Always two draws."""
        ever, hours = draw() >= self.never, self.median_hours * exp(self.spread * normal(draw))
        return hours * 3_600 if ever else inf

    def quantile_hours(self, share: float) -> float:
        """By when that share of those who do it at all have done it."""
        return self.median_hours * exp(self.spread * _NORMAL.inv_cdf(share))

    def __str__(self) -> str:
        return (
            f"half within {self.median_hours:g} h, 90 % within {self.quantile_hours(0.9):.0f} h, {self.never:.1%} never"
        )


class Chance(Value):
    """How likely something is, 0..1."""

    probability: float = Field(ge=0, le=1)
    source: Source

    def happens(self, draw: Draw) -> bool:
        """Whether it does this time."""
        return draw() < self.probability

    def __str__(self) -> str:
        return f"{self.probability:.1%}"


class Multiple(Value):
    """A factor around its median: lognormal."""

    median: float = Field(gt=0)
    spread: float = Field(ge=0, le=5)
    source: Source

    def times(self, draw: Draw) -> float:
        """The factor this time."""
        return self.median * exp(self.spread * normal(draw))

    @property
    def mean(self) -> float:
        """What it comes to on average."""
        return self.median * exp(self.spread**2 / 2)

    @classmethod
    def around_mean(cls, mean: float, spread: float, source: Source) -> Self:
        """One that comes to `mean` on average."""
        return cls(median=exp(log(mean) - spread**2 / 2), spread=spread, source=source)

    def __str__(self) -> str:
        if not self.spread:
            return f"{self.median:g} times"
        high = self.median * exp(self.spread * _NORMAL.inv_cdf(0.9))
        return f"{self.median:.3g} times (80 % between {self.median**2 / high:.3g} and {high:.3g})"


class Amount(Value):
    """An amount in minor units of the brief's currency, the same each time."""

    amount: int = Field(ge=0)
    source: Source

    def __str__(self) -> str:
        return f"{self.amount / 100:,.2f} in the brief's currency"


class Behaviour(Value):
    """All assumptions of one version. Hours are hours of the clock, nights and weekends among them."""

    version: Line
    # How long people take
    approve_shortlist: Answering
    report_performance: Answering
    verify_creator: Answering
    answer_offer: Answering
    answer_counter_offer: Answering
    creator_signature: Answering
    brand_signature: Answering
    submit_draft: Answering
    review_draft: Answering
    publish: Answering
    report_metrics: Answering
    # What they say
    passes_checks: Chance
    """An account whose evidence is clearly good; of the rest, `doubtful` go to a person and the others are refused."""
    doubtful: Chance
    report_clears: Chance
    """A creator whose doubtful evidence is good with their own report; of the rest a person decides all the same."""
    approves_doubtful: Chance
    interested: Chance
    """A creator who would work for this brand at all, if the fee is right."""
    asks: Multiple
    """The least that a creator takes, as a multiple of the fair price of the deliverables."""
    counters: Chance
    """Of creators who are offered less than that: another fee rather than a no."""
    accepts_counter: Chance
    """The brand, of a counter-offer within its cap. Else, and above the cap, it meets the creator halfway."""
    concedes: Multiple
    """What a creator's least fee becomes with every counter-offer that was not taken."""
    requests_changes: Chance
    undisclosed: Chance
    """First drafts that do not disclose the partnership; they are sent back."""
    # What posts bring
    engagement_between_creators: Multiple
    engagement_between_posts: Multiple
    impressions_per_follower: Multiple
    reach_per_impression: Chance
    clicks_per_impression: Multiple
    orders_per_click: Chance
    revenue_per_order: Amount
    # Whom there is to invite
    candidates_per_place: Multiple

    def answering(self, task: str) -> Answering:
        """How long the assignee of a task takes; `task` is its name in the engine: `sign_contract/brand`."""
        step, _, rest = task.partition("/")
        found = getattr(self, f"{rest}_signature" if step == "sign_contract" else step)
        assert isinstance(found, Answering), f"{task} is no task of a person"
        return found

    def rows(self) -> Iterator[tuple[str, str, Source]]:
        """Each assumption: its name, what it says, and where it comes from; in the order of the fields."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Answering | Chance | Multiple | Amount):
                yield name, str(value), value.source

    def with_(self, changes: Mapping[str, Answering | Chance | Multiple | Amount], version: str) -> "Behaviour":
        """The same with some assumptions in place of others, under a version of its own."""
        return self.model_copy(update={**changes, "version": version})


def _own(why: str) -> Source:
    return Source(grade=Grade.PLAYBOOK, origin=f"own assumption: {why}")


def _takes(median_hours: float, spread: float, never: float, why: str) -> Answering:
    return Answering(median_hours=median_hours, spread=spread, never=never, source=_own(why))


def _chance(probability: float, why: str) -> Chance:
    return Chance(probability=probability, source=_own(why))


_BENCHMARKED = "the mean is that of domain/benchmarks; the spread is that of the bundled invented roster"

DEFAULT = Behaviour(
    version="2026-11.2",
    approve_shortlist=_takes(20, 1.0, 0.05, "a manager looks the next working day"),
    report_performance=_takes(18, 1.0, 0.40, "no money is on the table yet, so that many do not bother"),
    verify_creator=_takes(16, 1.0, 0.10, "a manager looks the next working day"),
    answer_offer=_takes(14, 1.2, 0.20, "most answer within a day, one in five offers stays unread"),
    answer_counter_offer=_takes(10, 1.0, 0.05, "money is waiting"),
    creator_signature=_takes(8, 1.0, 0.04, "they have said yes already"),
    brand_signature=_takes(12, 1.0, 0.02, "a manager signs the next working day"),
    submit_draft=_takes(24, 0.5, 0.02, "the default deadline is 48 hours, and is worked towards"),
    review_draft=_takes(14, 0.9, 0.05, "a manager looks the next working day"),
    publish=_takes(6, 0.8, 0.01, "what is approved is posted soon"),
    report_metrics=_takes(40, 0.5, 0.10, "figures are read after a day or two; one in ten is forgotten"),
    passes_checks=_chance(0.65, "about three in ten accounts of a roster look suspicious"),
    doubtful=_chance(0.70, "evidence rarely suffices to refuse by itself"),
    report_clears=_chance(0.40, "doubts rest on missing figures more often than on fraud"),
    approves_doubtful=_chance(0.50, "a coin's toss: the evidence is doubtful"),
    interested=_chance(0.75, "some are booked, some do not like the brand"),
    asks=Multiple.around_mean(0.95, 0.25, _own("the fair price is in the middle of what is asked")),
    counters=_chance(0.70, "most say what they want instead"),
    accepts_counter=_chance(0.60, "within the cap"),
    concedes=Multiple(median=0.95, spread=0, source=_own("five per cent a round")),
    requests_changes=_chance(0.25, "one draft in four needs another round"),
    undisclosed=_chance(0.10, "one first draft in ten forgets the disclosure"),
    engagement_between_creators=Multiple.around_mean(1, 0.25, _own(_BENCHMARKED)),
    engagement_between_posts=Multiple.around_mean(1, 0.50, _own(_BENCHMARKED)),
    impressions_per_follower=Multiple.around_mean(0.45, 0.50, _own("a post is shown to under half of the followers")),
    reach_per_impression=_chance(0.80, "some see a post twice"),
    clicks_per_impression=Multiple.around_mean(0.008, 0.60, _own("eight clicks for a thousand impressions")),
    orders_per_click=_chance(0.02, "one visitor in fifty buys"),
    revenue_per_order=Amount(amount=40_00, source=_own("replace it by your shop's average basket")),
    candidates_per_place=Multiple(median=5, spread=0, source=_own("the shortlist, if --candidates does not say")),
)
"""The assumptions that a forecast is made with unless told otherwise."""
