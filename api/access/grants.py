"""Who comes in and as what: keys for programs, people of the workspace, and the audit of it all. For owners."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Request, Response, status
from pydantic import Field, StrictBool, model_validator

from activities.store.access_audit import NEWEST, Entry
from activities.store.access_keys import ApiKey, Wanted
from activities.store.access_members import Address, Member
from api.access.auditing import note_done
from api.access.authorise import csrf_token
from api.access.principal import AccessRole, Kind
from api.dependencies import ID_PATTERN, AsBrand, IdempotencyKey, JsonOnly, Services, Serving
from api.errors import problems
from api.idempotency import Once
from api.pagination import Cursor, Limit, Page, Place, Position
from api.preconditions import READ, TAGGED, IfMatch, Precondition, as_json, edition_of, tag_of, with_etag
from domain.errors import NotFound
from domain.money import Money
from domain.values import Instant, Line, Value

router = APIRouter(prefix="/v1", tags=["Access"], dependencies=[JsonOnly])

LONGEST = timedelta(days=3_650)
"""The longest life of a key that ends."""

_PLACE: Place[int] = Place(Position)


class Grant(Value):
    """A role, and up to how much one decision may commit."""

    role: AccessRole = Field(description="Any but `creator`, who comes by a link.")
    limit: Money | None = Field(
        default=None, description="The most that one decision may commit; an approver must have one."
    )

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.role is AccessRole.CREATOR:
            raise ValueError("creators come by their links; no role of the brand's is called so")
        if self.role is AccessRole.APPROVER and self.limit is None:
            raise ValueError("an approver has a limit: give limit an amount in minor units and a currency")
        return self


class NewKey(Grant):
    """What a key is for, and to what it is narrowed."""

    name: Line = Field(description="What it is for, to recognise it in the list.", examples=["shop integration"])
    campaign_id: Annotated[str, Field(pattern=ID_PATTERN)] | None = Field(
        default=None, description="The only campaign that it reaches."
    )
    read_only: StrictBool = Field(default=False, description="For looking only.")
    expires_in: Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST)] | None = Field(
        default=None,
        description="When it ends, counted from now: `P90D`. Without it, when it is revoked.",
        examples=["P90D"],
    )


class KeyView(Value):
    """A key, without its secret."""

    id: str = Field(description="The part that may be shown: a key reads `gsk_<id>_<secret>`.")
    name: str
    role: AccessRole
    limit: Money | None
    campaign_id: str | None
    read_only: bool
    created_by: str
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    used_at: Instant | None = Field(description="To the minute.")


class CreatedKey(KeyView):
    """A key at its making."""

    key: str | None = Field(
        description="The whole key. It is shown in the first answer only: the same request again has null here."
    )


class NewMember(Grant):
    """Somebody who may sign in."""

    address: Address = Field(description="Where sign-in links are sent.", examples=["robin@brand.example"])


class _Added(Value):
    """What is noted of an answer: not the address, which is forgotten when somebody leaves."""

    id: str = Field(description="Names them in the record, where their address never is.")
    role: AccessRole
    limit: Money | None
    added_by: str
    added_at: Instant


class MemberView(_Added):
    """Somebody who may sign in."""

    address: str


class Me(Value):
    """Who is calling."""

    id: str
    kind: Kind
    workspace: str
    role: AccessRole
    limit: Money | None
    campaign_id: str | None
    read_only: bool
    csrf_token: str | None = Field(description="Of a browser's session: the header X-CSRF-Token of what it changes.")


def _id(value: str) -> str:
    return value[:64]


@router.get("/me", summary="Who am I?", responses=problems(401, 403))
async def read_me(request: Request, caller: AsBrand) -> Me:
    """The role and bounds of whoever asks."""
    return Me(
        id=caller.id,
        kind=caller.kind,
        workspace=caller.workspace,
        role=caller.role,
        limit=caller.spend_limit,
        campaign_id=caller.campaign_id,
        read_only=caller.read_only,
        csrf_token=csrf_token(request) or None,
    )


@router.post(
    "/keys",
    status_code=status.HTTP_201_CREATED,
    summary="Make an API key",
    responses=problems(401, 403, 409, 415, 422),
)
async def create_key(
    request: Request, response: Response, services: Serving, caller: AsBrand, key: IdempotencyKey, body: NewKey
) -> CreatedKey:
    """Its text is shown this once; we keep a digest of it."""
    known = await services.desk.keys.of(services.workspace)
    wanted = Wanted(
        name=body.name,
        role=body.role,
        limit=body.limit,
        campaign_id=body.campaign_id,
        read_only=body.read_only,
        expires_in=body.expires_in,
    )
    made, text = await services.desk.keys.create(services.workspace, wanted, by=caller.id, command_id=key)
    if made.id not in {each.id for each in known}:
        await note_done(request, "key.created", key_id=made.id)
    response.headers["Cache-Control"] = "no-store"
    return CreatedKey(**dict(_key(made)), key=text)


@router.get(
    "/keys",
    summary="The workspace's API keys",
    response_model=list[KeyView],
    responses={**READ, **problems(401, 403)},
)
async def list_keys(request: Request, services: Serving, _: AsBrand) -> Response:
    """Oldest first; those that have ended too. Keys of the environment are not among them."""
    return with_etag(request, await keys_of(services))


async def keys_of(services: Services) -> list[KeyView]:
    """The workspace's keys, as `list_keys` lists them."""
    return [_key(key) for key in await services.desk.keys.of(services.workspace)]


@router.get(
    "/keys/{key_id}",
    summary="An API key",
    response_model=KeyView,
    responses={**READ, **problems(401, 403, 404, 422)},
)
async def read_key(request: Request, services: Serving, _: AsBrand, key_id: str) -> Response:
    """Without its text, which is nowhere. If-Match of its ETag asks only whether it was revoked."""
    key = await services.desk.keys.get(_id(key_id))
    if key is None or key.workspace != services.workspace:
        raise NotFound(kind="key", id=_id(key_id))
    return with_etag(request, _key(key), edition_of(_ended(key)))


@router.delete("/keys/{key_id}", summary="Revoke an API key", responses={**TAGGED, **problems(401, 403, 404, 422)})
async def revoke_key(
    request: Request, response: Response, services: Serving, caller: AsBrand, key_id: str, if_match: IfMatch
) -> KeyView:
    """From this moment on it opens nothing; who revoked it stays written down."""

    def must_be_as_read(key: ApiKey) -> None:
        if_match.must_hold("The key", _ended(key))

    keys = services.desk.keys
    revoked = await keys.revoke(services.workspace, _id(key_id), by=caller.id, when=must_be_as_read)
    await note_done(request, "key.revoked")
    view = _key(revoked)
    response.headers["ETag"] = tag_of(as_json(view), edition_of(_ended(revoked)))
    return view


@router.post(
    "/members",
    status_code=status.HTTP_201_CREATED,
    summary="Let somebody in",
    responses=problems(401, 403, 409, 415, 422),
)
async def add_member(request: Request, services: Serving, caller: AsBrand, once: Once, body: NewMember) -> MemberView:
    """They sign in by a link that is mailed to them. Who is a member already has this role and limit from now on."""

    async def added() -> _Added:
        members = services.desk.members
        member = await members.add(services.workspace, body.address, body.role, body.limit, by=caller.id)
        await note_done(request, "member.added", member_id=member.id)
        return _Added(**{name: getattr(member, name) for name in _Added.model_fields})

    return MemberView(**dict(await once.carry_out(_Added, added, of=body)), address=body.address)


@router.get(
    "/members",
    summary="The people of the workspace",
    response_model=list[MemberView],
    responses={**READ, **problems(401, 403)},
)
async def list_members(request: Request, services: Serving, _: AsBrand) -> Response:
    """In the order in which they came."""
    return with_etag(request, await members_of(services))


async def members_of(services: Services) -> list[MemberView]:
    """The workspace's people, as `list_members` lists them."""
    return [_member(member) for member in await services.desk.members.of(services.workspace)]


@router.get(
    "/members/{member_id}",
    summary="A member",
    response_model=MemberView,
    responses={**READ, **problems(401, 403, 404, 422)},
)
async def read_member(request: Request, services: Serving, _: AsBrand, member_id: str) -> Response:
    """Their role and limit, which its ETag is of when it comes back in If-Match."""
    member = await services.desk.members.get(services.workspace, _id(member_id))
    return with_etag(request, _member(member), edition_of(_given(member)))


@router.patch(
    "/members/{member_id}",
    summary="Give a member another role or limit",
    responses={**TAGGED, **problems(401, 403, 404, 409, 415, 422)},
)
async def change_member(
    request: Request,
    response: Response,
    services: Serving,
    _: AsBrand,
    member_id: str,
    if_match: IfMatch,
    body: Grant,
) -> MemberView:
    """From their next request on. The last owner stays one."""
    members = services.desk.members
    member = await members.change(services.workspace, _id(member_id), body.role, body.limit, when=_as_read(if_match))
    await note_done(request, "member.changed")
    view = _member(member)
    response.headers["ETag"] = tag_of(as_json(view), edition_of(_given(member)))
    return view


@router.delete(
    "/members/{member_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Let a member go",
    responses=problems(401, 403, 404, 409, 422),
)
async def remove_member(request: Request, services: Serving, _: AsBrand, member_id: str, if_match: IfMatch) -> None:
    """Their browsers are signed out, their address is forgotten; what they decided stays under their id."""
    await services.desk.members.remove(services.workspace, _id(member_id), when=_as_read(if_match))
    await note_done(request, "member.removed")


@router.delete(
    "/members/{member_id}/account",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Forget with which account a member signs in",
    responses=problems(401, 403, 404, 422),
)
async def forget_account(request: Request, services: Serving, _: AsBrand, member_id: str) -> None:
    """For who has another account at the sign-in service now: their browsers are signed out, and the next account with
    their mail address is theirs. Until then they can sign in by mail again."""
    await services.desk.identities.forget(services.workspace, _id(member_id))
    await note_done(request, "member.account_forgotten")


@router.get("/audit", summary="What was refused, and who was given or lost access", responses=problems(401, 403, 422))
async def list_audit(services: Serving, _: AsBrand, cursor: Cursor = None, limit: Limit = 100) -> Page[Entry]:
    """Newest first; ids only. Nothing of it is ever changed."""
    before = _PLACE.read(cursor)
    found = await services.desk.audit.page(services.workspace, NEWEST if before is None else before, limit + 1)
    return _PLACE.page(found, limit, lambda entry: entry.id)


def _ended(key: ApiKey) -> dict[str, object]:
    """What an owner can still do about a key."""
    return {"revoked_at": key.revoked_at}


def _given(member: Member) -> dict[str, object]:
    """What an owner can set."""
    return {"role": member.role, "limit": None if member.limit is None else member.limit.model_dump(mode="json")}


def _as_read(if_match: Precondition) -> Callable[[Member], None]:
    return lambda member: if_match.must_hold("The member", _given(member))


def _key(key: ApiKey) -> KeyView:
    return KeyView(**{name: getattr(key, name) for name in KeyView.model_fields})


def _member(member: Member) -> MemberView:
    return MemberView(**{name: getattr(member, name) for name in MemberView.model_fields})
