"""Erasing a creator from the store: the row is blank, the key gone, the note there, and the account stays out."""

import asyncio

import asyncpg
import pytest

from activities.ports import Document
from activities.store.creators import Creators
from activities.store.documents import Documents
from activities.store.erasure import Erasures
from activities.store.pool import Pool
from domain.errors import Erased, NotFound, StillUnderWay
from domain.ranking import Wanted
from tests.domain.given import a_profile
from tests.keys import a_sealer

PERSON = a_profile(
    handle="zephyrine.q",
    name="Zephyrine Quillfeather",
    email="zephyrine@quillfeather.example",
    biography="paints lighthouses",
    topics=("lighthouses",),
)

WANTED = Wanted(
    platform=PERSON.platform,
    followers_min=0,
    followers_max=10**9,
    country=None,
    language=None,
    topics=("lighthouses",),
    brand="Acme",
    product="Lamps",
    category="home",
    fee_cap=100,
    currency="USD",
)


class Desk:
    """The store's parts that an erasure touches."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        sealer = a_sealer(pool)
        self.creators = Creators(pool, sealer.keyring)
        self.documents = Documents(pool, sealer)
        self.erasures = Erasures(pool, sealer.keyring)

    async def add(self) -> str:
        """The person, in the directory."""
        return (await self.creators.upsert("default", [PERSON]))[0].id

    async def collaborate(self, creator_id: str, outcome: str | None) -> None:
        """A row of the pipeline."""
        await self.pool.execute(
            "insert into collaboration_pipeline values "
            "('collab-1', 'camp-1', 'default', $1, 1, 'monitoring', '{}', null, $2, null, 'USD', 1, now())",
            creator_id,
            outcome,
        )


@pytest.fixture
def desk(pool: Pool) -> Desk:
    return Desk(pool)


async def test_nothing_about_the_person_stays_in_the_directory(desk: Desk) -> None:
    """Neither in their row nor in any answer; that there is somebody, opted out, stays."""
    id_ = await desk.add()
    await desk.erasures.erase(id_, requested_by="manager")
    row = await desk.pool.fetchrow("select *, creators::text as whole from creators")
    assert row is not None
    assert (row["id"], row["opted_out"], row["followers"]) == (id_, True, 0)
    for word in ("zephyrine", "quillfeather", "lighthouse"):
        assert word not in row["whole"].lower()
    assert await desk.creators.get([id_]) == {}
    assert await desk.creators.search("default") == []
    assert await desk.creators.candidates(WANTED) == []


async def test_an_import_does_not_bring_them_back(desk: Desk) -> None:
    """The account is recognised without being known, also among others and on a later day; others come in."""
    id_ = await desk.add()
    await desk.erasures.erase(id_, requested_by="manager")
    again, other = await desk.creators.upsert("default", [PERSON, a_profile(handle="somebody.else")])
    assert (again.id, again.created, again.erased) == (id_, False, True)
    assert (other.created, other.erased) == (True, False)
    assert await desk.pool.fetchval("select count(*) from creators where creators::text ilike '%quill%'") == 0
    # The same handle elsewhere is another account: we do not know whose.
    [elsewhere] = await desk.creators.upsert("another workspace", [PERSON])
    assert elsewhere.created


async def test_an_import_at_the_same_time_does_not_bring_them_back(desk: Desk) -> None:
    """Whichever comes first, nothing of the person is there at the end."""
    id_ = await desk.add()
    imports = [desk.creators.upsert("default", [PERSON]) for _ in range(4)]
    await asyncio.gather(*imports[:2], desk.erasures.erase(id_, requested_by="manager"), *imports[2:])
    assert await desk.pool.fetchval("select count(*) from creators where creators::text ilike '%quill%'") == 0


async def test_documents_about_them_cannot_be_read_any_more(desk: Desk) -> None:
    """Nor stored again; before, they are what was stored, and never stored open."""
    id_ = await desk.add()
    sha256 = await desk.documents.put(b"%PDF with a name", "application/pdf", creator_id=id_)
    assert await desk.documents.get(sha256) == Document(
        sha256=sha256, media_type="application/pdf", content=b"%PDF with a name"
    )
    assert b"with a name" not in await desk.pool.fetchval("select content from documents")
    done = await desk.erasures.erase(id_, requested_by="manager")
    assert done.documents == 1
    with pytest.raises(Erased, match="document"):
        await desk.documents.get(sha256)
    with pytest.raises(Erased):
        await desk.documents.put(b"%PDF another", "application/pdf", creator_id=id_)


async def test_it_is_refused_while_a_collaboration_is_under_way(desk: Desk) -> None:
    """With the collaboration's id, and nothing has changed."""
    id_ = await desk.add()
    await desk.collaborate(id_, outcome=None)
    with pytest.raises(StillUnderWay, match="collab-1"):
        await desk.erasures.erase(id_, requested_by="manager")
    assert (await desk.creators.get([id_]))[id_].profile == PERSON
    assert await desk.erasures.get(id_) is None


async def test_erasing_again_changes_nothing(desk: Desk) -> None:
    """The first note is the answer for ever."""
    id_ = await desk.add()
    await desk.collaborate(id_, outcome="completed")
    done = await desk.erasures.erase(id_, requested_by="manager")
    assert (done.creator_id, done.requested_by, done.collaborations) == (id_, "manager", 1)
    assert await desk.erasures.erase(id_, requested_by="somebody else") == done
    assert await desk.erasures.get(id_) == done


async def test_the_note_cannot_be_changed(desk: Desk) -> None:
    """It is the proof that the erasure was done."""
    await desk.erasures.erase(await desk.add(), requested_by="manager")
    for statement in ("update erasures set requested_by = 'x'", "delete from erasures", "truncate erasures"):
        with pytest.raises(asyncpg.PostgresError, match="append-only"):
            await desk.pool.execute(statement)


async def test_an_unknown_creator_is_not_found(desk: Desk) -> None:
    """Rather than erased."""
    with pytest.raises(NotFound):
        await desk.erasures.erase("nobody", requested_by="manager")
