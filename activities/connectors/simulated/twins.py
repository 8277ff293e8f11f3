"""Every twin, by name: where it listens by default, and the settings that lead a process to it."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from activities.connectors.simulated import docuseal, fohr, instagram, neoreach, oidc, shopify, slack, stripe
from activities.connectors.simulated.serving import served


@dataclass(frozen=True)
class Offered:
    """A twin that can be started. `environment` makes of its address the variables that lead to it."""

    port: int
    make: Callable[[], Any]
    """The ASGI application."""
    environment: Callable[[str], Mapping[str, str]]


TWINS: Mapping[str, Offered] = {
    "instagram": Offered(
        port=8101,
        make=lambda: instagram.InstagramTwin().app,
        environment=lambda address: {
            "GROUNDSWELL_INSTAGRAM_URL": f"{address}/{instagram.VERSION}",
            "GROUNDSWELL_INSTAGRAM_ACCOUNT": instagram.ACCOUNT,
            "GROUNDSWELL_INSTAGRAM_TOKEN": instagram.TOKEN,
            "GROUNDSWELL_INSTAGRAM_APP_SECRET": instagram.APP_SECRET,
        },
    ),
    "neoreach": Offered(
        port=8102,
        make=lambda: neoreach.NeoReachTwin().app,
        environment=lambda address: {
            "GROUNDSWELL_NEOREACH_URL": address,
            "GROUNDSWELL_NEOREACH_KEY": neoreach.KEY,
        },
    ),
    "fohr": Offered(
        port=8103,
        make=lambda: fohr.FohrTwin().app,
        environment=lambda address: {"GROUNDSWELL_FOHR_URL": address, "GROUNDSWELL_FOHR_KEY": fohr.KEY},
    ),
    "slack": Offered(
        port=8104,
        make=lambda: slack.SlackTwin().app,
        environment=lambda address: {"GROUNDSWELL_SLACK_WEBHOOK_URL": f"{address}{slack.PATH}"},
    ),
    "shopify": Offered(
        port=8105,
        make=lambda: shopify.ShopifyTwin().app,
        # Shopify comes to us: its address is for whoever wants to buy something there.
        environment=lambda address: {"GROUNDSWELL_SHOPIFY_SECRET": shopify.SECRET, "SHOPIFY_TWIN_URL": address},
    ),
    "stripe": Offered(
        port=8106,
        make=lambda: stripe.StripeTwin().app,
        environment=lambda address: {
            "GROUNDSWELL_STRIPE_URL": address,
            "GROUNDSWELL_STRIPE_SECRET_KEY": stripe.KEY,
            "GROUNDSWELL_STRIPE_WEBHOOK_SECRET": stripe.WEBHOOK_SECRET,
        },
    ),
    "docuseal": Offered(
        port=8107,
        make=lambda: docuseal.DocuSealTwin().app,
        environment=lambda address: {
            "GROUNDSWELL_DOCUSEAL_URL": address,
            "GROUNDSWELL_DOCUSEAL_API_KEY": docuseal.KEY,
            "GROUNDSWELL_DOCUSEAL_WEBHOOK_SECRET": docuseal.SECRET,
        },
    ),
    "oidc": Offered(
        port=8108,
        make=lambda: oidc.OidcTwin().app,
        environment=lambda address: {
            "GROUNDSWELL_OIDC_ISSUER": address,
            "GROUNDSWELL_OIDC_CLIENT_ID": oidc.CLIENT_ID,
            "GROUNDSWELL_OIDC_CLIENT_SECRET": oidc.CLIENT_SECRET,
        },
    ),
}


@asynccontextmanager
async def twins_served(
    names: Iterable[str] = tuple(TWINS), *, usual_ports: bool = False
) -> AsyncIterator[Mapping[str, str]]:
    """These twins, served as long as the block runs, on free ports or the usual ones; the settings that lead to them.

    Raises:
        OSError: a usual port is taken.
    """
    environment: dict[str, str] = {}
    async with AsyncExitStack() as running:
        for name in names:
            twin = TWINS[name]
            port = twin.port if usual_ports else 0
            environment |= twin.environment(await running.enter_async_context(served(twin.make(), port=port)))
        yield environment
