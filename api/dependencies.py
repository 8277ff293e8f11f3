"""What a route can ask for, as aliases that read as what they are: `caller: AsBrand`, `decide: Decide`.

All are coroutines, also those that wait for nothing: FastAPI runs what is none in a thread, and to go there takes
longer than what they do.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Annotated, Protocol, cast
from uuid import NAMESPACE_URL, uuid4, uuid5

from fastapi import Depends, Header, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security.http import HTTPBase
from pydantic import SecretStr
from temporalio.converter import PayloadCodec

from activities.connectors.creator_sources import CreatorSources
from activities.links import CreatorLinks
from activities.ports import Documents, Shortlists
from activities.starting import Answer, campaign_stream, collaboration_stream, rights_stream
from activities.store.creators import Creators
from activities.store.erasure import Erasure
from activities.store.event_log import PostgresEventLog
from activities.store.feed import Feed
from activities.store.files import Files
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from activities.store.sourcing_jobs import SourcingJobs, Wish
from activities.store.webhooks import Webhooks
from activities.tracking import Tracking
from api.access.auditing import note_refused_decision
from api.access.bound import Bindings
from api.access.decisions import must_be_allowed, uses_up
from api.access.desk import Desk
from api.access.principal import DEFAULT_WORKSPACE, Principal
from api.auth import ApiKeys, LinkUsed, NotAuthenticated, NotPermitted
from api.errors import UnsupportedMediaType
from api.json_types import refuse_mistaken, refuse_nul
from api.operators import Operators
from api.preconditions import IfMatch, Precondition
from api.readiness import Probe
from api.shown_campaigns import ShownCampaigns
from api.simulation.kept_forecasts import KeptForecasts
from api.uploads import UploadLimits
from domain.brief import Brief
from domain.decider import Actor, Command
from domain.errors import IdempotencyKeyReused, NotFound
from domain.events import fingerprint
from domain.goal_setting import StartCampaign
from domain.values import Value


class DecisionEngine(Protocol):
    """The one way to change anything; `workflows.client.Engine` is the real one."""

    async def start_campaign(self, campaign_id: str, brief: Brief, *, actor: Actor, command_id: str) -> Answer:
        """Start a campaign, once however often it is asked.

        Raises:
            BriefRefused, EngineUnavailable, TooManyInFlight
        """
        ...

    async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        """Have a command decided and recorded, once for each command id.

        Raises:
            Refused, NotFound, EngineUnavailable, TooManyInFlight
        """
        ...


class CreatorEraser(Protocol):
    """The way to be forgotten; `workflows.erasure.Eraser` is the real one."""

    async def erase(self, creator_id: str, *, requested_by: str, cancel: bool = False) -> Erasure:
        """Make everything about a creator unreadable, once however often it is asked.

        Raises:
            NotFound, StillUnderWay
        """
        ...


class CreatorSourcing(Protocol):
    """The way to have an outside source asked; `workflows.sourcing_client.SourcingEngine` is the real one."""

    async def start(self, job_id: str, workspace: str, wish: Wish) -> None:
        """Note a job and start it, once however often it is asked.

        Raises:
            IdempotencyKeyReused, EngineUnavailable
        """
        ...


@dataclass(frozen=True)
class Services:
    """Everything that the API works with; `create_app` is given it, nothing is opened at import."""

    engine: DecisionEngine
    eraser: CreatorEraser
    pool: Pool
    log: PostgresEventLog
    feed: Feed
    creators: Creators
    sources: CreatorSources
    sourcing: CreatorSourcing
    jobs: SourcingJobs
    webhooks: Webhooks
    shortlists: Shortlists
    documents: Documents
    files: Files
    tracking: Tracking
    links: CreatorLinks
    keys: ApiKeys
    desk: Desk
    probes: tuple[Probe, ...] = ()
    payloads: PayloadCodec | None = None
    operators: Operators = field(default_factory=Operators)
    workspace: str = DEFAULT_WORKSPACE
    uploads: UploadLimits = field(default_factory=UploadLimits)
    webhooks_allow_private: bool = False
    docuseal_webhook_secret: str | None = None
    """With which DocuSeal signs; None if nothing is signed there."""
    stripe_webhook_secret: SecretStr | None = None
    campaigns: ShownCampaigns = field(default_factory=ShownCampaigns)
    forecasts: KeptForecasts = field(default_factory=KeptForecasts)
    bindings: Bindings | None = None
    """Without it the workspace is in the words of each query only, and not kept by the database."""

    async def within(self, workspace: str) -> "Services":
        """The services as a caller of this workspace uses them."""
        if self.bindings is not None:
            return await self.bindings.of(self, workspace)
        return self if workspace == self.workspace else replace(self, workspace=workspace)


async def _services(request: Request) -> Services:
    # What the front door has left: bound to the caller's workspace. Routes that need no caller have all of it.
    return cast(Services, getattr(request.state, "services", None) or request.app.state.services)


Serving = Annotated[Services, Depends(_services)]


class _Caller(HTTPBase):
    """Whom the front door has recognised. It is a scheme of credentials so that the API's description has it beside the
    route, and one dependency, not one that asks another: each costs more than what it does."""

    def __init__(self) -> None:
        description = "An API key, or the token of a creator's link (the part of its address after `/c/`)."
        super().__init__(scheme="bearer", scheme_name="HTTPBearer", description=description)

    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]  # ours gives who it is
        principal: Principal | None = getattr(request.state, "principal", None)
        if principal is None:  # only where the rule lets anybody in
            raise NotAuthenticated(why="There are no credentials.")
        return principal


class _Brand(_Caller):
    async def __call__(self, request: Request) -> Principal:  # type: ignore[override]
        caller = await super().__call__(request)
        if not caller.is_brand:
            raise NotPermitted(what="This", needed="the brand", role=caller.role.value)
        return caller


AsAnyone = Annotated[Principal, Depends(_Caller())]
"""Whoever the rule of the route has let in (api/access/rules.py): somebody of the brand's, or a creator."""
AsBrand = Annotated[Principal, Depends(_Brand())]
"""Somebody of the brand's; a creator gets 403 whatever the rule says."""

ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"


def _known(kind: str, id_: str) -> str:
    if not re.fullmatch(ID_PATTERN, id_):
        raise NotFound(kind=kind, id=id_[:64])
    return id_


async def _campaign_id(campaign_id: str) -> str:
    return _known("campaign", campaign_id)


async def _collaboration_id(collaboration_id: str, caller: AsAnyone) -> str:
    if not caller.reaches(collaboration_id):
        raise NotFound(kind="collaboration", id=collaboration_id[:64])
    return _known("collaboration", collaboration_id)


async def _creator_id(creator_id: str) -> str:
    return _known("creator", creator_id)


CampaignId = Annotated[str, Depends(_campaign_id)]
CollaborationId = Annotated[str, Depends(_collaboration_id)]
"""A collaboration that the caller may know of; somebody else's is as unknown as one that does not exist."""
CreatorId = Annotated[str, Depends(_creator_id)]
CampaignFilter = Annotated[str | None, Query(pattern=ID_PATTERN, description="Only of this campaign.")]

ENGINE_KEYS = "engine/"
"""The engine's own commands have ids that begin with this."""


async def _idempotency_key(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            pattern=r"^[ -~]+$",
            description="The same key with the same request is carried out once and answered alike, however often it "
            "is sent. Without one we make one and return it.",
        ),
    ] = None,
) -> str:
    key = idempotency_key or uuid4().hex
    if key.startswith(ENGINE_KEYS):
        rule = f"must not begin with {ENGINE_KEYS!r}, which is the engine's own"
        location = ("header", "Idempotency-Key")
        raise RequestValidationError([{"type": "reserved", "loc": location, "msg": rule, "input": key}])
    request.state.idempotency_key = key
    return key


IdempotencyKey = Annotated[str, Depends(_idempotency_key)]


class Decision(Value):
    """What came of a command: the types of the events that it caused, and its stream's version after them."""

    stream: str
    version: int
    events: tuple[str, ...]


class Decisions:
    """One caller's way to have commands decided, under one idempotency key."""

    def __init__(
        self, services: Services, caller: Principal, key: str, precondition: Precondition | None = None
    ) -> None:
        self._services = services
        self._caller = caller
        self._actor = caller.actor
        self._key = key
        self._precondition = precondition or Precondition()

    async def start(self, brief: Brief) -> str:
        """Starts a campaign and returns its id; the same key leads to the same campaign.

        Raises:
            IdempotencyKeyReused: the key came with another brief before.
        """
        campaign_id = uuid5(NAMESPACE_URL, f"campaign:{self._actor.id}:{self._key}").hex
        await self._services.desk.campaigns.assign(campaign_id, self._services.workspace)
        answer = await self._services.engine.start_campaign(campaign_id, brief, actor=self._actor, command_id=self._key)
        self._must_be_answer_to(StartCampaign(campaign_id=campaign_id, brief=brief), answer)
        return campaign_id

    async def on_campaign(self, campaign_id: str, command: Command) -> Decision:
        """Has a campaign's command decided; raises what `DecisionEngine.decide` does, and IdempotencyKeyReused."""
        return await self._decide(campaign_stream(campaign_id), command)

    async def on_collaboration(self, collaboration_id: str, command: Command) -> Decision:
        """Has a collaboration's command decided; raises as `on_campaign`."""
        return await self._decide(collaboration_stream(collaboration_id), command)

    async def on_rights(self, collaboration_id: str, command: Command) -> Decision:
        """Has a command about what outlives a collaboration decided; raises as `on_campaign`."""
        return await self._decide(rights_stream(collaboration_id), command)

    async def _decide(self, stream: str, command: Command) -> Decision:
        try:
            if await self._services.pool.fetchval(QUERIES.workspace_of_stream, stream) != self._services.workspace:
                kind, _, id_ = stream.partition("/")
                raise NotFound(kind=kind, id=id_)
            await must_be_allowed(self._caller, self._services.log, stream, command)
            link = self._caller.link if uses_up(self._caller, command) else None
            if link is not None and await self._services.desk.used_links.used_with(link) not in (None, self._key):
                raise LinkUsed(why="it was used to sign, and works once; the page shows what was signed")
        except (NotFound, NotPermitted, LinkUsed) as refusal:
            await note_refused_decision(self._services.desk, self._caller, stream, command, refusal)
            raise
        await self._must_be_as_read(stream)
        answer = await self._services.engine.decide(stream, command, actor=self._actor, command_id=self._key)
        self._must_be_answer_to(command, answer)
        if link is not None:
            await self._services.desk.used_links.use(link, stream.partition("/")[2], str(self._caller.step), self._key)
        return Decision(stream=answer.stream, version=answer.version, events=answer.events)

    async def _must_be_as_read(self, stream: str) -> None:
        """Raises PreconditionFailed; not of what was decided under this key, which is answered as it was then."""
        if not self._precondition.asks:
            return
        past = await self._services.log.read(stream)
        if past and all(envelope.metadata.command_id != self._key for envelope in past):
            self._precondition.must_be_version(f"The {stream.partition('/')[0]}", past[-1].version)

    def _must_be_answer_to(self, command: Command, answer: Answer) -> None:
        if answer.fingerprint != fingerprint(command):
            raise IdempotencyKeyReused(key=self._key)


async def _anyones_decisions(services: Serving, caller: AsAnyone, key: IdempotencyKey, if_match: IfMatch) -> Decisions:
    return Decisions(services, caller, key, if_match)


async def _brands_decisions(services: Serving, caller: AsBrand, key: IdempotencyKey, if_match: IfMatch) -> Decisions:
    return Decisions(services, caller, key, if_match)


async def _brands_beginnings(services: Serving, caller: AsBrand, key: IdempotencyKey) -> Decisions:
    return Decisions(services, caller, key)


Decide = Annotated[Decisions, Depends(_anyones_decisions)]
"""Decisions of either side; the rules say whose turn it is."""
DecideAsBrand = Annotated[Decisions, Depends(_brands_decisions)]
"""Decisions that only the brand's side takes."""
BeginAsBrand = Annotated[Decisions, Depends(_brands_beginnings)]
"""The same of what begins something, so that there is nothing yet that If-Match could be about."""


async def json_only(request: Request) -> None:
    """Refuses bodies that are not JSON, characters that no text column can hold, and values of other types than are
    described, before anything reads them.

    Raises:
        UnsupportedMediaType: the body says that it is something else.
        RequestValidationError: some text in it has a NUL character, or something is true, false or a number where that
            is not described.
    """
    if not await request.body():
        return
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not re.fullmatch(r"application/(?:[\w.-]+\+)?json", media_type):
        raise UnsupportedMediaType(given=media_type[:100] or "of no stated type", needed="application/json")
    body = await request.json()
    refuse_nul(body)
    for described in getattr(getattr(request.scope.get("route"), "dependant", None), "body_params", ()):
        refuse_mistaken(described.field_info.annotation, body)


JsonOnly = Depends(json_only)
