"""A twin fails on demand: by header, by a control request, by its owner's word, and not otherwise."""

from collections.abc import AsyncIterator

import httpx
import pytest

from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.neoreach import KEY, NeoReachTwin
from activities.connectors.simulated.serving import served

HEADERS = {"X-API-Key": KEY}
PATH = "/v1/influencers?q=coffee"


@pytest.fixture
def twin() -> NeoReachTwin:
    """Any twin will do."""
    return NeoReachTwin()


@pytest.fixture
async def client(twin: NeoReachTwin) -> AsyncIterator[httpx.AsyncClient]:
    """A client that may ask it everything."""
    async with served(twin.app) as address, httpx.AsyncClient(base_url=address, headers=HEADERS) as client:
        yield client


async def test_a_header_spoils_one_request(client: httpx.AsyncClient) -> None:
    """With the settings that it names."""
    spoilt = await client.get(PATH, headers={"X-Twin-Fault": "rate_limited; retry_after=90"})
    assert (spoilt.status_code, spoilt.headers["retry-after"]) == (429, "90")
    assert (await client.get(PATH)).status_code == 200


async def test_a_control_request_spoils_the_next_ones(client: httpx.AsyncClient) -> None:
    """So that a whole program can be tried, which sends no headers of ours."""
    await client.post("/twin/faults", json={"fault": "server_error", "times": 2})
    assert [(await client.get(PATH)).status_code for _ in range(3)] == [503, 503, 200]


@pytest.mark.parametrize("body", ["no JSON", "[]", '{"fault": "earthquake"}', '{"fault": "slow", "severity": 7}'])
async def test_a_control_request_that_is_not_understood_says_which_faults_there_are(
    client: httpx.AsyncClient, body: str
) -> None:
    """And plans none."""
    refused = await client.post("/twin/faults", content=body)
    assert (refused.status_code, refused.json()["faults"]) == (422, list(Fault))
    assert (await client.get(PATH)).status_code == 200


async def test_each_fault_is_what_it_is_called(twin: NeoReachTwin, client: httpx.AsyncClient) -> None:
    """As the service itself would fail; all of them count as requests."""
    for fault in Fault:
        twin.faults.plan(fault, delay=0, retry_after=1)
    answers = {fault: await client.get(PATH) for fault in Fault}
    assert {fault: answer.status_code for fault, answer in answers.items()} == {
        Fault.RATE_LIMITED: 429,
        Fault.SERVER_ERROR: 503,
        Fault.EXPIRED_TOKEN: 401,
        Fault.PARTIAL_PAGE: 200,
        Fault.MALFORMED: 200,
        Fault.SLOW: 200,
    }
    whole = answers[Fault.SLOW].json()["influencers"]
    assert 0 < len(answers[Fault.PARTIAL_PAGE].json()["influencers"]) < len(whole)
    assert answers[Fault.SERVER_ERROR].headers["retry-after"] == "1"
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answers[Fault.MALFORMED].json()
    assert twin.requests == len(Fault)
