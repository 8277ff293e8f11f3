"""Stripe tells of money that came back, and of creators' accounts: signed, and as often as it likes."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from activities.connectors.stripe_events import (
    ACCOUNT_UPDATED,
    SIGNATURE_HEADER,
    TRANSFER_REVERSED,
    NotAnEvent,
    StripeEvent,
    event_in,
    is_signed,
)
from activities.starting import collaboration_stream
from activities.store.late_reversals import LateReversals
from api.auth import NotAuthenticated
from api.dependencies import Services, Serving
from domain.decider import Actor, Role
from domain.errors import AlreadyEnded, NotFound
from domain.lifecycle import Stage
from domain.payouts import RecordReversal
from domain.values import Value

router = APIRouter(prefix="/v1/callbacks", tags=[Stage.MONITORING.label])

STRIPE = Actor(role=Role.ENGINE, id="stripe")


class CallbackTaken(Value):
    """What became of it. `ignored` changed nothing, and is no reason to send it again."""

    status: Literal["taken", "ignored"]


@router.post("/stripe", include_in_schema=False)
async def take_stripe_event(
    request: Request,
    services: Serving,
    signature: Annotated[str, Header(alias=SIGNATURE_HEADER, max_length=2_000)] = "",
) -> CallbackTaken:
    """Takes transfer.reversed and account.updated; other types are ignored. Stripe sends whatever is not answered with
    2xx again, for days: a reversal that comes before its own transfer is noted is taken then."""
    secret = services.stripe_webhook_secret
    if secret is None:
        raise NotFound(kind="payment service connected here", id="stripe")
    body = await request.body()
    if not is_signed(secret.get_secret_value(), body, signature, datetime.now(UTC)):
        why = (
            f"{SIGNATURE_HEADER} does not fit the body, or is more than five minutes off: see to the endpoint's secret."
        )
        raise NotAuthenticated(why=why)
    try:
        taken = await _take(services, event_in(body))
    except (NotAnEvent, ValidationError) as error:
        fields = error.errors() if isinstance(error, ValidationError) else ()
        # What is wrong is named, what was sent is not: it may be about a person.
        rule = "; ".join(".".join(map(str, each["loc"])) for each in fields) or str(error)
        detail = {"type": "stripe", "loc": ("body",), "msg": f"is none of Stripe's events: {rule[:500]}", "input": ""}
        raise RequestValidationError([detail]) from None
    return CallbackTaken(status="taken" if taken else "ignored")


async def _take(services: Services, event: StripeEvent) -> bool:
    if event.type == TRANSFER_REVERSED:
        return await _take_reversal(services, event)
    if event.type == ACCOUNT_UPDATED:
        account, reversals = event.account(), LateReversals(services.pool)
        return await reversals.tell_account(account.id, payouts_enabled=account.payouts_enabled, at=event.created)
    return False


async def _take_reversal(services: Services, event: StripeEvent) -> bool:
    """The collaboration decides on it; where that is over, it is noted for a person to see to."""
    transfer, reversals = event.transfer(), LateReversals(services.pool)
    paid = await reversals.payout_of(transfer.id, transfer.metadata.get("payout_id"))
    if paid is None or transfer.amount_reversed == 0:
        return False
    command = RecordReversal(payout_id=paid.payout_id, reversed_in_all=transfer.amount_reversed, reason=transfer.reason)
    stream, command_id = collaboration_stream(paid.collaboration_id), f"stripe/{event.id}"
    try:
        await services.engine.decide(stream, command, actor=STRIPE, command_id=command_id)
    except AlreadyEnded:
        currency = transfer.currency.upper()
        await reversals.note(paid, transfer.id, transfer.amount_reversed, currency, transfer.reason)
    return True
