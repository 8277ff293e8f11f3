"""Values of other JSON types than are described are refused, wherever they stand, and nothing else is."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, StrictBool

from api.examples import BODIES, BRIEF
from api.json_types import mistaken, refuse_mistaken, refuse_nul, schema_of
from tests.api.conftest import Bench
from tests.domain.given import a_brief


class Part(BaseModel):
    """Something inside of something else."""

    count: int | None = None
    by: date | None = None
    waits: timedelta | None = None


class Whole(BaseModel):
    """With a value of each kind."""

    share: float = 0
    sure: StrictBool = False
    paid: bool = False
    part: Part | None = None
    parts: tuple[Part, ...] = ()
    named: dict[str, int] = {}
    pair: tuple[str, int] | None = None
    anything: Any = None
    either: str | int = 0


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"share": True}, ["share"]),
        ({"share": 0}, []),
        ({"paid": 0}, ["paid"]),
        ({"share": 1.5, "sure": True, "anything": [True, 1], "either": 3}, []),
        ({"part": {"count": False, "by": 0, "waits": 5}}, ["part.count", "part.by", "part.waits"]),
        ({"part": {"count": 1, "by": "2031-01-01", "waits": "P1D"}}, []),
        ({"parts": [{"count": 1}, {"count": True}]}, ["parts.1.count"]),
        ({"named": {"a": 1, "b": True}}, ["named.b"]),
        ({"pair": ["a", True]}, ["pair.1"]),
        ({"pair": [1, 1]}, ["pair.0"]),
        ({"either": False, "unknown": True}, ["either"]),
        (True, ["body"]),
        ([], []),
    ],
)
def test_a_type_that_is_not_described_is_found_with_its_place(body: Any, places: list[str]) -> None:
    found = [".".join(map(str, each.location)) or "body" for each in mistaken(schema_of(Whole), body)]
    assert sorted(found) == sorted(places)


def test_the_refusal_names_each_place_and_what_is_wrong_with_it() -> None:
    with pytest.raises(RequestValidationError) as refused:
        refuse_mistaken(Whole, {"share": True, "part": {"by": 0}}, ("body", "decisions", 3))
    told = {each["loc"]: each["msg"] for each in refused.value.errors()}
    assert told == {
        ("body", "decisions", 3, "share"): "must be a number, not true or false",
        ("body", "decisions", 3, "part", "by"): "must not be a number",
    }


def test_a_nul_character_is_found_wherever_it_is() -> None:
    refuse_nul({"a": ["fine"]})
    with pytest.raises(RequestValidationError):
        refuse_nul({"a": ["fine", {"b": "no\x00t"}]})


def test_no_example_of_the_description_is_mistaken(bench: Bench) -> None:
    """Nor is a brief as the API gives it back: what is refused is nothing that anybody means."""
    bodies = dict(_bodies(bench.app))
    assert set(BODIES) <= set(bodies)
    for name, example in BODIES.items():
        assert list(mistaken(schema_of(bodies[name]), example)) == []
    for brief in (BRIEF, a_brief().model_dump(mode="json")):
        assert list(mistaken(schema_of(bodies["start_campaign"]), brief)) == []


async def test_over_http_true_is_no_number_and_a_number_no_day(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Also in the arguments of one decision of many, which is refused alone."""
    id_ = await bench.offered()
    path = f"/v1/collaborations/{id_}"
    asked = {"decisions": [{"collaboration_id": id_, "verb": "accept_offer", "arguments": {"version": True}}]}
    async with bench.as_creator(id_) as creator:
        version = await creator.post(f"{path}/offer/accept", json={"version": True})
    day = await brand.post(f"{path}/payouts/upfront/paid", json={"reference": "SEPA 7", "paid_on": 0})
    many = (await brand.post("/v1/decisions", json=asked)).json()["answers"][0]["problem"]

    fields = [(found["status"], found["errors"][0]["field"]) for found in (version.json(), day.json(), many)]
    assert fields == [(422, "version"), (422, "paid_on"), (422, "decisions[0].arguments.version")]


def _bodies(app: FastAPI) -> Iterator[tuple[str, Any]]:
    """The function of each route to the type of its body."""
    waiting = list(app.routes)
    while waiting:
        route: Any = waiting.pop()
        if included := getattr(route, "original_router", None):
            waiting.extend(included.routes)
        for body in getattr(getattr(route, "dependant", None), "body_params", ()):
            yield route.name, body.field_info.annotation
