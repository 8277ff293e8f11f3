"""What routes ask for: ids, JSON bodies, and decisions under one key."""

import json
from collections.abc import Iterator
from inspect import iscoroutinefunction
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.types import Message

from activities.starting import Answer
from api.access.authorise import creator_behind
from api.access.principal import owner_by_key
from api.app import ROUTERS
from api.dependencies import Decisions, Services, json_only
from api.errors import UnsupportedMediaType
from domain.campaign import CancelCampaign
from domain.decider import Actor, Command, Role
from domain.errors import IdempotencyKeyReused
from domain.events import fingerprint
from tests.api.conftest import Bench
from tests.domain.given import a_brief


def test_nothing_that_a_request_asks_for_is_done_in_a_thread() -> None:
    """Neither a route nor what it depends on: to hand it over takes longer than what it does."""

    def calls(dependant: Dependant) -> Iterator[Any]:
        yield dependant.call
        for each in dependant.dependencies:
            yield from calls(each)

    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    asked = {call for route in routes for call in calls(route.dependant)}
    assert len(routes) > 100
    assert {call for call in asked if not (iscoroutinefunction(call) or iscoroutinefunction(call.__call__))} == set()


def _request(body: bytes, media_type: str = "application/json") -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", media_type.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


@pytest.mark.parametrize(
    "media_type", ["application/json", "APPLICATION/JSON; charset=utf-8", "application/merge+json"]
)
async def test_json_by_any_of_its_names_is_let_through(media_type: str) -> None:
    request = _request(b'{"a": ["b", 1, null]}', media_type)
    await json_only(request)

    assert await request.json() == {"a": ["b", 1, None]}


async def test_no_body_is_no_body_of_the_wrong_kind() -> None:
    request = _request(b"", "text/plain")
    await json_only(request)

    assert await request.body() == b""


@pytest.mark.parametrize("media_type", ["", "text/json", "application/jsonp", "application/x-www-form-urlencoded"])
async def test_anything_else_is_refused(media_type: str) -> None:
    with pytest.raises(UnsupportedMediaType, match="application/json"):
        await json_only(_request(b"{}", media_type))


@pytest.mark.parametrize(
    ("body", "place"),
    [({"a": "x\x00"}, ("body", "a")), ({"a": [{"b": "\x00"}]}, ("body", "a", 0, "b")), ("\x00", ("body",))],
)
async def test_a_nul_is_found_however_deep_it_is(body: Any, place: tuple[str | int, ...]) -> None:
    with pytest.raises(RequestValidationError) as refused:
        await json_only(_request(json.dumps(body).encode()))

    assert refused.value.errors()[0]["loc"] == place


class Forgetful:
    """An engine that has answered every key before, for another command."""

    async def start_campaign(self, campaign_id: str, brief: object, *, actor: Actor, command_id: str) -> Answer:
        """See `DecisionEngine.start_campaign`."""
        return Answer(stream=f"campaign/{campaign_id}", version=1, events=("CampaignStarted",), fingerprint="another")

    async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        """See `DecisionEngine.decide`."""
        return Answer(stream=stream, version=1, events=("CampaignStarted",), fingerprint="another")


async def test_an_answer_to_another_command_is_a_reused_key(bench: Bench) -> None:
    """An engine answers a known key with its first answer; that it belongs to this command is seen by its digest."""
    await bench.started()
    services = Services(**{**bench.services.__dict__, "engine": Forgetful()})
    decisions = Decisions(services, owner_by_key("manager"), "mine")

    with pytest.raises(IdempotencyKeyReused, match="mine"):
        await decisions.start(a_brief())
    with pytest.raises(IdempotencyKeyReused, match="mine"):
        await decisions.on_campaign("tea", CancelCampaign(reason="no"))


async def test_the_key_is_the_commands_id_and_the_caller_its_actor(bench: Bench) -> None:
    await bench.started()
    command = CancelCampaign(reason="no")
    await Decisions(bench.services, owner_by_key("manager"), "mine").on_campaign("tea", command)

    recorded = (await bench.services.log.read("campaign/tea", 1))[0].metadata
    assert (recorded.command_id, recorded.actor) == ("mine", Actor(role=Role.BRAND, id="manager"))
    assert recorded.fingerprint == fingerprint(command)


async def test_behind_a_link_is_the_creator_of_its_collaboration(bench: Bench) -> None:
    id_ = await bench.offered("creator-7")
    caller = await creator_behind(bench.services.links.token(id_), bench.services)

    assert (caller.actor, caller.collaboration_id) == (Actor(role=Role.CREATOR, id="creator-7"), id_)
