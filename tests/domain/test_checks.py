"""The verification checks: what raises a signal, what each verdict takes, and that no rule decides alone."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.audience import AudienceAudit
from domain.check_policy import DEFAULT_POLICY, FAMILY, Check, CheckPolicy, Family, Signal
from domain.checks import Assessment, Evidence, Verdict, assess
from domain.creators import Platform, Profile
from domain.peers import Peers
from domain.performance_report import PerformanceReport
from domain.third_party import AudienceReport

GENUINE = (
    "Which beans did you use for this one?",
    "That latte art is getting better every week",
    "Tried your recipe this morning and loved it",
    "Where did you buy that grinder, it looks solid",
    "My espresso never comes out this well",
    "Saving this for the weekend, thank you so much",
)


def a_profile(**facts: Any) -> Profile:
    usual: dict[str, Any] = {
        "platform": "instagram",
        "handle": "secret.handle",
        "name": "Secret Name",
        "email": "secret@creators.example",
        "followers": 5_000,
        "following": 600,
        "posts": 240,
        "average_likes": 130.0,
        "average_comments": 8.0,
        "topics": ("coffee",),
        "branded_hashtags": ("coffeetime", "brewathome"),
        "sample_comments": GENUINE,
    }
    return Profile(**{**usual, **facts})


def of(profile: Profile, report: PerformanceReport | None = None) -> Assessment:
    return assess(profile, "Northbound Roasters", "coffee", report=report)


def evidence(assessment: Assessment, check: Check) -> Evidence:
    return next(one for one in assessment.evidence if one.check is check)


def test_a_genuine_and_fitting_account_passes_without_a_signal() -> None:
    assessment = of(a_profile())
    assert (assessment.verdict, assessment.signals) == (Verdict.PASS, ())
    assert assessment.score > 0.95
    assert assessment.formula_version == DEFAULT_POLICY.version


@pytest.mark.parametrize(
    ("facts", "signal"),
    [
        ({"sample_comments": ("love this so very much",) * 3 + GENUINE[:4]}, Signal.IDENTICAL_COMMENTS),
        ({"sample_comments": ("wow", "nice pic", "so cute", "amazing", "great coffee")}, Signal.SHORT_COMMENTS),
        ({"average_likes": 30.0}, Signal.ENGAGEMENT_BELOW_FLOOR),
        ({"average_likes": 520.0}, Signal.ENGAGEMENT_ABOVE_CEILING),
        ({"average_likes": 55.0}, Signal.ENGAGEMENT_FAR_BELOW_BENCHMARK),
        ({"average_likes": 300.0}, Signal.ENGAGEMENT_FAR_ABOVE_BENCHMARK),
        ({"following": 15_000}, Signal.FOLLOWING_RATIO),
        ({"following": 1_501}, Signal.FOLLOWS_MANY),
        ({"posts": 2}, Signal.FEW_POSTS),
        ({"average_likes": 500.0, "average_comments": 0.5}, Signal.LIKES_WITHOUT_COMMENTS),
        ({"average_likes": 70.0, "average_comments": 60.0}, Signal.COMMENTS_WITHOUT_LIKES),
        ({"average_likes": 5_001.0}, Signal.MORE_LIKES_THAN_FOLLOWERS),
        ({"engagement_stated": 0.09}, Signal.REPORT_DIFFERS),
    ],
)
def test_each_signal_is_raised_by_what_it_names(facts: dict[str, Any], signal: Signal) -> None:
    assert signal in of(a_profile(**facts)).signals


@pytest.mark.parametrize(
    ("facts", "signal"),
    [
        ({"sample_comments": ("love this so very much",) * 2 + GENUINE[:3]}, Signal.IDENTICAL_COMMENTS),
        ({"sample_comments": ("nice",) * 4}, Signal.IDENTICAL_COMMENTS),
        ({"average_likes": 50.0, "average_comments": 0.0}, Signal.ENGAGEMENT_BELOW_FLOOR),
        ({"average_likes": 500.0, "average_comments": 0.0}, Signal.ENGAGEMENT_ABOVE_CEILING),
        ({"following": 14_999}, Signal.FOLLOWING_RATIO),
        ({"following": 1_500}, Signal.FOLLOWS_MANY),
        ({"posts": 3}, Signal.FEW_POSTS),
        ({"engagement_stated": 0.0277}, Signal.REPORT_DIFFERS),
    ],
)
def test_a_threshold_itself_raises_no_signal(facts: dict[str, Any], signal: Signal) -> None:
    """Exactly 40 %, 1 %, 10 %, 1,500 follows and 3 posts are still fine; four comments are too few to judge."""
    assert signal not in of(a_profile(**facts)).signals


@pytest.mark.parametrize(("low", "raised"), [(0.31, True), (0.30, False)])
def test_an_audience_is_a_signal_only_if_the_whole_interval_is_above_what_is_usual(low: float, raised: bool) -> None:
    audience = AudienceAudit(sampled=300, suspects=130, fake_share=0.40, low=low, high=0.47, formula_version="test")
    assessment = assess(a_profile(), "Beanbarn", "coffee", audience=audience)
    assert (Signal.FAKE_AUDIENCE in assessment.signals) is raised
    assert any(f"40% of its followers look fake ({low:.0%} to 47%" in one.because for one in assessment.evidence)


@pytest.mark.parametrize(("fake_share", "raised"), [(0.31, True), (0.30, False), (None, False)])
def test_a_third_party_s_word_on_an_audience_counts(fake_share: float | None, raised: bool) -> None:
    report = AudienceReport(
        source="fohr", fake_share=fake_share, countries={"FR": 0.1, "DE": 0.6, "US": 0.1, "IT": 0.05}
    )
    assessment = assess(a_profile(), "Beanbarn", "coffee", third_party=report)
    assert (Signal.FAKE_AUDIENCE in assessment.signals) is raised
    said = assessment.evidence[2].because
    assert "fohr finds 60% in DE, 10% in FR, 10% in US" in said
    assert ("for fake" in said) is (fake_share is not None)


def test_signals_of_two_families_with_a_low_score_fail() -> None:
    bots = ("Great content!", "great content", "GREAT content!!", "wow", "wow", "nice")
    assessment = of(
        a_profile(average_likes=10.0, following=16_000, sample_comments=bots, topics=(), branded_hashtags=())
    )
    assert assessment.verdict is Verdict.FAIL
    assert {FAMILY[s] for s in assessment.signals} >= {Family.COMMENTS, Family.ENGAGEMENT, Family.FOLLOWING}


@pytest.mark.parametrize("facts", [{"following": 15_000}, {"posts": 1}, {"average_likes": 20.0}])
def test_one_severe_signal_alone_is_for_a_person_to_judge(facts: dict[str, Any]) -> None:
    assert of(a_profile(**facts)).verdict is Verdict.REVIEW


@pytest.mark.parametrize("facts", [{"following": 1_800}, {"average_likes": 300.0}])
def test_one_mild_signal_alone_does_not_trouble_a_person(facts: dict[str, Any]) -> None:
    assessment = of(a_profile(**facts))
    assert assessment.signals
    assert assessment.verdict is Verdict.PASS


def test_without_any_data_a_person_decides() -> None:
    bare = a_profile(
        following=None, posts=None, average_likes=None, average_comments=None,
        topics=(), branded_hashtags=(), sample_comments=(),
    )  # fmt: skip
    assessment = of(bare)
    assert assessment.verdict is Verdict.REVIEW
    assert not any(one.known for one in assessment.evidence)
    assert all("scored below neutral" in one.because for one in assessment.evidence)


def test_a_benchmark_by_views_raises_no_signal_for_a_rate_by_followers() -> None:
    signals = of(a_profile(platform="tiktok", average_likes=55.0)).signals
    assert Signal.ENGAGEMENT_FAR_BELOW_BENCHMARK not in signals


def test_hashtags_of_the_brand_itself_count_more_than_of_its_category_alone() -> None:
    brand = evidence(of(a_profile(branded_hashtags=("northboundroasters",))), Check.BRANDED_HASHTAGS)
    category = evidence(of(a_profile(branded_hashtags=("coffeetime",))), Check.BRANDED_HASHTAGS)
    neither = evidence(of(a_profile(branded_hashtags=("sneakerdrop",))), Check.BRANDED_HASHTAGS)
    assert brand.score > neither.score
    assert category.score > neither.score
    assert "1 the brand itself" in brand.because


def test_the_creators_own_report_is_compared_with_the_public_figures() -> None:
    honest = of(a_profile(), PerformanceReport(followers=5_100, posts=10, engagements=1_500))
    boasting = of(a_profile(), PerformanceReport(followers=9_000, posts=10, engagements=9_000))
    assert Signal.REPORT_DIFFERS not in honest.signals
    assert Signal.REPORT_DIFFERS in boasting.signals
    assert boasting.verdict is Verdict.REVIEW
    assert "followers reported are 1.80x the public ones" in evidence(boasting, Check.PERFORMANCE_REPORT).because


def test_a_report_that_fits_may_clear_a_doubt_and_one_that_does_not_may_settle_it() -> None:
    doubtful = a_profile(topics=(), branded_hashtags=(), sample_comments=("nice",) * 9, average_likes=55.0)
    fitting = PerformanceReport(followers=5_050, posts=10, engagements=700, reach=4_000, proof="ab" * 32)
    boasting = PerformanceReport(followers=50_000, posts=10, engagements=90_000, reach=4_000)
    without, cleared, settled = of(doubtful), of(doubtful, fitting), of(doubtful, boasting)
    assert settled.score < without.score < cleared.score
    assert (without.verdict, settled.verdict) == (Verdict.REVIEW, Verdict.FAIL)


@pytest.mark.parametrize(
    ("facts", "weight"),
    [
        ({"ages": {"18-24": 1.0}}, 0.20),
        ({"followers": 5_000, "proof": "ab" * 32}, 0.20),
        ({"followers": 5_000, "reach": 4_000}, 0.30),
        ({"followers": 5_000, "reach": 4_000, "proof": "ab" * 32}, 0.40),
    ],
)
def test_a_report_weighs_by_what_could_be_compared_and_by_its_proof(facts: dict[str, Any], weight: float) -> None:
    assert evidence(of(a_profile(), PerformanceReport(**facts)), Check.PERFORMANCE_REPORT).weight == weight


def test_a_spike_of_growth_is_shown_and_decides_nothing() -> None:
    steady = of(a_profile(), PerformanceReport(followers=5_000, followers_before=4_900))
    spiked = of(a_profile(), PerformanceReport(followers=5_000, followers_before=2_000))
    assert Signal.GROWTH_SPIKE in spiked.signals
    assert "followers +150% in 30 days (a flag" in evidence(spiked, Check.PERFORMANCE_REPORT).because
    assert (spiked.score, spiked.verdict) == (steady.score, Verdict.PASS)


@pytest.mark.parametrize(
    ("country", "share", "raised"),
    [("DE", 0.19, True), ("DE", 0.20, False), ("DE", 0.9, False), (None, 0.0, False), ("FR", 0.5, True)],
)
def test_an_audience_is_held_against_the_country_that_the_brand_wants_to_reach(
    country: str | None, share: float, raised: bool
) -> None:
    """Whether the creator reports it or a third party: a country that is not listed has nobody."""
    own = PerformanceReport(countries={"DE": share})
    others = AudienceReport(source="fohr", countries={"DE": share})
    for assessment in (
        assess(a_profile(), "Beanbarn", "coffee", report=own, country=country),
        assess(a_profile(), "Beanbarn", "coffee", third_party=others, country=country),
    ):
        assert (Signal.AUDIENCE_ELSEWHERE in assessment.signals) is raised
        assert any("of the audience is in" in one.because for one in assessment.evidence) is (country is not None)


@pytest.mark.parametrize(
    ("comments", "accounts", "raised"), [(8.0, 40, False), (0.2, 40, True), (60.0, 40, True), (0.2, 29, False)]
)
def test_comments_per_like_are_held_against_those_of_similar_accounts(
    comments: float, accounts: int, raised: bool
) -> None:
    """If there are enough of them to say what is usual."""
    peers = Peers(accounts=accounts, comments_per_like=0.06, spread=0.3)
    assessment = assess(a_profile(average_comments=comments), "Beanbarn", "coffee", peers=peers)
    assert (Signal.UNUSUAL_COMMENTS_PER_LIKE in assessment.signals) is raised
    because = evidence(assessment, Check.PERFORMANCE_REPORT).because
    assert ("0.060 are usual among 40 similar accounts" in because) is (accounts >= 30)


@pytest.mark.parametrize(
    ("tags", "comments", "score"),
    [
        (("coffee", "latteart", "brew"), (), 1.0),
        (("coffee", "sneakers", "ootd", "fashion"), (), 0.9167),
        (("sneakers", "ootd"), (), 0.5),
        ((), GENUINE, 1.0),
        ((), ("what a lovely day this is",) * 2, 0.5),
    ],
)
def test_the_share_of_relevant_tags_and_comments_is_what_the_first_check_scores(
    tags: tuple[str, ...], comments: tuple[str, ...], score: float
) -> None:
    """30 % are enough; nothing relevant is half, for words in other languages are not understood."""
    profile = a_profile(topics=tags, branded_hashtags=(), sample_comments=comments)
    assert evidence(of(profile), Check.COMMENTS_AND_TAGS).score == pytest.approx(score, abs=0.001)


def test_reasons_hold_no_personal_data() -> None:
    text = json.dumps(of(a_profile(biography="secret bio")).model_dump(mode="json")).lower()
    assert "secret" not in text
    assert not any(comment.lower() in text for comment in GENUINE)
    assert "coffeetime" not in text


def test_another_policy_draws_other_lines_and_leaves_its_version() -> None:
    strict = CheckPolicy(version="strict", following_above=500)
    assessment = assess(a_profile(), "Northbound Roasters", "coffee", policy=strict)
    assert Signal.FOLLOWS_MANY in assessment.signals
    assert assessment.formula_version == "strict"


profiles = st.builds(
    a_profile,
    platform=st.sampled_from([p.value for p in Platform]),
    followers=st.integers(0, 2_000_000),
    following=st.none() | st.integers(0, 8_000),
    posts=st.none() | st.integers(0, 10),
    average_likes=st.none() | st.floats(0, 1e5),
    average_comments=st.none() | st.floats(0, 1e4),
    engagement_stated=st.none() | st.floats(0, 1),
    topics=st.sampled_from([(), ("coffee",), ("fashion",)]),
    branded_hashtags=st.sampled_from([(), ("coffeetime",), ("sneakers",)]),
    sample_comments=st.lists(st.sampled_from(["wow", "nice pic", *GENUINE]), max_size=8).map(tuple),
)


@settings(max_examples=300)
@given(profiles)
def test_no_family_of_signals_fails_a_creator_alone_and_scores_are_ratios(profile: Profile) -> None:
    assessment = of(profile)
    if len({FAMILY[signal] for signal in assessment.signals}) < 2:
        assert assessment.verdict is not Verdict.FAIL
    assert 0 <= assessment.score <= 1
    assert {one.check for one in assessment.evidence} == set(Check)
