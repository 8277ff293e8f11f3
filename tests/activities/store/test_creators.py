"""The creators' directory."""

import asyncio

from activities.store.creators import Creators
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


async def test_the_directory_is_searched_by_words_and_read_by_pages(pool: Pool) -> None:
    creators = Creators(pool, a_sealer(pool).keyring)
    await creators.upsert("default", [profile(f"c{n}", topics=["food" if n % 2 else "cars"]) for n in range(6)])
    first = await creators.search("default", "food", limit=2)
    rest = await creators.search("default", "food", after=first[-1].creator.id)
    assert sorted(listed.creator.profile.handle for listed in [*first, *rest]) == ["c1", "c3", "c5"]
    assert len(await creators.search("default")) == 6
