"""The front door: who it is, whether the rule of the route lets them, and what they may reach. Closed by default.

It stands before every route of the application (`create_app`), and leaves what it found in `request.state`.
"""

import hmac
import ipaddress
from dataclasses import replace
from datetime import UTC, datetime

from fastapi import Request

from activities.links import LinkInvalid
from activities.store.access_keys import PREFIX, ApiKey
from activities.store.access_members import Member
from activities.store.access_sessions import Session, ShownKey
from activities.store.queries import QUERIES
from api.access.auditing import note_refusal
from api.access.desk import Desk
from api.access.principal import AccessRole, Kind, Principal, creator_by_link, owner_by_key
from api.access.rules import SAFE, Door, Rule, rule_for
from api.auth import (
    CsrfTokenMissing,
    KeyIsNarrower,
    NoRule,
    NotAuthenticated,
    NotPermitted,
    SignInNeeded,
)
from api.dependencies import Services

ELSEWHERE = frozenset({"cross-site", "same-site"})
"""What a browser says (`Sec-Fetch-Site`) of what a page of another site sends."""


async def authorise(request: Request) -> None:
    """Lets a request through, or refuses it.

    Raises:
        NotAuthenticated, LinkInvalid: it is not known who calls.
        NotPermitted: it is, and the rule does not let them.
        TooManyRequests: they have asked too often.
    """
    request.state.response_headers = []
    try:
        await _let_in(request)
    except (NotAuthenticated, NotPermitted, LinkInvalid) as refusal:
        await note_refusal(request, refusal)  # here, since pages answer refusals in their own ways
        raise


async def _let_in(request: Request) -> None:
    services: Services = request.app.state.services
    rule, call = _rule_of(request)
    if rule.door is not None:
        await _at_door(request, services, rule.door)
        return
    principal = await _recognised(request, services)
    request.state.principal = principal
    _count(request, services, principal)
    if not rule.allows(principal.role):
        needed = " or ".join(role.value for role in AccessRole if rule.allows(role))
        raise NotPermitted(what=call, needed=needed, role=principal.role.value)
    request.state.services = await services.within(principal.workspace)
    await _must_be_within_key(request, request.state.services, principal)
    if principal.session_id is not None and request.method not in SAFE:
        await _must_be_from_our_page(request, services, principal.session_id)


def _rule_of(request: Request) -> tuple[Rule, str]:
    route = request.scope.get("route")
    path = getattr(route, "path", "")
    call = f"{'GET' if request.method == 'HEAD' else request.method} {path}"
    rule = rule_for(request.method, path)
    # The template of a router inside of a router lacks the outer prefix: it must not borrow another's rule.
    if rule is None or route is None or not route.path_regex.match(request.scope["path"]):
        raise NoRule(what=call)
    return rule, call


async def _at_door(request: Request, services: Services, door: Door) -> None:
    if door is Door.ANYBODY and request.method not in SAFE:  # somebody signs in, or tries keys
        services.desk.per_stranger.take(address_of(request))
        if request.headers.get("sec-fetch-site", "") in ELSEWHERE:  # another site signs a browser in, as somebody else
            raise CsrfTokenMissing
    if door is not Door.CREATORS_LINK:
        return
    try:
        principal = await creator_behind(request.path_params.get("token", ""), services)
    except LinkInvalid as invalid:
        services.desk.per_stranger.take(address_of(request))
        await note_refusal(request, invalid)
        return  # the page says so in its own way
    request.state.principal = principal
    _count(request, services, principal)
    request.state.services = await services.within(principal.workspace)


def _count(request: Request, services: Services, principal: Principal) -> None:
    if principal.limited:
        limits = services.desk.per_key.take(f"{principal.kind}/{principal.workspace}/{principal.id}")
        request.state.response_headers.extend(limits.items())


async def _recognised(request: Request, services: Services) -> Principal:
    cookie = request.cookies.get(services.desk.cookie, "")
    scheme, _, presented = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme.lower() == "bearer" and presented:
            return await _behind(presented.strip(), services)
        if cookie:
            return await _signed_in(request, services, cookie)
        why = "There are no credentials."
        raise SignInNeeded(why=why) if _shows_page(request) else NotAuthenticated(why=why)
    except (NotAuthenticated, LinkInvalid):
        services.desk.per_stranger.take(address_of(request))
        raise


async def _behind(presented: str, services: Services) -> Principal:
    name = services.keys.owner(presented)
    if name is not None:
        return owner_by_key(name, services.workspace)
    if presented.startswith(f"{PREFIX}_"):
        key = await services.desk.keys.behind(presented)
        if key is None:
            raise NotAuthenticated(why="This key is not one of ours, has expired or was revoked.")
        return _with_key(key)
    return await creator_behind(presented, services)


def _with_key(key: ApiKey) -> Principal:
    return Principal(
        id=key.id,
        workspace=key.workspace,
        role=AccessRole(key.role),
        kind=Kind.KEY,
        spend_limit=key.limit,
        campaign_id=key.campaign_id,
        read_only=key.read_only,
    )


async def creator_behind(token: str, services: Services) -> Principal:
    """The creator whose link has this token.

    Raises:
        LinkInvalid: it is not one of our links.
    """
    collaboration_id, step = services.links.read(token)
    found = await services.pool.fetchrow(QUERIES.parties_of_collaboration, collaboration_id)
    if found is None:
        raise LinkInvalid(why="what it leads to does not exist here")
    return creator_by_link(found["creator_id"], collaboration_id, step, token, found["workspace"])


async def _signed_in(request: Request, services: Services, cookie: str) -> Principal:
    session = await services.desk.sessions.behind(cookie)
    principal = None if session is None else await _principal_of(session, services)
    if session is None or principal is None:
        request.state.response_headers.append(("Set-Cookie", services.desk.clear_cookie()))
        why = "The sign-in has ended."
        raise SignInNeeded(why=why) if _shows_page(request) else NotAuthenticated(why=why)
    if session.token is not None:
        request.state.response_headers.append(("Set-Cookie", services.desk.set_cookie(session.token)))
    return replace(principal, session_id=session.id)


async def _principal_of(session: Session, services: Services) -> Principal | None:
    """Whose session it is; None if it was of a key that is no more."""
    who = session.who
    if isinstance(who, Member):
        return Principal(who.id, who.workspace, AccessRole(who.role), Kind.MEMBER, who.limit)
    if who.print == services.keys.fingerprint(who.id):
        return owner_by_key(who.id, services.workspace)
    key = await services.desk.keys.get(who.id)
    return _with_key(key) if key is not None and key.counts(datetime.now(UTC)) else None


async def shown_key(presented: str, services: Services) -> ShownKey | None:
    """The key that somebody shows to sign in, as the session remembers it; None if it is none of ours."""
    name = services.keys.owner(presented)
    if name is not None:
        return ShownKey(name, services.keys.fingerprint(name) or "")
    key = await services.desk.keys.behind(presented)
    return None if key is None else ShownKey(key.id, "issued")


def _shows_page(request: Request) -> bool:
    """Whether a person looks at it in a browser, who is sent to where they can sign in."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


async def _must_be_within_key(request: Request, services: Services, principal: Principal) -> None:
    if principal.read_only and request.method not in SAFE:
        raise KeyIsNarrower(why="it is for looking only.")
    if principal.campaign_id is None:
        return
    given = request.path_params
    campaign_id = given.get("campaign_id") or request.query_params.get("campaign_id")
    if collaboration_id := given.get("collaboration_id"):
        found = await services.pool.fetchrow(QUERIES.parties_of_collaboration, collaboration_id)
        campaign_id = found["campaign_id"] if found else None
    if campaign_id != principal.campaign_id:
        raise KeyIsNarrower(why=f"it is for campaign {principal.campaign_id} only.")


async def _must_be_from_our_page(request: Request, services: Services, session_id: str) -> None:
    """Browsers say which site's page sends something, and no page can have them say another; where one does not, the
    page shows the session's token."""
    site = request.headers.get("sec-fetch-site", "")
    if site == "same-origin":
        return
    given = request.headers.get("x-csrf-token", "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not given and kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        field = (await request.form()).get("csrf_token", "")
        given = field if isinstance(field, str) else ""
    right = hmac.compare_digest(given.encode(), services.desk.csrf_token(session_id).encode())
    if site in ELSEWHERE or not right:
        raise CsrfTokenMissing


def csrf_token(request: Request) -> str:
    """What the forms of a page for a signed-in member carry in the field `csrf_token`; empty for everybody else."""
    principal: Principal | None = getattr(request.state, "principal", None)
    desk: Desk = request.app.state.services.desk
    return desk.csrf_token(principal.session_id) if principal is not None and principal.session_id else ""


def address_of(request: Request) -> str:
    """Where a request comes from; of a network's IPv6 addresses, which are one customer's, the first half."""
    host = request.client.host if request.client else ""
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    # Written out, since an address leaves out its longest run of zeros, wherever that is.
    return str(address.ipv4_mapped or ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
