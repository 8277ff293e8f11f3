"""The one place where what is personal is sealed before it is stored, and opened after it was read.

A sealed text is an object in the place of the string, which no text of a person can be taken for:

    {"sealed": "creator/<id>.<base64 of nonce and ciphertext>", "erased": "what is read once the key is gone"}

It says itself whose key opens it and what stands for it afterwards, so that reading needs no knowledge of schemas. It
opens only in the stream in which it was sealed.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json

from activities.event_streams import REGISTRIES
from activities.store.envelopes import DATA, Row, envelope, metadata_of, read_json, with_fingerprint
from activities.store.keys import (
    Keyring,
    KeyUnavailable,
    MasterKeys,
    creators_key,
    decrypt,
    decrypt_alike,
    encrypt,
    encrypt_alike,
)
from activities.store.pool import Connection, Pool
from activities.store.queries import QUERIES
from domain.errors import Erased, NotFound
from domain.events import Envelope, JsonObject, Metadata, Record
from domain.personal import PERSONAL, Marks, Personal, with_sealed

ENCODING = "utf-8", "surrogatepass"
SEALED = '"sealed"'
"""What JSON has in it if anything in it is sealed; in people's words quotation marks have a backslash before them."""

_SEALED_TEXT = re.compile(r'\{"sealed":"[^"]*","erased":("(?:[^"\\]|\\.)*")\}')

REMEMBERED = 20_000
"""Streams whose creator is remembered: it never changes."""

Keys = Mapping[str, bytes | None]


def without_sealed(data: str) -> str:
    """The JSON of an event as it is stored, as it is read once its creator has been erased: no key is needed for it."""
    return _SEALED_TEXT.sub(r"\1", data) if SEALED in data else data


def sealer_on(pool: Pool, masters: MasterKeys) -> "Sealer":
    """A sealer with the keys in this database."""
    return Sealer(pool, Keyring(pool, masters))


class SealedEvents(NamedTuple):
    """A command's events as JSON: the data of each, before and after sealing, and the metadata that they share, with
    the fingerprint in them."""

    texts: Sequence[str]
    data: Sequence[str]
    metadata: str
    fingerprint: str


class Sealer:
    """Seals and opens events and documents with the keys of those whom they are about.

    `on` is as in `Keyring`: the connection of a caller that holds one.
    """

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self.keyring = keyring
        self._pool = pool
        self._creators: dict[str, str] = {}

    async def creator_of(self, stream: str) -> str | None:
        """Id of the creator whom a stream is about; None for a campaign's, or before a stream's first event."""
        if stream in self._creators or not stream.startswith("collaboration/"):
            return self._creators.get(stream)
        creator_id: str | None = await self._pool.fetchval(QUERIES.creator_of_collaboration, stream)
        if creator_id is not None:
            if len(self._creators) >= REMEMBERED:
                self._creators.clear()
            self._creators[stream] = creator_id
        return creator_id

    # ----------------------------------------------------------------------------------------------------- events

    async def seal_events(self, stream: str, records: Sequence[Record], metadata: Metadata) -> SealedEvents:
        """What to store of the records and of their metadata.

        The command's fingerprint is sealed with them, or whoever guesses a text could test the guess by it.

        Raises:
            Erased: the creator has been erased.
            NotFound: a record with personal texts is in a stream that is about nobody.
        """
        texts = [_text(record.data) for record in records]
        personal = [_marks(stream, record.type) for record in records]
        if not any(personal):
            return SealedEvents(texts, texts, metadata.model_dump_json(), metadata.fingerprint)
        owner = creators_key(await self._creator_in(stream, records))
        key = await self.keyring.to_seal(owner)
        seal = _sealing(owner, key, stream)
        data = [with_sealed(record.data, marks, seal) for record, marks in zip(records, personal, strict=True)]
        fingerprint = _fingerprint(owner, key, stream, metadata.fingerprint)
        circumstances = metadata.model_copy(update={"fingerprint": fingerprint})
        return SealedEvents(texts, [_text(each) for each in data], circumstances.model_dump_json(), fingerprint)

    async def _creator_in(self, stream: str, records: Sequence[Record]) -> str:
        creator_id = records[0].data.get("creator_id") or await self.creator_of(stream)
        if creator_id is None:
            raise NotFound(kind="creator of stream", id=stream)
        return str(creator_id)

    async def open_events(self, rows: Sequence[Row], on: "Connection | None" = None) -> list[Envelope]:
        """The rows of the `events` table as envelopes that anybody can read; placeholders stand for what was erased.

        Raises:
            KeyUnavailable: a key is missing that was never erased.
        """
        read = [(row, read_json(row["data"]), metadata_of(row["metadata"])) for row in rows]
        owners = {owner for row, data, _ in read if SEALED in row["data"] for owner in _owners(data)}
        owners |= {_owner(metadata.fingerprint) for _, _, metadata in read if _is_sealed(metadata.fingerprint)}
        keys = await self.keyring.to_open(owners, on) if owners else {}
        return [
            envelope(
                row,
                data=_opened(data, keys, row["stream"]) if SEALED in row["data"] else data,
                metadata=_opened_metadata(metadata, keys, row["stream"]),
            )
            for row, data, metadata in read
        ]

    async def open_rows(
        self, rows: Sequence[Row], on: "Connection | None" = None, columns: Sequence[str] = ("data",)
    ) -> Sequence[Row]:
        """The rows with the JSON in these columns as it was before sealing; raises as `open_events`."""
        sealed = [nth for nth, row in enumerate(rows) if any(SEALED in row[column] for column in columns)]
        if not sealed:
            return rows
        parts = {nth: {column: DATA.validate_json(rows[nth][column]) for column in columns} for nth in sealed}
        keys = await self.keyring.to_open({owner for part in parts.values() for owner in _owners(part)}, on)
        opened = list(rows)
        for nth, part in parts.items():
            place = rows[nth]["stream"]
            texts = {column: _text(_opened(data, keys, place)) for column, data in part.items()}
            opened[nth] = {**dict(rows[nth]), **texts}
        return opened

    async def open_fingerprint(self, stream: str, stored: str) -> str:
        """A command's fingerprint as it was before sealing."""
        if not _is_sealed(stored):
            return stored
        return _opened_fingerprint(stored, await self.keyring.to_open([_owner(stored)]), stream)

    # -------------------------------------------------------------------------------------------------- documents

    async def seal_document(self, creator_id: str, sha256: str, content: bytes) -> bytes:
        """What to store of a document; raises as `seal_events`."""
        return encrypt(await self.keyring.to_seal(creators_key(creator_id)), content, f"document/{sha256}")

    async def open_document(self, creator_id: str, sha256: str, stored: bytes) -> bytes:
        """The document.

        Raises:
            Erased: its creator has been erased.
            KeyUnavailable: a key is missing, or it is not the document that the hash is of.
        """
        owner = creators_key(creator_id)
        key = (await self.keyring.to_open([owner]))[owner]
        if key is None:
            raise Erased(kind="document", id=sha256)
        content = decrypt(key, stored, f"document/{sha256}")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise KeyUnavailable(f"document {sha256} is not what was stored under this hash")
        return content


def _marks(stream: str, type_: str) -> Marks:
    registry = REGISTRIES.get(stream.partition("/")[0])
    return (registry.personal(type_) or {}) if registry else {}


def _text(data: Any) -> str:
    return to_json(data, inf_nan_mode="constants").decode()


def _sealing(owner: str, key: bytes, place: str) -> Callable[[str, Personal], JsonObject]:
    def seal(text: str, mark: Personal) -> JsonObject:
        return _token(owner, encrypt(key, text.encode(*ENCODING), place), mark)

    return seal


def _fingerprint(owner: str, key: bytes, place: str, text: str) -> str:
    """A text still, so that metadata are what they are without any key."""
    return f"sealed:{owner}.{base64.b64encode(encrypt_alike(key, text.encode(), place)).decode()}"


def _is_sealed(fingerprint: str) -> bool:
    return fingerprint.startswith("sealed:")


def _owner(fingerprint: str) -> str:
    return fingerprint.removeprefix("sealed:").rpartition(".")[0]


def _opened_fingerprint(stored: str, keys: Keys, place: str) -> str:
    key = keys[_owner(stored)]
    if key is None:
        return PERSONAL.placeholder
    return decrypt_alike(key, base64.b64decode(stored.rpartition(".")[2]), place).decode()


def _opened_metadata(metadata: Metadata, keys: Keys, place: str) -> Metadata:
    if not _is_sealed(metadata.fingerprint):
        return metadata
    return with_fingerprint(metadata, _opened_fingerprint(metadata.fingerprint, keys, place))


def _token(owner: str, sealed: bytes, mark: Personal) -> JsonObject:
    return {"sealed": f"{owner}.{base64.b64encode(sealed).decode()}", "erased": mark.placeholder}


def _owners(data: Any) -> Iterator[str]:
    match data:
        case {"sealed": str(token), "erased": _}:
            yield token.rpartition(".")[0]
        case dict():
            for part in data.values():
                yield from _owners(part)
        case list():
            for part in data:
                yield from _owners(part)


def _opened(data: Any, keys: Keys, place: str) -> Any:
    match data:
        case {"sealed": str(token), "erased": placeholder}:
            owner, _, sealed = token.rpartition(".")
            key, content = keys[owner], base64.b64decode(sealed)
            if key is None:
                return placeholder
            return decrypt(key, content, place).decode(*ENCODING)
        case dict():
            return {name: _opened(part, keys, place) for name, part in data.items()}
        case list():
            return [_opened(part, keys, place) for part in data]
        case _:
            return data
