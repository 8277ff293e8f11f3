"""A program that is told of the campaign by a webhook, and looks at each message as a careful one would."""

import base64
import json
from collections import Counter
from datetime import UTC, datetime
from hmac import compare_digest

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from activities.connectors.receivers import signature
from api.client import Groundswell, models

TYPES = ("ContractConcluded", "PostPublished", "PayoutMade", "CampaignClosed")
"""What it wants to be told of."""


class Listener:
    """What it has received, and what was wrong with it."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        """Messages by the type of their event, each event once."""
        self.faults: list[str] = []
        self.app = Starlette(routes=[Route("/", self._receive, methods=["POST"])])
        self._secret = b""
        self._seen: set[str] = set()
        self._last = 0

    async def subscribe(self, api: Groundswell, address: str) -> None:
        """Be told at `address`, where `app` is served."""
        webhook = await api.create_webhook(models.NewWebhook(url=address, types=list(TYPES)))
        self._secret = base64.b64decode(webhook.secret.removeprefix("whsec_"))

    async def _receive(self, request: Request) -> Response:
        body, id_ = await request.body(), request.headers["webhook-id"]
        at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
        if not compare_digest(request.headers["webhook-signature"], signature(self._secret, id_, at, body)):
            self.faults.append("a webhook's message has a wrong signature")
            return Response(status_code=401)
        message = json.loads(body)
        if id_ not in self._seen:
            if message["data"]["position"] <= self._last:
                self.faults.append("a webhook's messages came out of order")
            self._seen.add(id_)
            self._last = message["data"]["position"]
            self.received[message["type"]] += 1
        return Response(status_code=204)
