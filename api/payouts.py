"""Stage 7, monitoring: finance says what it has paid, and decides about money that came back."""

from datetime import date
from types import NoneType
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field, StrictBool

from activities.store.late_reversals import BEGINNING, LateReversal, LateReversals
from api.dependencies import AsBrand, CollaborationId, DecideAsBrand, Decision, JsonOnly, Serving
from api.errors import problems
from api.idempotency import Once
from api.pagination import Cursor, Key, Limit, Moment, Page, Place
from domain.lifecycle import Stage
from domain.payouts import ConfirmPayment, SettleReversal
from domain.values import Line, Sha256, Text, Value

router = APIRouter(prefix="/v1", tags=[Stage.MONITORING.label], dependencies=[JsonOnly])

PayoutName = Annotated[
    str,
    Path(
        pattern=r"^(upfront|balance|kill_fee|commission)(-[1-9][0-9]{0,2})?$", description="As its id ends: `upfront`."
    ),
]
TransferId = Annotated[str, Path(pattern=r"^tr_[A-Za-z0-9_]{1,200}$")]


class Paid(Value):
    """What finance knows of a transfer that it has made."""

    reference: Line = Field(examples=["SEPA 2026-11-23 0042"])
    paid_on: date
    proof: Sha256 | None = None
    """SHA-256 of the file that shows it, which stays with finance."""


class Again(Value):
    """Whether money that came back is paid once more."""

    pay_again: StrictBool
    note: Text = ""


@router.post(
    "/collaborations/{collaboration_id}/payouts/{payout}/paid",
    summary="Say that a payment order was paid",
    responses=problems(401, 403, 404, 409, 415, 422, 429, 503),
)
async def confirm_payment(
    decide: DecideAsBrand, collaboration_id: CollaborationId, payout: PayoutName, body: Paid
) -> Decision:
    """Of an order that waits for finance, which it does where the brief's `payment_orders` say so."""
    command = ConfirmPayment(payout_id=f"{collaboration_id}/{payout}", **dict(body))
    return await decide.on_collaboration(collaboration_id, command)


@router.post(
    "/collaborations/{collaboration_id}/payouts/{payout}/reversal",
    summary="Decide about money that came back",
    responses=problems(401, 403, 404, 409, 415, 422, 429, 503),
)
async def settle_reversal(
    decide: DecideAsBrand, collaboration_id: CollaborationId, payout: PayoutName, body: Again
) -> Decision:
    """Paid again, it is a payout of its own under a new id, by the way that fits then; else it goes to the budget."""
    command = SettleReversal(payout_id=f"{collaboration_id}/{payout}", **dict(body))
    return await decide.on_collaboration(collaboration_id, command)


_OLDEST_FIRST: Place[tuple[Moment, Key]] = Place(tuple[Moment, Key])


@router.get(
    "/payouts/late-reversals",
    summary="Money that came back when its collaboration was over",
    responses=problems(401, 403, 422),
)
async def list_late_reversals(
    services: Serving, _: AsBrand, cursor: Cursor = None, limit: Limit = 100
) -> Page[LateReversal]:
    """That nobody has seen to, the oldest first. The record of an ended collaboration takes no more events: its payout
    still counts as made there, and in the budget and the report."""
    after = _OLDEST_FIRST.read(cursor) or BEGINNING
    found = await LateReversals(services.pool).waiting(services.workspace, after=after, limit=limit + 1)
    return _OLDEST_FIRST.page(found, limit, lambda each: (each.noted_at, each.transfer_id))


@router.post(
    "/payouts/late-reversals/{transfer_id}/settle",
    status_code=204,
    summary="Say that such money was seen to",
    responses=problems(401, 403, 404, 422),
)
async def settle_late_reversal(services: Serving, caller: AsBrand, transfer_id: TransferId, once: Once) -> None:
    """Whether it was paid in some other way or not: it leaves the list, and who has said so is kept."""

    async def settled() -> None:
        await LateReversals(services.pool).settle(services.workspace, transfer_id, by=caller.actor.id)

    await once.carry_out(NoneType, settled, of=None)
