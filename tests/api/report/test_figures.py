import pytest

from api.report.figures import Report, reckon
from api.report.history import fold
from domain.campaign import CampaignOutcome
from domain.clauses import Terms
from domain.cost_of_results import Kind
from domain.money import Money
from domain.monitoring import Metrics
from domain.outcomes import Outcome
from domain.recommendation import Recommendation
from tests.api.report.story import Story, brief, whole_campaign


def told(story: Story) -> Report:
    return reckon(fold(story.envelopes), story.creators)


@pytest.fixture(scope="module")
def report() -> Report:
    return told(whole_campaign())


def test_missing_figures_are_unknown_and_the_coverage_says_so(report: Report) -> None:
    """Three of four live posts reported impressions, and only one reported clicks: none, which is a figure."""
    impressions, clicks = report.objectives
    assert (impressions.reached, impressions.posts_known, impressions.posts_live) == (4_500, 3, 4)
    assert impressions.ratio == pytest.approx(0.45)
    assert (clicks.reached, clicks.posts_known) == (0, 1)


def test_nothing_reported_is_not_a_result_of_zero() -> None:
    """Without any figure there is no ratio, no cost and no comparison, and the report says why."""
    story = Story().begin().invite("Ada").agree("Ada").publish("Ada")
    report = told(story)
    assert [objective.ratio for objective in report.objectives] == [None, None]
    assert report.comparison is None
    assert "No post has reported" in report.comparison_missing
    assert report.creators[0].cost_per_engagement is None


def test_every_creator_of_the_campaign_has_a_row_in_the_order_of_the_shortlist(report: Report) -> None:
    """Whatever became of them."""
    rows = [(row.rank, row.name, row.outcome) for row in report.creators]
    assert rows == [
        (1, "Ada", Outcome.COMPLETED),
        (2, "Ben", Outcome.COMPLETED),
        (3, "Cleo", Outcome.DECLINED),
        (4, "Dan", Outcome.EXPIRED),
        (5, "Eve", Outcome.MISSED),
        (6, "Finn", Outcome.NO_BUDGET),
    ]


def test_cost_rests_on_measured_posts_only(report: Report) -> None:
    """Ben has figures of one of two posts, so half of his fee stands against them."""
    ada, ben = report.creators[:2]
    assert ada.fee is not None
    assert ada.cost_per_engagement == pytest.approx(ada.fee / 300, abs=0.01)
    assert ben.cost_per_engagement == pytest.approx(ada.fee / 2 / 12, abs=0.01)


def test_recommendations_are_about_those_who_agreed(report: Report) -> None:
    """Of somebody who declined the campaign has learned nothing."""
    advice = {row.name: row.recommendation for row in report.creators}
    assert advice["Ada"] is Recommendation.WORK_AGAIN
    assert advice["Eve"] is Recommendation.LOOK_FOR_OTHERS
    assert advice["Cleo"] is None
    assert all(row.because for row in report.creators if row.recommendation)


def test_the_funnel_only_ever_narrows(report: Report) -> None:
    """Six considered, three agreed, two live and measured."""
    counts = [step.creators for step in report.funnel]
    assert counts == [6, 6, 5, 3, 3, 2, 2]


def test_endings_come_with_their_reasons(report: Report) -> None:
    """A creator's own words are among them."""
    endings = {ending.outcome: ending for ending in report.endings}
    assert endings[Outcome.COMPLETED].creators == 2
    assert endings[Outcome.DECLINED].reasons == (("no time", 1),)


def test_money_adds_up_to_the_budget(report: Report) -> None:
    """Nothing is held at the end, so what is not paid is available."""
    money = report.money
    assert (money.budget, money.reserved, money.committed) == (900_00, 0, 0)
    assert money.available == money.budget - money.paid


def test_the_timeline_tells_who_decided_and_how_long_people_took(report: Report) -> None:
    """The shortlist waited half an hour for its person."""
    tasks = {row.task: row for row in report.timeline.tasks}
    shortlist, offers = tasks["approve shortlist"], tasks["answer offer"]
    assert (shortlist.asked, shortlist.answered, shortlist.median_seconds) == (1, 1, 1800)
    assert (offers.asked, offers.answered, offers.extended, offers.expired) == (5, 4, 1, 1)
    assert report.timeline.decided_by["person"] >= 1
    assert report.timeline.decided_by["timeout"] >= 1
    assert report.timeline.ended_at is not None
    assert report.outcome is CampaignOutcome.CLOSED


def test_the_celebrity_costs_the_same_money(report: Report) -> None:
    """A campaign that did badly is shown to have done badly."""
    comparison = report.comparison
    assert comparison is not None
    assert comparison.engagements == 312
    assert comparison.spent == round(1.5 * (report.creators[0].fee or 0))
    assert comparison.celebrity_posts == pytest.approx(comparison.spent / comparison.celebrity_price, abs=0.01)
    expected = comparison.spent / comparison.celebrity_cost_per_engagement
    assert comparison.celebrity_engagements == pytest.approx(expected, rel=0.01)


def test_rates_rest_on_posts_of_which_both_sides_are_known(report: Report) -> None:
    """One of the three measured posts told clicks, and none of them orders: that is unknown, not free."""
    found = {rate.kind: rate for rate in report.rates}
    fee = report.creators[0].fee or 0
    cpm = found[Kind.COST_PER_MILLE]
    assert (cpm.by, cpm.posts) == (4_500, 3)
    assert cpm.value == pytest.approx(1_000 * 1.5 * fee / 4_500)
    assert (found[Kind.CLICK_THROUGH].value, found[Kind.CLICK_THROUGH].posts) == (0, 1)
    assert (found[Kind.COST_PER_ORDER].value, found[Kind.COST_PER_ORDER].posts) == (None, 0)
    assert found[Kind.ENGAGEMENT_BY_FOLLOWERS].value == pytest.approx(312 / 15_000)


def test_what_the_figures_would_have_cost_as_advertising(report: Report) -> None:
    """4,500 impressions, 310 likes and 2 comments."""
    assert report.earned_media is not None
    assert report.earned_media.value == 45_00 + 310 * 5 + 2 * 50


def test_no_comparison_across_currencies() -> None:
    """The price of a celebrity post is known in dollars; euros are not taken for dollars."""
    story = Story(brief(budget=Money(amount=900_00, currency="EUR"))).begin().invite("Ada").agree("Ada")
    story.publish("Ada").measure("Ada", Metrics(likes=10))
    report = told(story)
    assert report.comparison is None
    assert report.earned_media is None
    assert "USD only" in report.comparison_missing
    assert "USD only" in report.earned_media_missing


def test_a_creator_who_left_the_directory_keeps_a_nameless_row() -> None:
    """The figures stay when the person's data has been erased."""
    story = Story(brief(terms=Terms(upfront=0))).begin().invite("Ada")
    report = reckon(fold(story.envelopes), {})
    assert (report.creators[0].name, report.creators[0].handle) == ("a creator, erased", "")
