"""What the description says of refusals and of bodies: all of it is so."""

import re
from typing import Any

import httpx
import pytest

from api.errors import Problem
from api.refusals import EXAMPLES
from tests.api.conftest import API_KEY, Bench

LOOKED_UP = {"discover_creators": "configured", "create_webhook": "does not know its host"}
"""What these bodies name is looked up outside, where it is not found in a test; the rest of them is well-formed."""

Operation = tuple[str, str, dict[str, Any]]


@pytest.fixture
def operations(bench: Bench) -> list[Operation]:
    """Method, path and description of all that is described."""
    return [
        (method, path, operation)
        for path, operations in bench.app.openapi()["paths"].items()
        for method, operation in operations.items()
    ]


def test_each_example_is_a_problem_with_the_status_it_stands_at() -> None:
    assert {status: Problem.model_validate(example).status for status, example in EXAMPLES.items()} == {
        status: status for status in EXAMPLES
    }


def test_every_refusal_has_an_example(operations: list[Operation]) -> None:
    lacking = [
        f"{method} {path} {status}"
        for method, path, operation in operations
        for status, answer in operation["responses"].items()
        for content in [answer.get("content", {}).get("application/problem+json")]
        if content is not None and "example" not in content
    ]
    assert lacking == []


def test_what_any_call_may_meet_is_documented_wherever_a_role_is_needed(operations: list[Operation]) -> None:
    """Outages and limits come to every route, a body may be too large, and what was a creator's may be erased."""
    for _, path, operation in operations:
        if path in ("/healthz", "/readyz", "/metrics"):
            continue
        documented = set(operation["responses"])
        assert {"401", "403", "429", "503"} <= documented
        assert ({"413", "415", "422"} if "requestBody" in operation else set()) <= documented
        assert ({"410"} if "{collaboration_id}" in path else set()) <= documented


async def test_the_example_is_what_the_api_says(bench: Bench) -> None:
    """But for the facts of the case: the same members."""
    async with bench.client(API_KEY) as brand, bench.client() as stranger:
        answers = [
            await stranger.get("/v1/tasks"),
            await brand.get("/v1/campaigns/spring-launch"),
            await brand.post("/v1/campaigns", content=b"a brief", headers={"Content-Type": "text/plain"}),
            await brand.post("/v1/campaigns", json={}),
        ]
    for status, answer in zip((401, 404, 415, 422), answers, strict=True):
        assert (answer.status_code, set(answer.json())) == (status, set(EXAMPLES[status]))


async def test_a_body_that_is_no_text_at_all_is_not_well_formed(brand: httpx.AsyncClient) -> None:
    """Bytes that are not UTF-8, and lists in lists without end: 422 like every other mistake in JSON, and no 500."""
    for body in (b"8{\x87\xff'", b"[" * 200_000):
        answer = await brand.post("/v1/campaigns", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (422, "request_not_well_formed")
        assert answer.json()["errors"][0]["field"] == "body"


async def test_every_body_has_an_example_which_the_api_takes(
    operations: list[Operation], brand: httpx.AsyncClient
) -> None:
    """What it is about does not exist here, which is another refusal than that of a body that is not well-formed."""
    wrong = []
    for method, path, operation in operations:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        examples = [each["value"] for each in content.get("examples", {}).values()]
        examples += [content["example"]] if "example" in content else []
        assert examples, f"{method} {path}: no example in api/examples.py"
        for example in examples:
            address = re.sub(r"{\w+}", "1", path.replace("{payout}", "balance"))
            answer = await brand.request(method, address, json=example)
            if answer.status_code == 422 and operation["operationId"] in LOOKED_UP:
                assert LOOKED_UP[operation["operationId"]] in answer.json()["errors"][0]["rule"]
                continue
            if answer.status_code in {400, 413, 415, 422} or answer.status_code >= 500:
                wrong.append((method, path, answer.text))
    assert wrong == []
