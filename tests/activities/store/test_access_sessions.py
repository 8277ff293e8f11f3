"""Signing in: links that work once, and sessions with their limits."""

import asyncio

import pytest

from activities.store.access_members import Member, Members
from activities.store.access_sessions import LINKS_AT_MOST, Session, Sessions, ShownKey
from activities.store.pool import Pool


@pytest.fixture
def sessions(pool: Pool) -> Sessions:
    return Sessions(pool)


@pytest.fixture
async def robin(pool: Pool) -> Member:
    return await Members(pool).add("default", "robin@brand.example", "ops", None, by="owner")


async def _signed_in(sessions: Sessions, member: Member) -> tuple[Session, str]:
    session = await sessions.sign_in(await sessions.link(member) or "")
    assert session is not None
    assert session.token is not None
    return session, session.token


async def test_a_link_signs_its_member_in_once(sessions: Sessions, robin: Member) -> None:
    link = await sessions.link(robin)
    assert link is not None
    first, again = await sessions.sign_in(link), await sessions.sign_in(link)

    assert first is not None
    assert (first.who, again) == (robin, None)
    found = await sessions.behind(first.token or "")
    assert found == Session(first.id, robin)


async def test_a_link_that_two_use_at_the_same_moment_lets_one_in(sessions: Sessions, robin: Member) -> None:
    link = await sessions.link(robin) or ""
    both = await asyncio.gather(sessions.sign_in(link), sessions.sign_in(link))
    assert sum(each is not None for each in both) == 1


async def test_an_old_link_and_one_of_somebody_who_left_let_nobody_in(
    sessions: Sessions, robin: Member, pool: Pool
) -> None:
    old = await sessions.link(robin) or ""
    await pool.execute("update sign_in_links set expires_at = now()")
    left = await sessions.link(robin) or ""
    await Members(pool).remove("default", robin.id)
    assert [await sessions.sign_in(link) for link in (old, left, "", "guess")] == [None] * 4


async def test_a_mailbox_is_not_flooded_with_links(sessions: Sessions, robin: Member, pool: Pool) -> None:
    links = [await sessions.link(robin) for _ in range(LINKS_AT_MOST + 2)]
    assert [link is not None for link in links] == [True] * LINKS_AT_MOST + [False] * 2
    await pool.execute("update sign_in_links set created_at = now() - interval '2 hours'")
    assert await sessions.link(robin) is not None


async def test_neither_links_nor_sessions_are_kept_as_they_are(sessions: Sessions, robin: Member, pool: Pool) -> None:
    link = await sessions.link(robin) or ""
    session = await sessions.sign_in(link)
    assert session is not None
    kept = str(await pool.fetch("select l::text, s::text from sign_in_links l, sessions s"))
    assert link not in kept
    assert session.token is not None
    assert session.token not in kept


@pytest.mark.parametrize("column", ["seen_at", "created_at"])
async def test_a_session_ends_when_it_was_idle_and_when_it_is_old(
    sessions: Sessions, robin: Member, pool: Pool, column: str
) -> None:
    _, token = await _signed_in(sessions, robin)
    await pool.execute(f"update sessions set {column} = now() - interval '8 days'")
    assert await sessions.behind(token) is None


async def test_a_session_ends_when_it_is_signed_out_or_its_member_leaves(
    sessions: Sessions, robin: Member, pool: Pool
) -> None:
    (one, first), (_, second) = await _signed_in(sessions, robin), await _signed_in(sessions, robin)
    await sessions.end(one.id)
    assert await sessions.behind(first) is None
    assert await sessions.behind(second) is not None
    await Members(pool).remove("default", robin.id)
    assert await sessions.behind(second) is None


async def test_a_role_that_changes_counts_at_once(sessions: Sessions, robin: Member, pool: Pool) -> None:
    _, token = await _signed_in(sessions, robin)
    await Members(pool).change("default", robin.id, "legal", None)
    session = await sessions.behind(token)
    assert session is not None
    assert isinstance(session.who, Member)
    assert session.who.role == "legal"


async def test_a_token_is_replaced_with_time_and_the_one_before_counts_until_the_new_one_is_back(
    sessions: Sessions, robin: Member, pool: Pool
) -> None:
    """The answer that brings the new token may be lost, and others may be under way with the old one."""
    _, old = await _signed_in(sessions, robin)
    await pool.execute("update sessions set rotated_at = now() - interval '2 hours'")
    rotated, beside = await sessions.behind(old), await sessions.behind(old)
    assert rotated is not None
    assert rotated.token not in (None, old)
    assert beside is not None
    assert beside.token is None

    assert await sessions.behind(rotated.token or "") is not None
    assert await sessions.behind(old) is None


async def test_requests_at_the_same_moment_replace_a_token_once(sessions: Sessions, robin: Member, pool: Pool) -> None:
    _, old = await _signed_in(sessions, robin)
    await pool.execute("update sessions set rotated_at = now() - interval '2 hours'")
    answers = await asyncio.gather(*(sessions.behind(old) for _ in range(4)))
    fresh = [each.token for each in answers if each is not None and each.token is not None]

    assert None not in answers
    assert len(fresh) == 1
    assert await sessions.behind(fresh[0]) is not None


async def test_a_session_may_be_of_whoever_has_shown_a_key(sessions: Sessions) -> None:
    key = ShownKey("manager", "the same as before")
    session = await sessions.sign_in_with_key(key)
    found = await sessions.behind(session.token or "")
    assert found is not None
    assert found.who == key
