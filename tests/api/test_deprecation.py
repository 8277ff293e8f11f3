"""A call that will go says so: in the document, in each of its answers, half a year before."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from api.access.rules import RULES
from api.deprecation import DEPRECATED, NOTICE, Deprecated, Deprecations, mark

OLD = Deprecated(since=date(2031, 1, 1), gone_from=date(2031, 7, 1), instead="Use GET /things.")
CALLS = {"GET /old/{number}": OLD}


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()

    @app.get("/old/{number}")
    def old(number: int) -> int:
        if number == 0:
            raise HTTPException(404)
        return number

    @app.get("/new")
    def new() -> int:
        return 1

    app.add_middleware(Deprecations, calls=CALLS)
    return app


async def test_every_answer_says_since_when_and_until_when(app: FastAPI) -> None:
    """Refusals too; other calls say nothing."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.test") as client:
        answers = [await client.get(path) for path in ("/old/1", "/old/0")]
        other = await client.get("/new")

    assert [answer.status_code for answer in answers] == [200, 404]
    for answer in answers:
        assert answer.headers["Deprecation"] == f"@{int(datetime(2031, 1, 1, tzinfo=UTC).timestamp())}"
        assert parsedate_to_datetime(answer.headers["Sunset"]) == datetime(2031, 7, 1, tzinfo=UTC)
        assert re.fullmatch(r'</docs>; rel="deprecation"; type="text/html"', answer.headers["Link"])
    assert not {"deprecation", "sunset", "link"} & set(other.headers)


def test_the_document_says_it_with_what_to_use_instead() -> None:
    operation, other = {"description": "A number."}, {"description": "Another."}
    mark("/old/{number}", "get", operation, CALLS)
    mark("/new", "get", other, CALLS)

    assert operation["deprecated"] is True  # type: ignore[comparison-overlap]  # what mark has added
    assert operation["description"] == (
        "**Deprecated** since 2031-01-01, and may be gone from 2031-07-01. Use GET /things.\n\nA number."
    )
    assert other == {"description": "Another."}


def test_a_call_stays_for_half_a_year() -> None:
    with pytest.raises(ValueError, match=f"a call stays for {NOTICE.days} days"):
        Deprecated(since=date(2031, 1, 1), gone_from=date(2031, 6, 1), instead="Nothing.")


def test_only_calls_that_exist_are_deprecated() -> None:
    assert set(DEPRECATED) <= set(RULES)
