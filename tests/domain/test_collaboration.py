"""A collaboration as a whole: what holds for every command in every state, on thousands of random ways through it."""

import json
from collections import Counter
from functools import reduce
from typing import Any

import pytest
from hypothesis import event, given, settings
from pydantic import TypeAdapter

from domain.collaboration import (
    EVENTS,
    CancelCollaboration,
    Collaboration,
    CollaborationCancelled,
)
from domain.content_approval import SubmitDraft
from domain.contract_signing import DraftContract
from domain.deadlines import PassTime
from domain.decider import Command, Event, Role
from domain.errors import AlreadyEnded, NotYourTurn, Refused, WrongStage
from domain.negotiation import MakeOffer, WithholdOffer
from domain.outcomes import CollaborationEnded, Outcome
from domain.payouts import PayoutMade, PayoutPurpose, PayoutScheduled, RecordPayout
from tests.domain.given import (
    BRAND,
    CREATOR,
    DISCLOSED,
    DOCUMENT,
    ENGINE,
    HOUR,
    T0,
    collaboration,
    concluded,
    context,
    doubted,
    drafted,
    offered,
    opened,
    opening,
    stored,
    to_publish,
    usd,
    verified,
)
from tests.domain.random_walk import DECIDER, Step, Walk, walks

STATES: TypeAdapter[Collaboration] = TypeAdapter(Collaboration)
CANCEL = CancelCollaboration(reason="recall")
FEE = 212_50
UPFRONT = RecordPayout(payout_id="collab-1/upfront", reference="tr_1")

many = settings(max_examples=100, deadline=None)


def test_nothing_happens_before_the_opening() -> None:
    """A stream without events takes only the command that opens it."""
    for command in (MakeOffer(), PassTime(), CANCEL):
        collaboration().when(command).refused(WrongStage, "not opened")


def test_a_creator_declines_but_does_not_cancel() -> None:
    """Cancelling is for the brand, or for the engine when the campaign ends."""
    concluded().when(CANCEL, by=CREATOR).refused(NotYourTurn)
    for role in (BRAND, ENGINE):
        concluded().when(CANCEL, by=role).then_types(CollaborationCancelled)


@pytest.mark.parametrize("story", [opened, doubted, verified, offered, drafted])
def test_before_the_contract_cancelling_is_free(story: Any) -> None:
    """As long as no contract is in force the end follows at once and owes nothing."""
    decision = story().when(CANCEL, by=BRAND).then_types(CollaborationCancelled, CollaborationEnded)
    assert decision.state.outcome is Outcome.CANCELLED
    assert (decision.state.reserved, decision.state.committed, decision.state.payouts) == (0, 0, {})


def test_the_kill_fee_tops_up_what_was_paid() -> None:
    """A creator with half the fee upfront gets the other quarter that a delivered piece is worth."""
    decision = to_publish().does(UPFRONT).when(CANCEL)
    decision.then_types(CollaborationCancelled, PayoutScheduled)
    [owed] = decision.state.owed
    assert (owed.purpose, owed.amount) == (PayoutPurpose.KILL_FEE, usd(159_37 - 106_25))


def test_an_upfront_payment_may_cover_the_kill_fee() -> None:
    """Where the upfront share is at least the kill fee nothing more is owed."""
    concluded().does(UPFRONT).when(CANCEL).then_types(CollaborationCancelled, CollaborationEnded)


def test_a_cancelled_collaboration_waits_for_its_payouts() -> None:
    """What is owed is paid before the end, and meanwhile nothing else is taken."""
    story = to_publish().does(CANCEL)
    story.when(SubmitDraft(deliverable=2, caption=DISCLOSED), by=CREATOR).refused(AlreadyEnded, "cancelled")
    story.when(CANCEL).refused(AlreadyEnded)
    story.waits(until=T0 + 5_000 * HOUR).then()
    story = story.does(UPFRONT)
    last = story.when(RecordPayout(payout_id="collab-1/kill_fee", reference="tr_2"))
    last.then_types(PayoutMade, CollaborationEnded)
    assert last.state.reason == "recall"


def test_an_ended_stream_takes_no_command() -> None:
    """After the end even time and payouts are refused."""
    story = verified().does(CANCEL)
    for command in (opening(), MakeOffer(), PassTime(), UPFRONT, CANCEL):
        story.when(command).refused(AlreadyEnded, "cancelled")


def test_one_end_silences_what_is_due_after_it() -> None:
    """When several deadlines pass at once the first end is the only one."""
    story = concluded().does(UPFRONT)
    story = collaboration(*story.past, *story.waits(until=T0 + 48 * HOUR).events)
    events = story.waits(until=T0 + 500 * HOUR).events
    assert [type(one) for one in events].count(CollaborationEnded) == 1
    assert isinstance(events[-1], CollaborationEnded)


@many
@given(walks())
def test_deciding_is_deterministic(walk: Walk) -> None:
    """The same command on the same state in the same circumstances has the same events, or the same refusal."""
    for step in walk.steps:
        assert _decided(step, step.before) == (step.events, str(step.refusal))
    event(f"{walk.state.stage}, {walk.state.outcome}")


def _decided(step: Step, state: Collaboration) -> tuple[tuple[Event, ...], str]:
    """The events and the refusal, None if there is none, of a step's command on `state`."""
    try:
        return tuple(DECIDER.decide(step.command, state, context(step.by, step.at))), "None"
    except Refused as refusal:
        return (), str(refusal)


@many
@given(walks())
def test_the_state_is_the_fold_of_the_stored_events(walk: Walk) -> None:
    """Events that went through JSON and the registry fold to the state that the decisions left."""
    read = [EVENTS.decode(envelope) for envelope in stored(EVENTS, "collaboration/collab-1", walk.events)]
    assert read == walk.events
    assert reduce(DECIDER.evolve, read, DECIDER.initial) == walk.state


@many
@given(walks())
def test_every_state_survives_a_snapshot(walk: Walk) -> None:
    """A state that went through JSON is equal and decides alike, whatever the order of its keys."""
    last = walk.steps[-1]
    for state in (last.before, walk.state):
        assert STATES.validate_json(STATES.dump_json(state)) == state
        plain = json.dumps(STATES.dump_python(state, mode="json"), sort_keys=True)
        assert STATES.validate_python(json.loads(plain)) == state
    thawed = STATES.validate_json(json.dumps(STATES.dump_python(last.before, mode="json"), sort_keys=True))
    assert _decided(last, thawed) == (last.events, str(last.refusal))


@many
@given(walks())
def test_there_is_one_end_and_it_is_last(walk: Walk) -> None:
    """A stream has at most one end, after it no event, no open task and no owed payout, and no command is taken."""
    events = walk.events
    ends = [index for index, one in enumerate(events) if isinstance(one, CollaborationEnded)]
    assert ends in ([], [len(events) - 1])
    for step in walk.steps:
        if step.after.ended:
            assert not step.after.tasks
            assert not step.after.owed
        if step.before.ended:
            assert isinstance(step.refusal, AlreadyEnded)
    assert walk.state.ended is bool(ends)


@many
@given(walks())
def test_payouts_stay_within_the_fee(walk: Walk) -> None:
    """No payout is scheduled twice, made twice or made unscheduled, and all together are at most the agreed fee.

    The commission comes on top, and is at most its cap.
    """
    scheduled = [one.payout for one in walk.events if isinstance(one, PayoutScheduled)]
    made = Counter(one.payout_id for one in walk.events if isinstance(one, PayoutMade))
    assert len({payout.id for payout in scheduled}) == len(scheduled)
    assert set(made) <= {payout.id for payout in scheduled}
    assert all(count == 1 for count in made.values())
    agreed = walk.state.fee.amount if walk.state.fee else 0
    beside = sum(payout.amount.amount for payout in scheduled if payout.purpose is PayoutPurpose.COMMISSION)
    fees = sum(payout.amount.amount for payout in scheduled) - beside
    commission = walk.state.offer.commission if walk.state.offer else None
    assert beside <= (commission.cap if commission else 0)
    assert fees <= agreed
    if walk.state.outcome is Outcome.COMPLETED:
        assert fees == agreed


@many
@given(walks())
def test_stages_only_go_forward(walk: Walk) -> None:
    """No event takes a collaboration back to an earlier stage."""
    orders = [step.after.stage.order for step in walk.steps]
    assert orders == sorted(orders)


@many
@given(walks())
def test_a_refused_command_changes_nothing(walk: Walk) -> None:
    """A refusal has no events and leaves the state as it was."""
    for step in walk.steps:
        if step.refusal is not None:
            assert step.events == ()
            assert step.after == step.before
        event(f"refused: {type(step.refusal).__name__}" if step.refusal else "taken")


@pytest.mark.parametrize("command", [MakeOffer(), WithholdOffer(), DraftContract(document=DOCUMENT), PassTime()])
@pytest.mark.parametrize("by", [BRAND, CREATOR])
def test_people_do_not_give_the_engines_commands(command: Command, by: Role) -> None:
    """What the engine does on its own is refused when a person asks for it."""
    offered().when(command, by=by).refused(NotYourTurn, "engine")
