"""Files that people upload: in parts, each sealed with the key of the creator whose file it is, under their digest.

A file is there with all of its parts or not at all: they are stored in one transaction, of content that has arrived.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from activities.store.keys import Keyring, creators_key, decrypt, encrypt
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from domain.errors import Erased, NotFound, Refused

PART_SIZE = 512 * 1024
"""Bytes of a part, before sealing: what a process has in its memory of a file."""


class StorageFull(Refused):
    """This creator's files have {used} bytes, and with this one of {size} they would have more than {most}: give an
    address instead (media_url), or ask whoever runs Groundswell for more room."""


@dataclass(frozen=True)
class StoredFile:
    """What is known of a file without opening it; `size` in bytes."""

    creator_id: str
    sha256: str
    size: int
    media_type: str
    part_size: int = PART_SIZE


Read = Callable[[int], Awaitable[bytes]]
"""Reads at most so many bytes; none at the end."""


class Files:
    """The files of creators, by creator and digest; there is no way to change one."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring

    async def put(self, file: StoredFile, read: Read, *, most: int | None = None) -> None:
        """Keeps what `read` gives, of which `file` says the digest and the size; the same file again changes nothing.

        `most` is how many bytes all files of the creator may have. Two uploads at the same instant are looked at one
        by one, so that both may be the last that fits.

        Raises:
            Erased: the creator has been erased.
            StorageFull: there is no room for it.
            ValueError: `read` gives more or less than the file's size.
        """
        key = await self._keyring.to_seal(creators_key(file.creator_id))
        async with self._pool.acquire() as connection, connection.transaction():
            used = await connection.fetchval(QUERIES.bytes_of_creator, file.creator_id)
            facts = (file.creator_id, file.sha256, file.media_type, file.size, file.part_size)
            if not await connection.fetchval(QUERIES.put_file, *facts):
                return
            if most is not None and used + file.size > most:
                raise StorageFull(used=used, size=file.size, most=most)
            arrived = 0
            while part := await read(file.part_size):
                nth, place = divmod(arrived, file.part_size)
                if place:
                    raise ValueError("a part that is not the last one is shorter than the others")
                sealed = encrypt(key, part, _place(file.sha256, nth))
                await connection.execute(QUERIES.put_file_part, file.creator_id, file.sha256, nth, sealed)
                arrived += len(part)
            if arrived != file.size:
                raise ValueError(f"a file of {file.size} bytes came with {arrived}")

    async def get(self, creator_id: str, sha256: str) -> StoredFile:
        """What is known of a creator's file.

        Raises:
            NotFound: there is none under this digest.
            Erased: its creator has been erased.
        """
        row = await self._pool.fetchrow(QUERIES.get_file, creator_id, sha256)
        if row is None:
            raise NotFound(kind="file", id=sha256)
        file = StoredFile(creator_id, sha256, row["size"], row["media_type"], row["part_size"])
        await self._key(file)
        return file

    async def read(self, file: StoredFile, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to and without `end`, part by part; no connection is held in between.

        Raises:
            Erased: its creator has been erased.
            KeyUnavailable: what is stored was changed.
        """
        end = file.size if end is None else min(end, file.size)
        for nth in range(start // file.part_size, -(-end // file.part_size)):
            sealed = await self._pool.fetchval(QUERIES.get_file_part, file.creator_id, file.sha256, nth)
            if sealed is None:
                raise Erased(kind="file", id=file.sha256)
            part = decrypt(await self._key(file), sealed, _place(file.sha256, nth))
            begins = nth * file.part_size
            yield part[max(start - begins, 0) : end - begins]

    async def _key(self, file: StoredFile) -> bytes:
        owner = creators_key(file.creator_id)
        key = (await self._keyring.to_open([owner]))[owner]
        if key is None:
            raise Erased(kind="file", id=file.sha256)
        return key


def _place(sha256: str, nth: int) -> str:
    """What a part is sealed for: nobody can put another in its place."""
    return f"file/{sha256}/{nth}"
