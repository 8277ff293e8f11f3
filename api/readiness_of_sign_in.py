"""Whether members can sign in with their accounts elsewhere."""

from temporalio.exceptions import ApplicationError

from activities.connectors.oidc import OidcProvider, ProviderMisfit
from api.readiness import Finding

PART = "sign-in"


class SignInProbe:
    """The provider answers, is who we take it for, and has keys. What it finds keeps nothing else from working.

    With `shows_secret` it is also asked whether it knows us. Providers note that, so it is not for every minute.
    """

    def __init__(self, provider: OidcProvider, *, shows_secret: bool = False) -> None:
        self._provider = provider
        self._shows_secret = shows_secret

    async def check(self) -> Finding:
        """See `Probe.check`."""
        provider = self._provider
        try:
            await provider.metadata(fresh=True)
            keys = await provider.keys(fresh=True)
            if self._shows_secret:
                await provider.check_credentials()
        except ProviderMisfit as misfit:
            todo = "correct GROUNDSWELL_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET: docs/access.md has them by provider"
            return Finding(part=PART, ready=False, found=str(misfit), todo=todo, needed=False)
        except ApplicationError as failure:
            todo = f"see whether {provider.client.issuer} answers from here; until then members sign in by mail or key"
            return Finding(part=PART, ready=False, found=failure.message, todo=todo, needed=False)
        known = ", and knows us" if self._shows_secret else ""
        found = f"{provider.client.issuer} answers with {len(keys)} keys{known}"
        return Finding(part=PART, ready=True, found=found, needed=False)
