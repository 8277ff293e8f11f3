"""Settings of every process, from the environment. Temporal's own come from its environment configuration.

| variable | meaning |
|---|---|
| `DATABASE_URL` | PostgreSQL, as `postgresql://user:password@host:port/database` |
| `GROUNDSWELL_SECRET_KEY` | signs creators' links; at least 32 characters |
| `GROUNDSWELL_MASTER_KEYS` | `id=key` pairs, 32 bytes in base64 each; the first is the current one |
| `GROUNDSWELL_API_KEYS` | `name=key` pairs separated by commas, for the brand's people and programs |
| `GROUNDSWELL_OPS_KEYS` | `name=key` pairs separated by commas, for operators who may read payloads in Temporal's UI |
| `GROUNDSWELL_TEMPORAL_UI_URL` | where operators open Temporal's UI; its pages may ask for payloads in clear |
| `GROUNDSWELL_DEPLOYMENT_NAME`, `GROUNDSWELL_BUILD_ID` | worker versioning; without a build id there is none |
| `GROUNDSWELL_PUBLIC_URL` | where people reach the API from outside |
| `GROUNDSWELL_LOG_FORMAT`, `GROUNDSWELL_LOG_LEVEL` | how the log looks (`auto`, `json`, `console`), and from where on |
| `GROUNDSWELL_METRICS_PORT`, `_METRICS_HOST` | where a worker serves its figures; without a port it does not |
| `GROUNDSWELL_SMTP_HOST`, `_SMTP_PORT`, `_SMTP_USERNAME`, `_SMTP_PASSWORD`, `_SMTP_TLS`, `_MAIL_FROM` | outgoing mail |
| `GROUNDSWELL_INSTAGRAM_TOKEN`, `_INSTAGRAM_ACCOUNT`, `_INSTAGRAM_APP_SECRET`, `_INSTAGRAM_URL` | Instagram |
| `GROUNDSWELL_NEOREACH_URL`, `_NEOREACH_KEY`, `GROUNDSWELL_FOHR_URL`, `_FOHR_KEY` | the other sources |
| `GROUNDSWELL_IMAGE_LIMIT_MIB`, `_VIDEO_LIMIT_MIB`, `_CREATOR_FILES_MIB` | the most that creators upload, in MiB |
| `GROUNDSWELL_WEBHOOKS_ALLOW_PRIVATE` | whether webhooks may lead into private networks: development only |
| `GROUNDSWELL_SLACK_WEBHOOK_URL` | a Slack incoming webhook, for the people who follow campaigns |
| `GROUNDSWELL_SHOPIFY_SECRET` | signs Shopify's webhooks |
| `GROUNDSWELL_STRIPE_SECRET_KEY`, `_STRIPE_URL` | transfers to creators' accounts at Stripe |
| `GROUNDSWELL_STRIPE_WEBHOOK_SECRET` | signs what Stripe tells of them |
| `GROUNDSWELL_DOCUSEAL_URL`, `_DOCUSEAL_API_KEY`, `_DOCUSEAL_WEBHOOK_SECRET` | signatures at DocuSeal |
| `GROUNDSWELL_OIDC_ISSUER`, `_OIDC_CLIENT_ID`, `_OIDC_CLIENT_SECRET`, `_OIDC_NAME` | OpenID Connect, for members |
| `GROUNDSWELL_OIDC_ADMIT_DOMAINS`, `_OIDC_ADMIT_ROLE` | who becomes a member by signing in there, and as what |
| `GROUNDSWELL_SIGN_IN_BY_MAIL` | whether members may sign in by a link in a mail |
| `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_PROFILE`, ... | Temporal, see its docs |
"""

from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.service import RetryConfig

from activities import tracing
from activities.connectors.docuseal import BASE_URL as DOCUSEAL_URL
from activities.connectors.instagram import BASE_URL as INSTAGRAM_URL
from activities.connectors.oidc import may_be_told_secrets
from activities.connectors.stripe import BASE_URL as STRIPE_URL
from activities.logs import LogFormat
from activities.starting import TASK_QUEUE
from activities.store.keys import MasterKeys
from activities.store.sealing import Sealer
from workflows.payload_codec import encrypted_client


class Settings(BaseSettings):
    """What a process must know about its surroundings.

    Raises:
        pydantic.ValidationError: a required variable is missing or malformed; it names the variable.
    """

    model_config = SettingsConfigDict(
        env_prefix="GROUNDSWELL_", extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    database_url: SecretStr = Field(validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    secret_key: SecretStr = Field(min_length=32)
    master_keys: SecretStr
    """Wrap the keys of creators: see docs/operations.md before you change them."""
    api_keys: SecretStr = SecretStr("")
    ops_keys: SecretStr = SecretStr("")
    """Open what Temporal stores to operators; without one the codec endpoint is closed."""
    temporal_ui_url: str = ""
    public_url: str = "http://127.0.0.1:8000"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65_535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: bool = False
    mail_from: str = "Groundswell <campaigns@groundswell.example>"
    instagram_url: str = INSTAGRAM_URL
    instagram_account: str | None = None
    """Id of the brand's own professional account, a number."""
    instagram_token: SecretStr | None = None
    instagram_app_secret: SecretStr | None = None
    neoreach_url: str | None = None
    neoreach_key: SecretStr | None = None
    fohr_url: str | None = None
    fohr_key: SecretStr | None = None
    shopify_secret: SecretStr | None = Field(default=None, min_length=8)
    """The app's client secret, with which Shopify signs; without one no webhook of a shop is taken."""
    stripe_secret_key: SecretStr | None = None
    """Of the platform's account; without one every payout is a payment order."""
    stripe_webhook_secret: SecretStr | None = Field(default=None, min_length=8)
    """Of the endpoint at /v1/callbacks/stripe, with which Stripe signs; without one nothing of it is taken."""
    stripe_url: str = STRIPE_URL
    docuseal_url: str = DOCUSEAL_URL
    docuseal_api_key: SecretStr | None = None
    """Without one no document goes to DocuSeal, and briefs that ask for it are refused."""
    docuseal_webhook_secret: SecretStr | None = Field(default=None, min_length=8)
    """With which DocuSeal signs its webhooks; without one none is taken."""
    image_limit_mib: Annotated[int, Field(ge=1, le=1_024)] = 20
    """The most that a picture of a draft may have, in MiB."""
    video_limit_mib: Annotated[int, Field(ge=1, le=16_384)] = 200
    """The most that a video of a draft may have, in MiB."""
    creator_files_mib: Annotated[int, Field(ge=1, le=1_048_576)] = 4_096
    """The most that all files of one creator may have, in MiB."""
    oidc_issuer: str = ""
    """Exactly as the provider's discovery document has it; empty, there is none."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    """Empty: we are a public client there, protected by PKCE alone."""
    oidc_name: Annotated[str, Field(max_length=40)] = ""
    """What the button says: `Sign in with <name>`."""
    oidc_admit_domains: str = ""
    """Mail domains, separated by commas, whose people become members of the workspace `default` when they first sign in
    there; empty, only members come in."""
    oidc_admit_role: Literal["campaign_manager", "legal", "finance", "ops", "client_reviewer"] = "client_reviewer"
    sign_in_by_mail: bool = True
    webhooks_allow_private: bool = False
    slack_webhook_url: SecretStr | None = None
    task_queue: str = TASK_QUEUE
    poll_seconds: Annotated[float, Field(gt=0, le=3_600)] = 5.0
    """How often outreach looks how its collaborations stand, in seconds."""
    at_once: Annotated[int, Field(ge=4, le=200)] = 50
    """How many workflow tasks, activities and local activities a worker has under way at a time, of each. One process
    computes for one of them only; more of them hide waits, and make each other late."""
    cached_workflows: Annotated[int, Field(ge=10, le=100_000)] = 1_000
    """How many workflows a worker keeps in memory while they wait. One that it has let go is replayed from its whole
    history when something happens to it."""
    sandbox: bool = False
    """Whether a worker watches its own workflow code for what a replay could not repeat. The tests do, and so does
    every replay of recorded histories; in production it would load the code anew for every run, to find what they
    found."""
    log_format: LogFormat = LogFormat.AUTO
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    metrics_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """Of a worker's figures for Prometheus; the API has its own at /metrics. 0 is any that is free."""
    metrics_host: str = "127.0.0.1"
    deployment_name: Annotated[str, Field(pattern=r"^[\w-]{1,100}$")] = "groundswell"
    build_id: Annotated[str, Field(pattern=r"^[\w.+-]{0,100}$")] = ""
    """Which release a worker is of. Empty: workers are not versioned, and any of them takes any workflow."""

    @field_validator("master_keys")
    @classmethod
    def _are_keys(cls, keys: SecretStr) -> SecretStr:
        MasterKeys.parse(keys.get_secret_value())
        return keys

    @model_validator(mode="after")
    def _has_a_whole_provider(self) -> Self:
        if self.oidc_issuer and not may_be_told_secrets(self.oidc_issuer):
            raise ValueError("GROUNDSWELL_OIDC_ISSUER must begin with https:// (http:// on this machine only)")
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise ValueError("GROUNDSWELL_OIDC_ISSUER and GROUNDSWELL_OIDC_CLIENT_ID belong together")
        if not self.oidc_issuer and (self.oidc_client_secret.get_secret_value() or self.oidc_admit_domains):
            raise ValueError("GROUNDSWELL_OIDC_CLIENT_SECRET and _OIDC_ADMIT_DOMAINS need GROUNDSWELL_OIDC_ISSUER")
        return self

    @property
    def admitted_domains(self) -> frozenset[str]:
        """The mail domains whose people become members, in lower case."""
        return frozenset(name.strip().lower() for name in self.oidc_admit_domains.split(",") if name.strip())

    @property
    def masters(self) -> MasterKeys:
        """The master keys."""
        return MasterKeys.parse(self.master_keys.get_secret_value())


async def connect_temporal(sealer: Sealer | None, retry: RetryConfig | None = None) -> Client:
    """A client as Temporal's environment configuration says (`TEMPORAL_ADDRESS`, profiles in `temporal.toml`).

    What it sends is encrypted with the sealer's keys; without a sealer it is only good for looking around. `retry` says
    how it sends again by itself what the server lost or had no room for; without it that is as the SDK thinks fit.

    Raises:
        RuntimeError: the server cannot be reached.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "127.0.0.1:7233")
    client = await Client.connect(
        **config, data_converter=pydantic_data_converter, interceptors=_interceptors(), retry_config=retry
    )
    return client if sealer is None else encrypted_client(client, sealer)


def _interceptors() -> list[Interceptor]:
    provider = tracing.provider()
    if provider is None:
        return []
    from workflows.trace_propagation import Traced  # noqa: PLC0415 - only where traces are wanted

    return [Traced(provider.get_tracer("temporalio"))]
