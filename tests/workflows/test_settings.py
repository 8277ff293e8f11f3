"""Settings: what is missing or wrong is named."""

import pytest
from pydantic import ValidationError

from tests.keys import MASTER_KEYS
from workflows.settings import Settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A complete environment."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret-password@db/groundswell")
    monkeypatch.setenv("GROUNDSWELL_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("GROUNDSWELL_MASTER_KEYS", MASTER_KEYS)
    return monkeypatch


def test_settings_come_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    """With defaults for what is not said."""
    environment.setenv("GROUNDSWELL_SMTP_PORT", "2525")
    settings = Settings()
    assert settings.smtp_port == 2525
    assert settings.database_url.get_secret_value().startswith("postgresql://")


@pytest.mark.parametrize(("name", "wrong"), [("AT_ONCE", "0"), ("CACHED_WORKFLOWS", "1")])
def test_what_a_worker_may_hold_has_bounds(environment: pytest.MonkeyPatch, name: str, wrong: str) -> None:
    """With nothing at once, or nothing in memory, a worker would stand still."""
    environment.setenv(f"GROUNDSWELL_{name}", wrong)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_a_missing_variable_is_named(environment: pytest.MonkeyPatch) -> None:
    """By the name that it has in the environment."""
    environment.delenv("DATABASE_URL")
    with pytest.raises(ValidationError, match="DATABASE_URL"):
        Settings()


def test_a_short_secret_is_refused(environment: pytest.MonkeyPatch) -> None:
    """Links signed with it could be forged."""
    environment.setenv("GROUNDSWELL_SECRET_KEY", "short")
    with pytest.raises(ValidationError, match="secret_key"):
        Settings()


def test_secrets_do_not_show_when_settings_are_printed(environment: pytest.MonkeyPatch) -> None:
    """Neither keys nor passwords reach a log by accident."""
    printed = repr(Settings())
    assert "secret-password" not in printed
    assert "k" * 32 not in printed


def test_master_keys_that_are_none_are_refused_and_not_quoted(environment: pytest.MonkeyPatch) -> None:
    """Before anything is sealed with them."""
    environment.setenv("GROUNDSWELL_MASTER_KEYS", "2026=c2VjcmV0LWJ1dC1zaG9ydA==")
    with pytest.raises(ValidationError, match="openssl rand") as refused:
        Settings()
    assert "c2VjcmV0" not in str(refused.value)


ISSUER = {"OIDC_ISSUER": "https://id.brand.example", "OIDC_CLIENT_ID": "groundswell"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({**ISSUER, "OIDC_ISSUER": "http://id.brand.example"}, "must begin with https://"),
        ({"OIDC_ISSUER": "https://id.brand.example"}, "belong together"),
        ({"OIDC_CLIENT_ID": "groundswell"}, "belong together"),
        ({"OIDC_CLIENT_SECRET": "the-secret-itself"}, "need GROUNDSWELL_OIDC_ISSUER"),
        ({"OIDC_ADMIT_DOMAINS": "brand.example"}, "need GROUNDSWELL_OIDC_ISSUER"),
        ({**ISSUER, "OIDC_ADMIT_ROLE": "owner"}, "campaign_manager"),
    ],
)
def test_half_a_sign_in_service_is_refused(environment: pytest.MonkeyPatch, given: dict[str, str], why: str) -> None:
    """Rather than that members find out; nobody is made an owner by signing in."""
    for name, value in given.items():
        environment.setenv(f"GROUNDSWELL_{name}", value)
    with pytest.raises(ValidationError, match=why) as refused:
        Settings()
    assert "the-secret-itself" not in str(refused.value)


def test_an_empty_line_of_an_environment_file_is_no_sign_in_service(environment: pytest.MonkeyPatch) -> None:
    """Neither by name nor by halves."""
    for name in ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME", "OIDC_ADMIT_DOMAINS"):
        environment.setenv(f"GROUNDSWELL_{name}", "")
    assert not Settings().oidc_issuer


def test_domains_are_compared_in_lower_case(environment: pytest.MonkeyPatch) -> None:
    """As addresses are."""
    for name, value in {**ISSUER, "OIDC_ADMIT_DOMAINS": " Brand.Example,agency.example, "}.items():
        environment.setenv(f"GROUNDSWELL_{name}", value)
    assert Settings().admitted_domains == {"brand.example", "agency.example"}
