import pytest

from api.report.creators import creator_rows, engagements, spent, usual_cost
from api.report.history import fold
from api.report.tracked import UNTRACKED
from domain.benchmarks import DEFAULT
from domain.money import Money
from tests.api.report.story import brief, whole_campaign


def test_half_of_the_posts_measured_is_half_of_the_fee() -> None:
    """Ben reported one of two posts; who has no agreement cost nothing."""
    pasts = list(fold(whole_campaign().envelopes).collaborations.values())
    ben, cleo = pasts[1].state, pasts[2].state
    assert ben.fee is not None
    assert (spent(ben), engagements(ben)) == (ben.fee.amount / 2, 12)
    assert (spent(cleo), engagements(cleo)) == (0, None)


def test_costs_are_measured_by_the_median_of_all() -> None:
    """Without the directory the rows are nameless, and the figures are the same."""
    pasts = list(fold(whole_campaign().envelopes).collaborations.values())
    ada, ben, *_ = creator_rows(pasts, {}, UNTRACKED, None)
    assert ada.cost_per_engagement is not None
    assert ben.cost_per_engagement is not None
    median = (ada.cost_per_engagement + ben.cost_per_engagement) / 2
    assert f"{ben.cost_per_engagement / median:.1f} times the campaign's median" in ben.because
    assert ada.name == "a creator, erased"


def test_what_an_engagement_usually_costs_is_known_in_one_currency() -> None:
    """In that of the benchmarks."""
    assert usual_cost(brief(), DEFAULT) == DEFAULT.cpe.high
    assert usual_cost(brief(budget=Money(amount=900_00, currency="EUR")), DEFAULT) is None


@pytest.mark.parametrize("name", ["Cleo", "Dan", "Finn"])
def test_who_has_no_agreement_has_neither_fee_nor_advice(name: str) -> None:
    """Nor posts that were agreed."""
    story = whole_campaign()
    rows = creator_rows(list(fold(story.envelopes).collaborations.values()), story.creators, UNTRACKED, None)
    row = next(each for each in rows if each.name == name)
    assert (row.fee, row.recommendation, row.posts_agreed) == (None, None, 0)
