"""Where a creator is paid, as the brand sets it."""

import httpx
import pytest

from tests.api.conftest import Bench
from tests.domain.given import a_profile


@pytest.fixture
async def path(bench: Bench) -> str:
    """The account's address, of somebody in the directory."""
    [added] = await bench.services.creators.upsert("default", [a_profile()])
    return f"/v1/creators/{added.id}/payout-account"


async def test_an_account_is_set_read_and_taken_away(brand: httpx.AsyncClient, path: str) -> None:
    """An import of the profile leaves it as it is."""
    assert (await brand.get(path)).json() == {"account": None, "payouts_enabled": None}
    answer = await brand.put(path, json={"account": "acct_1Maya"})
    assert (answer.status_code, answer.json()) == (200, {"account": "acct_1Maya"})
    assert (await brand.get(path)).json() == {"account": "acct_1Maya", "payouts_enabled": None}
    assert (await brand.put(path, json={"account": None})).status_code == 200
    assert (await brand.get(path)).json() == {"account": None, "payouts_enabled": None}


async def test_an_import_keeps_it_and_an_erasure_does_not(bench: Bench, brand: httpx.AsyncClient, path: str) -> None:
    """The row says nothing of it any more."""
    await brand.put(path, json={"account": "acct_1Maya"})
    await bench.services.creators.upsert("default", [a_profile(followers=4_321)])
    assert (await brand.get(path)).json() == {"account": "acct_1Maya", "payouts_enabled": None}
    assert (await brand.post(path.replace("payout-account", "erase"))).status_code == 200
    assert await bench.services.pool.fetchval("select count(*) from creators where payout_account is not null") == 0
    assert (await brand.get(path)).status_code == 404
    assert (await brand.put(path, json={"account": "acct_1Maya"})).status_code == 404


@pytest.mark.parametrize("body", [{}, {"account": ""}, {"account": "DE89 3704"}, {"account": "acct_1/../x"}])
async def test_what_is_no_account_of_stripe_s_is_named(
    brand: httpx.AsyncClient, path: str, body: dict[str, str]
) -> None:
    """422, with the field."""
    answer = await brand.put(path, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "account")


async def test_an_unknown_creator_is_not_found(brand: httpx.AsyncClient) -> None:
    """Neither to read nor to set."""
    assert (await brand.get("/v1/creators/nobody/payout-account")).status_code == 404
    assert (await brand.put("/v1/creators/nobody/payout-account", json={"account": "acct_1"})).status_code == 404


async def test_only_the_brand_says_where_money_goes(bench: Bench, path: str) -> None:
    """Neither strangers nor the creator's link, which anybody may have been forwarded."""
    async with bench.client() as anonymous, bench.as_creator(await bench.opened()) as creator:
        for client, status in ((anonymous, 401), (creator, 403)):
            assert (await client.get(path)).status_code == status
            assert (await client.put(path, json={"account": "acct_1Mine"})).status_code == status
