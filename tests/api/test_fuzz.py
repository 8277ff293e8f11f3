"""Requests that nobody thought of: made from the API's own description, well-formed and not, against the served API.

No answer is a mistake of ours, every answer is documented with its status, its type and its shape, and what the
description forbids is refused. Links lead from one call to the next, which is about what the first one has made.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
import schemathesis
import structlog
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder

from api.serving import Server, server
from domain.decider import Role
from domain.negotiation import DeclineOffer
from tests.api.access import conftest as front_door
from tests.api.access.conftest import FrontDoor
from tests.api.access.mutations import Mutations
from tests.api.conftest import API_KEY

door, installation = front_door.door, front_door.installation

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
STORIES = ("stateful",)
METHODS = {"get", "post", "put", "patch", "delete"}

Known = Mapping[str, Sequence[str]]


class Stock(NamedTuple):
    """What there is that requests can be about."""

    own: Mapping[str, Known]
    """By call what its path may hold, if it changes something."""
    everything: Known
    """For all other calls."""
    bodies: Mapping[str, Any]
    """By call one with which it is carried out."""


@dataclass
class Found:
    """What came of it."""

    called: Counter[str] = field(default_factory=Counter)
    """How often each operation was."""
    followed: Counter[str] = field(default_factory=Counter)
    """How often each link was, with something that it took from an answer."""
    wrong: dict[str, str] = field(default_factory=dict)
    """The first answer of each kind that was not right, and its call."""

    def note(self, recorder: ScenarioRecorder) -> None:
        """Adds what was called, and how it was answered."""
        cases = recorder.cases.values()
        self.called.update(case.value.operation.label for case in cases)
        self.followed.update(case.transition.id for case in cases if case.transition and case.is_transition_applied)
        for failure in (check.failure_info for made in recorder.checks.values() for check in made):
            if failure is not None:
                kind = f"{failure.failure.operation}: {failure.failure.title}"
                self.wrong.setdefault(kind, f"{failure.failure.message}\n{failure.code_sample}")


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
    stock = await _stock(installation)
    found = await asyncio.to_thread(_fuzz, running, _described(installation, stock), ("examples", "fuzzing"), 2)
    stories = await asyncio.to_thread(_tell_stories, running, _described(installation, stock, carried_out=True), 3)

    assert (found.wrong, stories.wrong) == ({}, {})
    assert set(found.called) == {
        f"{method.upper()} {path}"
        for path, item in installation.app.openapi()["paths"].items()
        for method in METHODS & set(item)
    }
    assert stories.followed.total() > 8


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("phase", ["coverage", "fuzzing"])
async def test_many_calls_keep_to_the_description(installation: FrontDoor, running: Server, phase: str) -> None:
    """Every limit of every field from both sides, and many requests made up."""
    document = _described(installation, await _stock(installation))
    found = await asyncio.to_thread(_fuzz, running, document, (phase,), 40)

    structlog.get_logger(__name__).info("calls made", calls=found.called.total())
    assert found.wrong == {}
    assert found.called.total() > 1_000


@pytest.mark.slow
@pytest.mark.timeout(3_600)
async def test_whatever_an_answer_leads_to_keeps_to_the_description(installation: FrontDoor, running: Server) -> None:
    """Calls about what other calls have made, changed and deleted."""
    document = _described(installation, await _stock(installation), carried_out=True)
    found = await asyncio.to_thread(_tell_stories, running, document, 60)

    structlog.get_logger(__name__).info("calls made", calls=found.called.total(), links=found.followed.total())
    assert found.wrong == {}
    assert found.called.total() > 1_000
    assert len(found.followed) > 30


async def _stock(door: FrontDoor) -> Stock:
    """Each call that changes something finds what waits for just that, and what was a creator's who has been erased."""
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
    return Stock(
        own, everything, {call: made.sends["json"] for call, made in mutations.items() if "json" in made.sends}
    )


def _described(door: FrontDoor, stock: Stock, *, carried_out: bool = False) -> dict[str, Any]:
    """The description as if there were nothing but what is in stock, so that made-up requests reach something; if they
    are to be carried out, as if each took one body only."""
    document = door.app.openapi()
    left_out = {"cancel"}  # of erasing: it takes workflows, which do not run here
    if carried_out:
        left_out.add("Idempotency-Key")  # under a key that was used, the answer is about what may be gone by now
    paths = {
        path: {
            method: _about(
                operation,
                stock.own.get(call, stock.everything),
                stock.bodies.get(call) if carried_out else None,
                left_out,
            )
            for method, operation in item.items()
            for call in [f"{method.upper()} {path}"]
        }
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}


def _about(operation: Mapping[str, Any], known: Known, body: Any, left_out: Collection[str]) -> dict[str, Any]:
    parameters = [
        parameter
        | {"schema": parameter["schema"] | {"enum": [_as(parameter, id_) for id_ in known[parameter["name"]]]}}
        if parameter["in"] == "path" and parameter["name"] in known
        else parameter
        for parameter in operation.get("parameters", ())
        if parameter["name"] not in left_out
    ]
    taken = operation.get("requestBody", {}).get("content", {})
    # Lines of JSON are text, any of which may come: what is wrong with a line is in the answer.
    content = {kind: what for kind, what in taken.items() if kind != "application/x-ndjson"}
    if body is not None:
        content = {"application/json": {"schema": {"enum": [body]}}}
    only = {"requestBody": {**operation["requestBody"], "content": content}} if content else {}
    return {**operation, "parameters": parameters, **only}


def _as(parameter: Mapping[str, Any], id_: str) -> str | int:
    return int(id_) if parameter["schema"].get("type") == "integer" else id_


def _tell_stories(running: Server, document: dict[str, Any], beginnings: int) -> Found:
    """Calls that go on from one another. One story is over when it finds things other than the first time, as what can
    be decided once is the second time; so there are many beginnings."""
    found = Found()
    for seed in range(beginnings):
        _fuzz(running, document, STORIES, examples=10, seed=seed, found=found)
    return found


def _fuzz(
    running: Server,
    document: dict[str, Any],
    phases: Sequence[str],
    examples: int,
    *,
    seed: int = 1,
    found: Found | None = None,
) -> Found:
    port = running.servers[0].sockets[0].getsockname()[1]
    # Stories go on from what was carried out; what is refused is for the other phases.
    mode = {"mode": "positive"} if phases == STORIES else {}
    only_ours: dict[str, Any] = {"stateful": {"enabled": "stateful" in phases, "inference": {"algorithms": []}}}
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "base-url": f"http://127.0.0.1:{port}",
            "headers": {"Authorization": f"Bearer {API_KEY}"},
            "request-timeout": 60,
            "generation": {"deterministic": True, "max-examples": examples, "database": "none", **mode},
            "phases": {phase: {"enabled": phase in phases} for phase in PHASES} | only_ours,
            "checks": {"enabled": False} | {check: {"enabled": True} for check in CHECKS},
        }
    )
    found = found or Found()
    for event in from_schema(schemathesis.openapi.from_dict(document, config=config)).execute():
        match event:
            case events.ScenarioFinished(recorder=recorder):
                found.note(recorder)
            case events.NonFatalError(label=label, value=error):
                found.wrong[label] = repr(error)
            case events.FatalError(exception=error):
                raise error
    return found
