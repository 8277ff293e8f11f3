"""The sign-in service that the settings name."""

from pydantic import SecretStr

from api.access.principal import AccessRole
from api.access.provider import SignOn
from tests.keys import MASTER_KEYS
from workflows.settings import Settings


def _settings(**given: str) -> Settings:
    whole = {"database_url": "postgresql://db/x", "secret_key": "k" * 32, "master_keys": MASTER_KEYS, **given}
    return Settings.model_validate(whole)


def test_without_an_issuer_there_is_none() -> None:
    assert SignOn.of(_settings()) is None


async def test_it_is_called_by_its_name_or_its_host_and_leads_back_to_our_public_address() -> None:
    named = SignOn.of(
        _settings(
            oidc_issuer="https://id.brand.example/realms/brand",
            oidc_client_id="groundswell",
            oidc_client_secret="s3cret",
            oidc_name="Keycloak",
            public_url="https://groundswell.example/",
        )
    )
    bare = SignOn.of(_settings(oidc_issuer="https://id.brand.example", oidc_client_id="groundswell"))
    assert named is not None
    assert bare is not None

    assert (named.name, bare.name) == ("Keycloak", "id.brand.example")
    assert named.provider.client.redirect_uri == "https://groundswell.example/oidc/callback"
    assert (named.provider.client.secret, bare.provider.client.secret) == (SecretStr("s3cret"), None)
    assert "s3cret" not in repr(named)
    for sign_on in (named, bare):
        await sign_on.provider.aclose()


async def test_it_admits_people_of_these_domains_exactly() -> None:
    sign_on = SignOn.of(
        _settings(
            oidc_issuer="https://id.brand.example",
            oidc_client_id="groundswell",
            oidc_admit_domains="Brand.example, agency.example",
            oidc_admit_role="ops",
        )
    )
    assert sign_on is not None
    addresses = ("a@brand.example", "a@agency.example", "a@sub.brand.example", "a@evilbrand.example", "brand.example")
    assert [sign_on.admits(address) for address in addresses] == [True, True, False, False, True]
    assert sign_on.role is AccessRole.OPS
    await sign_on.provider.aclose()
