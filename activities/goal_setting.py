"""Stage 1, goal setting: the manager's confirmation that a campaign runs, and with what."""

from activities import wording
from activities.letters import Draft, Occasion, write
from domain.brief import Measure, Objective
from domain.goal_setting import CampaignStarted
from domain.money import Money
from domain.notices import Template


def campaign_started(occasion: Occasion) -> Draft:
    """What was understood of the brief, for the manager to check."""
    brief = occasion.of(CampaignStarted).brief
    return write(
        Template.CAMPAIGN_STARTED,
        occasion,
        each_makes=wording.formats(brief.formats),
        targets=[(_target(objective, brief.budget.currency), objective.by) for objective in brief.objectives],
    )


def _target(objective: Objective, currency: str) -> str:
    """`200,000 impressions`, `USD 5,000.00 of revenue`."""
    if objective.measure is Measure.REVENUE:
        return f"{wording.money(Money(amount=objective.target, currency=currency))} of revenue"
    return f"{objective.target:,} {_MEASURES.get(objective.measure, objective.measure.value)}"


_MEASURES = {Measure.REACH: "people reached"}
