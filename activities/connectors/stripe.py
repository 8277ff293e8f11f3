"""Stripe Connect: transfers to creators' connected accounts, under the id of the payout.

What Stripe says of a failure decides what becomes of the money, so this knows three kinds and no others. `REFUSED` is
Stripe's own word, in its documented form, that it has made no transfer. Anything that may have led to one, or that
somebody has to mend first, is to be tried again with the same key: money that is owed stays owed.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from temporalio.exceptions import ApplicationError

from activities.connectors.http import Answer, HttpService
from activities.failures import OutsideFailure, outside_failure
from domain.money import Money
from domain.values import Instant

BASE_URL = "https://api.stripe.com"
NAME = "Stripe"

CURRENCIES = frozenset(
    "AED AUD BRL CAD CHF CZK DKK EUR GBP HKD JPY MXN MYR NOK NZD PLN RON SEK SGD THB USD ZAR".split()  # noqa: SIM905
)
"""Where Stripe's minor unit is everybody's. Of others it has units of its own (docs.stripe.com/currencies: kronur of
Iceland in hundredths, dinars in tens of thousandths): nobody is sent a hundred times too much because of them."""

WHOLE_TIMEOUT = 20.0
"""Seconds for a request: a look for the transfer and the transfer itself fit into one attempt of the activity."""
PAGE = 100
"""Transfers of a list; Stripe's limit."""
CLOCKS_DIFFER = timedelta(hours=1)

_REFUSALS = frozenset({"invalid_request_error", "card_error"})


class _Object(BaseModel):
    """Stripe adds fields as it likes."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Transfer(_Object):
    id: Annotated[str, Field(pattern=r"^tr_[A-Za-z0-9_]{1,200}$")]
    amount: int
    currency: str
    metadata: dict[str, str] = {}


class _Page(_Object):
    data: tuple[_Transfer, ...]
    has_more: bool


Read = TypeVar("Read", bound=_Object)


class Stripe:
    """One platform account. Keeps connections open: close it."""

    def __init__(
        self, secret_key: str, *, base_url: str = BASE_URL, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._service = HttpService(
            NAME,
            base_url,
            headers={"Authorization": f"Bearer {secret_key}"},
            diagnose=diagnose,
            whole_timeout=WHOLE_TIMEOUT,
            transport=transport,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._service.aclose()

    async def transfer(
        self, payout_id: str, amount: Money, account: str, *, campaign_id: str | None, collaboration_id: str
    ) -> str:
        """Transfers the amount to a connected account and returns the transfer's id (`tr_...`).

        The payout's id is the Idempotency-Key. Stripe keeps keys for a day at least, and may forget them then: look
        with `find` first when an earlier attempt may have been made.

        Raises:
            ApplicationError: `request_refused` if Stripe has made no transfer and will make none, with its code; of
                another type, and retryable, whenever that is not certain.
        """
        form = {
            "amount": str(amount.amount),
            "currency": amount.currency.lower(),
            "destination": account,
            "metadata[payout_id]": payout_id,
            "metadata[collaboration_id]": collaboration_id,
        }
        if campaign_id is not None:
            form |= {"transfer_group": campaign_id, "metadata[campaign_id]": campaign_id}
        try:
            answer = await self._service.post("/v1/transfers", data=form, headers={"Idempotency-Key": payout_id})
        except ApplicationError as error:
            raise _uncertain(error) if error.type == OutsideFailure.TOO_LARGE else error from None
        made = _read(_Transfer, answer)
        if (made.amount, made.currency) != (amount.amount, amount.currency.lower()):
            raise outside_failure(OutsideFailure.UNREADABLE, NAME, f"{made.id} is of another amount than the payout")
        return made.id

    async def find(self, payout_id: str, *, campaign_id: str | None, since: Instant) -> str | None:
        """The id of the transfer that was made for a payout after an instant; None if there is none.

        Raises:
            ApplicationError: it is not known whether there is one; always retryable.
        """
        wanted: dict[str, Any] = {"limit": PAGE, "created[gte]": int((since - CLOCKS_DIFFER).timestamp())}
        if campaign_id is not None:
            wanted["transfer_group"] = campaign_id
        while True:
            try:
                page = _read(_Page, await self._service.get("/v1/transfers", params=wanted))
            except ApplicationError as error:
                raise _uncertain(error) if error.non_retryable else error from None
            for transfer in page.data:
                if transfer.metadata.get("payout_id") == payout_id:
                    return transfer.id
            if not page.has_more or not page.data:
                return None
            wanted["starting_after"] = page.data[-1].id


def diagnose(answer: Answer) -> ApplicationError | None:
    """What an answer that is no success means; None for 429 and 5xx, whose status says it.

    Only `{"error": {"type", "code", "decline_code"}}` with the status of a request that failed is a refusal. A key that
    Stripe does not accept is for somebody to mend, and so is one that came with another body (`idempotency_error`).
    """
    if answer.status == 429 or answer.status >= 500:
        return None
    kind, code = _error(answer)
    if answer.status in (401, 403):
        why = "does not accept the key for transfers; nothing was paid. See to GROUNDSWELL_STRIPE_SECRET_KEY"
        return _retryable(OutsideFailure.CREDENTIALS, why, code)
    if answer.status == 409:
        return _retryable(OutsideFailure.UNAVAILABLE, "is at work on this payout already", code)
    if answer.status in (400, 402, 404) and kind in _REFUSALS:
        why = f"answered {answer.status}, {code or kind}, and has made no transfer. {_what_to_do(code)}"
        return outside_failure(OutsideFailure.REFUSED, NAME, why, code=code or kind)
    why = f"answered {answer.status} ({kind or 'no error of its documented form'}); whether it has paid is not known"
    return _retryable(OutsideFailure.UNREADABLE, why, code)


def _what_to_do(code: str | None) -> str:
    if code == "balance_insufficient":
        return "Top up the platform's balance for the next payouts."
    return "See to the creator's payout account for the next payouts."


def _error(answer: Answer) -> tuple[str | None, str | None]:
    """Type and code (the more exact one) of Stripe's error; None is none that it documents."""
    try:
        error = answer.json()["error"]
        stated = [error.get(name) for name in ("type", "decline_code", "code")]
    except (ApplicationError, KeyError, TypeError, AttributeError):
        return None, None
    kind, *codes = (each if isinstance(each, str) and re.fullmatch("[a-z_]{1,60}", each) else None for each in stated)
    return kind, codes[0] or codes[1]


def _read(shape: type[Read], answer: Answer) -> Read:
    content = answer.json()
    try:
        return shape.model_validate(content)
    except ValidationError:
        why = f"answered {answer.status} with something else than it documents"
        raise outside_failure(OutsideFailure.UNREADABLE, NAME, why) from None


def _retryable(kind: OutsideFailure, why: str, code: str | None) -> ApplicationError:
    return ApplicationError(f"{NAME}: {why}", {"service": NAME, "code": code}, type=kind)


def _uncertain(error: ApplicationError) -> ApplicationError:
    return ApplicationError(error.message, *error.details, type=OutsideFailure.UNAVAILABLE)
