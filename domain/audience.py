"""The audience audit: which share of a creator's followers is fake, judged from a sample of them, with its interval.

A scorecard gives each sampled account points for what fake accounts show (they follow many, few follow them, they post
little); more than zero points is suspect. Suspects are not the share of fakes: some fakes are missed and some real
people are suspected, so the share is corrected by both rates (Rogan and Gladen 1978), and its interval carries the
chance of the sample and the uncertainty of those rates (Lang and Reiczigel 2014). `docs/audience-audit.md` has the
figures; `audience_fit.py` is how the scorecard was obtained.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import sqrt

from pydantic import Field

from domain.errors import AudienceSampleTooSmall
from domain.values import Line, Value


class Account(Value):
    """What anybody sees of one follower. No name: it isn't needed, so it isn't asked for. None is unknown."""

    posts: int = Field(ge=0)
    following: int = Field(ge=0)
    followers: int = Field(ge=0)
    has_profile_picture: bool | None = None


class Feature(StrEnum):
    """What the scorecard looks at."""

    POSTS = "posts"
    FOLLOWING = "following"
    FOLLOWERS = "followers"
    FOLLOWING_RATIO = "following_ratio"
    """Accounts followed for each follower; nobody's follower count is taken as one."""
    PROFILE_PICTURE = "profile_picture"
    """1 with a picture, 0 without."""


class Step(Value):
    """Points, in log odds, that an account gets whose feature is above a bound."""

    above: float
    points: float


class Rate(Value):
    """A share that was counted: `hits` of `trials`."""

    hits: int = Field(ge=0)
    trials: int = Field(ge=1)

    @property
    def share(self) -> float:
        """A ratio, 0..1."""
        return self.hits / self.trials


class Scorecard(Value):
    """Points for each feature, and how often they were right about accounts that had no part in finding them."""

    version: Line
    intercept: float
    steps: Mapping[Feature, tuple[Step, ...]]
    caught: Rate
    """Fake accounts that were suspected."""
    false_alarms: Rate
    """Real accounts that were suspected."""


class AudienceAudit(Value):
    """What a sample says of a creator's followers. Shares are ratios, 0..1."""

    sampled: int = Field(ge=1)
    suspects: int = Field(ge=0)
    fake_share: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)
    """The true share is between `low` and `high` in 95 of 100 audits."""
    formula_version: Line


SMALLEST_SAMPLE = 30
"""With fewer followers the interval says next to nothing."""

_Z = 1.959964
"""The normal quantile of an interval that holds in 95 of 100 cases."""

DEFAULT = Scorecard(
    version="audience 2026-11.1",
    intercept=2.2641,
    steps={
        Feature.FOLLOWING: (
            Step(above=236.5, points=0.2639),
            Step(above=549.5, points=0.3882),
            Step(above=577.0, points=0.119),
            Step(above=1032.5, points=0.0723),
            Step(above=1914.0, points=0.2196),
            Step(above=2069.5, points=0.3718),
            Step(above=4140.5, points=0.0884),
            Step(above=4182.5, points=0.1566),
        ),
        Feature.FOLLOWING_RATIO: (
            Step(above=3.7103, points=0.0692),
            Step(above=4.1172, points=0.0902),
            Step(above=8.7605, points=1.1594),
            Step(above=9.3949, points=0.1911),
            Step(above=9.4259, points=0.069),
        ),
        Feature.POSTS: (
            Step(above=2.5, points=-0.3267),
            Step(above=4.5, points=-0.2898),
            Step(above=8.5, points=-0.6997),
            Step(above=9.5, points=-0.8257),
            Step(above=11.5, points=-0.3368),
        ),
        Feature.PROFILE_PICTURE: (Step(above=0.5, points=-2.4927),),
    },
    caught=Rate(hits=83, trials=98),
    false_alarms=Rate(hits=86, trials=877),
)
"""Fitted by `groundswell audience fit` to 975 Instagram accounts that SRF Data labelled by hand in 2017
(github.com/srfdata/2017-10-instagram-influencers, CC BY-SA 4.0); rates by cross-validation; the data aren't shipped."""


def features(account: Account) -> Mapping[Feature, float]:
    """The account as numbers; a feature that is unknown is left out."""
    known = {
        Feature.POSTS: float(account.posts),
        Feature.FOLLOWING: float(account.following),
        Feature.FOLLOWERS: float(account.followers),
        Feature.FOLLOWING_RATIO: account.following / max(account.followers, 1),
    }
    if account.has_profile_picture is not None:
        known[Feature.PROFILE_PICTURE] = float(account.has_profile_picture)
    return known


def suspicion(account: Account, card: Scorecard = DEFAULT) -> float:
    """The account's points in log odds: above 0 it looks more like a fake one than like a real one."""
    known = features(account)
    return card.intercept + sum(
        step.points
        for feature, steps in card.steps.items()
        for step in steps
        # Nearly every account has a picture: where that is unknown, it is taken for granted.
        if known.get(feature, 1.0) > step.above
    )


def audit(accounts: Sequence[Account], card: Scorecard = DEFAULT) -> AudienceAudit:
    """The share of fake accounts in the audience that `accounts` were drawn from.

    Raises:
        AudienceSampleTooSmall: there are fewer than `SMALLEST_SAMPLE` accounts.
    """
    if len(accounts) < SMALLEST_SAMPLE:
        raise AudienceSampleTooSmall(sampled=len(accounts), needed=SMALLEST_SAMPLE)
    suspects = sum(suspicion(account, card) > 0 for account in accounts)
    caught, false = card.caught.share, card.false_alarms.share
    share = _ratio((suspects / len(accounts) - false) / (caught - false))
    low, high = interval(Rate(hits=suspects, trials=len(accounts)), card.caught, card.false_alarms)
    return AudienceAudit(
        sampled=len(accounts),
        suspects=suspects,
        fake_share=share,
        low=min(low, share),
        high=max(high, share),
        formula_version=card.version,
    )


def interval(suspected: Rate, caught: Rate, false_alarms: Rate) -> tuple[float, float]:
    """Between which shares of fakes the truth is in 95 of 100 audits, by Lang and Reiczigel's formula."""
    trials = suspected.trials + _Z**2
    positive = (suspected.hits + _Z**2 / 2) / trials
    sensitivity, caught_trials = (caught.hits + 1) / (caught.trials + 2), caught.trials + 2
    specificity = 1 - (false_alarms.hits + 1) / (false_alarms.trials + 2)
    real_trials = false_alarms.trials + 2
    informed = sensitivity + specificity - 1
    share = (positive + specificity - 1) / informed
    by_fakes = sensitivity * (1 - sensitivity) / caught_trials
    by_real = specificity * (1 - specificity) / real_trials
    shift = 2 * _Z**2 * (share * by_fakes - (1 - share) * by_real)
    variance = positive * (1 - positive) / trials + (1 - share) ** 2 * by_real + share**2 * by_fakes
    reach = _Z * sqrt(variance) / informed
    return _ratio(share + shift - reach), _ratio(share + shift + reach)


def _ratio(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 4)
