"""What is told of a creator is stored sealed and read open, and reads as erased when the key is gone."""

import json

import pytest

from activities.starting import collaboration_stream
from activities.store.event_log import PostgresEventLog
from activities.store.keys import KeyUnavailable, creators_key
from activities.store.pool import Pool
from activities.store.projections.read_models import collaborations
from activities.store.sealing import without_sealed
from domain import collaboration
from domain.collaboration import CollaborationDecider
from domain.decider import Authority, Event
from domain.errors import Erased, IdempotencyKeyReused, NotFound
from domain.events import Envelope, metadata
from domain.negotiation import CounterOffer, DeclineOffer, OfferDeclined
from domain.verification import CollaborationOpened, CreatorApproved
from tests.domain.given import context, offered
from tests.keys import a_sealer

STREAM = collaboration_stream("collab-1")
SECRET = "Zephyrine Quillfeather says no"


async def append(log: PostgresEventLog, *events: Event, key: str = "k1", secret: str = SECRET) -> list[Envelope]:
    """As one command of a person, who wrote `secret`."""
    circumstances = metadata(DeclineOffer(version=1, reason=secret), context(command_id=key), correlation_id="camp-1")
    records = [collaboration.EVENTS.encode(event) for event in events]
    return await log.append(STREAM, await log.head(STREAM), records, circumstances)


def declined(reason: str = SECRET) -> list[Event]:
    """A whole story that ends with these words."""
    past: list[Event] = list(offered().past)
    first = past[0]
    assert isinstance(first, CollaborationOpened)
    past[0] = first.model_copy(update={"collaboration_id": "collab-1", "creator_id": "creator-1"})
    offer = next(event.offer for event in past if hasattr(event, "offer"))
    told = CounterOffer(version=1, fee=offer.fee, message=reason).message
    return [*past, OfferDeclined(version=1, by=offer.by, authority=Authority.PERSON, reason=told)]


async def erased(pool: Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await a_sealer(pool).keyring.forget(connection, creators_key("creator-1"))


async def everything(pool: Pool, *tables: str) -> str:
    rows = [row[0] for table in tables for row in await pool.fetch(f"select {table}::text from {table}")]
    return "\n".join(rows)


@pytest.fixture
def log(pool: Pool) -> PostgresEventLog:
    sealer = a_sealer(pool)
    return PostgresEventLog(pool, sealer, [collaborations()])


async def test_a_personal_text_is_in_no_table_and_in_every_reading(log: PostgresEventLog, pool: Pool) -> None:
    """Events, read models and the command's fingerprint are sealed; whoever reads by the log sees the text."""
    stored = await append(log, *declined())
    assert stored[-1].data["reason"] == SECRET
    assert await log.read(STREAM) == stored
    assert await log.read_campaign("camp-1") == stored
    tables = await everything(pool, "events", "collaboration_pipeline", "tasks", "commands")
    assert SECRET not in tables
    assert stored[-1].metadata.fingerprint not in tables
    assert await log.command(STREAM, "k1") == stored[-1].metadata.fingerprint


async def test_events_without_personal_texts_are_stored_as_they_are(log: PostgresEventLog, pool: Pool) -> None:
    """And need no key: most appends pay nothing for the others."""
    opened = declined()[0]
    [stored] = await append(log, opened)
    assert json.loads(await pool.fetchval("select data::text from events")) == stored.data
    assert await pool.fetchval("select count(*) from data_keys") == 0


async def test_a_repeated_command_is_recognised_by_its_sealed_fingerprint(log: PostgresEventLog) -> None:
    """The same again gives the first events; another under the same id is refused."""
    stored = await append(log, *declined())
    assert await append(log, *declined()) == stored
    with pytest.raises(IdempotencyKeyReused):
        await append(log, *declined(), secret="something else")


async def test_what_was_sealed_in_one_stream_does_not_open_in_another(log: PostgresEventLog, pool: Pool) -> None:
    """Moving a sealed text, which takes disabled triggers, is no way to put words into somebody's mouth."""
    stored = await append(log, *declined())
    await pool.execute("alter table events disable trigger all")
    await pool.execute("update events set stream = 'collaboration/other' where version = $1", stored[-1].version)
    with pytest.raises(KeyUnavailable):
        await log.read("collaboration/other")


async def test_after_erasure_the_stream_still_folds(log: PostgresEventLog, pool: Pool) -> None:
    """Placeholders stand for what was said; what happened, and the state's figures, are as before."""
    before = await append(log, *declined())
    await erased(pool)
    sealer = a_sealer(pool)
    after = await PostgresEventLog(pool, sealer).read(STREAM)
    assert [event.type for event in after] == [event.type for event in before]
    assert after[-1].data["reason"] == "[erased]"
    assert after[-1].metadata.fingerprint == "[erased]"
    decider, state = CollaborationDecider(), CollaborationDecider.initial
    for envelope in after:
        state = decider.evolve(state, collaboration.EVENTS.decode(envelope))
    assert state.creator_id == "creator-1"


async def test_nothing_personal_is_written_about_somebody_who_was_erased(log: PostgresEventLog, pool: Pool) -> None:
    """An append that comes too late is refused, and leaves nothing behind."""
    await append(log, declined()[0])
    await erased(pool)
    with pytest.raises(Erased):
        await append(log, CreatorApproved(authority=Authority.PERSON, note=SECRET), key="k2")
    assert await log.head(STREAM) == 1


async def test_a_personal_text_about_nobody_is_not_stored(pool: Pool) -> None:
    """Without a first event that names the creator there is no key to seal it with."""
    log = PostgresEventLog(pool, a_sealer(pool))
    with pytest.raises(NotFound, match="creator of stream"):
        await append(log, CreatorApproved(authority=Authority.PERSON, note=SECRET))


async def test_text_that_looks_sealed_is_text(log: PostgresEventLog) -> None:
    """Nobody can make the store open, or break on, what they write themselves."""
    written = '{"sealed": "creator/creator-1.AAAA", "erased": "x"} 😀'
    stored = await append(log, *declined(written))
    assert stored[-1].data["reason"] == written


async def test_the_stored_text_is_read_without_any_key_as_after_erasure(log: PostgresEventLog, pool: Pool) -> None:
    """Whoever needs nothing personal gets just what an erased creator's stream says; nobody's own words are touched."""
    written = '{"sealed":"creator/creator-1.AAAA","erased":"x"}'
    stored = await append(log, *declined(written))
    last = await pool.fetchval("select data::text from events order by position desc limit 1")
    assert json.loads(without_sealed(last)) == {**stored[-1].data, "reason": "[erased]"}
    words = json.dumps({"note": written}, separators=(",", ":"))
    assert without_sealed(words) == words
