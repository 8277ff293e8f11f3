import asyncio

import pytest

from api.demo.client import Api, Refusal
from tests.api.conftest import API_KEY, Bench
from workflows.client import EngineUnavailable


@pytest.fixture
async def api(bench: Bench) -> Api:
    return Api(bench.client(), API_KEY)


async def test_a_refusal_has_its_status_code_and_words(api: Api) -> None:
    """As the API's problem says them."""
    with pytest.raises(Refusal) as refused:
        await api.get("/v1/collaborations/nowhere")
    assert (refused.value.status, refused.value.code) == (404, "not_found")
    assert "no collaboration nowhere" in refused.value.detail


async def test_lists_are_read_to_their_end(api: Api, bench: Bench) -> None:
    """Page by page."""
    for creator in ("a", "b", "c"):
        await bench.opened(creator)
    tasks = [task async for task in api.pages("/v1/tasks", assignee="brand")]
    assert len({task["stream"] for task in tasks}) == 3


async def test_a_decision_is_sent_again_while_the_engine_is_away(api: Api, bench: Bench) -> None:
    """With the same key, so that it is carried out once."""
    id_ = await bench.opened()
    bench.engine.outage = EngineUnavailable(seconds=1, why="a test")
    decision = asyncio.create_task(api.post(f"/v1/collaborations/{id_}/verification/approve"))
    await asyncio.sleep(0.5)
    bench.engine.outage = None
    assert "CreatorApproved" in (await decision)["events"]


async def test_a_file_is_sent_as_the_body(api: Api) -> None:
    """A roster, as it lies on the disk."""
    roster = b"handle,name,email,followers,platform\nmaya,Maya,maya@mail.example,5200,instagram\n"
    assert (await api.upload("/v1/creators/import", roster, "text/csv"))["accepted"] == 1
