"""API keys: shown once, kept as digests, with an end."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.store.access_keys import IssuedKeys, Wanted
from activities.store.pool import Pool
from domain.errors import IdempotencyKeyReused, NotFound
from domain.money import Money

WANTED = Wanted(name="shop", role="finance", limit=Money(amount=500, currency="EUR"), expires_in=timedelta(days=30))


@pytest.fixture
def keys(pool: Pool) -> IssuedKeys:
    return IssuedKeys(pool)


async def test_a_key_is_what_was_asked_for_and_is_recognised(keys: IssuedKeys) -> None:
    made, text = await keys.create("default", WANTED, by="owner", command_id="1")

    assert text is not None
    assert text.startswith(f"gsk_{made.id}_")
    found = await keys.behind(text)
    assert found == made
    assert (made.role, made.limit, made.created_by) == ("finance", WANTED.limit, "owner")
    assert made.expires_at is not None
    assert made.expires_at - made.created_at == timedelta(days=30)


async def test_the_database_does_not_hold_the_key(keys: IssuedKeys, pool: Pool) -> None:
    """Neither as it is nor its secret part."""
    _, text = await keys.create("default", WANTED, by="owner", command_id="1")
    row = await pool.fetchval("select api_keys::text from api_keys")
    assert text is not None
    assert text.split("_", 2)[2] not in row
    assert len(await pool.fetchval("select digest from api_keys")) == 32


async def test_the_same_request_again_is_the_same_key_without_its_text(keys: IssuedKeys) -> None:
    made, text = await keys.create("default", WANTED, by="owner", command_id="1")
    again, none = await keys.create("default", WANTED, by="owner", command_id="1")
    other, another = await keys.create("default", WANTED, by="owner", command_id="2")

    assert (again, none) == (made, None)
    assert other.id != made.id
    assert another not in (None, text)


async def test_another_request_under_the_same_id_is_refused(keys: IssuedKeys) -> None:
    await keys.create("default", WANTED, by="owner", command_id="1")
    with pytest.raises(IdempotencyKeyReused, match="1"):
        await keys.create("default", WANTED.model_copy(update={"role": "owner"}), by="owner", command_id="1")


async def test_two_keys_have_nothing_in_common(keys: IssuedKeys) -> None:
    _, one = await keys.create("default", WANTED, by="owner", command_id="1")
    _, two = await keys.create("default", WANTED, by="owner", command_id="2")
    assert one is not None
    assert two is not None
    assert await keys.behind(f"{one.rsplit('_', 1)[0]}_{two.rsplit('_', 1)[1]}") is None


async def test_a_revoked_key_keeps_who_revoked_it_first(keys: IssuedKeys) -> None:
    made, text = await keys.create("default", WANTED, by="owner", command_id="1")
    first = await keys.revoke("default", made.id, by="robin")
    again = await keys.revoke("default", made.id, by="somebody else")

    assert first == again
    assert first.revoked_at is not None
    assert not first.counts(datetime.now(UTC))
    assert await keys.behind(text or "") is None


async def test_a_key_is_revoked_by_its_own_workspace_only(keys: IssuedKeys, pool: Pool) -> None:
    await pool.execute("insert into workspaces (id) values ('agency')")
    made, text = await keys.create("default", WANTED, by="owner", command_id="1")
    with pytest.raises(NotFound, match=made.id):
        await keys.revoke("agency", made.id, by="them")
    assert await keys.behind(text or "") is not None
    assert (await keys.of("agency"), [key.id for key in await keys.of("default")]) == ([], [made.id])


async def test_the_last_use_is_known_to_the_minute(keys: IssuedKeys, pool: Pool) -> None:
    """Not every request writes."""
    _, text = await keys.create("default", WANTED, by="owner", command_id="1")
    await keys.behind(text or "")
    first = await pool.fetchval("select used_at from api_keys")
    await keys.behind(text or "")
    assert await pool.fetchval("select used_at from api_keys") == first
    await pool.execute("update api_keys set used_at = used_at - interval '5 minutes'")
    await keys.behind(text or "")
    assert await pool.fetchval("select used_at from api_keys") >= first
