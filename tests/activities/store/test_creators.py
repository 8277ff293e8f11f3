"""The creators' directory."""

import asyncio

import pytest

from activities.store.creators import Creators, Search
from activities.store.pool import Pool
from domain.creators import Platform, Profile
from domain.ranking import Wanted
from tests.keys import a_sealer


def profile(handle: str, **changes: object) -> Profile:
    given: dict[str, object] = {
        "platform": "instagram",
        "handle": handle,
        "name": "Ada Example",
        "email": f"{handle}@example.org",
        "followers": 5_000,
        **changes,
    }
    return Profile.model_validate(given)


async def wanted(creators: Creators, *, limit: int = 100, **criteria: object) -> list[str]:
    asked: dict[str, object] = {
        "platform": Platform.INSTAGRAM,
        "followers_min": 1_000,
        "followers_max": 10_000,
        "brand": "Northwind",
        "product": "trail shoes",
        "category": "outdoor",
        **criteria,
    }
    found = await creators.candidates(Wanted.model_validate(asked), limit=limit)
    return [creator.profile.handle for creator in found]


async def test_a_profile_comes_back_as_it_went_in(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    ada = profile("ada", topics=["travel"], biography="Ünïcode ☕", average_likes=12.5, fee=10_000, country="DE")
    [result] = await creators.upsert("default", [ada])
    assert result.created
    found = await creators.get([result.id, "unknown"])
    assert list(found) == [result.id]
    assert found[result.id].profile == ada


async def test_an_account_keeps_its_id_when_it_is_imported_again(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    [first] = await creators.upsert("default", [profile("ada")])
    [again] = await creators.upsert("default", [profile("ada", followers=6_000)])
    assert (again.id, again.created) == (first.id, False)
    assert (await creators.get([first.id]))[first.id].profile.followers == 6_000


async def test_the_same_handle_elsewhere_is_another_creator(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    results = [
        *await creators.upsert("default", [profile("ada"), profile("ada", platform="tiktok")]),
        *await creators.upsert("other", [profile("ada")]),
    ]
    assert len({result.id for result in results}) == 3


async def test_of_one_account_twice_in_an_import_the_last_row_counts(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    first, other, last = await creators.upsert(
        "default", [profile("ada", followers=1), profile("bob"), profile("ada", followers=2)]
    )
    assert first.id == last.id != other.id
    assert (await creators.get([last.id]))[last.id].profile.followers == 2


async def test_imports_of_the_same_accounts_at_once_agree_on_their_ids(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    roster = [profile(f"creator{n}") for n in range(50)]
    forward, backward = await asyncio.gather(
        creators.upsert("default", roster), creators.upsert("default", roster[::-1])
    )
    assert [result.id for result in forward] == [result.id for result in backward[::-1]]
    assert sum(result.created for result in [*forward, *backward]) == 50


async def test_candidates_are_on_the_platform_and_within_both_bounds_of_followers(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert(
        "default",
        [
            profile("few", followers=999),
            profile("least", followers=1_000),
            profile("most", followers=10_000),
            profile("many", followers=10_001),
            profile("elsewhere", platform="tiktok"),
        ],
    )
    await creators.upsert("other", [profile("stranger")])
    assert sorted(await wanted(creators)) == ["least", "most"]


async def test_an_unknown_country_or_language_does_not_exclude(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert(
        "default",
        [
            profile("german", country="DE", language="de"),
            profile("french", country="FR", language="fr"),
            profile("unknown"),
        ],
    )
    assert sorted(await wanted(creators, country="DE")) == ["german", "unknown"]
    assert sorted(await wanted(creators, language="fr")) == ["french", "unknown"]


async def test_candidates_that_match_the_topics_come_first_and_topics_before_mentions(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert(
        "default",
        [
            profile("neither", topics=["cars"]),
            profile("mention", biography="I like slow travel"),
            profile("topic", topics=["slow travel"]),
        ],
    )
    assert await wanted(creators, topics=["Slow Travel", 'odd "quoted" topic']) == ["topic", "mention", "neither"]
    assert (await wanted(creators, topics=["slow travel"], limit=1)) == ["topic"]


async def test_who_opted_out_is_never_a_candidate_again_not_even_after_an_import(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    [ada] = await creators.upsert("default", [profile("ada")])
    assert await creators.opt_out(ada.id)
    assert not await creators.opt_out("unknown")
    await creators.upsert("default", [profile("ada", followers=7_000)])
    assert await wanted(creators) == []
    assert [listed.opted_out for listed in await creators.search("default")] == [True]


async def found(creators: Creators, **wanted: object) -> list[str]:
    """Handles, in the directory's order."""
    listed = await creators.search("default", Search.model_validate(wanted))
    return [one.creator.profile.handle for one in listed]


async def test_the_directory_is_listed_by_followers_and_read_by_pages(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert("default", [profile(f"c{n}", followers=1_000 + n // 2) for n in range(7)])
    await creators.upsert("other", [profile("stranger")])
    pages, place = [], None
    while page := await creators.search("default", after=place, limit=3):
        pages.append([one.creator.profile.followers for one in page])
        place = page[-1].place
    assert pages == [[1_003, 1_002, 1_002], [1_001, 1_001, 1_000], [1_000]]


async def test_a_page_is_not_moved_by_whoever_comes_before_it(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert("default", [profile(f"c{n}", followers=1_000 + n) for n in range(4)])
    first = await creators.search("default", limit=2)
    await creators.upsert("default", [profile("larger", followers=5_000)])
    rest = await creators.search("default", after=first[-1].place)
    assert [one.creator.profile.handle for one in [*first, *rest]] == ["c3", "c2", "c1", "c0"]


async def test_words_are_looked_for_in_all_that_people_say_of_themselves(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert(
        "default",
        [
            profile("ada", name="Ada Ünal", topics=["slow travel"], biography="Trains and maps"),
            profile("bob.cooks", name="Bob", topics=["food"], biography="Slow food"),
        ],
    )
    assert await found(creators, words="trains") == ["ada"]
    assert await found(creators, words="ÜNAL") == ["ada"]
    assert await found(creators, words="bob.cooks") == ["bob.cooks"]
    assert sorted(await found(creators, words="travel or food")) == ["ada", "bob.cooks"]
    assert await found(creators, words="slow -travel") == ["bob.cooks"]
    assert await found(creators, words='"slow food"') == ["bob.cooks"]
    assert await found(creators, words="slow maps food") == []


@pytest.mark.parametrize("words", ["?!", "'", "\\", "a & b | !c:*", "((", "country=DE", "\0"])
async def test_whatever_people_type_is_words(pool: Pool, words: str) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert("default", [profile("ada", country="DE")])
    assert await found(creators, words=words) == []


async def test_every_filter_narrows_and_its_bounds_are_included(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert(
        "default",
        [
            profile("ada", country="DE", language="de", followers=1_023),
            profile("bob", country="DE", language="en", followers=1_024),
            profile("cem", country="US", language="en", followers=2_000, platform="tiktok"),
            profile("dee", followers=0),
        ],
    )
    assert await found(creators, country="DE") == ["bob", "ada"]
    assert await found(creators, language="en") == ["cem", "bob"]
    assert await found(creators, platform="tiktok") == ["cem"]
    assert await found(creators, country="DE", language="en") == ["bob"]
    assert await found(creators, followers_min=1_024, followers_max=2_000) == ["cem", "bob"]
    assert await found(creators, followers_max=1_023) == ["ada", "dee"]
    assert await found(creators, followers_max=0) == ["dee"]
    assert await found(creators, followers_min=2_001, followers_max=1_000) == []


async def test_what_few_fit_is_found_as_what_many_fit(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ways of searching give the same pages; which one is taken depends on how many accounts there are."""
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert(
        "default",
        [
            profile(f"c{n}", followers=1_000 + n // 3, country="DE" if n % 5 else "LU", topics=["tea"] * (n % 40 == 0))
            for n in range(400)
        ],
    )
    wishes: list[dict[str, object]] = [
        {"words": "tea"},
        {"words": "tea", "country": "LU", "followers_min": 1_010, "followers_max": 1_090},
        {"country": "LU"},
        {"words": "coffee"},
    ]
    by_order = [await found(creators, **wish) for wish in wishes]
    for looked_at, at_most in ((1, 1), (7, 7), (7, 300), (40, 1_000)):
        monkeypatch.setattr("activities.store.creators.LOOKED_AT", looked_at)
        monkeypatch.setattr("activities.store.creators.LOOKED_AT_MOST", at_most)
        assert [await found(creators, **wish) for wish in wishes] == by_order
    assert [len(one) for one in by_order] == [10, 6, 80, 0]
    async with pool.acquire() as connection:
        assert await connection.fetchval("show enable_seqscan") == "on"
