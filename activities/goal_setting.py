"""Stage 1, goal setting: the manager's confirmation that a campaign runs, and with what."""

from activities.letters import Draft, Occasion, Sheet
from activities.wording import Wording, one_line
from domain.brief import Measure, Objective
from domain.goal_setting import CampaignStarted
from domain.money import Money
from domain.notices import Template


def campaign_started(occasion: Occasion) -> Draft:
    """What was understood of the brief, for the manager to check."""
    brief, words = occasion.of(CampaignStarted).brief, occasion.words
    window = brief.posting_window
    sheet = Sheet(Template.CAMPAIGN_STARTED, occasion)
    sheet.says("understood")
    sheet.tells("brand", sheet.phrase("brand_is", category=one_line(brief.category)))
    creators = words.counted(brief.creators_wanted, "creator")
    sheet.tells("budget", sheet.phrase("budget_is", budget=words.money(brief.budget), creators=creators))
    sheet.tells("makes", words.formats(brief.formats))
    sheet.tells("appears", sheet.phrase("appears_when", opens=words.day(window.opens), closes=words.day(window.closes)))
    for objective in brief.objectives:
        target = _target(words, objective, brief.budget.currency)
        sheet.tells("objective", sheet.phrase("objective_is", target=target, by=words.day(objective.by)))
    sheet.says("next")
    sheet.button()
    return sheet.draft()


def _target(words: Wording, objective: Objective, currency: str) -> str:
    """`200,000 impressions`, `USD 5,000.00 of revenue`."""
    figure = words.number(objective.target)
    if objective.measure is Measure.REVENUE:
        figure = words.money(Money(amount=objective.target, currency=currency))
    return words.say("targets", objective.measure.value, figure=figure)
