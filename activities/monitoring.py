"""Stage 7, monitoring: money that is owed is paid, and a campaign that ends takes its collaborations with it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from activities.failures import as_application_error, as_domain_error
from activities.letters import Asks, Draft, Occasion, Sheet
from activities.ports import Payouts, Progress
from activities.starting import Instruction, collaboration_stream
from activities.wording import Strong
from domain.collaboration import CancelCollaboration
from domain.decider import ENGINE
from domain.errors import AlreadyEnded, GroundswellError
from domain.money import Money
from domain.notices import Template
from domain.outcomes import CollaborationEnded, Outcome
from domain.payouts import CONFIRM_PAYMENT, SETTLE_REVERSAL, PaymentOrdered, Payout, PayoutMade, PayoutReversed
from domain.values import Line, Text, Value

BATCH = 20
"""Collaborations that are told at the same time."""

PAGE = 500
"""Collaborations that are looked up at a time."""

UPDATE_TIMEOUT = timedelta(seconds=10)


class PayRequest(Value):
    """What to pay."""

    payout: Payout
    collaboration_id: Line


class PaymentMade(Value):
    """The transfer's reference."""

    reference: Line


class SweepRequest(Value):
    """Whose collaborations to cancel, and why."""

    campaign_id: Line
    reason: Text


class Swept(Value):
    """How many of the campaign's collaborations have ended as cancelled, by the sweep or before it."""

    cancelled: int


class Monitoring:
    """Pays, and ends what a campaign leaves behind.

    The sweep looks every `poll_seconds`, which must be well below its heartbeat timeout. It ends after two looks at
    nothing unfinished, so that a workflow that was being started when the campaign ended does not escape.
    """

    def __init__(self, payouts: Payouts, progress: Progress, *, poll_seconds: float = 1.0) -> None:
        self._payouts = payouts
        self._progress = progress
        self._poll_seconds = poll_seconds

    @activity.defn
    async def pay(self, request: PayRequest) -> PaymentMade:
        """Make a payout, under its own id: paying again returns the transfer that was made."""
        payout = request.payout
        try:
            reference = await self._payouts.pay(payout.id, request.collaboration_id, payout.amount)
        except GroundswellError as error:
            raise as_application_error(error) from error
        return PaymentMade(reference=reference)

    @activity.defn
    async def cancel_collaborations(self, request: SweepRequest) -> Swept:
        """Cancel every collaboration that has not ended, and return when all have.

        One whose workflow does not answer is told again and again: it may be about to be resumed from its stream.
        """
        told: set[str] = set()
        empty_looks = 0
        while empty_looks < 2:
            before = len(told)
            found = await self._tell_round(request, told)
            empty_looks = 0 if found else empty_looks + 1
            if len(told) == before:
                await asyncio.sleep(self._poll_seconds)
        outcomes = await self._progress.outcomes(request.campaign_id)
        return Swept(cancelled=outcomes.get(Outcome.CANCELLED, 0))

    async def _tell_round(self, request: SweepRequest, told: set[str]) -> bool:
        """Tell everyone who has not ended and not been told, in the order of ids; False if nobody was left.

        Those that were told may take a while, paying what they owe: they are passed over, not asked for again.
        """
        after = ""
        while page := await self._progress.unfinished(request.campaign_id, after=after, limit=PAGE):
            after = page[-1]
            untold = [one for one in page if one not in told]
            for first in range(0, len(untold), BATCH):
                told |= await self._tell_all(request, untold[first : first + BATCH])
                activity.heartbeat(len(told))
        activity.heartbeat(len(told))
        return after != ""

    async def _tell_all(self, request: SweepRequest, collaboration_ids: Sequence[str]) -> set[str]:
        """Those that have taken the cancellation, or have no need of it any more."""
        try:
            async with asyncio.TaskGroup() as telling:
                answers = {one: telling.create_task(self._tell(request, one)) for one in collaboration_ids}
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return {one for one, answer in answers.items() if answer.result()}

    async def _tell(self, request: SweepRequest, collaboration_id: str) -> bool:
        command = CancelCollaboration(reason=request.reason)
        workflow = activity.client().get_workflow_handle(collaboration_stream(collaboration_id))
        try:
            await workflow.execute_update(
                CancelCollaboration.__name__,
                Instruction(command=command.model_dump(mode="json"), actor=ENGINE),
                id=f"sweep/{request.campaign_id}",
                rpc_timeout=UPDATE_TIMEOUT,
            )
        except WorkflowUpdateFailedError as failed:
            if isinstance(as_domain_error(failed), AlreadyEnded):
                return True
            raise
        except (WorkflowUpdateRPCTimeoutOrCancelledError, RPCError) as unanswered:
            activity.logger.info("a collaboration does not answer yet: %s", type(unanswered).__name__)
            return False
        return True


def payout_made(occasion: Occasion) -> Draft:
    """Money is on its way."""
    event = occasion.of(PayoutMade)
    purpose = occasion.words.say("purposes", occasion.work.payouts[event.payout_id].purpose.value)
    sheet = Sheet(Template.PAYOUT_MADE, occasion, amount=occasion.words.money(event.amount))
    sheet.says("sent", purpose=purpose, reference=event.reference)
    sheet.button()
    return sheet.draft()


def payment_order(occasion: Occasion) -> Draft:
    """Finance is asked to make a transfer."""
    event, words = occasion.event, occasion.words
    assert isinstance(event, PayoutMade | PaymentOrdered), "an order is made out with one of these"
    purpose = occasion.work.payouts[event.payout_id].purpose
    sheet = Sheet(Template.PAYMENT_ORDER, occasion, amount=words.money(event.amount))
    sheet.says("order")
    sheet.tells("amount", Strong(words.money(event.amount)))
    sheet.tells("payee", sheet.phrase("payee_is", email=occasion.person.profile.email))
    sheet.tells("purpose", sheet.phrase(purpose.value))
    sheet.tells("reference", Strong(event.reference))
    sheet.button()
    return sheet.draft()


def payment_returned(occasion: Occasion) -> Draft:
    """Money that the creator had was taken back: why, and that it is not lost."""
    event, words = occasion.of(PayoutReversed), occasion.words
    purpose = words.say("purposes", occasion.work.payouts[event.payout_id].purpose.value)
    sheet = Sheet(Template.PAYMENT_RETURNED, occasion, amount=words.money(event.amount))
    sheet.says("returned", purpose=purpose, why=words.say("reversals", event.reason.value))
    sheet.says("owed", due=occasion.moment(event.task.due_at))
    sheet.button()
    return sheet.draft()


def reversal_to_settle(occasion: Occasion) -> Draft:
    """Money came back: the brand is asked whether it is paid again."""
    event, words = occasion.of(PayoutReversed), occasion.words
    payout = occasion.work.payouts[event.payout_id]
    sheet = Sheet(Template.REVERSAL_TO_SETTLE, occasion, amount=words.money(event.amount))
    sheet.says("returned")
    sheet.tells("amount", Strong(words.money(event.amount)))
    sheet.tells("why", words.say("reversals", event.reason.value))
    sheet.tells("purpose", words.say("payment_order", payout.purpose.value))
    sheet.tells("reference", payout.reference)
    sheet.says("decide", due=occasion.moment(event.task.due_at))
    sheet.button()
    return sheet.draft()


def ended(occasion: Occasion) -> Draft:
    """How the collaboration ended."""
    paid = sum(payout.paid for payout in occasion.work.payouts.values())
    event, completed = occasion.of(CollaborationEnded), occasion.of(CollaborationEnded).outcome is Outcome.COMPLETED
    sheet = Sheet(Template.ENDED, occasion)
    sheet.says(event.outcome.value if event.outcome in _TOLD_APART else "other")
    if event.reason and not completed:
        sheet.says("reason")
        sheet.quotes(event.reason)
    if paid:
        sheet.tells("paid", occasion.words.money(Money(amount=paid, currency=occasion.work.agreed.currency)))
    sheet.button()
    return sheet.draft("subject_completed" if completed else "subject")


def _about_money(task: str) -> Asks:
    return lambda occasion, payment: occasion.asks(task, account=occasion.account, payment=payment)


ASKS: Mapping[str, Asks] = {task: _about_money(task) for task in (CONFIRM_PAYMENT, SETTLE_REVERSAL)}
"""What the stage's tasks ask for, in words, by the first part of their name."""

_TOLD_APART = frozenset({Outcome.COMPLETED, Outcome.CANCELLED, Outcome.DECLINED})
"""Ends that creators are told of in words of their own."""
