"""Files of creators: in sealed parts under their digest, whole or not at all, each creator's apart from all others'."""

import hashlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from activities.store.creators import Creators
from activities.store.erasure import Erasures
from activities.store.files import Files, StorageFull, StoredFile
from activities.store.pool import Pool
from activities.store.workspaces import WorkspacePools
from domain.errors import Erased, NotFound
from tests.domain.given import a_profile
from tests.keys import a_sealer
from tests.media import a_video

SIZE, PART = 10_000, 4_096
CONTENT = a_video(SIZE)


def a_file(creator_id: str = "creator-1", content: bytes = CONTENT) -> StoredFile:
    """What is known of this content."""
    return StoredFile(creator_id, hashlib.sha256(content).hexdigest(), len(content), "video/mp4", PART)


class Source:
    """Gives its content part by part; `breaks` after so many bytes."""

    def __init__(self, content: bytes = CONTENT, *, breaks: int | None = None) -> None:
        self._left = content
        self._breaks = breaks
        self.given = 0

    async def read(self, size: int) -> bytes:
        """The next bytes."""
        if self._breaks is not None and self.given >= self._breaks:
            raise OSError("the disk is gone")
        part, self._left = self._left[:size], self._left[size:]
        self.given += len(part)
        return part


@pytest.fixture
def files(pool: Pool) -> Files:
    return Files(pool, a_sealer(pool).keyring)


async def content_of(files: Files, file: StoredFile, start: int = 0, end: int | None = None) -> bytes:
    """What is read of a file."""
    return b"".join([part async for part in files.read(file, start, end)])


async def test_a_file_comes_back_byte_by_byte(files: Files) -> None:
    """Under its digest, with what is known of it."""
    await files.put(a_file(), Source().read)
    found = await files.get("creator-1", a_file().sha256)
    assert found == a_file()
    assert await content_of(files, found) == CONTENT


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (PART - 1, PART + 1), (PART, 2 * PART), (SIZE - 1, SIZE), (5_000, 99_999), (7, 7)]
)
async def test_any_range_is_read_without_the_rest(files: Files, start: int, end: int) -> None:
    """Also across the borders of parts."""
    await files.put(a_file(), Source().read)
    assert await content_of(files, a_file(), start, end) == CONTENT[start:end]


async def test_the_same_file_again_changes_nothing(files: Files, pool: Pool) -> None:
    """It is not even read."""
    await files.put(a_file(), Source().read)
    again = Source()
    await files.put(a_file(), again.read)
    assert again.given == 0
    assert await pool.fetchval("select count(*) from file_parts") == 3


async def test_what_breaks_off_leaves_nothing(files: Files, pool: Pool) -> None:
    """Neither a part nor a note of the file; the next attempt is as if it were the first."""
    with pytest.raises(OSError, match="disk"):
        await files.put(a_file(), Source(breaks=PART).read)
    with pytest.raises(ValueError, match="came with 9999"):
        await files.put(a_file(), Source(CONTENT[:-1]).read)
    for table in ("files", "file_parts"):
        assert await pool.fetchval(f"select count(*) from {table}") == 0
    with pytest.raises(NotFound):
        await files.get("creator-1", a_file().sha256)
    await files.put(a_file(), Source().read)
    assert await content_of(files, a_file()) == CONTENT


async def test_a_process_that_dies_in_the_middle_leaves_nothing(files: Files, pool: Pool) -> None:
    """The database drops what the connection had begun."""
    source = Source()

    async def dying(size: int) -> bytes:
        if source.given:
            await pool.execute(
                "select pg_terminate_backend(pid, 30000) from pg_stat_activity "
                "where datname = current_database() and state = 'idle in transaction'"
            )
        return await source.read(size)

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await files.put(a_file(), dying)
    for table in ("files", "file_parts"):
        assert await pool.fetchval(f"select count(*) from {table}") == 0


async def test_two_creators_with_the_same_file_have_one_each(files: Files, pool: Pool) -> None:
    """Sealed with different keys: neither reads, nor takes along, what is the other's."""
    await files.put(a_file("creator-1"), Source().read)
    with pytest.raises(NotFound):
        await files.get("creator-2", a_file().sha256)
    await files.put(a_file("creator-2"), Source().read)
    stored = await pool.fetch("select content from file_parts where nth = 0")
    assert len({row["content"] for row in stored}) == 2
    assert not any(b"ftyp" in row["content"] for row in stored)


async def test_a_creator_has_only_so_much_room(files: Files) -> None:
    """Of all files together; one that is there already takes none, and one that does not fit is not kept."""
    await files.put(a_file(), Source().read, most=2 * SIZE - 1)
    await files.put(a_file(), Source().read, most=2 * SIZE - 1)
    another = a_video(SIZE, seed=2)
    with pytest.raises(StorageFull, match="10000 bytes"):
        await files.put(a_file(content=another), Source(another).read, most=2 * SIZE - 1)
    with pytest.raises(NotFound):
        await files.get("creator-1", a_file(content=another).sha256)
    await files.put(a_file(content=another), Source(another).read, most=2 * SIZE)


async def test_a_creator_who_is_erased_takes_their_files_along(files: Files, pool: Pool) -> None:
    """What was in them is gone twice, by its bytes and by the key; that there was one stays, and the note counts it."""
    sealer = a_sealer(pool)
    [creator] = await Creators(pool, sealer.keyring).upsert("default", [a_profile()])
    await files.put(a_file(creator.id), Source().read)
    await files.put(a_file("somebody-else"), Source().read)
    done = await Erasures(pool, sealer.keyring).erase(creator.id, requested_by="manager")
    assert done.documents == 1
    assert await pool.fetchval("select count(*) from file_parts where creator_id = $1", creator.id) == 0
    after = Files(pool, a_sealer(pool).keyring)
    with pytest.raises(Erased, match="file"):
        await after.get(creator.id, a_file().sha256)
    with pytest.raises(Erased):
        await content_of(after, a_file(creator.id))
    with pytest.raises(Erased):
        await after.put(a_file(creator.id, b"another"), Source(b"another").read)
    assert await content_of(after, a_file("somebody-else")) == CONTENT


async def test_what_was_put_in_the_place_of_a_part_is_not_read(files: Files, pool: Pool) -> None:
    """The database refuses to change one, and a part opens in no other's place."""
    await files.put(a_file(), Source().read)
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await pool.execute("update file_parts set nth = 7")


@pytest.fixture
async def pools(database: str) -> AsyncIterator[WorkspacePools]:
    pools = WorkspacePools(database, max_size=2)
    yield pools
    await pools.aclose()


async def test_a_callers_session_reaches_files_of_its_own_workspace_only(pool: Pool, pools: WorkspacePools) -> None:
    """It may keep and read them, and neither see nor forge another's, nor drop any."""
    keyring = a_sealer(pool).keyring
    ids = {}
    for workspace in ("default", "theirs"):
        await pool.execute("insert into workspaces (id) values ($1) on conflict do nothing", workspace)
        [creator] = await Creators(pool, keyring).upsert(workspace, [a_profile()])
        ids[workspace] = creator.id
        await Files(await pools.of(workspace), keyring).put(a_file(creator.id), Source().read)
    ours = Files(await pools.of("default"), keyring)
    assert await content_of(ours, a_file(ids["default"])) == CONTENT
    with pytest.raises(NotFound):
        await ours.get(ids["theirs"], a_file().sha256)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await ours.put(a_file(ids["theirs"], b"forged"), Source(b"forged").read)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await (await pools.of("default")).execute("delete from file_parts")
