"""A file on its way in: onto the disk part by part, measured, hashed and recognised by its content as it comes.

What is wrong with it is said as soon as it shows: what it is, by its first bytes; that it is too large, by the length
that the request states, or else by the byte that is too much. Nothing is kept unless all of it has arrived.
"""

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from activities.store.files import StoredFile
from api.errors import FileTooLarge, UnsupportedMediaType
from domain.media import BEGINNING, MediaType, media_type_of

MEBIBYTE = 1024 * 1024
IN_MEMORY = MEBIBYTE
"""Bytes up to which a file that comes in stays in memory; what has more goes to a nameless file in the temporary
directory (`TMPDIR`), which is gone with the process."""

DIGESTS = ("Content-Digest", "Repr-Digest")
"""Headers (RFC 9530) by which a sender may say what should arrive. The two are the same of a body that is a file."""
_SHA_256 = re.compile(r"(?:^|,)\s*sha-256=([^,;\s]*)")


@dataclass(frozen=True)
class UploadLimits:
    """The most that is taken, in bytes: of a picture, of a video, and of all files of one creator."""

    image: int = 20 * MEBIBYTE
    video: int = 200 * MEBIBYTE
    creator: int = 4_096 * MEBIBYTE

    @property
    def largest(self) -> int:
        """Of a draft's file, whatever it is."""
        return max(self.image, self.video)

    def of(self, media_type: str) -> int:
        """Of a draft's file that is this."""
        return self.video if MediaType(media_type).is_video else self.image


@dataclass(frozen=True)
class Accepts:
    """What an address takes: `kind` says what a file is by its first bytes, if it is any of that, and `most` how many
    bytes it may have."""

    kind: Callable[[bytes], str | None]
    most: Callable[[str], int]
    words: str


def drafts(limits: UploadLimits) -> Accepts:
    """What a draft may be."""
    return Accepts(media_type_of, limits.of, "a picture (JPEG, PNG, WebP, GIF) or a video (MP4, MOV, WebM)")


@dataclass(frozen=True)
class Arrived:
    """A file that has arrived whole, and can be read from its beginning."""

    spool: UploadFile
    sha256: str
    size: int
    media_type: str

    def of(self, creator_id: str) -> StoredFile:
        """The file as it is kept for a creator."""
        return StoredFile(creator_id, self.sha256, self.size, self.media_type)


class Measure:
    """Measures a file as it comes in; `stated` is how many bytes it should have, if that is known."""

    def __init__(self, accepts: Accepts, stated: int | None = None) -> None:
        self._accepts = accepts
        self._stated = stated
        self._hash = hashlib.sha256()
        self._beginning = b""
        self._size = 0
        self._kind: str | None = None

    def take(self, part: bytes) -> None:
        """Notes what has come.

        Raises:
            UnsupportedMediaType, FileTooLarge
        """
        self._hash.update(part)
        self._size += len(part)
        if self._kind is None:
            self._beginning += part[:BEGINNING]
            if len(self._beginning) >= BEGINNING:
                self._recognise()
        self._fits()

    def whole(self, spool: UploadFile) -> Arrived:
        """The file, of which nothing more comes; raises as `take`."""
        self._recognise()
        self._fits()
        assert self._kind is not None, "it has been recognised"
        return Arrived(spool, self._hash.hexdigest(), self._size, self._kind)

    def _recognise(self) -> None:
        self._kind = self._accepts.kind(self._beginning[:BEGINNING])
        if self._kind is None:
            given = "of another kind" if self._size else "empty"
            raise UnsupportedMediaType(given=given, needed=self._accepts.words)

    def _fits(self) -> None:
        if self._kind is None:
            return
        most, size = self._accepts.most(self._kind), max(self._size, self._stated or 0)
        if size > most:
            kind = "video" if self._kind.startswith("video/") else "picture or document"
            raise FileTooLarge(kind=kind, size=in_words(size), most=in_words(most), size_bytes=size, most_bytes=most)


def in_words(size: int) -> str:
    """`12.4 MiB` of a number of bytes, or the bytes themselves of fewer than a tenth of one."""
    return f"{size / MEBIBYTE:.1f} MiB".replace(".0 ", " ") if size >= MEBIBYTE / 10 else f"{size} bytes"


@asynccontextmanager
async def arrived(request: Request, accepts: Accepts) -> AsyncIterator[Arrived]:
    """The request's body as a file, for as long as the block runs.

    Raises:
        UnsupportedMediaType, FileTooLarge: it is not what is taken here.
        RequestValidationError: it is not what the sender says that it should be.
        HTTPException: the sender went away.
    """
    stated = request.headers.get("content-length", "")
    measure = Measure(accepts, int(stated) if stated.isdecimal() and len(stated) <= 15 else None)
    body = request.stream()
    on_disk = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed below
    spool = UploadFile(cast(BinaryIO, on_disk), size=0)
    try:
        async for part in body:
            measure.take(part)
            await spool.write(part)
        file = measure.whole(spool)
        _must_be_as_stated(request, file.sha256)
        await spool.seek(0)
        yield file
    except (UnsupportedMediaType, FileTooLarge):
        # Whoever is still sending would see a broken connection instead of the answer.
        with suppress(ClientDisconnect, HTTPException):
            async for _ in body:
                pass
        raise
    except ClientDisconnect:
        detail = "The upload broke off, and nothing of it is kept: send the whole file again."
        raise HTTPException(400, detail) from None
    finally:
        await spool.close()


def _must_be_as_stated(request: Request, sha256: str) -> None:
    came = f":{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
    for name in DIGESTS:
        stated = _SHA_256.search(request.headers.get(name, ""))
        if stated is not None and stated[1] != came:
            rule = f"must be sha-256={came}, the digest of what has arrived: nothing is kept, send the file again"
            raise RequestValidationError(
                [{"type": "digest", "loc": ("header", name), "msg": rule, "input": stated[0].strip(", ")}]
            )


async def measured(spool: UploadFile, accepts: Accepts) -> Arrived:
    """A file that came with a form, read through once; raises as `arrived` of what it is."""
    measure = Measure(accepts, spool.size)
    while part := await spool.read(MEBIBYTE):
        measure.take(part)
    file = measure.whole(spool)
    await spool.seek(0)
    return file
