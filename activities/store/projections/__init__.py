"""Read models: each module has one's evolution and its queries side by side; its table is in `schema/`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from activities.store.pool import Connection
from domain.events import Envelope, Metadata, Record


class Projection(Protocol):
    """Keeps read models, of single streams only, in the transaction that appends the events."""

    @property
    def streams(self) -> str:
        """Prefix of the streams that it follows, such as `campaign/`."""
        ...

    async def project(self, connection: Connection, stream: str, events: Sequence[Envelope]) -> None:
        """Brings the read models from before `events` of `stream` to after them. A failure undoes the append."""
        ...


@dataclass(frozen=True)
class Prepared:
    """What an append is to write beside its events, in the statement that appends them."""

    shown: str
    """JSON for `show_read_models` (`schema/0018_read_models.sql`)."""
    keep: Callable[[], None]
    """To be called once the append has been committed: the next one of the stream then needs to read nothing."""


@runtime_checkable
class Prepares(Projection, Protocol):
    """A projection that knows beforehand what an append will change, so that one statement can do both."""

    async def prepare(
        self,
        connection: Connection,
        stream: str,
        expected_version: int,
        records: Sequence[Record],
        data: Sequence[str],
        metadata: Metadata,
    ) -> Prepared | None:
        """What these events will change if they follow `expected_version`; `data` is their JSON as it will be stored.

        None if the stream has not come that far: then there is nothing to append either.
        """
        ...
