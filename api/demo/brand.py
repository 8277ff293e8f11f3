"""The simulated brand: works through its task list, and leaves some of it lying so that the policies have to act."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from api.client import Groundswell, Refusal, models
from api.demo.brief import TIME_ZONE, kept
from api.demo.notes import Notes

SIGNATORY = "Jordan Hale, Northwind Roasters"
POLL_SECONDS = 0.7
QUICK = (0.3, 1.5)
BATCH_SECONDS = 0.8
"""How often those drafts are approved together that somebody has looked at since."""
AMENDED = 2
"""Contracts that the brand wants to change."""
CHANGES_ITS_MIND_AFTER = 4.0
"""Seconds from a signature to the cancellation."""


Page = models.CollaborationView
Asked = tuple[str, str, datetime]
"""A task: its stream, its name, and when it was opened."""


class Way(StrEnum):
    """How the brand deals with a task."""

    YES = "says yes"
    NO = "says no"
    OTHERWISE = "asks for something else"
    IGNORE = "does not answer"
    ESCALATE = "does not answer before it is escalated"


HABITS: dict[str, tuple[Way, ...]] = {
    "verify_creator": (Way.YES, Way.IGNORE, Way.NO, Way.YES),
    "answer_counter_offer": (Way.ESCALATE, Way.OTHERWISE, Way.IGNORE, Way.YES, Way.NO),
    "sign_contract": (Way.YES, Way.YES, Way.ESCALATE, Way.YES, Way.YES),
    "sign_amendment": (Way.YES,),
    "confirm_payment": (Way.YES,),
    "settle_reversal": (Way.YES,),
    "review_draft": (Way.YES, Way.IGNORE, Way.OTHERWISE, Way.YES, Way.YES, Way.IGNORE),
    "undisclosed": (Way.IGNORE, Way.YES, Way.OTHERWISE),
}
"""By kind of task what is done with the first, the second, ... and over again. `undisclosed` are drafts that do not
disclose: to say yes to one is tried, refused, and followed by asking for changes."""


class Brand:
    """One campaign's people on the brand's side, with one API key.

    About the first collaboration of which `may_cancel` says so they change their mind after they have signed, and with
    the first others of which `may_amend` says so they want to change the contract.
    """

    def __init__(
        self,
        api: Groundswell,
        campaign_id: str,
        notes: Notes,
        seed: int,
        *,
        may_cancel: Callable[[str], bool] = lambda _: False,
        may_amend: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.batches: list[int] = []
        """How many drafts were approved by each request for several."""
        self._api = api
        self._campaign_id = campaign_id
        self._notes = notes
        self._chance = random.Random(f"{seed}/brand")  # noqa: S311 - a play, not a secret
        self._met: Counter[str] = Counter()
        self._ways: dict[Asked, Way] = {}
        self._done: set[tuple[Asked, bool]] = set()
        self._acts: set[asyncio.Task[None]] = set()
        self._may_cancel = may_cancel
        self._may_amend = may_amend
        self._cancelled = False
        self._amended = 0
        self._fine: list[models.AskedDecision] = []

    async def work(self) -> None:
        """Look at the task list again and again, until cancelled."""
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._look_at_tasks(), name="the brand's tasks")
                both.create_task(self._approve_in_batches(), name="the brand's batches")
        finally:
            for act in self._acts:
                act.cancel()

    async def _look_at_tasks(self) -> None:
        while True:
            async for task in self._api.list_open_tasks(assignee=models.Role.BRAND, campaign_id=self._campaign_id):
                self._begin(task)
            await asyncio.sleep(POLL_SECONDS)

    async def _approve_in_batches(self) -> None:
        """What was not answered in time is sent again, under the same key: nothing is done twice."""
        while True:
            await asyncio.sleep(BATCH_SECONDS)
            batch, self._fine = self._fine, []
            if not batch:
                continue
            asked, key = models.AskedDecisions(decisions=batch), uuid4().hex
            while (answered := await self._api.take_decisions(asked, idempotency_key=key)).retry:
                pass
            self.batches.append(answered.done)

    def _begin(self, task: models.OpenTask) -> None:
        key = (task.stream, task.name, task.opened_at)
        if (key, task.escalated) in self._done:
            return
        self._done.add((key, task.escalated))
        act = asyncio.create_task(self._deal_with(task, key))
        self._acts.add(act)
        act.add_done_callback(self._acts.discard)

    async def _deal_with(self, task: models.OpenTask, key: Asked) -> None:
        step = task.name.partition("/")[0]
        try:
            if step == "approve_shortlist":
                await self._approve_shortlist(task)
                return
            page = await self._api.read_collaboration(str(task.collaboration_id))
            assert isinstance(page, models.CollaborationView), "the brand is shown everything"
            way = self._way(step, page, task, key)
            if way is Way.IGNORE or (way is Way.ESCALATE and not task.escalated):
                return
            await asyncio.sleep(self._chance.uniform(*QUICK))
            await self._answers[step](page, task.name, Way.YES if way is Way.ESCALATE else way)
        except Refusal as refusal:
            self._notes.refused(f"brand, {step.replace('_', ' ')}", refusal)

    def _way(self, step: str, page: Page, task: models.OpenTask, key: Asked) -> Way:
        """The same for the same task, whether it has been escalated or not."""
        if key not in self._ways:
            habit = step
            if step == "review_draft" and not _passed(_work(page, task.name)):
                habit = "undisclosed"
            habits = HABITS[habit]
            self._ways[key] = habits[self._met[habit] % len(habits)]
            self._met[habit] += 1
        return self._ways[key]

    @property
    def _answers(self) -> dict[str, Callable[[Page, str, Way], Awaitable[Any]]]:
        return {
            "verify_creator": self._verify,
            "answer_counter_offer": self._answer_counter_offer,
            "sign_contract": self._sign,
            "review_draft": self._review,
            "sign_amendment": self._sign_amendment,
            "confirm_payment": self._confirm_payment,
            "settle_reversal": self._settle_reversal,
        }

    async def _approve_shortlist(self, task: models.OpenTask) -> None:
        """After the reminder; the best are kept."""
        reminded_at = task.due_at.timestamp() - 6
        await asyncio.sleep(max(0.0, reminded_at - datetime.now(UTC).timestamp()))
        ranked = self._api.read_shortlist(self._campaign_id)
        drop = [candidate.creator_id async for candidate in ranked if not kept(candidate)]
        await self._api.approve_shortlist(self._campaign_id, models.ApproveShortlist(drop=drop))

    async def _verify(self, page: Page, _: str, way: Way) -> None:
        if way is Way.YES:
            note = "Looked through the last posts: real people."
            await self._api.approve_creator(page.id, models.ApproveCreator(note=note))
        else:
            await self._api.reject_creator(page.id, models.RejectCreator(reason="The comments look bought."))

    async def _answer_counter_offer(self, page: Page, _: str, way: Way) -> None:
        assert page.offer is not None, "it was countered"
        version, asked, cap = page.offer.version, page.offer.fee, page.assignment.fee_cap
        if way is Way.NO:
            no = models.DeclineOffer(version=version, reason="That is more than we can pay.")
            await self._api.decline_offer(page.id, no)
        elif way is Way.OTHERWISE or asked.amount > cap:
            between = models.MoneyInput(amount=min(round(page.reserved * 1.1), cap), currency=asked.currency)
            counter = models.CounterOffer(version=version, fee=between, message="Let us meet half-way.")
            await self._api.counter_offer(page.id, counter)
        else:
            await self._api.accept_offer(page.id, models.AcceptOffer(version=version))

    async def _sign(self, page: Page, _: str, __: Way) -> None:
        consent = models.SignContract(typed_name=SIGNATORY, document=str(page.document), consent=True)
        await self._api.sign_contract(page.id, consent)
        if not self._cancelled and self._may_cancel(page.id):
            self._cancelled = True
            await asyncio.sleep(CHANGES_ITS_MIND_AFTER)
            reason = "The store in this city opens a month later."
            await self._api.cancel_collaboration(page.id, models.CancelCollaboration(reason=reason))
        elif self._amended < AMENDED and self._may_amend(page.id):
            self._amended += 1
            await self._amend(page)

    async def _amend(self, page: Page) -> None:
        """Longer use of the posts against a shorter exclusivity, once the contract is in force."""
        while True:
            now = await self._api.read_collaboration(page.id)
            if now.stage is not models.Stage.CONTRACT_SIGNING:
                break
            await asyncio.sleep(POLL_SECONDS)
        rights = page.assignment.terms.usage_rights.model_copy(update={"months": 12})
        changes = models.Changes(usage_rights=rights, exclusivity_days=14)
        reason = "We would like to show your posts next summer as well; in return you are free sooner."
        await self._api.propose_amendment(page.id, models.ProposeAmendment(changes=changes, reason=reason))

    async def _sign_amendment(self, page: Page, _: str, __: Way) -> None:
        amendment = (await self._api.list_amendments(page.id)).items[-1]
        consent = models.Consent(typed_name=SIGNATORY, document=str(amendment.document), consent=True)
        await self._api.sign_amendment(page.id, amendment.number, consent)

    async def _confirm_payment(self, page: Page, name: str, _: Way) -> None:
        """Finance has made the transfer."""
        payout = name.partition("/")[2]
        today = datetime.now(ZoneInfo(TIME_ZONE)).date()
        paid = models.Paid(reference=f"ACH {page.id[:8]}-{payout}", paid_on=today)
        await self._api.confirm_payment(page.id, payout, paid)

    async def _settle_reversal(self, page: Page, name: str, _: Way) -> None:
        again = models.Again(pay_again=True, note="Their bank account had changed.")
        await self._api.settle_reversal(page.id, name.partition("/")[2], again)

    async def _review(self, page: Page, name: str, way: Way) -> None:
        work = _work(page, name)
        fix = work.disclosure.fix if work.disclosure is not None else ""
        if way is Way.YES and _passed(work):
            arguments = {"deliverable": work.number, "version": work.version}
            approve = models.Verb.APPROVE_DRAFT
            self._fine.append(models.AskedDecision(collaboration_id=page.id, verb=approve, arguments=arguments))
        elif way is Way.YES:
            try:
                await self._api.approve_draft(page.id, work.number, models.ApprovalBody(version=work.version))
            except Refusal as refusal:
                if refusal.code != "disclosure_failed":
                    raise
                self._notes.refused("brand, approve a draft that does not disclose", refusal)
                await self._request_changes(page, work, fix)
        else:
            await self._request_changes(page, work, fix or "Lovely. Could the can be seen in the first second?")

    async def _request_changes(self, page: Page, work: models.WorkView, feedback: str) -> None:
        changes = models.ChangesBody(version=work.version, feedback=feedback)
        await self._api.request_changes(page.id, work.number, changes)


def _work(page: Page, task: str) -> models.WorkView:
    number = int(task.partition("/")[2])
    return next(work for work in page.works if work.number == number)


def _passed(work: models.WorkView) -> bool:
    return work.disclosure is not None and work.disclosure.passed
