import pytest

from api.report.celebrity import compare
from domain.benchmarks import DEFAULT


def test_the_same_money_buys_a_part_of_a_celebrity_post() -> None:
    """750 dollars are a tenth of one: 1.7 % of a tenth of a million followers."""
    comparison, missing = compare(750_00, 1_000, "USD", DEFAULT)
    assert comparison is not None
    assert (comparison.celebrity_posts, comparison.celebrity_engagements) == (0.1, 1_700)
    assert comparison.cost_per_engagement == 75.0
    assert comparison.celebrity_cost_per_engagement == pytest.approx(44.12)
    assert missing == ""


@pytest.mark.parametrize(
    ("engagements", "currency", "why"),
    [(None, "USD", "No post has reported"), (0, "USD", "No post has reported"), (10, "EUR", "known in USD only")],
)
def test_without_a_comparison_there_is_a_reason(engagements: int | None, currency: str, why: str) -> None:
    """Euros are not taken for dollars, and nothing unknown for nothing."""
    comparison, missing = compare(100_00, engagements, currency, DEFAULT)
    assert comparison is None
    assert why in missing
