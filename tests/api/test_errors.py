"""The one table of statuses, and problems as the caller sees them."""

from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest

import api.app  # noqa: F401 - loads every module that defines an error
from api.dependencies import Services
from api.errors import STATUS, Problem, reasons, status_of
from domain import errors
from domain.errors import ERRORS, BriefRefused, GroundswellError
from tests.api.conftest import API_KEY, Bench


def _subclasses(error: type[GroundswellError]) -> Iterator[type[GroundswellError]]:
    for each in error.__subclasses__():
        yield each
        yield from _subclasses(each)


@pytest.mark.parametrize("error", [ERRORS[code] for code in sorted(ERRORS)], ids=sorted(ERRORS))
def test_every_error_of_the_tree_has_a_status_of_its_kind(error: type[GroundswellError]) -> None:
    status = status_of(error)

    assert 400 <= status < 600
    if issubclass(error, errors.Refused | errors.Conflict):
        assert status == 409


def test_the_tree_is_walked_whole() -> None:
    """`ERRORS` knows every class that exists, so that the test above leaves none out."""
    assert set(_subclasses(GroundswellError)) == set(ERRORS.values())
    assert {"engine_unavailable", "too_many_in_flight", "link_invalid", "roster_unreadable"} <= set(ERRORS)


def test_an_error_outside_the_table_has_no_status() -> None:
    """Else a new kind of error would silently get the status of something else."""
    with pytest.raises(KeyError):
        status_of(GroundswellError)
    assert GroundswellError not in STATUS


def test_reasons_are_taken_apart_as_they_were_put_together() -> None:
    assert reasons(BriefRefused(reasons="one, with a comma; two: and a colon")) == [
        "one, with a comma",
        "two: and a colon",
    ]


async def test_an_unknown_address_is_a_problem(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/v1/nothing")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["Content-Type"] == "application/problem+json"
    Problem.model_validate(answer.json())


async def test_a_wrong_method_is_a_problem_that_names_the_right_ones(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.delete("/v1/tasks")

    assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "method_not_allowed", "GET")


async def test_a_refusal_has_its_facts_as_members(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    async with bench.as_creator(id_) as creator:
        problem = (await creator.post(f"/v1/collaborations/{id_}/offer/accept", json={"version": 2})).json()

    assert problem["type"] == "urn:groundswell:problem:stale_version"
    assert (problem["title"], problem["status"], problem["code"]) == ("Stale version", 409, "stale_version")
    assert (problem["command"], problem["given"], problem["current"]) == ("AcceptOffer", 2, 1)
    assert "read it and decide again" in problem["detail"]


class Broken:
    """An event log that fails as it is told to."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    async def read(self, *_: Any) -> Any:
        """Fails."""
        raise self._failure


def _with_broken_log(bench: Bench, failure: Exception) -> Bench:
    parts = {**bench.services.__dict__, "log": Broken(failure)}
    bench.app.state.services = Services(**parts)
    return bench


async def test_a_mistake_of_ours_is_500_without_its_details(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the caller nor the log is shown an error's text: it may quote somebody's data."""
    id_ = await bench.offered()
    _with_broken_log(bench, RuntimeError("ines@creators.example"))
    async with bench.client(API_KEY) as brand:
        answer = await brand.get(f"/v1/collaborations/{id_}", headers={"X-Request-ID": "abc-1"})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"] == "abc-1"
    log = capsys.readouterr().out
    assert "RuntimeError" in log
    assert "test_errors.py" in log
    assert "ines@" not in answer.text + log


async def test_an_event_of_a_newer_release_is_500(bench: Bench) -> None:
    id_ = await bench.offered()
    _with_broken_log(bench, errors.UnknownEvent(stream="s", type="Later", schema_version=9))
    async with bench.client(API_KEY) as brand:
        answer = await brand.get(f"/v1/collaborations/{id_}")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionRefusedError("no"),
        TimeoutError(),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.InterfaceError("pool is closed"),
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_database_that_is_away_is_503_with_the_time_to_wait(bench: Bench, failure: Exception) -> None:
    id_ = await bench.offered()
    _with_broken_log(bench, failure)
    async with bench.client(API_KEY) as brand:
        answer = await brand.get(f"/v1/collaborations/{id_}")

    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (
        503,
        "database_unavailable",
        "5",
    )
