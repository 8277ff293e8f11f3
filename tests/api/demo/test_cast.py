import random
from itertools import islice

from api.demo.cast import (
    CAPTIONS,
    MUST_PLAY,
    Caption,
    Figures,
    Live,
    Pace,
    Reply,
    Reporting,
    casting,
    metrics,
    performance,
)
from domain.check_policy import CheckPolicy, Signal
from domain.creators import Profile
from domain.disclosure import check_disclosure
from domain.disclosure_rules import Jurisdiction
from domain.monitoring import Metrics
from domain.performance_report import PerformanceReport, compared


def test_every_kind_of_behaviour_is_played() -> None:
    """So that every outcome of a deadline happens whatever the seed."""
    assert {one.reply for one in MUST_PLAY} == set(Reply)
    assert {one.first_caption for one in MUST_PLAY} == set(Caption)
    assert Pace.NEVER in {one.answers for one in MUST_PLAY}
    assert {one.drafts for one in MUST_PLAY} >= {Pace.NEVER, Pace.OVERDUE}
    assert {one.signs for one in MUST_PLAY} >= {Pace.NEVER, Pace.OVERDUE}
    assert Pace.NEVER in {one.publishes for one in MUST_PLAY}
    assert {one.live for one in MUST_PLAY} == set(Live)
    assert Pace.NEVER in {one.reports for one in MUST_PLAY}


def test_the_same_seed_gives_the_same_cast() -> None:
    """And another seed another one."""
    cast = [list(islice(casting(seed), 60)) for seed in (1, 1, 2)]
    assert cast[0] == cast[1] != cast[2]


def test_only_the_disclosed_caption_discloses() -> None:
    """By the rules that the brief names."""
    passed = {
        caption: check_disclosure(text, Jurisdiction.US, partner="Northwind Roasters").passed
        for caption, text in CAPTIONS.items()
    }
    assert passed == {Caption.DISCLOSED: True, Caption.SP: False, Caption.BARE_TAG: False}


def test_only_a_padded_report_differs_from_what_everybody_sees() -> None:
    """An honest one raises no signal beside the public figures."""
    public = {"followers": 5_000, "posts_per_week": 3.0, "average_likes": 180.0, "average_comments": 12.0}
    account = {"platform": "instagram", "handle": "ada.makes", "name": "Ada", "email": "ada@example.com"}
    profile = Profile.model_validate(account | public)

    def signals(reporting: Reporting) -> list[Signal]:
        report = PerformanceReport.model_validate(performance(public, reporting))
        return [signal for _, raised in compared(report, profile, CheckPolicy()) for signal in raised]

    assert signals(Reporting.HONEST) == []
    assert Signal.REPORT_DIFFERS in signals(Reporting.PADDED)


def test_figures_are_plausible_and_what_is_left_out_stays_out() -> None:
    """Nobody is reached more often than the post was seen; a figure that is not reported is missing, not zero."""
    chance = random.Random(1)  # noqa: S311 - a play, not a secret
    for kind in ("reel", "story"):
        all_of_them = Metrics.model_validate(metrics(chance, 5_000, kind, Figures.ALL))
        assert all_of_them.reach is not None
        assert all_of_them.impressions is not None
        assert 0 < all_of_them.reach <= all_of_them.impressions
    assert "clicks" not in metrics(chance, 5_000, "reel", Figures.SOME)
