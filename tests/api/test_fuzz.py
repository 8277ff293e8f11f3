"""Requests that nobody thought of: made from the API's own description, well-formed and not, against the served API.

No answer is a mistake of ours, every answer is documented with its status, its type and its shape, and what the
description forbids is refused. Links lead from one call to the next, which is about what the first one has made.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from api.serving import Server, server
from domain.decider import Role
from domain.negotiation import DeclineOffer
from tests.api.access import conftest as front_door
from tests.api.access.conftest import FrontDoor
from tests.api.access.mutations import Mutations
from tests.api.conftest import API_KEY

door, installation = front_door.door, front_door.installation
schemathesis.serializer.alias("application/x-ndjson", "text/plain")

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "use_after_free",
    "ensure_resource_availability",
)
PHASES = ("examples", "coverage", "fuzzing", "stateful")
METHODS = {"get", "post", "put", "patch", "delete"}

Known = Mapping[str, Sequence[str]]


@dataclass
class Found:
    """What came of it."""

    called: Counter[str] = field(default_factory=Counter)
    """How often each operation was."""
    followed: Counter[str] = field(default_factory=Counter)
    """How often each link was, with something that it took from an answer."""
    wrong: dict[str, str] = field(default_factory=dict)
    """The first answer of each kind that was not right, and its call."""


@pytest.fixture
async def running(installation: FrontDoor) -> AsyncIterator[Server]:
    """The API on a port of its own, which counts nobody's requests."""
    serving = server(installation.app, host="127.0.0.1", port=0)
    served = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    yield serving
    serving.should_exit = True
    await served


@pytest.mark.timeout(900)
async def test_every_call_keeps_to_the_description(installation: FrontDoor, running: Server) -> None:
    """Each operation with the examples of the description and a few requests made up, the same ones in every run; and a
    few stories of calls that take up what another one has answered."""
    document = _described(installation, await _stock(installation))
    found = await asyncio.to_thread(_fuzz, running, document, ("examples", "fuzzing"), examples=2)
    linked = await asyncio.to_thread(_fuzz, running, _described(installation, {}), ("stateful",), examples=24)

    assert (found.wrong, linked.wrong) == ({}, {})
    assert set(found.called) == {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in METHODS & set(item)
    }
    assert linked.followed.total() > 8


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize(("phase", "examples"), [("coverage", 40), ("fuzzing", 40), ("stateful", 400)])
async def test_many_calls_keep_to_the_description(
    installation: FrontDoor, running: Server, phase: str, examples: int, record_property: Any
) -> None:
    """Every limit of every field from both sides; many requests made up; and calls with what other calls answered."""
    stock = await _stock(installation)
    document = _described(installation, stock if phase != "stateful" else {})
    found = await asyncio.to_thread(_fuzz, running, document, (phase,), examples=examples)

    record_property("calls", found.called.total())
    record_property("links followed", found.followed.total())
    assert found.wrong == {}
    assert found.called.total() > 1_000
    assert phase != "stateful" or len(found.followed) > 30


async def _stock(door: FrontDoor) -> Mapping[str, Known]:
    """By call what its path may be about, and under `any` all that there is: each call that changes something finds
    what waits for just that, and what was a creator's who has been erased."""
    mutations = await Mutations(door).all()
    erased = await door.known_creator(handle="erased")
    forgotten = await door.offered(erased, 98)
    await door.give(f"collaboration/{forgotten}", DeclineOffer(version=1), Role.CREATOR)
    await door.services.eraser.erase(erased, requested_by="test")
    gone = {"creator_id": erased, "collaboration_id": forgotten}
    everything: dict[str, list[str]] = {name: [id_] for name, id_ in gone.items()}
    for mutation in mutations.values():
        for name, id_ in mutation.place.items():
            if id_ not in everything.setdefault(name, []):
                everything[name].append(id_)
    own: dict[str, Known] = {
        call: {name: [id_, gone[name]] if name in gone else [id_] for name, id_ in mutation.place.items()}
        for call, mutation in mutations.items()
    }
    return own | {"any": everything}


def _described(door: FrontDoor, stock: Mapping[str, Known]) -> dict[str, Any]:
    """The description as if there were nothing but what is known, so that made-up requests reach something."""
    document = door.app.openapi()
    paths = {
        path: {
            method: _about(operation, stock.get(f"{method.upper()} {path}", stock.get("any", {})))
            for method, operation in item.items()
        }
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}


def _about(operation: Mapping[str, Any], known: Known) -> dict[str, Any]:
    parameters = [
        parameter
        | {"schema": parameter["schema"] | {"enum": [_as(parameter, id_) for id_ in known[parameter["name"]]]}}
        if parameter["in"] == "path" and parameter["name"] in known
        else parameter
        for parameter in operation.get("parameters", ())
        if parameter["name"] != "cancel"  # of erasing: it takes workflows, which do not run here
    ]
    return {**operation, "parameters": parameters}


def _as(parameter: Mapping[str, Any], id_: str) -> str | int:
    return int(id_) if parameter["schema"].get("type") == "integer" else id_


def _fuzz(running: Server, document: dict[str, Any], phases: Sequence[str], *, examples: int) -> Found:
    port = running.servers[0].sockets[0].getsockname()[1]
    config = SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "base-url": f"http://127.0.0.1:{port}",
            "headers": {"Authorization": f"Bearer {API_KEY}"},
            "request-timeout": 60,
            "generation": {"deterministic": True, "max-examples": examples, "database": "none"},
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES},
            "checks": {"enabled": False} | {check: {"enabled": True} for check in CHECKS},
        }
    )
    found = Found()
    for event in from_schema(schemathesis.openapi.from_dict(document, config=config)).execute():
        match event:
            case events.ScenarioFinished(recorder=recorder):
                found.called.update(node.value.operation.label for node in recorder.cases.values())
                found.followed.update(
                    node.transition.id
                    for node in recorder.cases.values()
                    if node.transition is not None and node.is_transition_applied
                )
                for failure in (check.failure_info for made in recorder.checks.values() for check in made):
                    if failure is not None:
                        kind = f"{failure.failure.operation}: {failure.failure.title}"
                        found.wrong.setdefault(kind, f"{failure.failure.message}\n{failure.code_sample}")
            case events.NonFatalError(label=label, value=error):
                found.wrong[label] = repr(error)
            case events.FatalError(exception=error):
                raise error
    return found
