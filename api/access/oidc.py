"""Signing in to the console with an account elsewhere (OpenID Connect), besides the link by mail.

Only members come in, and who is admitted by the settings. A member is found by the mail address for which the provider
vouches, once; from then on by their account, whoever has the address.
"""

import hmac
import re

import structlog
from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response
from temporalio.exceptions import ApplicationError

from activities.connectors.oidc import Account, CodeRefused, ProviderMisfit
from activities.connectors.oidc_tokens import IdTokenInvalid
from activities.store.access_identities import Recognised
from api.access.auditing import note_done, note_refusal
from api.access.authorise import address_of
from api.access.begun import Begun
from api.access.desk import Desk
from api.access.principal import DEFAULT_WORKSPACE
from api.access.provider import CALLBACK, SignOn
from api.access.sign_in import ADDRESS, choose, come_in, sign_in_page
from api.auth import (
    AccessDenied,
    AnotherAccount,
    MailNotVerified,
    NotAMember,
    SignInNotOurs,
    SignInRefused,
    SignInServiceAway,
)
from api.console.rendering import HOME, local_path
from api.dependencies import Serving
from api.errors import status_of
from domain.errors import GroundswellError, NotFound

router = APIRouter(include_in_schema=False)

BY = "oidc"
"""Whom the record names as having added a member who was admitted by the settings."""

REFUSALS = (NotFound, SignInRefused, SignInServiceAway, IdTokenInvalid, CodeRefused, ProviderMisfit)
"""What a page explains."""


@router.get("/oidc/sign-in")
async def begin(request: Request, services: Serving, next: str = HOME) -> Response:  # noqa: A002 - the address's word
    """Sends the browser to the provider, and has it remember what it has begun."""
    desk = services.desk
    desk.per_stranger.take(address_of(request))
    begun = Begun.now(local_path(next))
    try:
        sign_on = _sign_on(desk)
        with _Reachable(sign_on):
            where = await sign_on.provider.begin(state=begun.state, nonce=begun.nonce, verifier=begun.verifier)
    except REFUSALS as refusal:
        return await _refused(request, desk, refusal)
    headers = {
        "Set-Cookie": desk.begun.set_cookie(begun),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return RedirectResponse(where, 303, headers=headers)


@router.get(CALLBACK)
async def come_back(
    request: Request, services: Serving, state: str = "", code: str = "", error: str = "", iss: str = ""
) -> Response:
    """Signs in whoever comes back from the provider, if everything fits. What was begun is over either way."""
    desk = services.desk
    desk.per_stranger.take(address_of(request))
    try:
        sign_on = _sign_on(desk)
        begun = desk.begun.read(request.cookies.get(desk.begun.cookie, ""))
        if not hmac.compare_digest(state.encode(), begun.state.encode()):
            raise SignInNotOurs(provider=sign_on.name)
        if error or not code:
            reason = error if re.fullmatch(r"[a-z_]{1,60}", error) else "it gave no reason"
            raise AccessDenied(provider=sign_on.name, reason=reason)
        with _Reachable(sign_on):
            account = await sign_on.provider.account(
                code, nonce=begun.nonce, verifier=begun.verifier, issuer=iss or None
            )
        found = await _recognised(request, desk, sign_on, account)
        response = await _let_in(request, desk, found, begun.where)
    except REFUSALS as refusal:
        response = await _refused(request, desk, refusal)
    response.headers.append("Set-Cookie", desk.begun.clear_cookie())
    return response


async def _recognised(request: Request, desk: Desk, sign_on: SignOn, account: Account) -> Recognised:
    """Whom the account is.

    Raises:
        MailNotVerified, AnotherAccount, NotAMember: nobody who may come in.
    """
    address = _address(account)
    found = await desk.identities.recognise(sign_on.issuer, account.subject, address if account.verified else None)
    if not found.members and address and account.verified and not found.is_anothers and sign_on.admits(address):
        if await desk.identities.has_left(sign_on.issuer, account.subject, DEFAULT_WORKSPACE):
            raise NotAMember(provider=sign_on.name)
        added = await desk.members.add(DEFAULT_WORKSPACE, address, sign_on.role, None, by=BY)
        await note_done(request, "member.admitted", member_id=added.id)
        found = await desk.identities.recognise(sign_on.issuer, account.subject, address)
    for member_id in found.bound:
        await note_done(request, "member.account_bound", member_id=member_id)
    if found.members:
        return found
    if not account.verified:
        raise MailNotVerified(provider=sign_on.name)
    raise (AnotherAccount if found.is_anothers else NotAMember)(provider=sign_on.name)


def _address(account: Account) -> str | None:
    given = account.address or ""
    if not given.isascii() and given.lower() != given:
        return None  # lower case makes ASCII of some other letters (the Kelvin sign): another mailbox than a member's
    try:
        return ADDRESS.validate_python(given)
    except ValidationError:
        return None


async def _let_in(request: Request, desk: Desk, found: Recognised, where: str) -> Response:
    if len(found.members) > 1:
        return await choose(desk, found.members)
    session = await desk.sessions.sign_in_with_account(found.members[0])
    return await come_in(request, desk, session, "member.signed_in_with_account", where)


def _sign_on(desk: Desk) -> SignOn:
    if desk.sign_on is None:
        raise NotFound(kind="page", id="at this address: no sign-in service is configured")
    return desk.sign_on


class _Reachable:
    """Makes of a provider's outage what people are told of it; the log has the rest."""

    def __init__(self, sign_on: SignOn) -> None:
        self._sign_on = sign_on

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ApplicationError):
            structlog.get_logger(__name__).warning("sign-in service away", error=error.type, why=error.message)
            raise SignInServiceAway(provider=self._sign_on.name) from None


async def _refused(request: Request, desk: Desk, refusal: GroundswellError) -> Response:
    if isinstance(refusal, IdTokenInvalid | CodeRefused | ProviderMisfit):
        structlog.get_logger(__name__).warning("sign-in service misfits", error=refusal.code, why=str(refusal))
    await note_refusal(request, refusal)
    return sign_in_page(desk, "ask", wrong=str(refusal), status=status_of(type(refusal)))
