"""The creator's own report: what is well-formed, and how it is held against the public figures and itself."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.check_policy import DEFAULT_POLICY, Signal
from domain.performance_report import FIGURES, PerformanceReport, compared
from domain.personal import marks
from tests.domain.given import a_profile, a_report


def found(**facts: Any) -> list[tuple[str, list[Signal]]]:
    """What comparing the usual report, changed by `facts`, with the usual creator finds."""
    return list(compared(a_report(**facts), a_profile(), DEFAULT_POLICY))


def signals(**facts: Any) -> set[Signal]:
    """The signals of it."""
    return {signal for _, raised in found(**facts) for signal in raised}


def test_a_report_that_fits_raises_nothing_and_says_what_was_compared() -> None:
    """Each comparison is told in figures, without anything personal."""
    assert signals() == set()
    assert [because for because, _ in found()] == [
        "followers reported are 1.02x the public ones",
        "engagements a post reported are 1.15x the public ones",
        "reached 1.80x its followers in 30 days",
        "followers +4% in 30 days",
    ]


@pytest.mark.parametrize(
    ("facts", "signal"),
    [
        ({"followers": 3_999, "followers_before": None}, Signal.REPORT_DIFFERS),
        ({"followers": 6_251, "followers_before": None}, Signal.REPORT_DIFFERS),
        ({"engagements": 827}, Signal.REPORT_DIFFERS),
        ({"engagements": 4_969}, Signal.REPORT_DIFFERS),
        ({"reach": 21_001}, Signal.REPORT_INCONSISTENT),
        ({"impressions": 1_899, "reach": None}, Signal.REPORT_INCONSISTENT),
        ({"reach": 249}, Signal.UNUSUAL_REACH),
        ({"reach": 100_001, "impressions": 200_000}, Signal.UNUSUAL_REACH),
        ({"followers": 5_100, "followers_before": 4_000}, Signal.GROWTH_SPIKE),
    ],
)
def test_each_signal_is_raised_by_what_it_names(facts: dict[str, Any], signal: Signal) -> None:
    """And by nothing else."""
    assert signals(**facts) == {signal}


@pytest.mark.parametrize(
    "facts",
    [
        {"followers": 4_000, "followers_before": None},
        {"followers": 6_250, "followers_before": None},
        {"engagements": 828},
        {"engagements": 4_968},
        {"reach": 21_000},
        {"reach": 250},
        {"followers": 5_000, "followers_before": 4_000},
        {"followers": 4_100, "followers_before": 8_000},
    ],
)
def test_the_bound_itself_still_fits(facts: dict[str, Any]) -> None:
    """Exactly 0.8x and 1.25x, 0.5x and 3x, 0.05x, and a quarter more followers; losing some is no spike."""
    assert signals(**facts) == set()


def test_what_is_not_stated_is_not_compared() -> None:
    """Unknown is not zero, and a public figure that is unknown is nothing to compare with."""
    few = PerformanceReport(reach=9_000)
    assert [because for because, _ in compared(few, a_profile(), DEFAULT_POLICY)] == [
        "reached 1.80x its followers in 30 days"
    ]
    unknown = a_profile(average_likes=None, followers=0)
    assert list(compared(a_report(followers_before=None), unknown, DEFAULT_POLICY)) == []


def test_a_report_without_posts_has_no_engagement_of_a_post() -> None:
    """Nothing is divided by none."""
    assert a_report(posts=0).engagements_per_post is None
    assert a_report(posts=12, engagements=1_200).engagements_per_post == 100


def test_a_report_states_something() -> None:
    """A note alone is no report, and neither is a picture."""
    with pytest.raises(ValidationError, match=f"at least one of {', '.join(FIGURES)}"):
        PerformanceReport(note="See my page.", proof="ab" * 32)


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"countries": {"US": 0.7, "CA": 0.4}}, "countries add up to 110%"),
        ({"ages": {"18-24": 0.9, "25-34": 0.2}}, "ages add up to 110%"),
        ({"genders": {"female": 0.8, "male": 0.3}}, "genders add up to 110%"),
        ({"countries": {"USA": 0.7}}, "countries"),
        ({"ages": {"18-30": 0.7}}, "ages"),
        ({"reach": -1}, "reach"),
    ],
)
def test_what_no_account_can_have_is_refused(facts: dict[str, Any], rule: str) -> None:
    """Shares of more than the whole audience, beyond rounding, are a slip in the form."""
    with pytest.raises(ValidationError, match=rule):
        a_report(**facts)
    a_report(countries={"US": 0.7, "CA": 0.35})


def test_what_the_creator_writes_is_personal() -> None:
    """The note is sealed with their key; figures cannot tell who somebody is."""
    assert set(marks(PerformanceReport)) == {("note",)}
