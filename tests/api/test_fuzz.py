"""Requests that nobody thought of: made from the API's own description, well-formed and not, against the served API.

No answer is a mistake of ours, every answer is documented with its status, its type and its shape, and what the
description forbids is refused.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from api.access.principal import AccessRole
from api.access.rates import Rate
from api.serving import Server, server
from domain.decider import Role
from domain.negotiation import DeclineOffer
from tests.api.conftest import API_KEY, Bench

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
PHASES = ("examples", "coverage", "fuzzing", "stateful")
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
async def running(bench: Bench) -> AsyncIterator[Server]:
    """The API on a port of its own, which counts nobody's requests."""
    for limiter in (bench.services.desk.per_stranger, bench.services.desk.per_key):
        limiter.rate = Rate(per_second=1_000, burst=1_000_000)
    serving = server(bench.app, host="127.0.0.1", port=0)
    served = asyncio.create_task(serving.serve())
    while not serving.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    yield serving
    serving.should_exit = True
    await served


@pytest.mark.timeout(900)
async def test_every_call_keeps_to_the_description(bench: Bench, running: Server) -> None:
    """Each operation with the examples of the description and a few requests made up, the same ones in every run."""
    document = bench.app.openapi()
    called, wrong = await asyncio.to_thread(
        _fuzz, running, _about(document, await _stock(bench)), ("examples", "fuzzing"), examples=2
    )

    assert wrong == {}
    assert set(called) == {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in METHODS & set(item)
    }


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("phase", ["coverage", "fuzzing", "stateful"])
async def test_many_calls_keep_to_the_description(bench: Bench, running: Server, phase: str) -> None:
    """Every limit of every field from both sides; many requests made up; and calls with what other calls answered."""
    document = _about(bench.app.openapi(), await _stock(bench))
    called, wrong = await asyncio.to_thread(_fuzz, running, document, (phase,), examples=40)

    assert wrong == {}
    assert called.total() > 200


async def _stock(bench: Bench) -> Mapping[str, Sequence[str | int]]:
    """What paths are about: collaborations in many states, one of them of a creator who has been erased."""
    creator, erased = [await bench.known_creator(handle=handle) for handle in ("ines", "robin")]
    collaborations = [
        await state(f"creator-{place}", place)
        for place, state in enumerate(
            (bench.opened, bench.offered, bench.to_sign, bench.in_review, bench.approved, bench.published), start=1
        )
    ]
    forgotten = await bench.offered(erased, 7)
    await bench.give(f"collaboration/{forgotten}", DeclineOffer(version=1), Role.CREATOR)
    await bench.services.eraser.erase(erased, requested_by="test")
    webhook, _ = await bench.services.webhooks.open("webhook1", "default", "https://x.example", None, command_id="1")
    member = await bench.services.desk.members.add("default", "a@brand.example", AccessRole.OPS, None, by="test")
    return {
        "campaign_id": ["tea"],
        "collaboration_id": [*collaborations, forgotten],
        "creator_id": [creator, erased],
        "number": [1, 2],
        "webhook_id": [webhook.id],
        "member_id": [member.id],
    }


def _about(document: Mapping[str, Any], known: Mapping[str, Sequence[str | int]]) -> dict[str, Any]:
    """The description as if there were nothing but what is known here, so that made-up requests reach something."""
    paths = {
        path: {
            method: operation
            | {
                "parameters": [
                    parameter | {"schema": parameter["schema"] | {"enum": known[parameter["name"]]}}
                    if parameter["in"] == "path" and parameter["name"] in known
                    else parameter
                    for parameter in operation.get("parameters", ())
                    if parameter["name"] != "cancel"  # of erasing: it takes workflows, which do not run here
                ]
            }
            for method, operation in item.items()
        }
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths}


def _fuzz(
    running: Server, document: dict[str, Any], phases: Sequence[str], *, examples: int
) -> tuple[Counter[str], dict[str, str]]:
    """How often each operation was called, and what was wrong with an answer: the first of each kind, and its call."""
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
    called: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    for event in from_schema(schemathesis.openapi.from_dict(document, config=config)).execute():
        match event:
            case events.ScenarioFinished(recorder=recorder):
                called.update(node.value.operation.label for node in recorder.cases.values())
                for found in (check.failure_info for made in recorder.checks.values() for check in made):
                    if found is not None:
                        kind = f"{found.failure.operation}: {found.failure.title}"
                        wrong.setdefault(kind, f"{found.failure.message}\n{found.code_sample}")
            case events.NonFatalError(label=label, value=error):
                wrong[label] = repr(error)
            case events.FatalError(exception=error):
                raise error
    return called, wrong
