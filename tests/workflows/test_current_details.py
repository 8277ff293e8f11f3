"""The page that an operator reads: where it stands, whose turn it is, what happened, and nobody's name."""

from domain.campaign import Campaign
from domain.collaboration import Collaboration
from domain.rights import Rights
from tests.domain.given import T0, a_profile, offered
from tests.domain.outliving import DAY, rights
from tests.workflows.conftest import Bench
from workflows.current_details import Happened, campaign_details, collaboration_details, rights_details


def test_what_has_not_begun_says_so() -> None:
    """No page is ever empty."""
    assert campaign_details(Campaign(), []) == "Waiting for a brief."
    assert collaboration_details(Collaboration(), []) == "Not opened yet."
    assert rights_details(Rights(), []) == "Not opened yet."


def test_a_page_tells_the_stage_the_turn_and_the_latest_events() -> None:
    """In words, with the deadline."""
    latest = [Happened(version=4, event="OfferMade", role="engine", at="2026-03-02 09:00:00")]
    page = collaboration_details(offered().state, latest)
    assert "Stage: **Negotiation**" in page
    assert "the **creator** to `answer_offer` until 2026-03-05 09:00:00 UTC" in page
    assert "| 4 | OfferMade | engine | 2026-03-02 09:00:00 |" in page


def test_a_page_of_rights_tells_what_ends_when() -> None:
    """Post by post, and whether exclusivity is still in force."""
    page = rights_details(rights().state, [])
    assert page.startswith("Next: 2026-05-01 09:00:00 UTC")
    assert "deliverable 2: may be used until 2026-05-31 09:00:00 UTC" in page
    assert "exclusivity agreed until 2026-05-01 09:00:00 UTC: in force" in page
    over = rights_details(rights().waits(until=T0 + 90 * DAY).state, [])
    assert over.startswith("Ended: **every clock has run out**")
    assert "deliverable 2: expired" in over


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
