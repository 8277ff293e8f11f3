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
from api.console.amendment_form import proposed
from api.console.forms import Fields, FormMistake, amount, beside_fee, consent, must_be_sure
from api.console.rendering import REFUSALS, console_router, form_of, key_of, local_path, page, wants_part, why
from api.console.visitor import Visitor, decisions_of
from api.dependencies import CampaignId, Decision, Services, Serving
from api.errors import RETRY_AFTER
from api.views import collaboration_events
from domain.amendments import DeclineAmendment, SignAmendment, WithdrawAmendment
from domain.campaign import CancelCampaign, CloseCampaign
from domain.collaboration import CancelCollaboration
from domain.content_approval import ApproveDraft, RequestChanges
from domain.contract_signing import SignContract
from domain.deadlines import ExtendDeadline
from domain.decider import Command
from domain.discovery import ApproveShortlist, RejectShortlist
from domain.errors import NotFound
from domain.live_posts import VouchForPost
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer
from domain.payouts import ConfirmPayment, SettleReversal
from domain.rights import ReleaseExclusivity
from domain.verification import ApproveCreator, RejectCreator

router = console_router()


@dataclass(frozen=True)
class Verb:
    """A decision: the command that a form makes, and what is said once it is taken."""

    read: Callable[[Fields], Command]
    done: str
    final: bool = False
    """Whether nothing takes it back, so that the form asks whether somebody is sure."""

    def of(self, fields: Fields) -> Command:
        """The command that a form makes.

        Raises:
            FormMistake, pydantic.ValidationError: something was entered that no command can have.
        """
        if self.final:
            must_be_sure(fields)
        return self.read(fields)


@dataclass(frozen=True)
class Attempt:
    """A form that was sent and not carried out."""

    verb: str
    fields: Fields
    why: str
    status: int


def _plain(command: type[Command], *names: str, done: str, final: bool = False) -> Verb:
    """A decision whose command has the fields of the form."""
    return Verb(
        lambda fields: command.model_validate({name: fields[name] for name in names if name in fields}), done, final
    )


def _signed(command: type[Command], *names: str) -> Verb:
    return Verb(lambda fields: command.model_validate(consent(fields, *names)), "signed")


def _counter(fields: Fields) -> Command:
    currency = fields.get("currency", "USD")
    fee = amount(fields, "fee", "Your fee", currency)
    given = {name: fields[name] for name in ("version", "message") if name in fields}
    return CounterOffer.model_validate({**given, "fee": fee, **beside_fee(fields, currency)})


COLLABORATION: Mapping[str, Verb] = {
    "approve-creator": _plain(ApproveCreator, "note", done="approved; an offer follows"),
    "reject-creator": _plain(RejectCreator, "reason", done="rejected", final=True),
    "accept": _plain(AcceptOffer, "version", done="accepted; the contract follows"),
    "counter": Verb(_counter, "your counter-offer is out"),
    "decline": _plain(DeclineOffer, "version", "reason", done="declined", final=True),
    "sign": _signed(SignContract, "typed_name", "document"),
    "approve-draft": _plain(ApproveDraft, "deliverable", "version", done="draft approved"),
    "request-changes": _plain(RequestChanges, "deliverable", "version", "feedback", done="changes requested"),
    "vouch": _plain(VouchForPost, "deliverable", "caption", done="your word stands until the next look"),
    "propose-amendment": Verb(proposed, "proposed; both sides are asked to sign"),
    "sign-amendment": _signed(SignAmendment, "number", "typed_name", "document"),
    "decline-amendment": _plain(DeclineAmendment, "number", "reason", done="the contract stays as it is"),
    "withdraw-amendment": _plain(WithdrawAmendment, "number", "reason", done="withdrawn; the contract stays as it is"),
    "paid": _plain(ConfirmPayment, "payout_id", "reference", "paid_on", done="noted as paid"),
    "pay-again": _plain(SettleReversal, "payout_id", "pay_again", "note", done="decided"),
    "release": _plain(ReleaseExclusivity, done="free to work for others", final=True),
    "extend": _plain(ExtendDeadline, "task", done="more time given"),
    "cancel": _plain(CancelCollaboration, "reason", done="cancelled", final=True),
}
"""What is decided about one creator."""

CAMPAIGN: Mapping[str, Verb] = {
    "approve-shortlist": Verb(lambda fields: ApproveShortlist(drop=_dropped(fields)), "Shortlist approved"),
    "reject-shortlist": _plain(RejectShortlist, "reason", done="Shortlist rejected", final=True),
    "extend": _plain(ExtendDeadline, "task", done="More time given"),
    "close": _plain(CloseCampaign, done="Campaign closed", final=True),
    "cancel": _plain(CancelCampaign, "reason", done="Campaign cancelled", final=True),
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
    command = COLLABORATION[verb].of(fields)
    decisions = decisions_of(visitor, services, key_of(fields))
    if isinstance(command, ReleaseExclusivity):
        return await decisions.on_rights(collaboration_id, command)
    return await decisions.on_collaboration(collaboration_id, command)


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
        command = CAMPAIGN[verb].of(fields)
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
    return [fields[name] for name in ("message", "reason", "feedback", "note", "caption") if name in fields]
