"""The twin of Stripe's transfers: money from one platform account to connected ones, each idempotency key once.

    curl -u sk_test_twin: -H 'Idempotency-Key: 1' -d amount=500 -d currency=usd -d destination=acct_1Twin \\
        http://127.0.0.1:8106/v1/transfers
    curl -d '{"usd": 0}' http://127.0.0.1:8106/twin/balance
    curl -d '{"address": "http://127.0.0.1:8000/v1/callbacks/stripe"}' http://127.0.0.1:8106/twin/webhooks
    curl -d '{"amount": 500}' http://127.0.0.1:8106/twin/transfers/tr_1Twin000001/reverse
    curl -d '{"payouts_enabled": false}' http://127.0.0.1:8106/twin/accounts/acct_1TwinA

What happens is told to the addresses of webhooks, signed as Stripe signs. Connected accounts are all whose id begins
with `acct_1Twin`.
"""

import asyncio
import base64
import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from activities.connectors.simulated.faults import Twin
from activities.connectors.stripe_events import ACCOUNT_UPDATED, SIGNATURE_HEADER, TRANSFER_REVERSED, signature

KEY = "sk_test_twin"
WEBHOOK_SECRET = "whsec_twin"  # noqa: S105 - the twin's own, known to everybody
PATIENCE = 10.0
"""Seconds that it waits for an answer to a webhook."""
ACCOUNTS = "acct_1Twin"
"""How the ids of connected accounts begin."""
BALANCE = 10_000_000_00
"""Minor units of each currency at first."""
PAGE = 100

JsonObject = dict[str, Any]
Form = tuple[tuple[str, str], ...]


class StripeTwin(Twin):
    """One platform account."""

    def __init__(self) -> None:
        super().__init__()
        self.transfers: list[JsonObject] = []
        """What was transferred, in order."""
        self.balance: dict[str, int] = {}
        """What is left, by currency in lower case; one that is not there has the `BALANCE`."""
        self.open_for_business = asyncio.Event()
        """Transfers wait for it, under way, when its owner clears it."""
        self.open_for_business.set()
        self.under_way: set[str] = set()
        """Keys of requests that are being carried out."""
        self._answers: dict[str, tuple[Form, int, JsonObject]] = {}
        self.webhooks: list[str] = []
        """Where what happens is told."""
        self.deliveries: list[tuple[str, bytes, int | None]] = []
        """What was told: type, body, and the status of the answer; None if there was none."""

    def routes(self) -> list[Route]:
        """The transfers, and what is in the account."""
        return [
            self.route("/v1/transfers", self._transfer, "POST"),
            self.route("/v1/transfers", self._list),
            self.route("/twin/balance", self._set_balance, "POST"),
            self.route("/twin/webhooks", self._add_webhook, "POST"),
            self.route("/twin/transfers/{id}/reverse", self._reverse, "POST"),
            self.route("/twin/accounts/{id}", self._change_account, "POST"),
        ]

    def rate_limited(self, retry_after: int) -> Response:
        """429; Stripe names no wait unless it is asked to here."""
        headers = {"Retry-After": str(retry_after)} if retry_after else {}
        return _error(429, "invalid_request_error", "Request rate limit exceeded.", code="rate_limit", headers=headers)

    def expired(self) -> Response:
        """401."""
        return _error(
            401, "invalid_request_error", "Expired API Key provided: sk_test_****twin", code="api_key_expired"
        )

    def forget_keys(self) -> None:
        """A day goes by: the same key is a new request."""
        self._answers.clear()

    async def _transfer(self, request: Request) -> Response:
        if not _knows_key(request):
            return _error(401, "invalid_request_error", "Invalid API Key provided: sk_****")
        key = request.headers.get("idempotency-key", "")
        form = tuple(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        if key in self.under_way:
            why = "There is currently another in-progress request using this Stripe Account with that key."
            return _error(409, "idempotency_error", why, code="idempotency_key_in_use")
        if key in self._answers:
            before, status, content = self._answers[key]
            if sorted(before) != sorted(form):
                why = (
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                )
                return _error(400, "idempotency_error", why)
            return JSONResponse(content, status, headers={"Idempotent-Replayed": "true"})
        wanted = dict(form)
        if (invalid := _invalid(wanted)) is not None:
            return invalid  # nothing was carried out, so the key is as good as new
        self.under_way.add(key)
        try:
            await self.open_for_business.wait()
            answer = self._carry_out(wanted)
        finally:
            self.under_way.discard(key)
        if key:
            self._answers[key] = (form, answer.status_code, json.loads(bytes(answer.body)))
        return answer

    def _carry_out(self, wanted: dict[str, str]) -> Response:
        amount, currency = int(wanted["amount"]), wanted["currency"]
        left = self.balance.get(currency, BALANCE)
        if amount > left:
            why = "You have insufficient available funds in your Stripe account."
            return _error(400, "invalid_request_error", why, code="balance_insufficient")
        self.balance[currency] = left - amount
        transfer = {
            "id": f"tr_1Twin{len(self.transfers) + 1:06}",
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "created": int(time.time()),
            "currency": currency,
            "destination": wanted["destination"],
            "livemode": False,
            "metadata": {name[9:-1]: value for name, value in wanted.items() if name.startswith("metadata[")},
            "reversed": False,
            "transfer_group": wanted.get("transfer_group"),
        }
        self.transfers.append(transfer)
        return JSONResponse(transfer)

    async def _list(self, request: Request) -> Response:
        if not _knows_key(request):
            return _error(401, "invalid_request_error", "Invalid API Key provided: sk_****")
        asked = request.query_params
        since, group, after = (
            int(asked.get("created[gte]", 0)),
            asked.get("transfer_group"),
            asked.get("starting_after"),
        )
        fitting = [
            each
            for each in reversed(self.transfers)
            if each["created"] >= since and group in (None, each["transfer_group"])
        ]
        ids = [each["id"] for each in fitting]
        begin = ids.index(after) + 1 if after in ids else 0
        size = min(int(asked.get("limit", 10)), PAGE)
        if request.state.partial:
            size = max(1, size // 2)
        page = fitting[begin : begin + size]
        has_more = begin + size < len(fitting)
        return JSONResponse({"object": "list", "url": "/v1/transfers", "has_more": has_more, "data": page})

    async def reverse(self, transfer_id: str, amount: int) -> None:
        """Takes so much of a transfer back, in minor units, and tells of it.

        Raises:
            KeyError: there is no such transfer.
        """
        transfer = next((each for each in self.transfers if each["id"] == transfer_id), None)
        if transfer is None:
            raise KeyError(transfer_id)
        taken = min(amount, transfer["amount"] - transfer["amount_reversed"])
        transfer["amount_reversed"] += taken
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        left = self.balance.get(transfer["currency"], BALANCE)
        self.balance[transfer["currency"]] = left + taken
        await self.tell(TRANSFER_REVERSED, {**transfer, "reversals": {"object": "list", "data": []}})

    async def tell(self, kind: str, content: JsonObject, *, created: datetime | None = None) -> None:
        """Sends an event of this type to every webhook; one that nobody takes is not sent again: `repeat` does that."""
        at = created or datetime.now(UTC)
        event = {
            "id": f"evt_1Twin{len(self.deliveries) + 1:06}",
            "object": "event",
            "api_version": "2025-09-30",
            "created": int(at.timestamp()),
            "livemode": False,
            "type": kind,
            "data": {"object": content},
        }
        await self._send(kind, json.dumps(event).encode())

    async def repeat(self, delivery: int) -> None:
        """Sends what was told before once more, with a signature of now, as Stripe does when it heard no answer."""
        kind, body, _ = self.deliveries[delivery]
        await self._send(kind, body)

    async def _send(self, kind: str, body: bytes) -> None:
        for address in self.webhooks:
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                SIGNATURE_HEADER: signature(WEBHOOK_SECRET, body, datetime.now(UTC)),
            }
            status: int | None = None
            with suppress(httpx.TransportError):
                async with httpx.AsyncClient(timeout=PATIENCE) as client:
                    status = (await client.post(address, content=body, headers=headers)).status_code
            self.deliveries.append((kind, body, status))

    async def _add_webhook(self, request: Request) -> Response:
        self.webhooks.append(str(json.loads(await request.body())["address"]))
        return JSONResponse({"object": "list", "data": self.webhooks}, 201)

    async def _reverse(self, request: Request) -> Response:
        try:
            await self.reverse(request.path_params["id"], int(json.loads(await request.body())["amount"]))
        except KeyError:
            return _error(404, "invalid_request_error", "No such transfer", code="resource_missing")
        return JSONResponse({"deliveries": [status for _, _, status in self.deliveries]})

    async def _change_account(self, request: Request) -> Response:
        account = {"id": request.path_params["id"], "object": "account", **json.loads(await request.body())}
        await self.tell(ACCOUNT_UPDATED, account)
        return JSONResponse(account)

    async def _set_balance(self, request: Request) -> Response:
        self.balance |= {str(name).lower(): int(left) for name, left in json.loads(await request.body()).items()}
        return JSONResponse(self.balance)


def _knows_key(request: Request) -> bool:
    """As a bearer token, or as the user of HTTP's basic scheme."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    basic = base64.b64encode(f"{KEY}:".encode()).decode()
    return (scheme.lower(), given) in (("bearer", KEY), ("basic", basic))


def _invalid(wanted: dict[str, str]) -> Response | None:
    """What is wrong with a transfer by itself."""
    for name in ("currency", "destination"):
        if name not in wanted:
            return _error(400, "invalid_request_error", f"Missing required param: {name}.", code="parameter_missing")
    amount = wanted.get("amount", "")
    if not (amount.isascii() and amount.isdigit() and int(amount) > 0):
        return _error(400, "invalid_request_error", f"Invalid integer: {amount}", code="parameter_invalid_integer")
    if not wanted["destination"].startswith(ACCOUNTS):
        why = f"No such destination: '{wanted['destination']}'"
        return _error(400, "invalid_request_error", why, code="resource_missing")
    return None


def _error(
    status: int, kind: str, message: str, *, code: str | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    error = {"type": kind, "message": message} | ({} if code is None else {"code": code})
    return JSONResponse({"error": error}, status, headers=headers)
