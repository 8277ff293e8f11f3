"""The client against the API: keys, patience, refusals, pages, streams."""

import asyncio
import warnings
from collections.abc import AsyncIterator

import httpx
import pytest

from api.client import Conflict, Groundswell, Malformed, NotFound, PreconditionFailed, Unauthorized, Unavailable, models
from api.client.transport import Model, OpenEnum
from api.serving import server
from tests.api.conftest import API_KEY, Bench
from workflows.client import EngineUnavailable

ADDRESS = "http://api.test"


def calling(bench: Bench, token: str = API_KEY, patience: float = 30.0) -> Groundswell:
    return Groundswell(ADDRESS, token, session=bench.client(), patience=patience)


@pytest.fixture
async def api(bench: Bench) -> AsyncIterator[Groundswell]:
    async with calling(bench) as api:
        yield api


async def test_refusals_are_exceptions_with_what_the_problem_says(api: Groundswell, bench: Bench) -> None:
    id_ = await bench.opened()
    unfit = models.ProposeAmendment.model_construct(reason="Nothing to change.")  # type: ignore[call-arg]
    with pytest.raises(NotFound) as unknown:
        await api.read_collaboration("nowhere")
    with pytest.raises(Conflict) as closed:
        await api.renew_campaign("tea")
    with pytest.raises(Malformed) as wrong:
        await api.propose_amendment(id_, unfit)
    with pytest.raises(Unauthorized):
        await calling(bench, "no key").read_me()

    assert (unknown.value.status, unknown.value.code) == (404, "not_found")
    assert "no collaboration nowhere" in unknown.value.detail
    assert (closed.value.code, closed.value.facts["needed"]) == ("wrong_stage", "the end")
    assert [error["field"] for error in wrong.value.errors] == ["changes"]
    assert wrong.value.request_id


async def test_lists_are_read_to_their_end(api: Groundswell, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page by page."""
    monkeypatch.setattr("api.client.transport.PAGE", 2)
    for place, creator in enumerate(("a", "b", "c"), start=1):
        await bench.opened(creator, place)
    tasks = [task async for task in api.list_open_tasks(assignee=models.Role.BRAND)]
    first = await api.list_open_tasks_page(limit=1)

    assert len({task.stream for task in tasks}) == 3
    assert (first.items, first.next is None) == ([tasks[0]], False)


async def test_a_decision_is_sent_again_while_the_engine_is_away(bench: Bench) -> None:
    """With the same key, so that it is carried out once; and not for longer than the client is patient."""
    api, hasty, id_ = calling(bench), calling(bench, patience=0.0), await bench.opened()
    bench.engine.outage = EngineUnavailable(seconds=1, why="a test")
    with pytest.raises(Unavailable):
        await hasty.approve_creator(id_, models.ApproveCreator())
    decision = asyncio.create_task(api.approve_creator(id_, models.ApproveCreator()))
    await asyncio.sleep(0.2)
    bench.engine.outage = None

    assert "CreatorApproved" in (await decision).events


async def test_a_chosen_key_is_answered_alike(api: Groundswell, bench: Bench) -> None:
    body, id_ = models.ApproveCreator(note="Known from the fair."), await bench.opened()
    answers = [await api.approve_creator(id_, body, idempotency_key="once") for _ in range(2)]
    assert answers[0] == answers[1]


async def test_a_file_is_sent_as_the_body_and_a_document_comes_as_bytes(api: Groundswell, bench: Bench) -> None:
    roster = b"handle,name,email,followers,platform\nmaya,Maya,maya@mail.example,5200,instagram\n"
    imported = await api.import_creators(roster, content_type="text/csv")
    contract = await api.read_contract(await bench.to_sign())

    assert (imported.accepted, imported.created) == (1, 1)
    assert contract.startswith(b"%PDF")


async def test_only_what_is_given_is_sent_and_only_what_was_read_is_changed(api: Groundswell) -> None:
    """A webhook is disabled with its url and types untouched; the second change by the same tag is refused."""
    made = await api.create_webhook(models.NewWebhook(url="https://1.1.1.1/hook", types=["OfferMade"]))
    read = await api.read_webhook(made.id)
    changed = await api.change_webhook(read.id, models.ChangedWebhook(enabled=False), if_match=read.etag)
    with pytest.raises(PreconditionFailed, match="changed since: enabled"):
        await api.delete_webhook(read.id, if_match=read.etag)
    await api.delete_webhook(read.id, if_match=changed.etag)

    assert (changed.enabled, changed.url, changed.types) == (False, read.url, ["OfferMade"])
    assert await api.list_webhooks() == []


async def test_a_creator_reads_their_own_view_of_a_collaboration(bench: Bench, api: Groundswell) -> None:
    id_ = await bench.offered()
    creators = calling(bench, bench.services.links.token(id_))
    assert isinstance(await creators.read_collaboration(id_), models.CollaborationForCreator)
    assert isinstance(await api.read_collaboration(id_), models.CollaborationView)


async def test_events_are_followed_and_taken_up_where_they_were(bench: Bench) -> None:
    """Over a connection, each once and in order, those that come meanwhile too."""
    serving = server(bench.app, host="127.0.0.1", port=0)
    served = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    port = serving.servers[0].sockets[0].getsockname()[1]
    await bench.started()
    async with asyncio.timeout(60), Groundswell(f"http://127.0.0.1:{port}", API_KEY) as api:
        events = api.follow_campaign_events("tea")
        first = await anext(events)
        await bench.offered()
        following = [await anext(events) for _ in range(3)]
        again = await anext(api.follow_campaign_events("tea", last_event_id=following[0].position))
    serving.should_exit = True
    await served

    assert first.type == "CampaignStarted"
    assert [event.position for event in following] == sorted({event.position for event in following})
    assert again == following[1]


async def test_a_deprecated_call_warns_whoever_makes_it() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"alive": True}, headers={"Deprecation": "@1"})

    session = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    with pytest.warns(DeprecationWarning, match="GET /healthz is deprecated"):
        await Groundswell(ADDRESS, "", session=session).healthz()
    await session.aclose()


async def test_a_broken_connection_is_tried_again_with_the_same_key() -> None:
    """And a proxy's page that is no problem is a refusal all the same."""
    keys = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) == 1:
            raise httpx.ConnectError("lost")
        return httpx.Response(404, text="<html>")

    session = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    with pytest.raises(NotFound) as refused:
        await Groundswell(ADDRESS, "", session=session).erase_creator("x")
    await session.aclose()
    assert (len(keys), len(set(keys)), refused.value.code) == (2, 1, "unknown")


def test_words_and_fields_of_a_later_release_are_read() -> None:
    class Color(OpenEnum):
        RED = "red"

    class Thing(Model):
        color: Color

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        thing = Thing.model_validate({"color": "infrared", "size": 3})
        assert thing.model_dump_json() == '{"color":"infrared","size":3}'
    assert Thing.model_validate({"color": "red"}).color is Color.RED
