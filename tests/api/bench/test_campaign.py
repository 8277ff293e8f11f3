"""What a large campaign came to, and what of it is not as it must be."""

from typing import Any

import pytest

from api.bench.campaign import LARGEST_PARENT, CampaignFigures


def figures(**facts: Any) -> CampaignFigures:
    """A campaign in which all is well."""
    usual: dict[str, Any] = {
        "creators": 20,
        "outcomes": {"completed": 19, "declined": 1},
        "outcome": "closed",
        "seconds": {"total": 10.0},
        "decisions": 210,
        "decision_p50": 0.1,
        "decision_p99": 0.2,
        "refused": 0,
        "sent_again": 2,
        "events": 420,
        "usage": {},
        "tenths": [],
        "campaign_history": 49,
        "largest_history": 160,
        "failed_workflow_tasks": 0,
        "waits": {"remembered_p99": 0.2, "remembered_longest": 0.4, "anybody_longest": 1.0, "given_up": 0},
        "actions": 1_100,
        "bytes_stored": {},
    }
    return CampaignFigures.model_validate({**usual, **facts})


def test_a_campaign_in_which_all_is_well_has_no_shortcomings() -> None:
    """Being told to come back is none: nothing is lost by it."""
    assert figures().shortcomings == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"outcome": "cancelled"}, "ended as cancelled"),
        ({"outcomes": {"completed": 19}}, "19 of 20 collaborations have ended"),
        ({"failed_workflow_tasks": 1}, "1 workflow tasks failed"),
        ({"campaign_history": LARGEST_PARENT}, "own history has 1000 events"),
        ({"refused": 3}, "3 decisions were refused"),
    ],
)
def test_each_thing_that_must_not_be_is_named(facts: dict[str, Any], words: str) -> None:
    """One sentence each, with its figure."""
    [wrong] = figures(**facts).shortcomings
    assert words in wrong
