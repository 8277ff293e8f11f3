"""The outside services that the settings name, and the way to have them asked for creators."""

from collections.abc import Iterator
from datetime import timedelta

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from activities.connectors.creator_sources import CreatorSources
from activities.connectors.docuseal import DocuSeal
from activities.connectors.fohr import fohr
from activities.connectors.instagram import Instagram
from activities.connectors.neoreach import neoreach
from activities.connectors.stripe import Stripe
from activities.ports import CreatorSource
from activities.starting import SOURCING_WORKFLOW, TASK_QUEUE, SourcingStart, sourcing_id
from activities.store.sourcing_jobs import SourcingJobs, Wish
from workflows.client import NO_ANSWER, EngineUnavailable
from workflows.settings import Settings

START_WITHIN = timedelta(seconds=10)


def creator_sources(settings: Settings) -> CreatorSources:
    """Every source of creators whose address and credentials are set."""
    return CreatorSources(*_configured(settings))


def _configured(settings: Settings) -> Iterator[CreatorSource]:
    if settings.instagram_token and settings.instagram_account:
        yield Instagram(
            settings.instagram_token.get_secret_value(),
            settings.instagram_account,
            base_url=settings.instagram_url,
            app_secret=_secret(settings.instagram_app_secret),
        )
    if settings.neoreach_url and settings.neoreach_key:
        yield neoreach(settings.neoreach_url, settings.neoreach_key.get_secret_value())
    if settings.fohr_url and settings.fohr_key:
        yield fohr(settings.fohr_url, settings.fohr_key.get_secret_value())


def stripe(settings: Settings) -> Stripe | None:
    """Stripe, if its key is set."""
    key = _secret(settings.stripe_secret_key)
    return Stripe(key, base_url=settings.stripe_url) if key else None


def docuseal(settings: Settings) -> DocuSeal | None:
    """DocuSeal, if its key is set."""
    key = _secret(settings.docuseal_api_key)
    return DocuSeal(key, base_url=settings.docuseal_url) if key else None


def _secret(setting: SecretStr | None) -> str | None:
    """An empty one is none: that is how shells and compose files leave something out."""
    return setting.get_secret_value() if setting else None


class SourcingEngine:
    """Has jobs carried out."""

    def __init__(self, client: Client, jobs: SourcingJobs, task_queue: str = TASK_QUEUE) -> None:
        self._client = client
        self._jobs = jobs
        self._task_queue = task_queue

    async def start(self, job_id: str, workspace: str, wish: Wish) -> None:
        """Note a job and start it; the same again changes nothing.

        Raises:
            IdempotencyKeyReused: the id is another wish's.
            EngineUnavailable: come back later with the same id; the job is noted.
        """
        await self._jobs.open(job_id, workspace, wish)
        try:
            await self._client.start_workflow(
                SOURCING_WORKFLOW,
                SourcingStart(job_id=job_id),
                id=sourcing_id(job_id),
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary=f"creators from {wish.source}",
                rpc_timeout=START_WITHIN,
            )
        except WorkflowAlreadyStartedError:
            return  # it is over already
        except RPCError as error:
            if error.status not in NO_ANSWER:
                raise
            seconds = int(START_WITHIN.total_seconds())
            raise EngineUnavailable(seconds=seconds, why=error.status.name.lower()) from error
