"""All twins together: each is there, and the settings lead to it."""

import httpx

from activities.connectors.simulated.twins import TWINS, twins_served


async def test_all_twins_are_served_and_the_settings_lead_to_them() -> None:
    """Every address answers, none of them with what somebody without a key must not see."""
    async with twins_served() as environment, httpx.AsyncClient() as client:
        addresses = {name: value for name, value in environment.items() if name.endswith(("_URL", "_ISSUER"))}
        assert len(addresses) == len(TWINS)
        for name, address in addresses.items():
            root = httpx.URL(address).copy_with(path="/twin/faults")
            assert (await client.post(root, content="{}")).status_code == 422, name


async def test_only_those_that_are_named_are_started() -> None:
    """Whoever needs one does not pay for all."""
    async with twins_served(["fohr"]) as environment:
        assert set(environment) == {"GROUNDSWELL_FOHR_URL", "GROUNDSWELL_FOHR_KEY"}


def test_no_two_twins_have_the_same_port() -> None:
    """They are meant to be started together."""
    assert len({twin.port for twin in TWINS.values()}) == len(TWINS)
