"""Read models: each module has one's evolution and its queries side by side; its table is in `schema/`."""

from collections.abc import Sequence
from typing import Protocol

from activities.store.pool import Connection
from domain.events import Envelope


class Projection(Protocol):
    """Keeps one read model, of single streams only, in the transaction that appends the events."""

    @property
    def streams(self) -> str:
        """Prefix of the streams that it follows, such as `campaign/`."""
        ...

    async def project(self, connection: Connection, stream: str, events: Sequence[Envelope]) -> None:
        """Brings the read model from before `events` of `stream` to after them. A failure undoes the append."""
        ...
