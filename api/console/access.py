"""Who comes in, for owners: people with their roles and limits, keys for programs, and the audit of it all."""

from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from api.access.auditing import note_not_found
from api.access.grants import (
    CreatedKey,
    Grant,
    NewKey,
    NewMember,
    add_member,
    change_member,
    create_key,
    keys_of,
    list_audit,
    members_of,
    remove_member,
    revoke_key,
)
from api.access.principal import BRAND_ROLES, Principal
from api.console.forms import Fields, FormMistake, limit, must_be_sure
from api.console.rendering import REFUSALS, console_router, form_of, key_of, page, wants_part, why
from api.console.start import CURRENCIES
from api.console.visitor import Visitor, may_call
from api.dependencies import Services, Serving
from api.idempotency import under_key
from api.pagination import Cursor
from api.preconditions import Precondition

router = console_router()

HERE = "/console/access"
SHOWN = 50
"""Entries of the audit on a page."""


@router.get("/access")
async def show_access(request: Request, services: Serving, visitor: Visitor) -> Response:
    """The people and the keys of the workspace."""
    return await _shown(request, services, visitor)


@router.get("/access/audit")
async def show_audit(request: Request, services: Serving, visitor: Visitor, cursor: Cursor = None) -> Response:
    """What was refused to whom, and who was given or lost access; newest first."""
    found = await list_audit(services, visitor, cursor, SHOWN)
    return await page(
        request,
        services,
        "audit_rows.html" if wants_part(request) else "audit.html",
        visitor=visitor,
        section="access",
        entries=found.items,
        next=found.next,
        people=await _people(services, visitor),
    )


@router.post("/access/members")
async def take_member(request: Request, services: Serving, visitor: Visitor) -> Response:
    """Lets somebody in, who then signs in by a link that is mailed to them."""
    fields = await form_of(request)

    async def taken() -> None:
        wanted = NewMember.model_validate({**_grant(fields), "address": fields.get("address", "")})
        once = await under_key(request, services, visitor, key_of(fields))
        await add_member(request, services, visitor, once, wanted)

    return await _after(request, services, visitor, taken)


@router.post("/access/members/{member_id}")
async def take_change(request: Request, services: Serving, visitor: Visitor, member_id: str) -> Response:
    """Gives a member another role or limit."""
    fields = await form_of(request)

    async def taken() -> None:
        given = Grant.model_validate(_grant(fields))
        await change_member(request, Response(), services, visitor, member_id, Precondition(), given)

    return await _after(request, services, visitor, taken)


@router.post("/access/members/{member_id}/remove")
async def take_removal(request: Request, services: Serving, visitor: Visitor, member_id: str) -> Response:
    """Lets a member go: their browsers are signed out at once."""
    fields = await form_of(request)

    async def taken() -> None:
        must_be_sure(fields)
        await remove_member(request, services, visitor, member_id, Precondition())

    return await _after(request, services, visitor, taken)


@router.post("/access/keys")
async def take_key(request: Request, services: Serving, visitor: Visitor) -> Response:
    """Makes a key and shows it, this once: the page is not kept, and sent again it shows the list only."""
    fields = await form_of(request)
    made: list[CreatedKey] = []

    async def taken() -> None:
        wanted = NewKey.model_validate(_grant(fields) | _narrowed(fields))
        made.append(await create_key(request, Response(), services, visitor, key_of(fields), wanted))

    refused = await _refused(request, taken)
    if refused is not None:
        return await _shown(request, services, visitor, *refused)
    return await _shown(request, services, visitor, made=made[0])


@router.post("/access/keys/{key_id}/revoke")
async def take_revocation(request: Request, services: Serving, visitor: Visitor, key_id: str) -> Response:
    """Ends a key from now on."""
    fields = await form_of(request)

    async def taken() -> None:
        must_be_sure(fields)
        await revoke_key(request, Response(), services, visitor, key_id, Precondition())

    return await _after(request, services, visitor, taken)


def _grant(fields: Fields) -> dict[str, Any]:
    return {"role": fields.get("role", ""), "limit": limit(fields)}


def _narrowed(fields: Fields) -> dict[str, Any]:
    days = fields.get("days", "")
    if days and not (days.isascii() and days.isdecimal() and len(days) <= 4):
        raise FormMistake(f"Days: write a whole number, or nothing for a key that does not end, not {days[:20]}.")
    return {
        "name": fields.get("name", ""),
        "campaign_id": fields.get("campaign_id"),
        "read_only": fields.get("read_only") == "yes",
        "expires_in": timedelta(days=int(days)) if days else None,
    }


async def _refused(request: Request, taken: Callable[[], Coroutine[Any, Any, None]]) -> tuple[str, int] | None:
    """Has it done; what stood in the way with its status, or None if nothing did."""
    try:
        await taken()
    except ValidationError as error:
        told = [
            f"{str(detail['loc'][-1]).capitalize() if detail['loc'] else ''}: {detail['msg']}"
            for detail in error.errors()
        ]
        return "; ".join(each.removeprefix(": ").replace("Value error, ", "") for each in told), 422
    except FormMistake as mistake:
        return str(mistake), 422
    except REFUSALS as refusal:
        await note_not_found(request, refusal)
        status, text = why(refusal)
        return text, status
    return None


async def _after(
    request: Request, services: Services, visitor: Principal, taken: Callable[[], Coroutine[Any, Any, None]]
) -> Response:
    refused = await _refused(request, taken)
    if refused is not None:
        return await _shown(request, services, visitor, *refused)
    return RedirectResponse(HERE, status_code=303)


async def _people(services: Services, visitor: Principal) -> Mapping[str, str]:
    """Addresses by the ids that the audit has, for those who may see them."""
    if not may_call(visitor, "GET /v1/members"):
        return {}
    return {each.id: each.address for each in await members_of(services)}


async def _shown(
    request: Request,
    services: Services,
    visitor: Principal,
    wrong: str = "",
    status: int = 200,
    *,
    made: CreatedKey | None = None,
) -> Response:
    return await page(
        request,
        services,
        "access.html",
        status,
        visitor=visitor,
        section="access",
        members=await members_of(services),
        keys=list(reversed(await keys_of(services))),
        made=made,
        wrong=wrong,
        roles=BRAND_ROLES,
        currencies=CURRENCIES,
    )
