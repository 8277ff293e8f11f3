"""The mail to campaigns' managers that a program, or the Slack channel, is not told of events any more."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from activities.ports import Letter, Mailer
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from activities.store.webhooks import Kind

BODY = """\
{who} gets no events any more. Groundswell has disabled it:

    {note}

Nothing is lost: what happens meanwhile waits in the record. Once the receiver works again, enable it, and it is
told everything from where it stood, in order:

    curl -X PATCH {public_url}/v1/webhooks/{id} -H "Authorization: Bearer $API_KEY" \\
      -H "Content-Type: application/json" -d '{{"enabled": true}}'

Its last attempts: GET {public_url}/v1/webhooks/{id}/deliveries
"""


class WebhookNotes:
    """Writes to the manager of every campaign that is under way."""

    def __init__(self, pool: Pool, mailer: Mailer, public_url: str) -> None:
        self._pool = pool
        self._mailer = mailer
        self._public_url = public_url.rstrip("/")

    async def tell_of(self, webhook: Mapping[str, Any]) -> None:
        """Sends the mails about a row of `webhooks_to_tell_of`; a repetition has the same ids.

        Raises what `Mailer.send` raises, when those before have been sent.
        """
        rows = await self._pool.fetch(QUERIES.managers_under_way, webhook["workspace"])
        slack = webhook["kind"] == Kind.SLACK
        who = "The Slack channel" if slack else f"The program behind webhook {webhook['id']}"
        for row in rows:
            digest = sha256(f"{webhook['id']} {webhook['disabled_at']} {row['manager']}".encode()).hexdigest()[:32]
            await self._mailer.send(
                Letter(
                    id=f"{digest}@{urlsplit(self._public_url).hostname or 'groundswell'}",
                    to=row["manager"],
                    subject="The Slack channel is not told any more" if slack else "A webhook has been disabled",
                    body=BODY.format(who=who, note=webhook["note"], id=webhook["id"], public_url=self._public_url),
                )
            )
