"""Brings each person the mails that arrive for them in the mail server's directory, each file read once."""

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Self

POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Received:
    """A mail as its reader sees it. `token` is from the creator's link; `template` and the ids are from its headers."""

    recipient: str
    subject: str
    text: str
    message_id: str
    event_id: str
    template: str
    campaign_id: str
    collaboration_id: str | None
    file: str

    @property
    def token(self) -> str | None:
        """The token of the link in the mail; None if there is none."""
        found = re.search(r"/c/([^\s/]+)", self.text)
        return found.group(1) if found else None


class Mailroom:
    """Watches a directory of .eml files, and takes in those of one campaign: an earlier one may still be under way."""

    def __init__(self, directory: Path) -> None:
        self.delivered: list[Received] = []
        """The campaign's mails in the order in which they arrived."""
        self.campaign_id: str | None = None
        """Nothing is delivered before it is known."""
        self._directory = directory
        self._seen = {path.name for path in directory.glob("*.eml")}
        self._boxes: dict[str, asyncio.Queue[Received]] = defaultdict(asyncio.Queue)
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch(), name="mailroom")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._watching is not None, "it was entered"
        self._watching.cancel()
        await asyncio.wait([self._watching])

    async def next_for(self, recipient: str) -> Received:
        """The recipient's next mail, whenever it comes."""
        return await self._boxes[recipient.casefold()].get()

    def look(self) -> None:
        """Deliver what has arrived since the last look."""
        if self.campaign_id is None:
            return
        new = [path for path in self._directory.glob("*.eml") if path.name not in self._seen]
        for path in sorted(new, key=lambda path: path.stat().st_mtime_ns):
            self._seen.add(path.name)
            mail = _read(path)
            if mail.campaign_id != self.campaign_id:
                continue
            self.put(mail)

    def put(self, mail: Received) -> None:
        """Put a mail into its recipient's box."""
        self.delivered.append(mail)
        self._boxes[mail.recipient.casefold()].put_nowait(mail)

    async def _watch(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(POLL_SECONDS)


def _read(path: Path) -> Received:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    return Received(
        recipient=str(message["Delivered-To"]),
        subject=str(message["Subject"]),
        text="" if body is None else str(body.get_content()),
        message_id=str(message["Message-ID"]),
        event_id=str(message["X-Groundswell-Event"]),
        template=str(message["X-Groundswell-Template"]),
        campaign_id=str(message["X-Groundswell-Campaign"]),
        collaboration_id=message["X-Groundswell-Collaboration"],
        file=path.name,
    )
