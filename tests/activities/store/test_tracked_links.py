"""Codes and links of collaborations: there when they are first looked at, and the same from then on."""

import asyncio
from functools import reduce
from typing import Any

from activities.store.pool import Pool
from activities.store.tracked_links import Target, TrackedLinks
from domain.brief import Brief
from domain.collaboration import Collaboration
from tests.domain.given import Story, a_brief, offered, to_publish

SECRET = "a secret of at least thirty-two characters"
SHOP = {"landing_url": "https://shop.example/tea", "discount_prefix": "TEA", "attribution_days": 14}


def state_of(story: Story[Any, Any]) -> Collaboration:
    """The collaboration at the end of a story."""
    state: Collaboration = reduce(story.decider.evolve, story.past, story.decider.initial)
    return state


def brief() -> Brief:
    return a_brief(shop=SHOP)


async def test_each_deliverable_has_a_link_and_the_collaboration_a_code(pool: Pool) -> None:
    """Readable ones, without letters that are mistaken for others."""
    tracked = await TrackedLinks(pool, SECRET, "https://g.example/").of(state_of(to_publish()), brief())
    assert tracked is not None
    assert tracked.discount_code.startswith("TEA-")
    assert len(tracked.discount_code) == len("TEA-") + 8
    assert [link.deliverable for link in tracked.links] == [1, 2]
    assert tracked.link(2).url == f"https://g.example/l/{tracked.links[1].code}"
    assert len({link.code for link in tracked.links}) == 2


async def test_they_are_the_same_whoever_asks_first(pool: Pool) -> None:
    """Worker and API ask at the same moment; and what has been posted survives another secret."""
    state = state_of(to_publish())
    askers = [TrackedLinks(pool, SECRET, "https://g.example") for _ in range(6)]
    found = await asyncio.gather(*(each.of(state, brief()) for each in askers))
    assert len({each.model_dump_json() for each in found if each is not None}) == 1
    later = await TrackedLinks(pool, "another secret, also of thirty-two characters", "https://g.example").of(
        state, brief()
    )
    assert later == found[0]
    assert await pool.fetchval("select count(*) from tracked_links") == 2


async def test_they_follow_from_the_id_and_the_secret(pool: Pool) -> None:
    """Lost rows come back as they were; nobody without the secret can tell them."""
    state, links = state_of(to_publish()), TrackedLinks(pool, SECRET, "https://g.example")
    before = await links.of(state, brief())
    await pool.execute("delete from tracked_links")
    await pool.execute("delete from tracked_collaborations")
    assert await links.of(state, brief()) == before
    await pool.execute("delete from tracked_links")
    await pool.execute("delete from tracked_collaborations")
    other = await TrackedLinks(pool, SECRET + "!", "https://g.example").of(state, brief())
    assert other is not None
    assert before is not None
    assert other.discount_code != before.discount_code


async def test_a_code_that_somebody_else_has_is_not_given_twice(pool: Pool) -> None:
    """The next one is taken."""
    state, links = state_of(to_publish()), TrackedLinks(pool, SECRET, "https://g.example")
    first = await links.of(state, brief())
    assert first is not None
    await pool.execute("delete from tracked_links")
    await pool.execute("update tracked_collaborations set collaboration_id = 'another'")
    second = await links.of(state, brief())
    assert second is not None
    assert second.discount_code != first.discount_code


async def test_without_a_contract_or_a_shop_there_is_nothing(pool: Pool) -> None:
    """And nothing is stored."""
    links = TrackedLinks(pool, SECRET, "https://g.example")
    assert await links.of(state_of(offered()), brief()) is None
    assert await links.of(state_of(to_publish()), a_brief()) is None
    assert await pool.fetchval("select count(*) from tracked_collaborations") == 0


async def test_a_link_leads_to_the_shop_and_an_unknown_one_nowhere(pool: Pool) -> None:
    """With the campaign and the platform that it belongs to."""
    links = TrackedLinks(pool, SECRET, "https://g.example")
    state = state_of(to_publish())
    tracked = await links.of(state, brief())
    assert tracked is not None
    code = tracked.links[0].code
    assert await links.target(code) == Target(code, "https://shop.example/tea", "instagram", state.campaign_id)
    assert await links.target("0000000000") is None


def test_parameters_are_added_to_those_that_are_there() -> None:
    """An old click's id is not carried on."""
    target = Target("abc", "https://shop.example/?utm_source=x&gs_click=old#f", "instagram", "tea")
    assert target.address("new") == (
        "https://shop.example/?utm_source=x&utm_medium=influencer&utm_campaign=tea&utm_content=abc&gs_click=new#f"
    )
