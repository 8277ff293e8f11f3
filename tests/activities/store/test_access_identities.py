"""Members by their accounts at a provider of sign-ins."""

import pytest

from activities.store.access_identities import Identities
from activities.store.access_members import Members
from activities.store.access_sessions import Sessions
from activities.store.pool import Pool
from domain.errors import NotFound

ISSUER = "https://id.brand.example"
ROBIN = "robin@brand.example"


@pytest.fixture
def members(pool: Pool) -> Members:
    return Members(pool)


@pytest.fixture
def identities(pool: Pool) -> Identities:
    return Identities(pool)


async def test_the_first_account_with_an_address_is_that_member_whatever_its_address_is_later(
    members: Members, identities: Identities
) -> None:
    robin = await members.add("default", ROBIN, "legal", None, by="owner")
    first = await identities.recognise(ISSUER, "u1", ROBIN)
    later = [await identities.recognise(ISSUER, "u1", address) for address in ("robin@new.example", None)]

    assert (first.members, first.bound) == ((robin,), (robin.id,))
    assert [(each.members, each.bound) for each in later] == [((robin,), ())] * 2
    assert await identities.is_bound(robin, ISSUER)
    assert not await identities.is_bound(robin, "https://another.example")


async def test_who_has_the_address_next_is_not_that_member(members: Members, identities: Identities) -> None:
    await members.add("default", ROBIN, "legal", None, by="owner")
    await identities.recognise(ISSUER, "u1", ROBIN)
    next_one = await identities.recognise(ISSUER, "u2", ROBIN)
    nobody = await identities.recognise(ISSUER, "u3", "nobody@brand.example")

    assert (next_one.members, next_one.bound, next_one.is_anothers) == ((), (), True)
    assert (nobody.members, nobody.is_anothers) == ((), False)


async def test_an_account_is_one_member_of_a_workspace_and_may_be_one_of_several(
    members: Members, identities: Identities
) -> None:
    """Also when its address becomes that of a second member."""
    await members.open_workspace("agency")
    here = await members.add("default", ROBIN, "legal", None, by="owner")
    await members.add("default", "kim@brand.example", "owner", None, by="owner")
    there = await members.add("agency", ROBIN, "ops", None, by="owner")

    assert (await identities.recognise(ISSUER, "u1", ROBIN)).members == (here, there)
    assert (await identities.recognise(ISSUER, "u1", "kim@brand.example")).members == (here, there)


async def test_without_an_address_nobody_is_bound(members: Members, identities: Identities) -> None:
    await members.add("default", ROBIN, "legal", None, by="owner")
    assert (await identities.recognise(ISSUER, "u1", None)).members == ()


async def test_whoever_has_left_is_nobody_and_remembered_as_such(members: Members, identities: Identities) -> None:
    robin = await members.add("default", ROBIN, "legal", None, by="owner")
    await identities.recognise(ISSUER, "u1", ROBIN)
    await members.remove("default", robin.id)

    assert (await identities.recognise(ISSUER, "u1", ROBIN)).members == ()
    assert await identities.has_left(ISSUER, "u1", "default")
    assert not await identities.has_left(ISSUER, "u2", "default")
    again = await members.add("default", ROBIN, "legal", None, by="owner")
    assert (await identities.recognise(ISSUER, "u1", ROBIN)).members == (again,)


async def test_an_account_that_was_lost_is_forgotten_and_its_browsers_are_signed_out(
    members: Members, identities: Identities, pool: Pool
) -> None:
    robin = await members.add("default", ROBIN, "legal", None, by="owner")
    await identities.recognise(ISSUER, "u1", ROBIN)
    sessions = Sessions(pool)
    token = await sessions.link(robin)
    browser = await sessions.sign_in(token or "")
    assert browser is not None
    await identities.forget("default", robin.id)

    assert await sessions.behind(browser.token or "") is None
    assert (await identities.recognise(ISSUER, "u1", None)).members == ()
    assert (await identities.recognise(ISSUER, "u2", ROBIN)).members == (robin,)
    with pytest.raises(NotFound):
        await identities.forget("agency", robin.id)


async def test_neither_address_nor_subject_is_kept_with_an_account(
    members: Members, identities: Identities, pool: Pool
) -> None:
    await members.add("default", ROBIN, "legal", None, by="owner")
    await identities.recognise(ISSUER, ROBIN, ROBIN)
    assert "robin" not in await pool.fetchval("select member_identities::text from member_identities")
