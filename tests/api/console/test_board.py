"""The board: who is how far, most urgent first, and as quick with thousands."""

import re
from itertools import pairwise

import httpx

from activities.starting import collaboration_stream
from activities.store.projections.collaboration_pipeline import most_urgent_collaborations
from api.console.board import _BY_URGENCY, SHOWN, place_of
from domain.checks import Verdict
from domain.decider import Role
from domain.lifecycle import Stage
from domain.negotiation import AcceptOffer
from tests.api.conftest import Bench
from tests.api.console.conftest import PART

MANY = """
insert into collaboration_pipeline
select
    'x' || n, 'tea', 'default', 'nobody', n, 'negotiation', '{creator}', now() + make_interval(mins => n), null, null,
    'USD', 1, now()
from generate_series(1, 5000) as n
"""


def cards(page: str) -> list[str]:
    """The ids of the collaborations on a page, in their order."""
    return re.findall(r'<li class="card" id="c(\w+)"', page)


async def test_creators_stand_in_the_column_of_their_stage(bench: Bench, console: httpx.AsyncClient) -> None:
    known = await bench.known_creator(name="Ines Okafor", handle="steep.and.pour")
    doubtful = await bench.opened(known)
    offered = await bench.offered("creator-2", 2)
    page = (await console.get("/console/campaigns/tea")).text
    verification, negotiation = page.index('data-stage="verification"'), page.index('data-stage="negotiation"')
    assert verification < page.index(f"c{doubtful}") < negotiation < page.index(f"c{offered}")
    assert "Ines Okafor" in page
    assert "@steep.and.pour" in page


async def test_a_part_of_it_comes_again_when_something_moves(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    before = (await console.get("/console/campaigns/tea", headers=PART)).text
    await bench.give(collaboration_stream(id_), AcceptOffer(version=1), Role.CREATOR)
    after = (await console.get("/console/campaigns/tea", headers=PART)).text
    assert "<html" not in after
    assert before.index(f"c{id_}") < before.index('data-stage="contract_signing"')
    assert after.index(f"c{id_}") > after.index('data-stage="contract_signing"')


async def test_five_thousand_creators_make_no_longer_page(bench: Bench, console: httpx.AsyncClient) -> None:
    """The most urgent are on it, the next come by the cursor, and the count is of all."""
    await bench.started()
    await bench.services.pool.execute(MANY)
    page = (await console.get("/console/campaigns/tea")).text
    assert cards(page) == [f"x{n}" for n in range(1, SHOWN + 1)]
    assert "5,000" in page
    assert len(page) < 40_000
    more = re.search(r'hx-get="(/console/campaigns/tea/columns/negotiation\?cursor=[^"]+)"', page)
    assert more is not None
    assert cards((await console.get(more[1], headers=PART)).text)[0] == f"x{SHOWN + 1}"
    followed = (await console.get("/console/campaigns/tea", params={"negotiation": 36}, headers=PART)).text
    assert len(cards(followed)) == 36


async def test_those_without_a_deadline_come_last_and_pages_miss_nobody(bench: Bench) -> None:
    await bench.offered("creator-1", 3)
    await bench.opened("creator-2", 1, Verdict.PASS)
    await bench.opened("creator-3", 2, Verdict.PASS)
    pool = bench.services.pool
    # Whoever has passed is in negotiation too, and waits for the engine's offer.
    found = await most_urgent_collaborations(pool, "default", "tea", Stage.NEGOTIATION)
    assert [(each.rank, each.due_at is None) for each in found] == [(3, False), (1, True), (2, True)]
    for each, following in pairwise(found):
        place = _BY_URGENCY.read(_BY_URGENCY.page([each, following], 1, place_of).next)
        assert place is not None
        [next_] = await most_urgent_collaborations(pool, "default", "tea", Stage.NEGOTIATION, after=place, limit=1)
        assert next_ == following


async def test_its_stream_of_events_is_for_those_who_are_signed_in(bench: Bench, console: httpx.AsyncClient) -> None:
    async with bench.client() as stranger:
        assert (await stranger.get("/console/campaigns/tea/events")).status_code == 303
    assert (await console.get("/console/campaigns/none/events")).status_code == 404
