"""Start a campaign: checked as it is written, simulated beside it, started once."""

import re
from datetime import UTC, datetime

import httpx

from api.console.brief_fields import defaults, names
from tests.api.conftest import Bench
from tests.api.console.conftest import PART
from tests.api.console.test_brief_form import FILLED
from workflows.client import EngineUnavailable


def filled(**changes: str) -> dict[str, str]:
    """A form that can be started today."""
    return {**FILLED, **defaults(datetime.now(UTC)), **changes}


async def test_the_form_has_every_field_with_its_place_for_what_is_wrong(console: httpx.AsyncClient) -> None:
    page = (await console.get("/console/start")).text
    for name in names({}):
        assert f'name="{name}"' in page
        assert f'id="error-{name}"' in page


async def test_what_is_wrong_is_said_while_it_is_written_at_the_fields_one_has_been_at(
    console: httpx.AsyncClient,
) -> None:
    form = filled(brand="", manager="nobody", touched="manager")
    part = (await console.post("/console/start/check", data=form, headers=PART)).text
    at_fields = dict(re.findall(r'id="error-([\w.]+)"[^>]*>([^<]*)<', part))
    assert "An address such as" in at_fields["manager"]
    assert at_fields["brand"] == ""
    assert "2 things are missing or wrong" in part


async def test_a_brief_that_can_be_started_is_simulated_once(console: httpx.AsyncClient) -> None:
    form = filled(creators_wanted="2", budget="2000")
    checked = (await console.post("/console/start/check", data=form, headers=PART)).text
    assert "This brief can be started." in checked
    assert 'hx-post="/console/start/forecast"' in checked
    made = (await console.post("/console/start/forecast", data=form, headers=PART)).text
    assert "24 simulated campaigns" in made
    assert "200,000 reach by" in made
    assert "24 simulated campaigns" in (await console.post("/console/start/check", data=form, headers=PART)).text


async def test_a_campaign_is_started_once_however_often_the_form_is_sent(
    bench: Bench, console: httpx.AsyncClient
) -> None:
    bench.engine.now = datetime.now(UTC)
    form = filled(key="one-key")
    places = {(await console.post("/console/start", data=form)).headers["location"] for _ in range(2)}
    assert len(places) == 1
    assert "Lumen Tea: Cold brew tea" in (await console.get(places.pop())).text


async def test_a_brief_that_cannot_work_comes_back_as_it_was_filled_in(console: httpx.AsyncClient) -> None:
    answer = await console.post("/console/start", data=filled(fee_cap="5"))
    assert answer.status_code == 422
    assert 'value="Lumen Tea"' in answer.text
    assert "The cap $5.00 is below" in answer.text


async def test_an_engine_that_is_away_is_told_and_the_form_is_kept(bench: Bench, console: httpx.AsyncClient) -> None:
    bench.engine.outage = EngineUnavailable(seconds=5, why="nobody answers")
    answer = await console.post("/console/start", data=filled())
    assert answer.status_code == 503
    assert 'value="Lumen Tea"' in answer.text
    assert 'role="alert"' in answer.text
