"""What signature services tell us: signed webhooks, which become commands of the side that they are about."""

import time
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from activities.connectors.docuseal import (
    FORM_COMPLETED,
    FORM_DECLINED,
    SIGNATURE_HEADER,
    SUBMISSION_COMPLETED,
    Submitter,
    Webhook,
    is_signed,
    party_standing,
    read_external_id,
)
from activities.starting import collaboration_stream
from api.auth import NotAuthenticated
from api.dependencies import Services, Serving
from domain.decider import Actor
from domain.errors import NotFound, Refused
from domain.signature_service import ConfirmSignature, RefuseSignature
from domain.signatures import Signing
from domain.values import Value

router = APIRouter(prefix="/v1/callbacks", include_in_schema=False)

DOCUSEAL = Signing.DOCUSEAL


class CallbackTaken(Value):
    """What became of a webhook. `ignored` changed nothing, and is no reason to send it again."""

    status: Literal["taken", "ignored"]


@router.post("/docuseal")
async def take_docuseal_webhook(
    request: Request,
    services: Serving,
    signature: Annotated[str, Header(alias=SIGNATURE_HEADER, max_length=200)] = "",
) -> CallbackTaken:
    """Takes form.completed, form.declined and submission.completed. The signature is that of the raw body with its
    time, made with `GROUNDSWELL_DOCUSEAL_WEBHOOK_SECRET` within five minutes; what is repeated decides nothing anew."""
    secret = services.docuseal_webhook_secret
    if secret is None:
        raise NotFound(kind="signature service connected here", id="docuseal")
    body = await request.body()
    if not is_signed(secret, body, signature, time.time()):
        raise NotAuthenticated(why=f"{SIGNATURE_HEADER} does not fit: another secret, another body, or an old one.")
    try:
        told = Webhook.model_validate_json(body)
        parties = [Submitter.model_validate(one) for one in _submitters(told)]
    except ValidationError as error:
        # What is wrong is named, what was sent is not: it is about a person.
        rule = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise RequestValidationError(
            [{"type": "docuseal", "loc": ("body", "data"), "msg": rule[:1_000], "input": ""}]
        ) from None
    taken = [await _take(services, party) for party in parties]
    return CallbackTaken(status="taken" if any(taken) else "ignored")


def _submitters(told: Webhook) -> list[object]:
    """The sides that a webhook tells of."""
    if told.event_type in (FORM_COMPLETED, FORM_DECLINED):
        return [told.data]
    listed = told.data.get("submitters", []) if told.event_type == SUBMISSION_COMPLETED else []
    return list(listed) if isinstance(listed, list) else []


async def _take(services: Services, told: Submitter) -> bool:
    """Decides what follows for one side; False if nothing did, because it is not ours, known, or too late."""
    known, standing = read_external_id(told.external_id), party_standing(told)
    if known is None or standing is None:
        return False
    collaboration_id, role, document = known
    command: ConfirmSignature | RefuseSignature
    if standing.declined:
        command = RefuseSignature(document=document, service=DOCUSEAL, reason=standing.reason)
    elif standing.signed_at is not None:
        command = ConfirmSignature(
            document=document,
            service=DOCUSEAL,
            submission=standing.submission,
            submitter=standing.submitter,
            signed_at=standing.signed_at,
        )
    else:
        return False
    try:
        await services.engine.decide(
            collaboration_stream(collaboration_id),
            command,
            actor=Actor(role=role, id=DOCUSEAL.value),
            # One word of the service is one command, however often and in which event it is told.
            command_id=f"docuseal/{standing.submission}/{standing.submitter}/{told.status}",
        )
    except (Refused, NotFound) as refusal:
        # A refusal would have DocuSeal send it again for two days.
        structlog.get_logger(__name__).info("signature's word ignored", error=refusal.code)
        return False
    return True
