import io

import pytest
from pypdf import PdfReader

from activities.store.orders import TrackedFigures
from api.report.document import render_pdf
from api.report.figures import reckon
from api.report.history import fold
from api.report.tracked import Tracked
from domain.monitoring import Metrics
from tests.api.report.story import Story, creator, whole_campaign


def text(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_the_document_says_what_the_page_says() -> None:
    """Objectives against targets, creators with their costs, and the celebrity; the text of charts is text."""
    story = whole_campaign()
    said = text(render_pdf(reckon(fold(story.envelopes), story.creators)))
    for expected in (
        "Northwind Roasters: Cold brew",
        "4,500 of 10,000",
        "reported for 3 of 4 live posts, so the true figure is higher",
        "a celebrity post: $0.44",
        "Work again",
        "@ada",
        "Taken up",
        "Cost of a thousand impressions (CPM)",
        "as advertising (EMV): $61.50",
        "the creator did not submit draft deliverable 1 in time",
    ):
        assert expected in said


def test_the_same_report_gives_the_same_bytes() -> None:
    """So a document that was filed can be checked against the record."""
    story = Story().begin().invite("Ada").agree("Ada").publish("Ada").measure("Ada", Metrics(likes=10))
    report = reckon(fold(story.envelopes), story.creators)
    assert render_pdf(report) == render_pdf(report)


@pytest.mark.parametrize("invited", [False, True])
def test_a_campaign_that_has_only_begun_has_a_document(invited: bool) -> None:
    """With dashes for what is not known yet, and markup in a name is shown as it is."""
    story = Story().begin()
    if invited:
        story.invite("Ada").agree("Ada")
        profile = creator("Ada").profile.model_copy(update={"name": '#panic("x") *Ada* $a$'})
        story.creators["ada"] = creator("Ada").model_copy(update={"profile": profile})
    said = text(render_pdf(reckon(fold(story.envelopes), story.creators)))
    assert "under way" in said
    assert "No post has reported its engagements yet." in said
    assert ('#panic("x") *Ada* $a$' in said) is invited


def test_what_was_tracked_is_shown_as_tracked() -> None:
    """Clicks, orders and revenue by creator."""
    story = Story().begin().invite("Ada").agree("Ada").publish("Ada")
    figures = TrackedFigures(
        collaboration_id="Ada",
        creator_id="ada",
        discount_code="ADA",
        currency="USD",
        clicks=1_234,
        visitors=1_000,
        bots=0,
        orders=7,
        revenue=99_50,
    )
    tracked = Tracked.of([figures], orders_known=True)
    said = text(render_pdf(reckon(fold(story.envelopes), story.creators, tracked=tracked)))
    assert "counted by links, codes and the shop; what was reported is left out" in said
    assert "1,234 7 $99.50" in said
