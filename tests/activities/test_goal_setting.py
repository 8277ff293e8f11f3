"""The confirmation of a campaign's start."""

from datetime import date

from activities.goal_setting import campaign_started
from domain.goal_setting import CampaignStarted
from tests.activities.occasions import occasion
from tests.domain.given import started


def test_the_confirmation_says_what_was_understood() -> None:
    """Budget, people, formats, window and targets are there for the manager to check."""
    objectives = [
        {"kind": "sales", "measure": "revenue", "target": 5_000_00, "by": date(2026, 5, 31)},
        {"kind": "awareness", "measure": "reach", "target": 200_000, "by": date(2026, 5, 30)},
    ]
    letter = campaign_started(occasion(started(objectives=objectives), CampaignStarted))
    assert letter.subject == "Your campaign for Cold brew tea has started"
    for fact in (
        "USD 10,000.00, for 10 creators",
        "1 reel and 1 story",
        "from 16 March 2026 to 30 April 2026",
        "USD 5,000.00 of revenue by 31 May 2026",
        "200,000 people reached by 30 May 2026",
        "\nhttps://groundswell.example/v1/campaigns/camp-1\n",
    ):
        assert fact in letter.body
