"""The page that an operator reads: where it stands, whose turn it is, what happened, and nobody's name."""

from domain.campaign import Campaign
from domain.collaboration import Collaboration
from tests.domain.given import a_profile, offered
from tests.workflows.conftest import Bench
from workflows.current_details import Happened, campaign_details, collaboration_details


def test_what_has_not_begun_says_so() -> None:
    """No page is ever empty."""
    assert campaign_details(Campaign(), []) == "Waiting for a brief."
    assert collaboration_details(Collaboration(), []) == "Not opened yet."


def test_a_page_tells_the_stage_the_turn_and_the_latest_events() -> None:
    """In words, with the deadline."""
    latest = [Happened(version=4, event="OfferMade", role="engine", at="2026-03-02 09:00:00")]
    page = collaboration_details(offered().state, latest)
    assert "Stage: **Negotiation**" in page
    assert "the **creator** to `answer_offer` until 2026-03-05 09:00:00 UTC" in page
    assert "| 4 | OfferMade | engine | 2026-03-02 09:00:00 |" in page


async def test_the_page_of_a_live_workflow_names_no_creator(live: Bench) -> None:
    """Neither the page nor the list row nor any summary holds a handle, a name or an address."""
    profile = a_profile()
    one = await live.collaborate(profile=profile)
    await one.until_waiting_for("answer_offer")
    await one.history_length_at_rest()
    shown = str(await one.handle.query("__temporal_workflow_metadata"))
    shown += str([event.user_metadata for event in (await one.handle.fetch_history()).events])
    assert "Negotiation" in shown
    for personal in (profile.handle, profile.name, profile.email):
        assert personal not in shown
