"""A campaign from its brief to its end, and what holds for every command in between."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.campaign import (
    EVENTS,
    Campaign,
    CampaignCancelled,
    CampaignClosed,
    CampaignDecider,
    CampaignOutcome,
    CancelCampaign,
    CloseCampaign,
)
from domain.deadlines import PassTime
from domain.decider import Authority, Command, Role
from domain.discovery import ApproveShortlist, ProposeShortlist, RecordOutreach, RejectShortlist, Shortlist
from domain.errors import AlreadyEnded, NotYourTurn, WrongStage
from domain.goal_setting import StartCampaign
from domain.lifecycle import Stage
from tests.domain.given import BRAND, CREATOR, ENGINE, HOUR, T0, a_brief, approved, campaign, proposed, started, stored

SNAPSHOT: TypeAdapter[Campaign] = TypeAdapter(Campaign)
COMMANDS: tuple[Command, ...] = (
    StartCampaign(campaign_id="camp-1", brief=a_brief()),
    ProposeShortlist(shortlist=Shortlist(digest="ab" * 32, size=3), considered=3),
    ApproveShortlist(),
    RejectShortlist(reason="no"),
    RecordOutreach(invited=3),
    CloseCampaign(),
    CancelCampaign(reason="changed plans"),
    PassTime(),
)


def test_the_brand_closes_at_any_time() -> None:
    """A person may close a campaign in every stage after its start."""
    for story in (started(), proposed(), approved()):
        decision = story.when(CloseCampaign(), by=BRAND).then(CampaignClosed(authority=Authority.PERSON))
        assert decision.state.outcome is CampaignOutcome.CLOSED


def test_the_engine_closes_after_the_outreach() -> None:
    """The engine closes a campaign only when it has nothing but monitoring left."""
    approved().when(CloseCampaign()).refused(WrongStage, "monitoring")
    monitored = approved().does(RecordOutreach(invited=3))
    monitored.when(CloseCampaign()).then(CampaignClosed(authority=Authority.POLICY))


def test_a_creator_neither_closes_nor_cancels() -> None:
    """Only the brand's side stops a campaign."""
    approved().when(CloseCampaign(), by=CREATOR).refused(NotYourTurn)
    approved().when(CancelCampaign(reason="no"), by=CREATOR).refused(NotYourTurn)
    approved().when(CancelCampaign(reason="no"), by=ENGINE).refused(NotYourTurn)


def test_the_brand_cancels() -> None:
    """A cancelled campaign has ended and asks nobody for anything any more."""
    decision = proposed().when(CancelCampaign(reason="recall"), by=BRAND).then(CampaignCancelled(reason="recall"))
    assert decision.state.outcome is CampaignOutcome.CANCELLED
    assert decision.state.tasks == {}


def test_nothing_happens_before_the_start() -> None:
    """Without a brief every other command is refused."""
    for command in COMMANDS[1:]:
        campaign().when(command, by=BRAND).refused(WrongStage)


def test_an_ended_campaign_takes_no_command() -> None:
    """After the end every command of every role is refused with the outcome."""
    story = approved().does(CloseCampaign(), by=BRAND)
    for command in COMMANDS:
        for role in (BRAND, CREATOR, ENGINE):
            story.when(command, by=role).refused(AlreadyEnded, "closed")


def test_time_alone_settles_the_shortlist() -> None:
    """From any open shortlist, passing time to each alarm leaves no task within a few steps."""
    story = proposed()
    for _ in range(4):
        if not story.state.tasks:
            break
        story = story.does(PassTime(), at=min(task.alarm for task in story.state.tasks.values()))
    assert story.state.tasks == {}
    assert story.state.approved


def test_time_passes_without_a_trace_when_nothing_is_due() -> None:
    """PassTime before any alarm, or without any task, changes nothing."""
    proposed().waits(until=T0 + HOUR).then()
    approved().waits(until=T0 + 10_000 * HOUR).then()


def test_the_state_survives_a_snapshot() -> None:
    """Every state of a campaign is the same after it has been JSON."""
    story = approved().does(RecordOutreach(invited=3)).does(CloseCampaign())
    decider = CampaignDecider()
    state = decider.initial
    for event in story.past:
        state = decider.evolve(state, event)
        assert SNAPSHOT.validate_json(SNAPSHOT.dump_json(state)) == state
    assert state.stage is Stage.MONITORING


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([campaign, proposed, approved]),
    st.lists(st.tuples(st.sampled_from(COMMANDS), st.sampled_from(Role), st.integers(0, 80)), max_size=25),
)
def test_any_commands_in_any_order_keep_the_promises(begun: Any, said: list[tuple[Command, Role, int]]) -> None:
    """Each is refused or folds; the stored stream folds to the same state; after the end nothing is open or taken."""
    story, at = begun(), T0
    for command, role, hours in said:
        at += hours * HOUR
        decision = story.when(command, by=role, at=at)
        again = story.when(command, by=role, at=at)
        assert (decision.events, str(decision.refusal)) == (again.events, str(again.refusal))
        if story.state.ended:
            assert isinstance(decision.refusal, AlreadyEnded)
            assert not story.state.tasks
        story = campaign(*story.past, *decision.events)
        assert story.state == decision.state
        assert SNAPSHOT.validate_json(SNAPSHOT.dump_json(story.state)) == story.state
    envelopes = stored(EVENTS, "campaign/camp-1", story.past)
    assert campaign(*map(EVENTS.decode, envelopes)).state == story.state


def test_the_registry_knows_the_tasks_events() -> None:
    """A campaign's own events and those of its tasks can be stored."""
    assert {"CampaignStarted", "ShortlistApproved", "TaskReminded", "TaskExpired"} <= set(EVENTS.names)
    assert "OfferMade" not in EVENTS.names
