"""A Slack channel behind an incoming webhook: people read there, one line for each event that matters to them."""

from pydantic_core import to_json

from activities.connectors.receivers import Receiver, Reception

PACE = 1.0
"""Seconds between two messages to one webhook: what Slack allows (api.slack.com, rate limits, incoming webhooks)."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Slack:
    """The channel. Its address is a secret: whoever has it can write there."""

    def __init__(self, url: str) -> None:
        self._receiver = Receiver("Slack", url)

    async def aclose(self) -> None:
        """See `Receiver.aclose`."""
        await self._receiver.aclose()

    async def say(self, line: str) -> Reception:
        """Sends a line once; what Slack would read as markup of its own is escaped. Keep the `PACE` between two."""
        return await self._receiver.post(to_json({"text": line.translate(_ESCAPES)}))
