"""What the brand's people decide on pages: each form is a command of the API, with its own idempotency key.

A form that is sent twice decides once. What stands in its way is said beside it, with what was entered still there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from activities.records import collaboration_after
from api.access.principal import Principal
from api.amounts import AmountUnreadable, minor_units
from api.console.rendering import REFUSALS, console_router, form_of, key_of, local_path, page, wants_part, why
from api.console.visitor import Visitor, decisions_of
from api.dependencies import CampaignId, Decision, Services, Serving
from api.errors import RETRY_AFTER
from api.views import collaboration_events
from domain.amendments import DeclineAmendment, SignAmendment
from domain.campaign import CancelCampaign, CloseCampaign
from domain.collaboration import CancelCollaboration
from domain.content_approval import ApproveDraft, RequestChanges
from domain.contract_signing import SignContract
from domain.deadlines import ExtendDeadline
from domain.decider import Command
from domain.discovery import ApproveShortlist, RejectShortlist
from domain.errors import NotFound
from domain.money import Money
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from domain.payouts import ConfirmPayment, SettleReversal
from domain.verification import ApproveCreator, RejectCreator

router = console_router()

Fields = Mapping[str, str]


class FormMistake(Exception):
    """Something was entered that cannot be read."""


@dataclass(frozen=True)
class Verb:
    """A decision: the command that a form makes, and what is said once it is taken."""

    command: Callable[[Fields], Command]
    done: str


@dataclass(frozen=True)
class Attempt:
    """A form that was sent and not carried out."""

    verb: str
    fields: Fields
    why: str
    status: int


def _of(command: type[Command], *names: str) -> Callable[[Fields], Command]:
    return lambda fields: command.model_validate({name: fields[name] for name in names if name in fields})


def _counter(fields: Fields) -> Command:
    currency = fields.get("currency", "USD")
    try:
        fee = Money(amount=minor_units(fields.get("fee", ""), currency), currency=currency)
    except AmountUnreadable as unreadable:
        raise FormMistake(f"Your fee: {unreadable}") from unreadable
    given = {name: fields[name] for name in ("version", "message") if name in fields}
    return CounterOffer.model_validate({**given, "fee": fee})


def _sign(fields: Fields) -> Command:
    return SignContract.model_validate(_consent(fields, "typed_name", "document"))


def _consent(fields: Fields, *names: str) -> dict[str, Any]:
    if fields.get("consent") != "yes":
        raise FormMistake("Tick the box to say that you have read the contract and agree to it.")
    return {**{name: fields[name] for name in names if name in fields}, "consent": True}


COLLABORATION: Mapping[str, Verb] = {
    "approve-creator": Verb(_of(ApproveCreator, "note"), "approved; an offer follows"),
    "reject-creator": Verb(_of(RejectCreator, "reason"), "rejected"),
    "accept": Verb(_of(AcceptOffer, "version"), "accepted; the contract follows"),
    "counter": Verb(_counter, "your counter-offer is out"),
    "decline": Verb(_of(DeclineOffer, "version", "reason"), "declined"),
    "sign": Verb(_sign, "signed"),
    "approve-draft": Verb(_of(ApproveDraft, "deliverable", "version"), "draft approved"),
    "request-changes": Verb(_of(RequestChanges, "deliverable", "version", "feedback"), "changes requested"),
    "sign-amendment": Verb(
        lambda fields: SignAmendment.model_validate(_consent(fields, "number", "typed_name", "document")), "signed"
    ),
    "decline-amendment": Verb(_of(DeclineAmendment, "number", "reason"), "the contract stays as it is"),
    "paid": Verb(_of(ConfirmPayment, "payout_id", "reference", "paid_on"), "noted as paid"),
    "pay-again": Verb(_of(SettleReversal, "payout_id", "pay_again", "note"), "decided"),
    "extend": Verb(_of(ExtendDeadline, "task"), "more time given"),
    "cancel": Verb(_of(CancelCollaboration, "reason"), "cancelled"),
}
"""What is decided about one creator."""

CAMPAIGN: Mapping[str, Verb] = {
    "approve-shortlist": Verb(lambda fields: ApproveShortlist(drop=_dropped(fields)), "Shortlist approved"),
    "reject-shortlist": Verb(_of(RejectShortlist, "reason"), "Shortlist rejected"),
    "extend": Verb(_of(ExtendDeadline, "task"), "More time given"),
    "close": Verb(_of(CloseCampaign), "Campaign closed"),
    "cancel": Verb(_of(CancelCampaign, "reason"), "Campaign cancelled"),
}
"""What is decided about a campaign."""


def _dropped(fields: Fields) -> tuple[str, ...]:
    return tuple(name.removeprefix("drop.") for name in fields if name.startswith("drop."))


async def attempted(decided: Callable[[], Any], verb: str, fields: Fields) -> Attempt | None:
    """Has a decision taken; what stands in its way, or None if it is taken."""
    try:
        await decided()
    except ValidationError as error:
        wrong = "; ".join(f"{_field(detail['loc'])}: {detail['msg']}" for detail in error.errors())
        return Attempt(verb, fields, wrong, 422)
    except FormMistake as mistake:
        return Attempt(verb, fields, str(mistake), 422)
    except REFUSALS as refusal:
        status, text = why(refusal)
        return Attempt(verb, fields, text, status)
    return None


def _field(location: tuple[str | int, ...]) -> str:
    return str(location[-1]).replace("_", " ").capitalize() if location else "The form"


async def decide_on_collaboration(
    services: Services, visitor: Principal, collaboration_id: str, verb: str, fields: Fields
) -> Decision:
    """Takes a decision about a creator.

    Raises:
        NotFound: there is no such decision.
        FormMistake, pydantic.ValidationError: something was entered that no command can have.
        GroundswellError: as `DecisionEngine.decide`.
    """
    if verb not in COLLABORATION:
        raise NotFound(kind="decision", id=verb[:64])
    command = COLLABORATION[verb].command(fields)
    return await decisions_of(visitor, services, key_of(fields)).on_collaboration(collaboration_id, command)


@router.post("/collaborations/{collaboration_id}/decide/{verb}")
async def take_decision(
    request: Request, services: Serving, visitor: Visitor, collaboration_id: str, verb: str
) -> Response:
    """Takes a decision about a creator and goes back to where the form was; or says why not, beside the form."""
    fields = await form_of(request)
    attempt = await attempted(
        lambda: decide_on_collaboration(services, visitor, collaboration_id, verb, fields), verb, fields
    )
    if attempt is not None:
        return await _not_done(request, services, visitor, attempt)
    who = await name_of(services, collaboration_id)
    return await _done(request, services, visitor, fields, f"{who}: {COLLABORATION[verb].done}.")


@router.post("/campaigns/{campaign_id}/decide/{verb}")
async def take_campaign_decision(
    request: Request, services: Serving, visitor: Visitor, campaign_id: CampaignId, verb: str
) -> Response:
    """Takes a decision about a campaign, as `take_decision` does about a creator."""
    fields = await form_of(request)

    async def decided() -> None:
        if verb not in CAMPAIGN:
            raise NotFound(kind="decision", id=verb[:64])
        command = CAMPAIGN[verb].command(fields)
        await decisions_of(visitor, services, key_of(fields)).on_campaign(campaign_id, command)

    attempt = await attempted(decided, verb, fields)
    if attempt is not None:
        return await _not_done(request, services, visitor, attempt)
    return await _done(request, services, visitor, fields, f"{CAMPAIGN[verb].done}.")


async def name_of(services: Services, collaboration_id: str) -> str:
    """The name of the creator of a collaboration, as the directory has it."""
    creator_id = collaboration_after(await collaboration_events(services.log, collaboration_id)).creator_id
    creator = (await services.creators.get([creator_id])).get(creator_id)
    return creator.profile.name if creator else "The creator"


async def _done(request: Request, services: Services, visitor: Principal, fields: Fields, said: str) -> Response:
    if wants_part(request):
        return await page(request, services, "decided.html", said=said)
    where = local_path(fields.get("back", ""))
    return RedirectResponse(where, status_code=303)


async def _not_done(request: Request, services: Services, visitor: Principal, attempt: Attempt) -> Response:
    template = "refused_part.html" if wants_part(request) else "not_done.html"
    response = await page(
        request,
        services,
        template,
        attempt.status,
        why=attempt.why,
        back=local_path(attempt.fields.get("back", "")),
        entered=_texts(attempt.fields),
        visitor=visitor,
        section="",
    )
    response.headers["HX-Reswap"] = "beforeend"  # beside the form, which stays as it is
    if attempt.status in RETRY_AFTER:
        response.headers["Retry-After"] = str(RETRY_AFTER[attempt.status])
    return response


def _texts(fields: Fields) -> list[str]:
    """What a person has written, to be copied from the page: nobody loses a text to a refusal."""
    return [fields[name] for name in ("message", "reason", "feedback", "note") if name in fields]
