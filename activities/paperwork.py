"""What both sides sign, on paper: rendered as PDF from the record, and sealed with the record of its signatures."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from activities.failures import as_application_error
from activities.ports import Directory, Documents, EventLog, Seals
from activities.records import brief_of, collaboration_after, creator_of
from domain.brief import Brief
from domain.collaboration import EVENTS, Collaboration
from domain.creators import Creator
from domain.decider import Event
from domain.errors import GroundswellError, NotFound
from domain.events import Envelope
from domain.values import Sha256, Value

PDF = "application/pdf"


class RenderedContract(Value):
    """The document by its SHA-256, and its length."""

    document: Sha256
    pages: int


class SealedContract(Value):
    """The sealed file by its SHA-256."""

    sealed: Sha256


@dataclass(frozen=True)
class Facts:
    """Everything that a document may say: the collaboration as it was after these events, its brief and its creator."""

    events: Sequence[Envelope]
    collaboration: Collaboration
    brief: Brief
    creator: Creator

    @property
    def at(self) -> datetime:
        """When the last of the events was decided: the date of a document."""
        return self.events[-1].metadata.decided_at


@dataclass(frozen=True)
class Sealing:
    """What is sealed: a document by its SHA-256, the PDF with the record of its signatures, and why it is sealed."""

    document: str
    record: bytes
    reason: str


Part = Callable[[Sequence[Envelope]], Sequence[Envelope]]
"""The part of a collaboration's story that a document is about: what followed is not in it. It may raise `NotFound`."""


def up_to(stream: str, what: str, happened: Callable[[Event], bool]) -> Part:
    """The story up to the first event of which this is true; `what` that is, for whoever learns that it never was."""

    def part(events: Sequence[Envelope]) -> Sequence[Envelope]:
        for nth, envelope in enumerate(events, start=1):
            if happened(EVENTS.decode(envelope)):
                return events[:nth]
        raise NotFound(kind=what, id=stream)

    return part


class Paperwork:
    """Makes documents of facts, and keeps them."""

    def __init__(self, log: EventLog, directory: Directory, documents: Documents, seals: Seals) -> None:
        self._log = log
        self._directory = directory
        self._documents = documents
        self._seals = seals

    async def render(self, stream: str, part: Part, typeset: Callable[[Facts], tuple[bytes, int]]) -> RenderedContract:
        """Render a document, PDF and pages, from the part of a collaboration's story that it is about, and keep it.

        The same facts give the same bytes, so that a retry changes nothing.

        Raises:
            ApplicationError: not to be tried again, for a `GroundswellError`: the story has no such part.
        """
        facts = await self._facts(stream, part)
        content, pages = await asyncio.to_thread(typeset, facts)
        document = await self._documents.put(content, PDF, creator_id=facts.creator.id)
        return RenderedContract(document=document, pages=pages)

    async def seal(self, stream: str, part: Part, signed: Callable[[Facts], Sealing]) -> SealedContract:
        """Put the record of signatures behind a document that both have signed, seal the whole, and keep it.

        A seal tells its time, so a retry makes another file; the one that the record names counts.

        Raises:
            ApplicationError: as `render`.
        """
        facts = await self._facts(stream, part)
        sealing = await asyncio.to_thread(signed, facts)
        try:
            document = await self._documents.get(sealing.document)
        except GroundswellError as error:
            raise as_application_error(error) from error
        workspace = facts.events[-1].metadata.workspace
        content = await self._seals.seal(workspace, document.content, sealing.record, reason=sealing.reason)
        return SealedContract(sealed=await self._documents.put(content, PDF, creator_id=facts.creator.id))

    async def _facts(self, stream: str, part: Part) -> Facts:
        try:
            events = part(await self._log.read(stream))
            state = collaboration_after(events)
            return Facts(
                events=events,
                collaboration=state,
                brief=await brief_of(self._log, state.campaign_id),
                creator=await creator_of(self._directory, state.creator_id),
            )
        except GroundswellError as error:
            raise as_application_error(error) from error
