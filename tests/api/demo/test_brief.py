from datetime import UTC, date, datetime
from typing import Any

from api.client import models
from api.demo.brief import CREATORS_WANTED, KEPT, brief, kept
from domain.brief import Brief
from domain.deadlines import DeadlinePolicy, OnExpiry
from domain.durations import nominal
from domain.goal_setting import objections

TODAY = date(2027, 3, 1)


def test_the_brief_works_on_any_day() -> None:
    """It is well-formed, and nothing speaks against it."""
    for today in (TODAY, date(2028, 2, 29), datetime.now(UTC).date()):
        assert objections(Brief.model_validate(brief(today)), today=today) == []


def test_every_outcome_of_a_deadline_is_among_its_policies() -> None:
    """Approve, decline, escalate and extend, each with a reminder before."""
    policies = Brief.model_validate(brief(TODAY)).policies
    deadlines = [value for _, value in policies if isinstance(value, DeadlinePolicy)]
    assert {policy.on_expiry for policy in deadlines} == set(OnExpiry)
    assert all(policy.remind_before for policy in deadlines)
    assert all(nominal(policy.within).total_seconds() <= 13 for policy in deadlines)


def test_the_budget_does_not_cover_everybody_who_is_wanted() -> None:
    """At the opening fee of 244.37 dollars and what the commission can come to: some creators get no offer."""
    wanted = Brief.model_validate(brief(TODAY))
    assert wanted.budget.amount < CREATORS_WANTED * (244_37 + 15_00)


def test_the_brand_keeps_the_best_and_its_favourites() -> None:
    """And drops everybody else."""

    def candidate(rank: int, handle: str) -> models.Candidate:
        facts: dict[str, Any] = {"rank": rank, "handle": handle}
        return models.Candidate.model_construct(**facts)

    assert [kept(candidate(rank, "x")) for rank in (1, KEPT, KEPT + 1)] == [True, True, False]
    assert kept(candidate(150, "hana_hollencroft"))
