"""The ranking: who is left out, who comes first, and why."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.creators import Creator, Platform, Profile
from domain.outcomes import Outcome
from domain.ranking import Part, Ranked, RankingPolicy, ScorePart, Wanted, excluded, rank
from domain.track_record import TrackRecord

WANTED = Wanted(
    platform=Platform.INSTAGRAM,
    followers_min=1_000,
    followers_max=10_000,
    country="US",
    language="en",
    topics=("coffee", "outdoor"),
    brand="Northbound Roasters",
    product="single-origin beans",
    category="coffee",
    fee_cap=200_00,
)


def a_creator(creator_id: str = "c1", **facts: Any) -> Creator:
    usual: dict[str, Any] = {
        "platform": "instagram",
        "handle": "secret.handle",
        "name": "Secret Name",
        "email": "secret@creators.example",
        "followers": 5_000,
        "following": 600,
        "posts": 240,
        "average_likes": 150.0,
        "average_comments": 10.0,
        "posts_per_week": 3.5,
        "country": "US",
        "language": "en",
        "topics": ("coffee", "hiking"),
        "biography": "espresso before sunrise",
        "branded_hashtags": ("coffeetime",),
        "sample_comments": ("Which beans are these?",),
        "fee": 90_00,
    }
    return Creator(id=creator_id, profile=Profile(**{**usual, **facts}))


def part(ranked: Ranked, name: Part) -> ScorePart:
    return next(p for p in ranked.evidence if p.name is name)


def only(creator: Creator, wanted: Wanted = WANTED) -> Ranked:
    [ranked] = rank([creator], wanted)
    return ranked


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"platform": "tiktok"}, "publishes on tiktok"),
        ({"followers": 999}, "999 followers"),
        ({"followers": 10_001}, "10,001 followers"),
        ({"fee": 300_01}, "asks 300.01"),
    ],
)
def test_who_does_not_qualify_is_left_out_with_the_reason(facts: dict[str, Any], reason: str) -> None:
    creator = a_creator(**facts)
    assert reason in (excluded(creator, WANTED) or "")
    assert rank([creator], WANTED) == []


def test_whom_another_campaign_holds_is_left_out_with_what_holds_them() -> None:
    creator, free = a_creator(), Creator(id="free", profile=a_creator().profile)
    held = {creator.id: "Campaign c2 holds this creator in the category tea until 2026-05-31."}
    assert excluded(creator, WANTED, held=held) == held[creator.id]
    assert [one.creator_id for one in rank([creator, free], WANTED, held=held)] == ["free"]


@pytest.mark.parametrize("facts", [{"followers": 1_000}, {"followers": 10_000}, {"fee": 300_00}, {"fee": None}])
def test_the_bounds_themselves_qualify_and_a_fee_within_negotiating_distance_does(facts: dict[str, Any]) -> None:
    assert excluded(a_creator(**facts), WANTED) is None


def test_a_fee_in_another_currency_cannot_exclude_and_is_said_to_be_unknown() -> None:
    creator = a_creator(fee=900_00, fee_currency="SEK")
    assert excluded(creator, WANTED) is None
    price = part(only(creator), Part.PRICE)
    assert "SEK" in price.because
    assert not price.known


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"topics": ("coffee", "hiking")}, {"topics": ("fashion",), "biography": "", "branded_hashtags": ()}),
        ({"country": "US"}, {"country": "FR"}),
        ({"language": "en"}, {"language": "fr"}),
        ({"average_likes": 180.0}, {"average_likes": 20.0}),
        ({"average_likes": 180.0}, {"average_likes": 2_000.0}),
        ({"posts_per_week": 4.0}, {"posts_per_week": 0.1}),
        ({"fee": 60_00}, {"fee": 190_00}),
        ({"fee": 199_00}, {"fee": 201_00}),
        ({"following": 300}, {"following": None}),
    ],
)
def test_the_better_of_two_comes_first(better: dict[str, Any], worse: dict[str, Any]) -> None:
    """`a` would win a tie, so the better one is called `b`."""
    order = rank([a_creator("a", **worse), a_creator("b", **better)], WANTED)
    assert [one.creator_id for one in order] == ["b", "a"]


def kept_their_word(posts: int = 3) -> TrackRecord:
    return TrackRecord(
        offers=1,
        accepted=1,
        answers=1,
        answers_within=(1, 0, 0, 0, 0, 0, 0),
        on_time=posts,
        last_outcome=Outcome.COMPLETED,
    )


def test_past_performance_with_us_decides_between_creators_who_are_alike() -> None:
    """Who kept their word comes before who was late, and who was late before who delivered nothing."""
    late = TrackRecord(offers=1, accepted=1, late=3)
    missed = TrackRecord(offers=1, accepted=1, missed=1)
    records = {"c": kept_their_word(), "b": late, "a": missed}
    order = rank([a_creator(id_) for id_ in "abc"], WANTED, records=records)
    assert [one.creator_id for one in order] == ["c", "b", "a"]
    answered, quickly, posts, last = part(order[0], Part.TRACK_RECORD).because.split("; ")
    assert (answered, quickly) == ("answered 1 of 1 offers", "half within an hour")
    assert (posts, last) == ("of 3 posts 3 on time, 0 late, 0 missed", "last collaboration completed")


def test_who_has_no_record_is_scored_as_if_there_were_none() -> None:
    """An offer that still waits for its answer says nothing either."""
    creator = a_creator()
    [new] = rank([creator], WANTED)
    assert rank([creator], WANTED, records={creator.id: TrackRecord(offers=1, under_way=1)}) == [new]
    assert Part.TRACK_RECORD not in {one.name for one in new.evidence}
    assert new.certainty == 1


def test_one_collaboration_does_not_make_a_reputation() -> None:
    """The more posts on time there are, the nearer the score comes to one."""
    scores = []
    for posts in (1, 5, 50):
        creator = a_creator()
        [ranked] = rank([creator], WANTED, records={creator.id: kept_their_word(posts)})
        scores.append(part(ranked, Part.TRACK_RECORD).score)
    assert scores == sorted(scores)
    assert scores[0] < 0.75
    assert 0.85 < scores[-1] < 1


@pytest.mark.parametrize(
    ("missing", "name"),
    [
        ({"average_likes": None}, Part.ENGAGEMENT),
        ({"posts_per_week": None}, Part.POSTING),
        ({"fee": None}, Part.PRICE),
        ({"country": None}, Part.RELEVANCE),
        ({"topics": (), "biography": "", "branded_hashtags": ()}, Part.RELEVANCE),
    ],
)
def test_missing_data_lowers_the_certainty_and_says_so_but_is_not_zero(missing: dict[str, Any], name: Part) -> None:
    ranked = only(a_creator(**missing))
    found = part(ranked, name)
    assert not found.known
    assert "unknown" in found.because
    assert found.score > 0
    assert ranked.certainty < 1 == only(a_creator()).certainty


def test_unknown_engagement_beats_known_bad_engagement() -> None:
    order = rank(
        [a_creator("bad", average_likes=1.0, average_comments=0.0), a_creator("unknown", average_likes=None)], WANTED
    )
    assert [one.creator_id for one in order] == ["unknown", "bad"]


def test_a_stated_rate_is_used_where_none_was_counted_and_is_called_stated() -> None:
    engagement = part(only(a_creator(average_likes=None, engagement_stated=0.03)), Part.ENGAGEMENT)
    assert "3.0% as stated" in engagement.because
    assert not engagement.known


def test_a_rate_by_followers_counts_half_against_a_benchmark_by_views() -> None:
    wanted = WANTED.model_copy(update={"platform": Platform.TIKTOK})
    engagement = part(only(a_creator(platform="tiktok"), wanted), Part.ENGAGEMENT)
    assert "counted half" in engagement.because
    assert not engagement.known


def test_reasons_never_identify_a_creator() -> None:
    text = json.dumps(only(a_creator()).model_dump(mode="json")).lower()
    assert "secret" not in text
    assert "sunrise" not in text


def test_without_topics_the_category_is_what_is_looked_for() -> None:
    wanted = WANTED.model_copy(update={"topics": ()})
    assert "1 of 1 topics (coffee)" in part(only(a_creator(), wanted), Part.RELEVANCE).because


def test_another_policy_weighs_differently() -> None:
    cheap = a_creator("cheap", fee=10_00, topics=("fashion",), biography="", branded_hashtags=())
    fitting = a_creator("fitting", fee=200_00)
    assert rank([cheap, fitting], WANTED)[0].creator_id == "fitting"
    assert rank([cheap, fitting], WANTED, policy=RankingPolicy(price=1, relevance=0.01))[0].creator_id == "cheap"


figures = st.none() | st.floats(0, 1e6)
profiles = st.builds(
    Profile,
    platform=st.sampled_from(Platform),
    handle=st.just("x"),
    name=st.just("X"),
    email=st.just("x@creators.example"),
    followers=st.integers(0, 20_000),
    following=st.none() | st.integers(0, 10_000),
    posts=st.none() | st.integers(0, 5_000),
    average_likes=figures,
    average_comments=figures,
    engagement_stated=st.none() | st.floats(0, 5),
    posts_per_week=st.none() | st.floats(0, 500),
    country=st.none() | st.sampled_from(["US", "FR"]),
    language=st.none() | st.sampled_from(["en", "fr"]),
    topics=st.lists(st.sampled_from(["coffee", "hiking", "fashion"]), max_size=3).map(tuple),
    biography=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20),
    branded_hashtags=st.just(()),
    sample_comments=st.just(()),
    fee=st.none() | st.integers(0, 100_000),
    fee_currency=st.sampled_from(["USD", "EUR"]),
)


@given(st.lists(profiles, max_size=8), st.randoms(use_true_random=False))
def test_the_ranking_is_a_permutation_of_the_eligible_whatever_their_order(found: list[Profile], random: Any) -> None:
    creators = [Creator(id=f"c{n}", profile=profile) for n, profile in enumerate(found)]
    ranked = rank(creators, WANTED)
    assert sorted(r.creator_id for r in ranked) == sorted(c.id for c in creators if excluded(c, WANTED) is None)
    shuffled = list(creators)
    random.shuffle(shuffled)
    assert rank(shuffled, WANTED) == ranked


@given(profiles)
def test_scores_and_certainty_are_ratios_and_the_score_is_the_mean_of_its_parts(profile: Profile) -> None:
    wanted = WANTED.model_copy(
        update={"platform": profile.platform, "followers_min": 0, "followers_max": 20_000, "fee_cap": None}
    )
    ranked = only(Creator(id="c", profile=profile), wanted)
    assert all(0 <= p.score <= 1 for p in ranked.evidence)
    assert 0 <= ranked.certainty <= 1
    weights = sum(p.weight for p in ranked.evidence)
    assert ranked.score == pytest.approx(sum(p.weight * p.score for p in ranked.evidence) / weights, abs=1e-4)


def test_whom_the_brief_names_ranks_higher_and_whom_it_excludes_not_at_all() -> None:
    """A bonus with its reason, which does not make up for bad figures."""
    alike, weak = [a_creator("a"), a_creator("b"), a_creator("c")], a_creator("weak", average_likes=1.0, topics=())
    chosen = WANTED.model_copy(update={"preferred": frozenset({"c", "weak"}), "excluded": frozenset({"a"})})
    ranked = rank([*alike, weak], chosen)
    assert [one.creator_id for one in ranked] == ["c", "b", "weak"]
    [named] = [part for part in ranked[0].evidence if part.name is Part.PREFERRED]
    assert (named.score, named.because) == (1, "the brief names them")
    assert excluded(alike[0], chosen) == "the brief excludes them"
