import io

import pytest
from pypdf import PdfReader

from api.report.build import render_html
from api.report.document import render_pdf
from api.report.figures import reckon
from api.report.history import fold
from api.report.sheet import render_csv
from domain import campaign, collaboration
from domain.anomalies import Anomaly
from domain.brief import Measure
from domain.monitoring import Metrics
from domain.work import Finding, WorkStatus
from tests.api.report.story import Story, whole_campaign
from tests.domain.given import HOUR, T0, live, not_seen, started, stored, watched


def test_each_agreed_deliverable_has_a_row() -> None:
    """With where it stands and what it achieved; who agreed to nothing has none."""
    story = whole_campaign()
    posts = reckon(fold(story.envelopes), story.creators).posts
    assert [(post.collaboration_id, post.number, post.status, post.engagements) for post in posts] == [
        ("Ada", 1, WorkStatus.MEASURED, 200),
        ("Ada", 2, WorkStatus.MEASURED, 100),
        ("Ben", 1, WorkStatus.MEASURED, 12),
        ("Ben", 2, WorkStatus.UNMEASURED, None),
        ("Eve", 1, WorkStatus.MISSED, None),
        ("Eve", 2, WorkStatus.AWAITING_DRAFT, None),
    ]


def test_the_fee_is_spread_evenly_and_the_time_of_publication_is_kept() -> None:
    """A cost is known where engagements are."""
    story = whole_campaign()
    report = reckon(fold(story.envelopes), story.creators)
    ada, ben = report.posts[0], report.posts[3]
    assert ada.fee_share == (report.creators[0].fee or 0) / 2
    assert ada.cost_per_engagement == pytest.approx(ada.fee_share / 200, abs=0.01)
    assert ben.cost_per_engagement is None
    assert ada.published_at == next(e.metadata.decided_at for e in story.envelopes if e.type == "PostPublished")
    assert report.posts[4].published_at is None


def test_figures_that_were_taken_early_come_with_what_they_will_come_to() -> None:
    """Hours after the publication; what follows no known curve has no forecast, nor has a post without figures."""
    story = Story().begin().invite("Ada").agree("Ada").publish("Ada").later(hours=19)
    story.measure("Ada", Metrics(impressions=1_000, likes=50, clicks=9))
    report = reckon(fold(story.envelopes), story.creators)
    first, second = report.posts
    assert set(first.forecasts) == {Measure.IMPRESSIONS, Measure.ENGAGEMENTS}
    assert first.forecasts[Measure.IMPRESSIONS].expected == 2_000
    assert second.forecasts == {}
    impressions, clicks = report.objectives
    assert impressions.forecast is not None
    final = first.forecasts[Measure.IMPRESSIONS]
    assert (impressions.forecast.low, impressions.forecast.high) == (final.low, final.high)
    assert clicks.forecast is None
    final = first.forecasts[Measure.ENGAGEMENTS]
    assert f",50,100,{final.low},{final.high},".encode() in render_csv(report)
    said = " ".join(PdfReader(io.BytesIO(render_pdf(report))).pages[0].extract_text().split())
    assert "still growing: 2,000 expected in the end" in said
    assert "still growing: 2,000 expected in the end" in render_html(report)


def test_figures_that_were_taken_late_are_final() -> None:
    """And without the creator's platform there is no curve."""
    late = Story().begin().invite("Ada").agree("Ada").publish("Ada").later(days=10)
    late.measure("Ada", Metrics(impressions=1_000))
    assert reckon(fold(late.envelopes), late.creators).posts[0].forecasts == {}
    early = Story().begin().invite("Ada").agree("Ada").publish("Ada").later(hours=19)
    early.measure("Ada", Metrics(impressions=1_000))
    assert reckon(fold(early.envelopes), {}).posts[0].forecasts == {}


def test_a_post_that_is_gone_is_counted_as_such_in_every_form() -> None:
    """It was live, and is not as it was published any more; where nobody can look, nobody knows."""
    campaign_events = stored(campaign.EVENTS, "campaign/camp-1", started().past)
    past = live(watched()).does(not_seen(), at=T0 + 2 * HOUR).past
    report = reckon(fold([*campaign_events, *stored(collaboration.EVENTS, "collaboration/collab-1", past)]), {})
    assert [post.finding for post in report.posts] == [Finding.MISSING, Finding.UNKNOWN]
    assert (report.posts_live, report.posts_gone, report.creators[0].posts_gone) == (2, 1, 1)
    said = "1 not as published any more"
    assert said in render_html(report)
    assert said in " ".join(PdfReader(io.BytesIO(render_pdf(report))).pages[0].extract_text().split())
    assert b",missing," in render_csv(report)


def bought() -> Story:
    """The likes of Ada's first post multiply at once, days after it had stopped to grow."""
    story = Story().begin().invite("Ada").agree("Ada").publish("Ada").later(hours=6)
    for hours, likes in ((18, 200), (48, 580), (96, 930), (0, 3_400)):
        story.measure("Ada", Metrics(likes=likes, reach=12_000)).later(hours=hours)
    return story


def test_figures_that_stand_out_are_shown_with_their_evidence() -> None:
    """On the page, in the document and in the table, by post; they are a reason among the creator's."""
    story = bought()
    report = reckon(fold(story.envelopes), story.creators)
    first, second = report.posts
    assert {flag.anomaly for flag in first.flags} >= {Anomaly.JUMP}
    assert second.flags == ()
    assert report.creators[0].posts_flagged == 1
    because = first.flags[0].because
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(render_pdf(report))).pages).split())
    for form in (said, render_html(report), render_csv(report).decode()):
        assert because in form


def test_the_page_says_in_which_time_posts_gather_half() -> None:
    """From how many posts, and what was assumed."""
    story = Story().begin()
    names = ("Ada", "Ben", "Cleo")
    for name in names:
        story.invite(name).agree(name)
    for name in names:
        story.publish(name)
    for hours, likes in ((6, 100), (18, 300), (48, 800)):
        story.later(hours=hours)
        for name in names:
            story.measure(name, Metrics(likes=likes))
    report = reckon(fold(story.envelopes), story.creators)
    (moved,) = report.half_lives
    assert (moved.refitted, moved.posts, moved.readings, moved.assumed_hours) == (True, 3, 9, 19)
    assert moved.hours > 19
    assert report.growth_model.startswith("2026-11.3, refitted")
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(render_pdf(report))).pages).split())
    for form in (said, " ".join(render_html(report).split())):
        assert "from 3 posts read 9 times; 19 h were assumed" in form
