"""The people of a workspace."""

import asyncio

import pytest
from pydantic import TypeAdapter, ValidationError

from activities.store.access_members import Address, LastOwner, Members
from activities.store.pool import Pool
from domain.errors import NotFound
from domain.money import Money

LIMIT = Money(amount=100, currency="USD")


@pytest.fixture
def members(pool: Pool) -> Members:
    return Members(pool)


async def test_a_member_is_added_changed_and_found_by_their_address(members: Members) -> None:
    added = await members.add("default", "robin@brand.example", "approver", LIMIT, by="owner")
    changed = await members.change("default", added.id, "legal", None)

    assert (added.role, added.limit) == ("approver", LIMIT)
    assert (changed.id, changed.role, changed.limit) == (added.id, "legal", None)
    assert await members.with_address("robin@brand.example") == await members.of("default") == [changed]


async def test_an_address_is_one_member_of_a_workspace_and_may_be_one_of_several(members: Members) -> None:
    await members.open_workspace("agency")
    first = await members.add("default", "robin@brand.example", "ops", None, by="owner")
    again = await members.add("default", "robin@brand.example", "legal", None, by="owner")
    there = await members.add("agency", "robin@brand.example", "owner", None, by="owner")

    assert (again.id, again.role) == (first.id, "legal")
    assert [each.id for each in await members.with_address("robin@brand.example")] == [first.id, there.id]


async def test_whoever_leaves_is_known_by_id_alone(members: Members, pool: Pool) -> None:
    """The record names them by it; their address is gone, and may come back as somebody new."""
    left = await members.add("default", "robin@brand.example", "ops", None, by="owner")
    await members.remove("default", left.id)

    assert await members.of("default") == await members.with_address("robin@brand.example") == []
    assert "robin" not in await pool.fetchval("select members::text from members")
    assert (await members.add("default", "robin@brand.example", "ops", None, by="owner")).id != left.id


async def test_the_last_owner_stays(members: Members) -> None:
    owner = await members.add("default", "one@brand.example", "owner", None, by="start")
    with pytest.raises(LastOwner, match=owner.id):
        await members.remove("default", owner.id)
    with pytest.raises(LastOwner):
        await members.change("default", owner.id, "ops", None)
    with pytest.raises(LastOwner):
        await members.add("default", "one@brand.example", "ops", None, by="owner")
    assert [each.role for each in await members.of("default")] == ["owner"]


async def test_of_two_owners_who_leave_at_the_same_moment_one_stays(members: Members) -> None:
    owners = [await members.add("default", f"{n}@brand.example", "owner", None, by="start") for n in range(2)]
    left = await asyncio.gather(*(members.remove("default", owner.id) for owner in owners), return_exceptions=True)
    assert sorted(type(each).__name__ for each in left) == ["LastOwner", "NoneType"]
    assert len(await members.of("default")) == 1


async def test_another_workspaces_member_is_unknown(members: Members) -> None:
    await members.open_workspace("agency")
    member = await members.add("default", "robin@brand.example", "ops", None, by="owner")
    with pytest.raises(NotFound):
        await members.change("agency", member.id, "owner", None)
    with pytest.raises(NotFound):
        await members.remove("agency", member.id)
    assert await members.of("agency") == []


@pytest.mark.parametrize("given", ["", "robin", "robin@", "@brand.example", "a b@c", "a@b\nBcc: x@y", "a" * 200 + "@b"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Address).validate_python(given)


def test_addresses_are_compared_in_lower_case() -> None:
    assert TypeAdapter(Address).validate_python(" Robin@Brand.Example ") == "robin@brand.example"
