"""What the demo does and says when its campaign is over."""

import io
import json
from typing import Any

import httpx
from rich.console import Console

from api.client import Groundswell
from api.demo.afterwards import let_one_go, show_next_brief, show_what_goes_on
from tests.domain.given import a_brief


def clock(kind: str, ends: str) -> dict[str, Any]:
    where = {"stream": "rights/a", "name": kind, "campaign_id": "c", "collaboration_id": "a", "creator_id": "ada"}
    return {**where, "kind": kind, "deliverable": None, "ends_at": f"{ends}T00:00:00Z", "told": False}


BRIEF = json.loads(a_brief().model_dump_json())


class After:
    """An API after a campaign, where exclusivity is known from the third look on."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.path, json.loads(request.content or b"null")))
        if request.url.path.endswith("/renew"):
            change = {"field": "posting_window", "before": "b", "after": "a", "because": "two weeks later"}
            return httpx.Response(200, json={"brief": BRIEF, "changes": [change], "known": []})
        if request.url.path.endswith("/release-exclusivity"):
            return httpx.Response(200, json={"stream": "rights/a", "version": 2, "events": ["ExclusivityEnded"]})
        kind = request.url.params.get("kind")
        items = [clock("usage", "2027-05-01"), clock("usage", "2027-05-02")] if kind == "usage" else []
        if kind == "exclusivity" and len(self.asked) > 2:
            items = [clock("exclusivity", "2027-01-07")]
        return httpx.Response(200, json={"items": items, "next": None})


def session(after: After) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(after.answer), base_url="http://api.test")


async def test_one_creator_is_let_go_as_soon_as_somebody_is_bound() -> None:
    """The clocks start a moment after the end."""
    after = After()
    async with session(after) as client:
        await let_one_go(Groundswell("", "key", session=client), "c")
    assert [path for path, _ in after.asked] == ["/v1/rights"] * 3 + ["/v1/collaborations/a/rights/release-exclusivity"]


async def test_what_goes_on_is_told_with_its_last_day() -> None:
    """Posts and creators are counted apart."""
    after, written = After(), io.StringIO()
    after.asked = [("", None), ("", None)]
    async with session(after) as client:
        await show_what_goes_on(Groundswell("", "key", session=client), "c", Console(file=written, width=200))
    assert "2 posts may be used until 2027-05-02" in written.getvalue()
    assert "1 creators make nothing for competitors until 2027-01-07" in written.getvalue()


async def test_the_next_brief_is_told_with_the_reason_of_each_change() -> None:
    """It aims at what was really reached."""
    after, written = After(), io.StringIO()
    async with session(after) as client:
        await show_next_brief(Groundswell("", "key", session=client), "c", Console(file=written, width=200))
    assert after.asked == [("/v1/campaigns/c/renew", {"targets": "as_reached"})]
    assert "posting_window" in written.getvalue()
    assert "two weeks later" in written.getvalue()
