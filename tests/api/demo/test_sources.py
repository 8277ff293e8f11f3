"""What the demo asks Instagram for, and what it says of the answer."""

import io
import json
from datetime import UTC, datetime

import httpx
from rich.console import Console

from activities.connectors.simulated.people import people
from api.client import Groundswell, models
from api.demo.sources import KNOWN, ask_instagram
from domain.creators import Platform

NEW = [one.profile.handle for one in people() if one.newcomer and one.profile.platform is Platform.INSTAGRAM]


async def test_it_asks_for_old_and_new_people_and_waits_for_the_end() -> None:
    """The summary counts whoever was left out, for whatever reason."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        counts = {"looked_at": 9, "created": 3, "updated": 2, "erased": 0, "unreadable": 0, "without_address": 3}
        outcome = models.SourcingOutcome(**counts, unknown_at=[1], without_address_at=[])
        view = models.SourcingView(
            id="d1",
            source="instagram",
            state=models.JobState.COMPLETED if len(asked) == 3 else models.JobState.RUNNING,
            asked=9,
            outcome=outcome,
            waits_until=None,
            failure=None,
            started_at=datetime(2026, 3, 2, tzinfo=UTC),
            ended_at=None,
        )
        return httpx.Response(200, content=view.model_dump_json())

    told = io.StringIO()
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://api.test") as session:
        discovery = await ask_instagram(Groundswell("", "key", session=session), Console(file=told, width=200))
    handles = json.loads(asked[0].content)["handles"]
    assert discovery.state is models.JobState.COMPLETED
    assert [request.url.path for request in asked[1:]] == ["/v1/creators/discoveries/d1"] * 2
    assert set(NEW) < set(handles)
    assert len(handles) == len(NEW) + KNOWN
    assert "9 accounts looked at, 3 creators discovered, 2 renewed, 4 left out" in told.getvalue()
