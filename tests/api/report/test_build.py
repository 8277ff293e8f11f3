from html.parser import HTMLParser

import pytest

from api.report.build import build_report, render_html
from domain.errors import NotFound
from domain.monitoring import Metrics
from tests.api.report.story import CAMPAIGN, Story, Told, creator, whole_campaign


class Outside(HTMLParser):
    """Collects what a page would load from elsewhere, and the scripts in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = {name: value for name, value in attrs if name in ("src", "href", "xlink:href", "data")}
        self.found += [f"{tag} {value}" for value in wanted.values() if value and not value.startswith("#")]
        self.found += [tag] if tag in ("script", "link", "iframe", "object") else []


async def test_the_report_reads_all_pages_of_the_log() -> None:
    """A campaign has more events than one page."""
    story = whole_campaign()
    report = await build_report(Told(story), Told(story), CAMPAIGN)
    assert report.timeline.events == len(story.envelopes)
    assert [row.name for row in report.creators] == ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn"]


async def test_a_campaign_that_is_not_there_is_not_found() -> None:
    """Rather than an empty report."""
    with pytest.raises(NotFound):
        await build_report(Told(Story()), Told(Story()), "elsewhere")


async def test_the_page_needs_nothing_from_elsewhere() -> None:
    """It can be mailed and opened offline: no script, no font, no picture to load."""
    story = whole_campaign()
    outside = Outside()
    outside.feed(render_html(await build_report(Told(story), Told(story), CAMPAIGN)))
    assert outside.found == []


async def test_the_page_says_what_is_unknown_and_what_was_reached() -> None:
    """A figure that is missing is named as such."""
    story = whole_campaign()
    page = render_html(await build_report(Told(story), Told(story), CAMPAIGN))
    assert "4,500 of 10,000" in page
    assert "reported for 3 of 4 live posts" in page
    assert "work again" in page
    assert "no post has told revenue and fees" in page
    assert "$61.50" in page
    assert "<svg" in page


async def test_what_strangers_wrote_is_text() -> None:
    """Names of a roster and reasons of creators cannot put markup into the page."""
    story = whole_campaign()
    hostile = creator("Ada").profile.model_copy(update={"name": "<img src=x onerror=alert(1)>"})
    story.creators["ada"] = creator("Ada").model_copy(update={"profile": hostile})
    page = render_html(await build_report(Told(story), Told(story), CAMPAIGN))
    assert "<img" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("measured", [False, True])
async def test_a_campaign_that_has_only_begun_has_a_page(measured: bool) -> None:
    """The report can be read at any time, with dashes for what is not known yet."""
    story = Story().begin().invite("Ada")
    if measured:
        story.agree("Ada").publish("Ada").measure("Ada", Metrics(likes=10))
    page = render_html(await build_report(Told(story), Told(story), CAMPAIGN))
    assert "under way" in page
    assert ("No post has reported" in page) is not measured
