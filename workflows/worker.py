"""The worker process: connects what the activities need to what they are given, and polls the task queue."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, UnsandboxedWorkflowRunner, Worker

from activities.amendments import Amendments
from activities.commissions import Commissions
from activities.connectors.creator_sources import CreatorSources
from activities.connectors.docuseal import DocuSeal
from activities.connectors.pades import PadesSeals, self_signed
from activities.connectors.smtp import SmtpMailer
from activities.connectors.stripe import Stripe
from activities.contract_signing import ContractSigning
from activities.discovery import Discovery
from activities.event_streams import EventStreams
from activities.links import CreatorLinks
from activities.live_posts import LivePosts, post_sources
from activities.monitoring import Monitoring
from activities.notification import Notification
from activities.paperwork import Paperwork
from activities.payouts import PayoutsByWay
from activities.ports import Mailer
from activities.rights import RightsClocks
from activities.signature_service import SignatureServices
from activities.sourcing import Sourcing
from activities.store.creator_claims import CreatorClaims
from activities.store.creators import Creators
from activities.store.documents import Documents
from activities.store.event_log import PostgresEventLog
from activities.store.mail_log import MailLog
from activities.store.orders import Orders
from activities.store.payout_ways import PayoutWays
from activities.store.payouts import PaymentOrders
from activities.store.pool import Pool, open_pool
from activities.store.projections.collaboration_pipeline import CampaignProgress
from activities.store.projections.creator_track_records import TrackRecords, keep_track_records
from activities.store.projections.read_models import read_models
from activities.store.projections.states import REMEMBERED
from activities.store.seal_keyring import SealKeyring
from activities.store.sealing import Sealer, sealer_on
from activities.store.shortlists import Shortlists
from activities.store.sourcing_jobs import SourcingJobs
from activities.store.tracked_links import TrackedLinks
from activities.store.webhooks import Webhooks
from activities.verification import Verification
from activities.webhook_delivery import Ways, WebhookDelivery
from activities.webhook_notes import WebhookNotes
from workflows.campaign import CampaignWorkflow
from workflows.client import Engine
from workflows.collaboration import CollaborationWorkflow
from workflows.connectors import creator_sources
from workflows.connectors import docuseal as docuseal_of
from workflows.connectors import stripe as stripe_of
from workflows.feed_followers import Follower, kept
from workflows.garbage_collection import CollectingExecutor, leave_garbage_to_the_executor
from workflows.metrics import metrics_served
from workflows.reconciliation import Reconciliation
from workflows.rights import RightsWorkflow
from workflows.sandbox import sandboxed
from workflows.search_attributes import first_row
from workflows.settings import Settings, connect_temporal
from workflows.sourcing import SourcingWorkflow
from workflows.versioning import deployment

WORKFLOWS = (CampaignWorkflow, CollaborationWorkflow, RightsWorkflow, SourcingWorkflow)
FINISH_WITHIN = timedelta(seconds=30)
"""How long running activities may take to finish once the process is asked to stop."""

REMEMBERED_FOR = timedelta(seconds=30)
"""How long a workflow task waits for the worker that remembers its workflow, before any worker may take it, who has to
replay it first. With the SDK's ten seconds a worker that falls behind for a moment has replays to do besides, and never
catches up (docs/performance.md). The price: what a worker has not taken when it dies may wait so long for another."""

FETCHES = PollerBehaviorAutoscaling(minimum=2, initial=5, maximum=50)
"""How many workflow tasks a worker asks for at a time: as many as Temporal advises, and of activities the SDK's five.
Each activity that ends makes a workflow task: a worker that is busy has to be quicker with these, or they pile up until
they wait longer than `REMEMBERED_FOR`; with five for both they did (docs/performance.md)."""

MAIL_KEPT = 30.0
"""Seconds for which a connection to the mail server waits for the next letter; servers wait minutes."""

NOTICES_CANCELLATION_WITHIN = timedelta(seconds=2)
"""How long a heartbeat may be held back: an activity learns by its heartbeat that it has been cancelled."""


def activities(
    settings: Settings,
    pool: Pool,
    sealer: Sealer,
    sources: CreatorSources | None = None,
    stripe: Stripe | None = None,
    mailer: Mailer | None = None,
    docuseal: DocuSeal | None = None,
) -> Sequence[Any]:
    """Every activity, with the adapters that it needs. `sources` are those of the settings unless they are given;
    without `stripe` every payout is a payment order, and without `docuseal` nothing is signed there."""
    log = PostgresEventLog(pool, sealer, read_models(max(REMEMBERED, settings.cached_workflows)))
    directory, documents = Creators(pool, sealer.keyring), Documents(pool, sealer)
    mail_log, progress = MailLog(pool), CampaignProgress(pool)
    secret = settings.secret_key.get_secret_value()
    links = CreatorLinks(secret, settings.public_url)
    tracked = TrackedLinks(pool, secret, settings.public_url)
    mailer = mailer or _mailer(settings)
    seals = PadesSeals(SealKeyring(pool, sealer.keyring, make=self_signed).of)
    paperwork = Paperwork(log, directory, documents, seals)
    signing, amendments = ContractSigning(paperwork), Amendments(paperwork)
    services = SignatureServices(docuseal, log, directory, documents)
    streams = EventStreams(log, mail_log)
    sources = sources or creator_sources(settings)
    discovery = Discovery(
        directory,
        Shortlists(pool),
        progress,
        CreatorClaims(pool),
        TrackRecords(pool),
        task_queue=settings.task_queue,
        poll_seconds=settings.poll_seconds,
        search_attributes=first_row,
        post_sources=post_sources(sources.post_readers),
    )
    monitoring = Monitoring(PayoutsByWay(PayoutWays(pool), PaymentOrders(pool), stripe), progress)
    rights = RightsClocks(log, task_queue=settings.task_queue)
    live_posts = LivePosts(directory, sources.post_readers)
    sourcing = Sourcing(sources, directory, SourcingJobs(pool, sealer.keyring))
    return (
        streams.append,
        streams.load,
        discovery.rank_creators,
        discovery.reach_out,
        sourcing.bring_in,
        sourcing.end_job,
        Verification(directory, sources.third_parties).assess_creator,
        signing.render_contract,
        signing.seal_contract,
        amendments.render_amendment,
        amendments.seal_amendment,
        services.request_signatures,
        services.look_after,
        services.keep_files,
        monitoring.pay,
        monitoring.cancel_collaborations,
        live_posts.check_post,
        live_posts.poll_metrics,
        Commissions(Orders(pool)).tracked_sales,
        rights.start_clocks,
        rights.terms_in_force,
        Notification(log, directory, mailer, mail_log, documents, links, tracked).notify,
    )


def _mailer(settings: Settings, *, keep: float = 0.0) -> SmtpMailer:
    return SmtpMailer(
        settings.smtp_host,
        settings.smtp_port,
        settings.mail_from,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        tls=settings.smtp_tls,
        keep=keep,
    )


def followers(settings: Settings, pool: Pool, sealer: Sealer, client: Client) -> Sequence[Follower]:
    """What follows the feed beside the worker."""
    engine = Engine(client, PostgresEventLog(pool, sealer, read_models()), settings.task_queue)
    return keep_track_records(), webhook_delivery(settings, pool, sealer), Reconciliation(engine)


def webhook_delivery(settings: Settings, pool: Pool, sealer: Sealer) -> WebhookDelivery:
    """What tells programs, and the Slack channel if there is one, of events."""
    slack = settings.slack_webhook_url
    ways = Ways(
        allow_private=settings.webhooks_allow_private, slack_url=slack.get_secret_value() or None if slack else None
    )
    notes = WebhookNotes(pool, _mailer(settings), settings.public_url)
    return WebhookDelivery(Webhooks(pool, sealer.keyring), ways, notes.tell_of)


def worker(
    client: Client,
    settings: Settings,
    pool: Pool,
    sealer: Sealer,
    sources: CreatorSources | None = None,
    stripe: Stripe | None = None,
    mailer: Mailer | None = None,
    docuseal: DocuSeal | None = None,
    threads: ThreadPoolExecutor | None = None,
) -> Worker:
    """A worker for everything, ready to run; its workflow tasks in these threads, or in some of its own."""
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=WORKFLOWS,
        activities=activities(settings, pool, sealer, sources, stripe, mailer, docuseal),
        workflow_task_executor=threads,
        workflow_runner=sandboxed() if settings.sandbox else UnsandboxedWorkflowRunner(),
        graceful_shutdown_timeout=FINISH_WITHIN,
        deployment_config=deployment(settings),
        workflow_task_poller_behavior=FETCHES,
        max_concurrent_workflow_tasks=settings.at_once,
        max_concurrent_activities=settings.at_once,
        max_concurrent_local_activities=settings.at_once,
        max_cached_workflows=settings.cached_workflows,
        sticky_queue_schedule_to_start_timeout=REMEMBERED_FOR,
        max_heartbeat_throttle_interval=NOTICES_CANCELLATION_WITHIN,
        default_heartbeat_throttle_interval=NOTICES_CANCELLATION_WITHIN,
    )


@asynccontextmanager
async def running_worker(settings: Settings) -> AsyncIterator[Worker]:
    """A worker that runs as long as the block does, and finishes what it has begun before it leaves.

    Raises:
        RuntimeError: the Temporal server cannot be reached.
        OSError: the database cannot be reached.
    """
    pool = await open_pool(settings.database_url.get_secret_value(), application_name="groundswell worker")
    sources, stripe, docuseal = creator_sources(settings), stripe_of(settings), docuseal_of(settings)
    mailer = _mailer(settings, keep=MAIL_KEPT)
    try:
        sealer = sealer_on(pool, settings.masters)
        client = await connect_temporal(sealer)
        with CollectingExecutor(settings.at_once) as threads:
            async with (
                metrics_served(settings, pool, client),
                kept(pool, *followers(settings, pool, sealer, client)),
                worker(client, settings, pool, sealer, sources, stripe, mailer, docuseal, threads) as running,
            ):
                yield running
    finally:
        await mailer.aclose()
        await sources.aclose()
        if stripe is not None:
            await stripe.aclose()
        if docuseal is not None:
            await docuseal.aclose()
        await pool.close()


async def run_until_stopped(settings: Settings) -> None:
    """Run a worker until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    leave_garbage_to_the_executor()
    async with running_worker(settings):
        await stop.wait()
