"""The connectors to outside services that the settings name."""

from collections.abc import Iterator

from pydantic import SecretStr

from activities.connectors.creator_sources import CreatorSources
from activities.connectors.docuseal import DocuSeal
from activities.connectors.fohr import fohr
from activities.connectors.instagram import Instagram
from activities.connectors.neoreach import neoreach
from activities.connectors.stripe import Stripe
from activities.ports import CreatorSource
from workflows.settings import Settings


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
