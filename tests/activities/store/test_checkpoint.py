"""Signed checkpoints: they hold for ever for what was there, and for nothing else."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activities.store.checkpoint import (
    Checkpoint,
    Heads,
    create_key,
    heads_of,
    read_private_key,
    read_public_key,
    signed_by,
    verify_checkpoint,
    write_checkpoint,
)
from activities.store.pool import Pool
from activities.store.verify import verify
from tests.activities.store.appending import append, open_append
from tests.activities.store.test_verify import tamper

KEY = Ed25519PrivateKey.generate()


@pytest.fixture
async def record(pool: Pool) -> Pool:
    for what in ("a", "b", "c"):
        await append(pool, what, "more")
    return pool


async def test_it_counts_what_there_is_and_verifies(record: Pool) -> None:
    checkpoint = await write_checkpoint(record, KEY)
    assert (checkpoint.streams, checkpoint.events, checkpoint.position) == (3, 6, 6)
    assert await verify_checkpoint(record, checkpoint, KEY.public_key()) == []


async def test_it_still_verifies_after_later_appends_and_from_its_text(record: Pool) -> None:
    text = (await write_checkpoint(record, KEY)).model_dump_json(indent=2)
    await append(record, "d")
    read = Checkpoint.model_validate_json(text)
    assert await verify_checkpoint(record, read, KEY.public_key()) == []
    assert len(text) < 600


async def test_an_append_that_is_still_open_is_left_for_the_next_one(record: Pool) -> None:
    slow = await open_append(record, "slow")
    await append(record, "fast")
    checkpoint = await write_checkpoint(record, KEY)
    await slow.commit()
    assert (checkpoint.streams, checkpoint.position) == (3, 6)
    assert await verify_checkpoint(record, checkpoint, KEY.public_key()) == []


async def test_an_empty_record_has_one(pool: Pool) -> None:
    checkpoint = await write_checkpoint(pool, KEY)
    assert (checkpoint.streams, checkpoint.position, checkpoint.digest) == (0, 0, Heads().digest)
    assert await verify_checkpoint(pool, checkpoint, KEY.public_key()) == []


async def test_a_stream_that_was_removed_with_every_trace_is_missed(record: Pool) -> None:
    checkpoint = await write_checkpoint(record, KEY)
    await tamper(record, *(f"delete from {table} where stream = STREAM" for table in ("events", "commands", "streams")))
    assert [one async for part in verify(record) for one in part.broken] == []
    assert await verify_checkpoint(record, checkpoint, KEY.public_key()) == [
        "Up to position 6 there were 3 streams, and are 2.",
        "Up to position 6 there were 6 events, and are 4.",
    ]


async def test_a_stream_whose_chain_was_computed_anew_is_noticed(record: Pool) -> None:
    checkpoint = await write_checkpoint(record, KEY)
    await tamper(
        record,
        'update events set data = \'{"what":"forged"}\' where stream = STREAM and version = 2',
        """
        update events set hash = sha256(before.hash || event_digest(
            events.stream, events.version, events.event_id, events.type, events.schema_version, events.position,
            ((extract(epoch from events.recorded_at) * 1000000)::bigint)::text,
            encode(sha256(convert_to(events.metadata::text, 'UTF8')), 'hex'), events.data
        ))
        from events as before
        where events.stream = STREAM and events.version = 2 and before.stream = STREAM and before.version = 1
        """,
        "update streams set hash = (select hash from events where stream = STREAM and version = 2)"
        " where stream = STREAM",
    )
    assert [one async for part in verify(record) for one in part.broken] == []
    assert await verify_checkpoint(record, checkpoint, KEY.public_key()) == [
        "Up to position 6 some stream is not what it was."
    ]


@pytest.mark.parametrize("field", [{"events": 7}, {"digest": "0" * 64}, {"signature": "00"}, {"signature": "no"}])
async def test_a_document_that_was_changed_is_not_believed(record: Pool, field: dict[str, object]) -> None:
    checkpoint = (await write_checkpoint(record, KEY)).model_copy(update=field)
    [why] = await verify_checkpoint(record, checkpoint, KEY.public_key())
    assert "not signed with this key" in why


async def test_a_document_that_somebody_else_signed_is_not_believed(record: Pool) -> None:
    checkpoint = await write_checkpoint(record, Ed25519PrivateKey.generate())
    assert not signed_by(checkpoint, KEY.public_key())


async def test_the_digest_can_be_computed_from_a_list_of_ends(record: Pool) -> None:
    checkpoint = await write_checkpoint(record, KEY)
    ends = [tuple(row) for row in await record.fetch("select stream, version, hash from streams order by random()")]
    assert heads_of(ends).digest == checkpoint.digest


def test_a_key_is_kept_for_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    create_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    public = read_public_key(tmp_path / "key.pem.pub")
    read_private_key(path).public_key().verify(read_private_key(path).sign(b"x"), b"x")
    assert public == read_private_key(path).public_key()
    with pytest.raises(FileExistsError):
        create_key(path)
