"""Signing in with an account elsewhere: at which provider, and who may come in besides those who are members."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from activities.connectors.oidc import Client, OidcProvider
from api.access.principal import AccessRole
from workflows.settings import Settings

CALLBACK = "/oidc/callback"
"""Where the provider sends browsers back to, on our public address: it must be registered there."""


@dataclass(frozen=True)
class SignOn:
    """One provider, as this installation uses it."""

    provider: OidcProvider
    name: str
    """What people call it."""
    domains: frozenset[str] = frozenset()
    """Mail domains whose people become members when they first come."""
    role: AccessRole = AccessRole.CLIENT_REVIEWER
    """As what."""

    @classmethod
    def of(cls, settings: Settings) -> "SignOn | None":
        """What the settings say; None if they name no provider."""
        if not settings.oidc_issuer:
            return None
        secret = settings.oidc_client_secret
        client = Client(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            secret=secret if secret.get_secret_value() else None,
            redirect_uri=settings.public_url.rstrip("/") + CALLBACK,
        )
        name = settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or "OpenID Connect"
        return cls(OidcProvider(client), name, settings.admitted_domains, AccessRole(settings.oidc_admit_role))

    @property
    def issuer(self) -> str:
        """Whose accounts they are."""
        return self.provider.client.issuer

    def admits(self, address: str) -> bool:
        """Whether somebody with this address, in lower case, becomes a member by coming."""
        return address.rpartition("@")[2] in self.domains
