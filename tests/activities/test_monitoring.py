"""Payouts are made once; a sweep reaches everyone who has not ended."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment

from activities import monitoring
from activities.failures import as_application_error
from activities.monitoring import (
    Monitoring,
    PayRequest,
    SweepRequest,
    ended,
    payment_returned,
    payout_made,
    reversal_to_settle,
)
from activities.records import collaboration_after
from activities.starting import Instruction
from domain.collaboration import CancelCollaboration, CollaborationDecider
from domain.decider import Context
from domain.errors import Refused
from domain.money import Money
from domain.notices import Audience
from domain.outcomes import CollaborationEnded, Outcome
from domain.payouts import Payout, PayoutMade, PayoutPurpose, PayoutReversed, RecordPayout
from tests.activities.conftest import Store
from tests.activities.occasions import occasion
from tests.domain.given import BRAND, HOUR, T0, Story, concluded, offered, opened, verified
from tests.domain.test_payouts import taken_back

SWEEP = SweepRequest(campaign_id="camp-1", reason="the campaign was cancelled")


def a_payment(amount: int = 106_25) -> PayRequest:
    """The upfront part of the usual fee."""
    money = Money(amount=amount, currency="USD")
    payout = Payout(id="collab-1/upfront", purpose=PayoutPurpose.UPFRONT, amount=money)
    return PayRequest(payout=payout, collaboration_id="collab-1")


class Workflows:
    """In the place of a client: every collaboration decides as its workflow does, on the real store.

    `unreachable` says how often each one does not answer; `owing` are cancelled, but have something to pay first.
    """

    def __init__(self, store: Store, *, unreachable: dict[str, int] | None = None, owing: Sequence[str] = ()) -> None:
        self._store = store
        self._unreachable = unreachable or {}
        self._owing = owing
        self.told: list[str] = []

    def get_workflow_handle(self, workflow_id: str) -> "Workflow":
        """See `Client.get_workflow_handle`."""
        return Workflow(self, workflow_id)

    async def update(self, stream: str, instruction: Instruction, update_id: str) -> None:
        """Decide and record."""
        self.told.append(stream)
        if self._unreachable.get(stream, 0) > 0:
            self._unreachable[stream] -= 1
            raise RPCError("workflow not found", RPCStatusCode.NOT_FOUND, b"")
        state = collaboration_after(await self._store.log.read(stream))
        circumstances = Context(at=T0, actor=instruction.actor, command_id=update_id)
        command = CancelCollaboration.model_validate(instruction.command)
        with _as_a_failed_update():
            events = CollaborationDecider().decide(command, state, circumstances)
        await self._store.append(stream, events[:1] if stream in self._owing else events)


@contextmanager
def _as_a_failed_update() -> Iterator[None]:
    """Refusals as they arrive at a client."""
    try:
        yield
    except Refused as refusal:
        cause = as_application_error(refusal)
        raise WorkflowUpdateFailedError(cause) from cause


class Workflow:
    """A handle of one of them."""

    def __init__(self, workflows: Workflows, workflow_id: str) -> None:
        self._workflows = workflows
        self._id = workflow_id

    async def execute_update(self, name: str, instruction: Instruction, *, id: str, rpc_timeout: Any) -> None:  # noqa: A002 - the SDK's name
        """See `WorkflowHandle.execute_update`."""
        assert (name, id) == ("CancelCollaboration", "sweep/camp-1")
        assert rpc_timeout is not None
        await self._workflows.update(self._id, instruction, id)


def sweeping(store: Store) -> Monitoring:
    """An impatient sweep."""
    return Monitoring(store.payouts, store.progress, poll_seconds=0.02)


def environment(client: object) -> ActivityEnvironment:
    """Where the activity finds its client."""
    return ActivityEnvironment(client=cast(Client, client))


async def outcomes(store: Store) -> dict[str, int]:
    """How the campaign's collaborations stand."""
    counts = await store.progress.outcomes("camp-1")
    return {standing: count for standing, count in counts.items() if count}


async def test_a_payout_is_made_once_however_often_it_is_asked_for(store: Store) -> None:
    """A repeated payment returns the transfer that was made."""
    await store.record_campaign()
    await store.record_collaboration(concluded())
    monitoring = sweeping(store)
    first = await ActivityEnvironment().run(monitoring.pay, a_payment())
    assert first.reference
    assert await ActivityEnvironment().run(monitoring.pay, a_payment()) == first


async def test_another_amount_under_the_same_payout_is_refused_for_good(store: Store) -> None:
    """The id of a payout is its idempotency key: it never pays twice, not even a corrected sum."""
    await store.record_campaign()
    await store.record_collaboration(concluded())
    monitoring = sweeping(store)
    await ActivityEnvironment().run(monitoring.pay, a_payment())
    with pytest.raises(ApplicationError) as refused:
        await ActivityEnvironment().run(monitoring.pay, a_payment(amount=200_00))
    assert (refused.value.type, refused.value.non_retryable) == ("idempotency_key_reused", True)


async def test_a_sweep_cancels_everyone_who_has_not_ended(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one batch and page, in every stage; those that had ended are left alone."""
    monkeypatch.setattr(monitoring, "PAGE", 30)
    await store.record_campaign()
    for number in range(1, 46):
        await store.record_collaboration([opened, verified, offered][number % 3](), number=number)
    gone = offered()
    end = CollaborationEnded(outcome=Outcome.DECLINED, reason="no", offered=True)
    await store.record_collaboration(Story(gone.decider, (*gone.past, end)), number=46)
    client = Workflows(store)
    swept = await environment(client).run(sweeping(store).cancel_collaborations, SWEEP)
    assert swept.cancelled == 45
    assert len(client.told) == len(set(client.told)) == 45
    assert await outcomes(store) == {"cancelled": 45, "declined": 1}


async def test_a_sweep_of_nothing_ends(store: Store) -> None:
    """A campaign without collaborations has nothing to cancel."""
    assert (await environment(Workflows(store)).run(sweeping(store).cancel_collaborations, SWEEP)).cancelled == 0


async def test_one_that_does_not_answer_is_told_again(store: Store) -> None:
    """A workflow that is being resumed takes the cancellation once it is there."""
    await store.record_campaign()
    for number in (1, 2):
        await store.record_collaboration(offered(), number=number)
    client = Workflows(store, unreachable={"collaboration/collab-1": 3})
    swept = await environment(client).run(sweeping(store).cancel_collaborations, SWEEP)
    assert swept.cancelled == 2
    assert client.told.count("collaboration/collab-1") == 4
    assert client.told.count("collaboration/collab-2") == 1


async def test_one_that_still_has_to_pay_is_waited_for_and_told_once(store: Store) -> None:
    """A cancelled collaboration ends when the kill fee is paid, and the sweep with it."""
    await store.record_campaign()
    await store.record_collaboration(concluded())
    client = Workflows(store, owing=["collaboration/collab-1"])
    running = asyncio.ensure_future(environment(client).run(sweeping(store).cancel_collaborations, SWEEP))
    await asyncio.sleep(0.3)
    assert not running.done()
    end = CollaborationEnded(outcome=Outcome.CANCELLED, reason="cancelled", offered=True)
    await store.append("collaboration/collab-1", [end])
    assert (await asyncio.wait_for(running, 5)).cancelled == 1
    assert client.told == ["collaboration/collab-1"]


async def test_one_that_refuses_because_it_has_ended_is_not_told_again(store: Store) -> None:
    """Between the look and the word it was closed: it only has to be waited for."""
    await store.record_campaign()
    story = concluded().does(CancelCollaboration(reason="no longer needed"), by=BRAND)
    await store.record_collaboration(story)
    client = Workflows(store)
    running = asyncio.ensure_future(environment(client).run(sweeping(store).cancel_collaborations, SWEEP))
    await asyncio.sleep(0.3)
    assert client.told == ["collaboration/collab-1"]
    end = CollaborationEnded(outcome=Outcome.CANCELLED, reason="no longer needed", offered=True)
    await store.append("collaboration/collab-1", [end])
    assert (await asyncio.wait_for(running, 5)).cancelled == 1


async def test_another_refusal_fails_the_attempt(store: Store) -> None:
    """What the sweep did not expect is not passed over in silence."""

    class Stubborn(Workflows):
        async def update(self, stream: str, instruction: Instruction, update_id: str) -> None:
            raise WorkflowUpdateFailedError(ApplicationError("no", type="surprise"))

    await store.record_campaign()
    await store.record_collaboration(offered())
    with pytest.raises(WorkflowUpdateFailedError):
        await environment(Stubborn(store)).run(sweeping(store).cancel_collaborations, SWEEP)


async def test_a_sweep_reports_its_progress(store: Store) -> None:
    """Every batch and every round is a heartbeat, so that a hanging sweep is noticed."""
    await store.record_campaign()
    await store.record_collaboration(offered())
    beats: list[int] = []
    sweep = environment(Workflows(store))
    sweep.on_heartbeat = beats.append
    await sweep.run(sweeping(store).cancel_collaborations, SWEEP)
    assert beats == [1, 1, 1, 1]


def test_a_payout_is_told_with_what_it_is_for() -> None:
    """Amount, purpose and reference are in the letter."""
    story = concluded().does(RecordPayout(payout_id="collab-1/upfront", reference="transfer-7"))
    letter = payout_made(occasion(story, PayoutMade))
    assert letter.subject == "USD 106.25 from Lumen Tea is on its way"
    assert "the part of your fee that was due when the contract was signed" in letter.body
    assert "The transfer's reference is transfer-7." in letter.body


def test_a_payment_that_came_back_is_told_with_why_and_that_it_is_owed() -> None:
    """The creator learns that it is not lost; whoever decides learns of which payment, and until when."""
    story = concluded().does(RecordPayout(payout_id="collab-1/upfront", reference="tr_7"))
    story = story.does(taken_back(106_25), at=T0 + HOUR)
    told = payment_returned(occasion(story, PayoutReversed))
    assert told.subject == "A payment of USD 106.25 from Lumen Tea has come back"
    assert "the payment service has taken the transfer back" in told.body
    assert "It is on record as owed to you." in told.body
    asked = reversal_to_settle(occasion(story, PayoutReversed, audience=Audience.FINANCE))
    assert asked.subject == "USD 106.25 to @steep.and.pour on Instagram has come back"
    assert "Reference: tr_7" in asked.body
    assert "the part of the fee that is due when the contract is signed" in asked.body
    assert "Please decide by Thursday 5 March 2026" in asked.body


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.COMPLETED, "every post for Cold brew tea is live and paid"),
        (Outcome.CANCELLED, "please post nothing that is not live yet"),
        (Outcome.DECLINED, "have not come to an agreement"),
        (Outcome.EXPIRED, "There is nothing more for you to do"),
    ],
)
def test_the_last_letter_says_how_it_ended_and_what_was_paid(outcome: Outcome, words: str) -> None:
    """Thanks, or the reason on record; and the money in either case."""
    story = concluded().does(RecordPayout(payout_id="collab-1/upfront", reference="transfer-7"))
    end = CollaborationEnded(outcome=outcome, reason="as agreed", offered=True)
    letter = ended(occasion(Story(story.decider, (*story.past, end)), CollaborationEnded))
    assert words in letter.body
    assert "Paid to you in all: USD 106.25" in letter.body
    assert ("> as agreed" in letter.body) == (outcome is not Outcome.COMPLETED)


def test_nothing_is_said_of_money_that_was_never_owed() -> None:
    """Whoever declined an offer hears nothing of payments."""
    story = offered()
    end = CollaborationEnded(outcome=Outcome.DECLINED, reason="no", offered=True)
    letter = ended(occasion(Story(story.decider, (*story.past, end)), CollaborationEnded))
    assert "Paid to you" not in letter.body


def test_the_end_is_the_only_news_of_a_cancellation() -> None:
    """The brand's reason reaches the creator as the brand wrote it."""
    story = offered().does(CancelCollaboration(reason="The product was recalled."), by=BRAND)
    letter = ended(occasion(story, CollaborationEnded))
    assert "> The product was recalled." in letter.body
