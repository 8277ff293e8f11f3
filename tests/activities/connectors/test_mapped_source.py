"""Databases that are read by a table: what a cell means, what is passed over, and where pages end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.exceptions import ApplicationError

from activities.connectors.mapped_source import MappedSource, at
from activities.connectors.neoreach import DIALECT
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure
from activities.ports import SourcedProfile
from domain.creators import Platform
from domain.third_party import AudienceReport


@asynccontextmanager
async def answering(*pages: object, percentages: bool = False) -> AsyncIterator[MappedSource]:
    """A source that answers with these pages, the last one for ever."""
    waiting = list(pages)

    async def respond(_: Request) -> Response:
        return JSONResponse(waiting.pop(0) if len(waiting) > 1 else waiting[0])

    app = Starlette(routes=[Route("/{path:path}", respond)])
    async with served(app) as address:
        source = MappedSource(replace(DIALECT, percentages=percentages), address, "key")
        try:
            yield source
        finally:
            await source.aclose()


def account(**facts: Any) -> dict[str, Any]:
    """An account in the table's words."""
    return {"platform": "instagram", "username": "ines", "stats": {"followers": 4_000}, **facts}


async def search(*pages: object) -> list[SourcedProfile]:
    """What the first page gives."""
    async with answering(*pages) as source:
        return list((await source.search("tea")).found)


async def test_cells_mean_what_they_mean_in_rosters() -> None:
    """Figures as people write them, with currencies and percents."""
    written = account(
        username="@Ines.Tea",
        stats={"followers": "12.3k", "following": "1,234", "avg_likes": "310.5", "engagement_rate": "3.4%"},
        location={"country": "Germany"},
        language="English",
        interests="Tea; slow travel",
        pricing={"post": "€120,50"},
    )
    (found,) = await search({"influencers": [written]})
    assert (found.handle, found.followers, found.following, found.average_likes) == ("ines.tea", 12_300, 1_234, 310.5)
    assert (found.engagement_stated, found.country, found.language) == (0.034, "DE", "en")
    assert (found.topics, found.fee, found.fee_currency) == (("Tea", "slow travel"), 12_050, "EUR")


async def test_a_cell_that_is_not_clear_is_unknown() -> None:
    """What a price on request is nobody knows; the account is found all the same."""
    (found,) = await search({"influencers": [account(pricing={"post": "On request"}, contact={"email": "see bio"})]})
    assert (found.fee, found.email, found.average_likes) == (None, None, None)


async def test_accounts_that_cannot_be_understood_are_counted() -> None:
    """Without a name or a size there is nobody to speak of."""
    page = {"influencers": [account(), account(username=None), account(stats={}), "odd", account(platform="myspace")]}
    async with answering(page) as source:
        found = await source.search("tea")
    assert (len(found.found), found.unreadable, found.next) == (1, 4, None)


@pytest.mark.parametrize("content", [[], {}, {"influencers": None}, {"influencers": {"0": {}}}])
async def test_an_answer_without_a_list_is_not_taken_for_an_empty_one(content: object) -> None:
    """Nobody found is an empty list; anything else may be whole the next time."""
    async with answering(content) as source:
        with pytest.raises(ApplicationError) as failed:
            await source.search("tea")
    assert failed.value.type == OutsideFailure.UNREADABLE


async def test_a_source_that_always_has_another_page_is_left_at_last() -> None:
    """Nobody looks for one account on more than two pages."""
    async with answering({"influencers": [], "next_cursor": "again"}) as source:
        assert await source.look_up(Platform.INSTAGRAM, ["ines"]) == [None]


async def test_a_report_tells_where_an_audience_is_and_how_much_of_it_is_fake() -> None:
    """Countries by code or by name, in a list or by name; shares as ratios or in percent."""
    as_list = {"countries": [{"code": "DE", "share": 0.6}, {"code": "United States", "share": 0.2}]}
    made_at = {"updated_at": "2026-11-01T10:00:00+01:00"}
    async with answering(
        {"influencers": [account(audience={**as_list, **made_at, "fake_followers": 0.125})]}
    ) as source:
        report = await source.report_on(Platform.INSTAGRAM, "ines")
    at_nine = datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert report == AudienceReport(
        source="neoreach", fake_share=0.125, countries={"DE": 0.6, "US": 0.2}, made_at=at_nine
    )
    in_percent = {"countries": {"DE": 60, "XX1": 1}, "fake_followers": "12.5", "updated_at": "lately"}
    async with answering({"influencers": [account(audience=in_percent)]}, percentages=True) as source:
        report = await source.report_on(Platform.INSTAGRAM, "ines")
    assert report == AudienceReport(source="neoreach", fake_share=0.125, countries={"DE": 0.6})


@pytest.mark.parametrize(
    "audience", [None, {}, {"countries": [], "fake_followers": None}, {"fake_followers": 7, "countries": "DE"}]
)
async def test_a_report_that_says_nothing_is_none(audience: object) -> None:
    """A share of more than everybody is a mistake, and no share."""
    async with answering({"influencers": [account(audience=audience)]}) as source:
        assert await source.report_on(Platform.INSTAGRAM, "ines") is None
        assert await source.report_on(Platform.TIKTOK, "ines") is None


def test_a_path_leads_to_what_is_there() -> None:
    """And to nothing where nothing is."""
    assert at({"a": {"b": 1}}, "a.b") == 1
    assert at({"a": {"b": 1}}, "a.c") is None
    assert at({"a": [1]}, "a.b") is None
