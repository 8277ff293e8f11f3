"""Webhooks: programs that are told of events as they happen, and how they take it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, Field, StrictBool, model_validator

from activities.connectors.public_addresses import AddressRefused, must_be_reachable
from activities.connectors.receivers import WebhookReceiver, written
from activities.event_streams import REGISTRIES
from activities.store.webhooks import Delivery, Kind, Webhook
from api.dependencies import ID_PATTERN, AsBrand, IdempotencyKey, JsonOnly, Services, Serving
from api.errors import problems
from api.idempotency import Once
from api.pagination import Cursor, Limit, Page, Place, Position
from api.preconditions import READ, TAGGED, IfMatch, Precondition, as_json, edition_of, tag_of, with_etag
from domain.errors import NotFound, Refused
from domain.values import Instant, Value

router = APIRouter(prefix="/v1", tags=["Webhooks"])

TYPES = frozenset(name for registry in REGISTRIES.values() for name in registry.names)


class HasNoAddress(Refused):
    """The Slack channel's address is in the workers' environment: set GROUNDSWELL_SLACK_WEBHOOK_URL there."""


def _known(types: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in types if name not in TYPES]
    if unknown:
        raise ValueError(f"there are no events of type {', '.join(unknown[:5])}; there are {', '.join(sorted(TYPES))}")
    return tuple(dict.fromkeys(types))


Types = Annotated[tuple[str, ...], Field(min_length=1, max_length=200), AfterValidator(_known)]
Url = Annotated[str, Field(max_length=2_000, examples=["https://crm.example/hooks/groundswell"])]


class NewWebhook(Value):
    """Whom to tell of what."""

    url: Url
    types: Types | None = None
    """Of which types of events; all without."""


class ChangedWebhook(Value):
    """What to change; what is left out stays."""

    url: Url | None = None
    types: Types | None = None
    """null is all types."""
    enabled: StrictBool | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name url, types or enabled")
        if "url" in self.model_fields_set and self.url is None:
            raise ValueError("url must be an address")
        return self


class ReplayFrom(Value):
    """From where to tell everything again."""

    from_position: int = Field(ge=1, lt=2**63)
    """A place in the feed, as `position` in events; 1 is the beginning."""


class TrialMessage(Value):
    """A test needs to know nothing."""


class WebhookView(Value):
    """A webhook as it stands."""

    id: str
    kind: Kind
    """`program`, or `slack`: the channel whose address is in the environment."""
    url: str | None
    types: tuple[str, ...] | None
    """Of which types of events it is told; null is all."""
    enabled: bool
    note: str | None
    """Why it was disabled, or what was wrong with the last attempt; null if nothing is."""
    position: int
    """Everything up to this place in the feed was received, or not wanted."""
    failures: int
    """In a row, of the first event after that place."""
    next_attempt_at: Instant | None
    """When that one is tried again; null if there was no failure."""
    created_at: Instant
    disabled_at: Instant | None


class CreatedWebhook(WebhookView):
    """The same with the secret, which is not shown again."""

    secret: str
    """`whsec_` and base64: messages are signed with it."""


class DeliveryView(Value):
    """One attempt to tell of one event."""

    event_id: UUID
    """`webhook-id` of the message."""
    type: str
    position: int
    attempt: int
    status: int | None
    """Of the answer; null without one."""
    failure: str | None
    """What was wrong; null if it was received."""
    milliseconds: int
    at: Instant


class TrialResult(Value):
    """What came of a test message."""

    received: bool
    status: int | None
    failure: str | None
    milliseconds: int


async def _webhook_id(webhook_id: str) -> str:
    if not re.fullmatch(ID_PATTERN, webhook_id):
        raise NotFound(kind="webhook", id=webhook_id[:64])
    return webhook_id


WebhookId = Annotated[str, Depends(_webhook_id)]
_PLACE: Place[int] = Place(Position)


@router.post(
    "/webhooks",
    status_code=status.HTTP_201_CREATED,
    summary="Have a program told of events",
    dependencies=[JsonOnly],
    responses=problems(401, 403, 409, 415, 422),
)
async def create_webhook(
    request: Request, response: Response, services: Serving, caller: AsBrand, key: IdempotencyKey, body: NewWebhook
) -> CreatedWebhook:
    """From now on, in the format of Standard Webhooks; `replay` tells of the past. The secret is shown here only."""
    await _must_be_public(services, body.url)
    id_ = uuid5(NAMESPACE_URL, f"webhook:{caller.actor.id}:{key}").hex
    webhook, secret = await services.webhooks.open(id_, services.workspace, body.url, body.types, command_id=key)
    response.headers["Location"] = str(request.app.url_path_for("read_webhook", webhook_id=id_))
    response.headers["Cache-Control"] = "no-store"
    return CreatedWebhook(**dict(_view(webhook)), secret=written(secret))


@router.get(
    "/webhooks",
    summary="Who is told of events",
    response_model=list[WebhookView],
    responses={**READ, **problems(401, 403)},
)
async def list_webhooks(request: Request, services: Serving, _: AsBrand) -> Response:
    """Oldest first, the Slack channel among them if a worker has one."""
    return with_etag(request, [_view(webhook) for webhook in await services.webhooks.list(services.workspace)])


@router.get(
    "/webhooks/{webhook_id}",
    summary="How a webhook stands",
    response_model=WebhookView,
    responses={**READ, **problems(401, 403, 404, 422)},
)
async def read_webhook(request: Request, services: Serving, _: AsBrand, webhook_id: WebhookId) -> Response:
    """How far it has come, and what was wrong last. If-Match of its ETag asks for `url`, `types` and `enabled` only."""
    webhook = await services.webhooks.get(services.workspace, webhook_id)
    return with_etag(request, _view(webhook), edition_of(_decided(webhook)))


@router.patch(
    "/webhooks/{webhook_id}",
    summary="Change, disable or enable a webhook",
    dependencies=[JsonOnly],
    responses={**TAGGED, **problems(401, 403, 404, 409, 415, 422)},
)
async def change_webhook(
    response: Response, services: Serving, _: AsBrand, webhook_id: WebhookId, if_match: IfMatch, body: ChangedWebhook
) -> WebhookView:
    """Once enabled it goes on where it stood: what happened meanwhile is sent."""
    now = await services.webhooks.get(services.workspace, webhook_id)
    if body.url is not None:
        if now.kind is Kind.SLACK:
            raise HasNoAddress
        await _must_be_public(services, body.url)
    changed = await services.webhooks.change(
        services.workspace,
        webhook_id,
        url=body.url or now.url,
        types=body.types if "types" in body.model_fields_set else now.types,
        enabled=now.enabled if body.enabled is None else body.enabled,
        when=_as_read(if_match),
    )
    view = _view(changed)
    response.headers["ETag"] = tag_of(as_json(view), edition_of(_decided(changed)))
    return view


@router.delete(
    "/webhooks/{webhook_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Tell a program no more",
    responses=problems(401, 403, 404, 422),
)
async def delete_webhook(services: Serving, _: AsBrand, webhook_id: WebhookId, if_match: IfMatch) -> None:
    """Its log goes with it. A message that is under way may still arrive."""
    await services.webhooks.close(services.workspace, webhook_id, when=_as_read(if_match))


@router.post(
    "/webhooks/{webhook_id}/replay",
    summary="Tell of the past again",
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 415, 422),
)
async def replay_webhook(
    services: Serving, _: AsBrand, webhook_id: WebhookId, key: IdempotencyKey, once: Once, body: ReplayFrom
) -> WebhookView:
    """Everything from a position on is sent again, in order and under the same ids, and then what comes."""

    async def sent_back() -> WebhookView:
        webhooks = services.webhooks
        return _view(await webhooks.replay(services.workspace, webhook_id, body.from_position, command_id=key))

    return await once.carry_out(WebhookView, sent_back, of=body)


@router.post(
    "/webhooks/{webhook_id}/test",
    summary="Send a test message at once",
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 409, 415, 422),
)
async def try_webhook(
    services: Serving, _: AsBrand, webhook_id: WebhookId, key: IdempotencyKey, once: Once, body: TrialMessage
) -> TrialResult:
    """One attempt, signed as events are, of type `webhook.test`; also to a webhook that is disabled. No event moves."""

    async def tried() -> TrialResult:
        return await _try(services, webhook_id, key)

    return await once.carry_out(TrialResult, tried, of=body)


async def _try(services: Services, webhook_id: str, key: str) -> TrialResult:
    webhook = await services.webhooks.get(services.workspace, webhook_id)
    secret = await services.webhooks.secret(services.workspace, webhook_id)
    if webhook.url is None or secret is None:
        raise HasNoAddress
    receiver = WebhookReceiver(webhook_id, webhook.url, secret, allow_private=services.webhooks_allow_private)
    now = datetime.now(UTC)
    message_id = f"test-{uuid5(NAMESPACE_URL, f'webhook:{webhook_id}:{key}')}"
    payload = {"type": "webhook.test", "timestamp": now.isoformat(), "data": {"webhook_id": webhook_id}}
    try:
        reception = await receiver.send(message_id, now, payload)
    finally:
        await receiver.aclose()
    return TrialResult(
        received=reception.failure is None,
        status=reception.status,
        failure=reception.failure,
        milliseconds=reception.milliseconds,
    )


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    summary="The last attempts to tell a webhook",
    responses=problems(401, 403, 404, 422),
)
async def list_deliveries(
    services: Serving, _: AsBrand, webhook_id: WebhookId, cursor: Cursor = None, limit: Limit = 100
) -> Page[DeliveryView]:
    """Newest first, at most the last 1,000; kept to find faults, not to be complete."""
    await services.webhooks.get(services.workspace, webhook_id)
    found = await services.webhooks.deliveries(webhook_id, _PLACE.read(cursor), limit + 1)
    page = _PLACE.page(found, limit, lambda delivery: delivery.id)
    return Page(items=tuple(_attempt(delivery) for delivery in page.items), next=page.next)


async def _must_be_public(services: Serving, url: str) -> None:
    try:
        await must_be_reachable(url, allow_private=services.webhooks_allow_private)
    except AddressRefused as refused:
        detail = {"type": "address", "loc": ("body", "url"), "msg": str(refused.facts["why"]), "input": url}
        raise RequestValidationError([detail]) from None


def _decided(webhook: Webhook) -> dict[str, object]:
    """What people can set."""
    return {"url": webhook.url, "types": webhook.types, "enabled": webhook.enabled}


def _as_read(if_match: Precondition) -> Callable[[Webhook], None]:
    return lambda webhook: if_match.must_hold("The webhook", _decided(webhook))


def _view(webhook: Webhook) -> WebhookView:
    same = {name: getattr(webhook, name) for name in WebhookView.model_fields if name != "next_attempt_at"}
    return WebhookView(**same, next_attempt_at=webhook.due_at if webhook.failures and webhook.enabled else None)


def _attempt(delivery: Delivery) -> DeliveryView:
    return DeliveryView(**{name: getattr(delivery, name) for name in DeliveryView.model_fields})
