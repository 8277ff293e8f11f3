"""What the list of workflows shows: enough to find what is stuck, and nobody's name."""

from temporalio.api.enums.v1 import EventType

from domain.campaign import Campaign
from domain.collaboration import Collaboration
from domain.negotiation import DeclineOffer
from tests.domain.given import T0, offered
from tests.domain.outliving import DAY, UNTIL, rights
from tests.workflows.conftest import Bench
from workflows.search_attributes import (
    CAMPAIGN,
    DEADLINE,
    INDEXED,
    OUTCOME,
    STAGE,
    WAITING_FOR,
    WAITING_ON,
    campaign_row,
    changes,
    collaboration_row,
    rights_row,
)


def test_every_attribute_is_registered() -> None:
    """What a row uses is what the namespace is told of."""
    row = {**campaign_row(Campaign()), **collaboration_row(Collaboration())}
    assert {key.name for key in row} == set(INDEXED)


def test_the_first_deadline_says_whose_turn_it_is() -> None:
    """An offer waits for the creator until its deadline."""
    state = offered().state
    row = collaboration_row(state)
    assert (row[STAGE], row[WAITING_ON], row[WAITING_FOR]) == ("negotiation", "creator", "answer_offer")
    assert row[DEADLINE] == state.tasks["answer_offer"].due_at


def test_rights_are_found_by_what_ends_next() -> None:
    """The deadline is the next alarm; when every clock has run out there is an outcome instead."""
    running = rights_row(rights().state)
    assert (running[CAMPAIGN], running[WAITING_FOR], running[DEADLINE]) == ("camp-1", "end_of_rights", UNTIL)
    over = rights_row(rights().waits(until=T0 + 90 * DAY).state)
    assert (over[WAITING_FOR], over[DEADLINE], over[OUTCOME]) == (None, None, "run_out")


def test_only_what_has_changed_is_sent() -> None:
    """The same row twice costs nothing; what is gone is removed."""
    row = collaboration_row(offered().state)
    assert not changes(row, row)
    [removed] = [update for update in changes(row, {**row, WAITING_ON: None}) if update.key is WAITING_ON]
    assert removed.value is None


async def test_the_server_finds_collaborations_by_whose_turn_it_is(live: Bench) -> None:
    """The query that an operator types."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.history_length_at_rest()
    query = f"CampaignId = '{one.campaign_id}' AND WaitingOn = 'creator' AND Stage = 'negotiation'"
    assert [found.id async for found in live.client.list_workflows(query)] == [one.stream]
    assert (await one.handle.describe()).typed_search_attributes.get(OUTCOME) is None


async def test_of_steps_that_follow_each_other_at_once_only_the_last_is_shown(live: Bench) -> None:
    """The assessment and the engine's offer right after it are one change of the row, not two."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.history_length_at_rest()
    assert (await one.events())[-3:] == ["CreatorAssessed", "CreatorApproved", "OfferMade"]
    kinds = [event.event_type for event in (await one.handle.fetch_history()).events]
    shown_when_opened_and_when_offered = 2
    assert kinds.count(EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES) == shown_when_opened_and_when_offered
    shown = (await one.handle.describe()).typed_search_attributes
    assert (shown.get(STAGE), shown.get(WAITING_FOR)) == ("negotiation", "answer_offer")
    assert shown.get(DEADLINE) == (await one.state()).tasks["answer_offer"].due_at


async def test_what_a_decision_changes_is_shown_with_its_answer(live: Bench) -> None:
    """Who reads the list after the answer finds nothing that was true before it."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(DeclineOffer(version=1, reason="No time."))
    await one.history_length_at_rest()
    shown = (await one.handle.describe()).typed_search_attributes
    assert (shown.get(OUTCOME), shown.get(WAITING_FOR), shown.get(DEADLINE)) == ("declined", None, None)
