"""Which outside services the settings name."""

from typing import Any

from pydantic import SecretStr

from tests.keys import MASTER_KEYS
from workflows.connectors import creator_sources, stripe
from workflows.settings import Settings


def settings(**facts: Any) -> Settings:
    """What must be set, and these."""
    required = {
        "database_url": SecretStr("postgresql://nowhere"),
        "secret_key": SecretStr("k" * 32),
        "master_keys": SecretStr(MASTER_KEYS),
    }
    return Settings(**{**required, **facts})


async def test_a_source_is_there_if_its_address_and_its_credentials_are_set() -> None:
    """One without the other is none."""
    key = SecretStr("key")
    half = {"instagram_token": key, "neoreach_url": "http://neoreach.invalid", "fohr_key": key}
    whole = {**half, "instagram_account": "1", "neoreach_key": key, "fohr_url": "http://fohr.invalid"}
    empty = dict.fromkeys(whole, "")
    for facts, names in (({}, []), (half, []), (empty, []), (whole, ["fohr", "instagram", "neoreach"])):
        sources = creator_sources(settings(**facts))
        assert sources.names == names
        await sources.aclose()


async def test_stripe_is_there_if_its_key_is_set() -> None:
    """An empty one is none."""
    assert stripe(settings()) is None
    assert stripe(settings(stripe_secret_key="")) is None
    connected = stripe(settings(stripe_secret_key=SecretStr("sk")))
    assert connected is not None
    await connected.aclose()
