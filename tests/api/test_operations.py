"""GET /healthz and /readyz."""

import httpx
import pytest

from api.dependencies import Services
from api.readiness import DatabaseProbe
from tests.api.conftest import Bench

NOWHERE = "127.0.0.1:1"


async def test_the_process_is_up_whatever_it_needs(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})


@pytest.mark.parametrize("away", [False, True])
async def test_readiness_is_503_while_a_part_is_missing(bench: Bench, database: str, away: bool) -> None:
    dsn = f"postgresql://nobody@{NOWHERE}/none" if away else database
    bench.app.state.services = Services(**{**bench.services.__dict__, "probes": (DatabaseProbe(dsn),)})
    async with bench.client() as anyone:
        answer = await anyone.get("/readyz")

    assert answer.status_code == (503 if away else 200)
    assert [part["part"] for part in answer.json()["parts"]] == ["database"]
    assert answer.json()["ready"] is not away
