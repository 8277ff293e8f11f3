"""Stripe's webhooks: whether one is Stripe's, and what it says of a transfer or of a connected account.

Read is what Stripe documents of the `Event`, `Transfer` and `Account` objects; everything else in them is dropped.
"""

import hmac
import re
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.payouts import ReversalReason
from domain.values import Instant

SIGNATURE_HEADER = "Stripe-Signature"
TOLERANCE = timedelta(minutes=5)
"""How old a signature may be, and by how much clocks may differ: Stripe's own libraries' default."""

TRANSFER_REVERSED, ACCOUNT_UPDATED = "transfer.reversed", "account.updated"


class _Object(BaseModel):
    """Stripe adds fields as it likes."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Reversal(_Object):
    source_refund: str | None = None


class _Reversals(_Object):
    data: tuple[_Reversal, ...] = ()


class Transfer(_Object):
    """A transfer as it stands now. Amounts in Stripe's minor units, which are ours in the currencies we transfer."""

    id: Annotated[str, Field(pattern=r"^tr_[A-Za-z0-9_]{1,200}$")]
    amount_reversed: int = Field(ge=0)
    currency: Annotated[str, Field(pattern=r"^[a-z]{3}$")]
    metadata: dict[str, str] = {}
    reversals: _Reversals = _Reversals()

    @property
    def reason(self) -> ReversalReason:
        """Why money came back, as far as Stripe says it: a charge was refunded, or somebody reversed the transfer."""
        refunded = any(each.source_refund for each in self.reversals.data)
        return ReversalReason.CHARGE_REFUNDED if refunded else ReversalReason.TRANSFER_REVERSED


class Account(_Object):
    """A connected account as it stands now."""

    id: Annotated[str, Field(pattern=r"^acct_[A-Za-z0-9]{1,100}$")]
    payouts_enabled: bool


class _Data(_Object):
    object: dict[str, object]


class StripeEvent(_Object):
    """What a webhook brings."""

    id: Annotated[str, Field(pattern=r"^evt_[A-Za-z0-9_]{1,200}$")]
    type: Annotated[str, Field(max_length=100)]
    created: Instant
    data: _Data

    def transfer(self) -> Transfer:
        """The transfer that it is about; raises ValidationError if it is about none."""
        return Transfer.model_validate(self.data.object)

    def account(self) -> Account:
        """The connected account that it is about; raises ValidationError if it is about none."""
        return Account.model_validate(self.data.object)


class NotAnEvent(Exception):
    """Why a body is none of Stripe's events, in words that quote nothing of it."""


def event_in(body: bytes) -> StripeEvent:
    """The event in a webhook's body.

    Raises:
        NotAnEvent: it is none that Stripe documents.
    """
    try:
        return StripeEvent.model_validate_json(body)
    except ValidationError as error:
        raise NotAnEvent("; ".join(sorted({".".join(map(str, each["loc"])) for each in error.errors()}))) from None


def signature(secret: str, body: bytes, at: datetime) -> str:
    """What Stripe sends in `Stripe-Signature` with a body: the time, and HMAC-SHA256 of both with the secret."""
    moment = int(at.timestamp())
    return f"t={moment},v1={_digest(secret, moment, body)}"


def is_signed(secret: str, body: bytes, given: str, now: datetime) -> bool:
    """Whether Stripe signed this body at about this time. Several `v1` may be given while a secret is exchanged; those
    of other schemes count for nothing. Takes the same time whatever is wrong with a digest."""
    parts = [part.partition("=")[::2] for part in given.split(",")]
    moments = [value for name, value in parts if name == "t" and re.fullmatch(r"\d{1,12}", value, re.ASCII)]
    if len(moments) != 1 or abs(now.timestamp() - int(moments[0])) > TOLERANCE.total_seconds():
        return False
    expected = _digest(secret, int(moments[0]), body).encode()
    matches = [hmac.compare_digest(expected, value.encode()) for name, value in parts if name == "v1"]
    return any(matches)


def _digest(secret: str, moment: int, body: bytes) -> str:
    return hmac.digest(secret.encode(), f"{moment}.".encode() + body, "sha256").hex()
