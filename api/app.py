"""The API as an ASGI application, made of the services that it is given: importing this opens and starts nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.datastructures import State
from starlette.middleware import Middleware

from activities.connectors.smtp import SmtpMailer
from activities.links import CreatorLinks
from activities.store.creators import Creators
from activities.store.documents import Documents
from activities.store.erasure import Erasures
from activities.store.event_log import PostgresEventLog
from activities.store.feed import Feed
from activities.store.files import Files
from activities.store.pool import open_pool
from activities.store.projections.read_models import read_models
from activities.store.sealing import sealer_on
from activities.store.shortlists import Shortlists
from activities.store.sourcing_jobs import SourcingJobs
from activities.store.webhooks import Webhooks
from activities.store.workspaces import WorkspacePools
from activities.tracking import Tracking
from api import (
    amendments,
    attribution,
    callbacks,
    campaigns,
    codec,
    collaborations,
    content_approval,
    contract_signing,
    creator_drafts,
    creator_page,
    decisions,
    directory,
    discovery,
    draft_files,
    errors,
    goal_setting,
    monitoring,
    negotiation,
    operations,
    orders,
    payout_accounts,
    payouts,
    performance_reports,
    renewal,
    rights,
    simulations,
    sourcing,
    stripe_callbacks,
    tasks,
    tracked_links,
    verification,
    webhooks,
)
from api.access import grants, oidc, sign_in
from api.access.authorise import authorise
from api.access.bound import Bindings
from api.access.desk import Desk
from api.access.headers import SecurityHeaders
from api.access.provider import SignOn
from api.auth import ApiKeys
from api.console import pages
from api.dependencies import Services
from api.deprecation import Deprecations
from api.history.event_stream import live_tail
from api.middleware import BodyLimit, RequestContext
from api.openapi import ABOUT, describe
from api.operators import Operators
from api.readiness import DatabaseProbe, Kept, KeysProbe, MailProbe
from api.readiness_of_sign_in import SignInProbe
from api.readiness_of_temporal import NamespaceProbe, SearchAttributesProbe, WorkerProbe
from api.tracing import trace_requests
from api.uploads import MEBIBYTE, UploadLimits
from workflows.client import SENT_ONCE, Engine
from workflows.connectors import creator_sources
from workflows.erasure import Eraser
from workflows.payload_codec import SealingCodec
from workflows.settings import Settings, connect_temporal
from workflows.sourcing_client import SourcingEngine

ROUTERS = (
    goal_setting.router,
    simulations.router,
    discovery.router,
    directory.router,
    verification.router,
    performance_reports.router,
    negotiation.router,
    contract_signing.router,
    amendments.router,
    content_approval.router,
    draft_files.router,
    monitoring.router,
    payout_accounts.router,
    payouts.router,
    stripe_callbacks.router,
    renewal.router,
    rights.router,
    campaigns.router,
    collaborations.router,
    tasks.router,
    decisions.router,
    creator_drafts.router,
    creator_page.router,
    pages.router,
    operations.router,
    sourcing.router,
    webhooks.router,
    codec.router,
    tracked_links.router,
    orders.router,
    callbacks.router,
    attribution.router,
    grants.router,
    sign_in.router,
    oidc.router,
)
"""In the order in which the API's description has them."""
SOUGHT = (tasks.router, campaigns.router, collaborations.router)
"""What is asked for most: routers are tried in turn, and to try them all takes longer than to answer."""


def create_app(services: Services) -> FastAPI:
    """The application on these services. Its description is at /docs, whose assets come from here too."""
    app = FastAPIOffline(
        **ABOUT,
        dependencies=[Depends(authorise)],
        redoc_url=None,
        swagger_ui_parameters={"docExpansion": "none", "persistAuthorization": True},
    )
    errors.install(app)
    for router in (*SOUGHT, *(router for router in ROUTERS if router not in SOUGHT)):
        app.include_router(router)
    app.openapi = cache(openapi_document)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return serve_from(app, services)


def serve_from(app: FastAPI, services: Services) -> FastAPI:
    """The same routes on these services, before the first request."""
    app.state = State({"services": services, "stopping": asyncio.Event(), "tail": live_tail(services.feed)})
    app.user_middleware = [
        Middleware(SecurityHeaders, secure=services.desk.secure),
        Middleware(RequestContext),
        Middleware(Deprecations),
        Middleware(codec.Origins, allowed=services.operators.ui_origins),
        Middleware(BodyLimit, largest_draft=services.uploads.largest),
    ]
    trace_requests(app)
    return app


def openapi_document() -> dict[str, Any]:
    """The description of the API, without anything that serves it."""
    app = FastAPI(**ABOUT)
    for router in ROUTERS:
        app.include_router(router)
    return describe(app)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """The services of an API process, open as long as the block runs.

    Raises:
        RuntimeError: the Temporal server cannot be reached.
        OSError, asyncpg.PostgresError: the database cannot be reached.
    """
    dsn = settings.database_url.get_secret_value()
    pool = await open_pool(dsn, application_name="groundswell api")
    pools = WorkspacePools(dsn)
    sources = creator_sources(settings)
    sign_on = SignOn.of(settings)
    shopify, docuseal = settings.shopify_secret, settings.docuseal_webhook_secret
    tracking = Tracking.on(
        pool,
        settings.secret_key.get_secret_value(),
        settings.public_url,
        None if shopify is None else shopify.get_secret_value(),
    )
    try:
        sealer = sealer_on(pool, settings.masters)
        client, for_decisions = await connect_temporal(sealer), await connect_temporal(sealer, SENT_ONCE)
        log = PostgresEventLog(pool, sealer, read_models())
        engine = Engine(for_decisions, log, settings.task_queue)
        jobs = SourcingJobs(pool, sealer.keyring)
        yield Services(
            engine=engine,
            eraser=Eraser(client, engine, Erasures(pool, sealer.keyring)),
            pool=pool,
            log=log,
            feed=Feed(pool, sealer),
            creators=Creators(pool, sealer.keyring),
            sources=sources,
            sourcing=SourcingEngine(client, jobs, settings.task_queue),
            jobs=jobs,
            webhooks=Webhooks(pool, sealer.keyring),
            webhooks_allow_private=settings.webhooks_allow_private,
            docuseal_webhook_secret=docuseal.get_secret_value() if docuseal else None,
            stripe_webhook_secret=settings.stripe_webhook_secret,
            shortlists=Shortlists(pool),
            documents=Documents(pool, sealer),
            files=Files(pool, sealer.keyring),
            uploads=_upload_limits(settings),
            tracking=tracking,
            links=CreatorLinks(settings.secret_key.get_secret_value(), settings.public_url),
            keys=ApiKeys.parse(settings.api_keys.get_secret_value()),
            desk=Desk.on(
                pool,
                settings.secret_key.get_secret_value(),
                settings.public_url,
                _mailer(settings) if settings.sign_in_by_mail else None,
                sign_on,
            ),
            bindings=Bindings(pools, sealer),
            probes=(
                DatabaseProbe(dsn),
                Kept(KeysProbe(dsn, settings.masters)),
                Kept(NamespaceProbe(client)),
                Kept(SearchAttributesProbe(client)),
                WorkerProbe(client, settings.task_queue),
                Kept(MailProbe(settings.smtp_host, settings.smtp_port)),
                *([] if sign_on is None else [Kept(SignInProbe(sign_on.provider))]),
            ),
            payloads=SealingCodec(sealer),
            operators=Operators.of(settings, client.namespace),
        )
    finally:
        if sign_on is not None:
            await sign_on.provider.aclose()
        await sources.aclose()
        await tracking.clicks.aclose()
        await pools.aclose()
        await pool.close()


def _upload_limits(settings: Settings) -> UploadLimits:
    return UploadLimits(
        settings.image_limit_mib * MEBIBYTE, settings.video_limit_mib * MEBIBYTE, settings.creator_files_mib * MEBIBYTE
    )


def _mailer(settings: Settings) -> SmtpMailer:
    password = settings.smtp_password
    return SmtpMailer(
        settings.smtp_host,
        settings.smtp_port,
        settings.mail_from,
        username=settings.smtp_username,
        password=None if password is None else password.get_secret_value(),
        tls=settings.smtp_tls,
    )
