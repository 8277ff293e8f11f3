"""Shortlists under their digest."""

import asyncio

import asyncpg
import pytest

from activities.store.pool import Pool
from activities.store.shortlists import Shortlists
from domain.errors import NotFound
from domain.ranking import Part, Ranked, ScorePart


def ranked(creator_id: str, score: float = 0.5) -> Ranked:
    part = ScorePart(name=next(iter(Part)), weight=1.0, score=score, because="it is so")
    return Ranked(creator_id=creator_id, score=score, certainty=0.9, evidence=(part,))


async def test_a_list_is_read_by_pages_in_its_order(pool: Pool) -> None:
    shortlists = Shortlists(pool)
    entries = [ranked(f"c{n}", score=1 - n / 10) for n in range(5)]
    digest = await shortlists.put(entries)
    assert (await shortlists.get(digest)).size == 5
    first = await shortlists.page(digest, limit=2)
    rest = await shortlists.page(digest, after_rank=first[-1].rank)
    assert [entry.rank for entry in [*first, *rest]] == [1, 2, 3, 4, 5]
    assert [entry.ranked for entry in [*first, *rest]] == entries


async def test_the_same_list_is_kept_once_however_many_write_it(pool: Pool) -> None:
    shortlists = Shortlists(pool)
    digests = await asyncio.gather(*(shortlists.put([ranked("a"), ranked("b")]) for _ in range(5)))
    assert len(set(digests)) == 1
    assert await pool.fetchval("select count(*) from shortlist_entries") == 2


async def test_another_order_score_or_reason_is_another_list(pool: Pool) -> None:
    shortlists = Shortlists(pool)
    lists = [[ranked("a"), ranked("b")], [ranked("b"), ranked("a")], [ranked("a"), ranked("b", 0.4)]]
    assert len({await shortlists.put(entries) for entries in lists}) == 3


async def test_an_empty_list_and_an_unknown_one_differ(pool: Pool) -> None:
    shortlists = Shortlists(pool)
    assert (await shortlists.get(await shortlists.put([]))).size == 0
    assert await shortlists.page("0" * 64) == []
    with pytest.raises(NotFound):
        await shortlists.get("0" * 64)


async def test_a_creator_is_on_a_list_only_once_and_a_refused_list_leaves_nothing(pool: Pool) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await Shortlists(pool).put([ranked("a"), ranked("a", 0.1)])
    assert await pool.fetchval("select count(*) from shortlists") == 0


async def test_a_kept_list_can_not_be_changed(pool: Pool) -> None:
    await Shortlists(pool).put([ranked("a")])
    with pytest.raises(asyncpg.PostgresError, match="UPDATE refused"):
        await pool.execute("update shortlist_entries set score = 1")
