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

from api.demo.brief import TIME_ZONE, kept
from api.demo.client import Api, JsonObject, Refusal
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
        api: Api,
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
        self._ways: dict[tuple[str, str, str], Way] = {}
        self._done: set[tuple[str, str, str, bool]] = set()
        self._acts: set[asyncio.Task[None]] = set()
        self._may_cancel = may_cancel
        self._may_amend = may_amend
        self._cancelled = False
        self._amended = 0
        self._fine: list[JsonObject] = []

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
            tasks = self._api.pages("/v1/tasks", assignee="brand", campaign_id=self._campaign_id)
            async for task in tasks:
                self._begin(task)
            await asyncio.sleep(POLL_SECONDS)

    async def _approve_in_batches(self) -> None:
        """What was not answered in time is sent again, under the same key: nothing is done twice."""
        while True:
            await asyncio.sleep(BATCH_SECONDS)
            batch, self._fine = self._fine, []
            key, answered = uuid4().hex, {"retry": len(batch)}
            while answered["retry"]:
                answered = await self._api.post("/v1/decisions", {"decisions": batch}, key=key)
            if batch:
                self.batches.append(answered["done"])

    def _begin(self, task: JsonObject) -> None:
        key = (task["stream"], task["name"], task["opened_at"])
        if (*key, task["escalated"]) in self._done:
            return
        self._done.add((*key, task["escalated"]))
        act = asyncio.create_task(self._deal_with(task, key))
        self._acts.add(act)
        act.add_done_callback(self._acts.discard)

    async def _deal_with(self, task: JsonObject, key: tuple[str, str, str]) -> None:
        step = task["name"].partition("/")[0]
        try:
            if step == "approve_shortlist":
                await self._approve_shortlist(task)
                return
            page = await self._api.get(f"/v1/collaborations/{task['collaboration_id']}")
            way = self._way(step, page, task, key)
            if way is Way.IGNORE or (way is Way.ESCALATE and not task["escalated"]):
                return
            await asyncio.sleep(self._chance.uniform(*QUICK))
            await self._answers[step](page, task["name"], Way.YES if way is Way.ESCALATE else way)
        except Refusal as refusal:
            self._notes.refused(f"brand, {step.replace('_', ' ')}", refusal)

    def _way(self, step: str, page: JsonObject, task: JsonObject, key: tuple[str, str, str]) -> Way:
        """The same for the same task, whether it has been escalated or not."""
        if key not in self._ways:
            habit = step
            if step == "review_draft" and not _work(page, task["name"])["disclosure"]["passed"]:
                habit = "undisclosed"
            habits = HABITS[habit]
            self._ways[key] = habits[self._met[habit] % len(habits)]
            self._met[habit] += 1
        return self._ways[key]

    @property
    def _answers(self) -> dict[str, Callable[[JsonObject, str, Way], Awaitable[Any]]]:
        return {
            "verify_creator": self._verify,
            "answer_counter_offer": self._answer_counter_offer,
            "sign_contract": self._sign,
            "review_draft": self._review,
            "sign_amendment": self._sign_amendment,
            "confirm_payment": self._confirm_payment,
            "settle_reversal": self._settle_reversal,
        }

    async def _approve_shortlist(self, task: JsonObject) -> None:
        """After the reminder; the best are kept."""
        reminded_at = datetime.fromisoformat(task["due_at"]).timestamp() - 6
        await asyncio.sleep(max(0.0, reminded_at - datetime.now(UTC).timestamp()))
        path = f"/v1/campaigns/{self._campaign_id}/shortlist"
        ranked = self._api.pages(path)
        drop = [candidate["creator_id"] async for candidate in ranked if not kept(candidate)]
        await self._api.post(f"{path}/approve", {"drop": drop})

    async def _verify(self, page: JsonObject, _: str, way: Way) -> None:
        path = f"/v1/collaborations/{page['id']}/verification"
        if way is Way.YES:
            await self._api.post(f"{path}/approve", {"note": "Looked through the last posts: real people."})
        else:
            await self._api.post(f"{path}/reject", {"reason": "The comments look bought."})

    async def _answer_counter_offer(self, page: JsonObject, _: str, way: Way) -> None:
        path, offer = f"/v1/collaborations/{page['id']}/offer", page["offer"]
        version = {"version": offer["version"]}
        cap = page["assignment"]["fee_cap"]
        if way is Way.NO:
            await self._api.post(f"{path}/decline", version | {"reason": "That is more than we can pay."})
        elif way is Way.OTHERWISE or offer["fee"]["amount"] > cap:
            between = {"amount": min(round(page["reserved"] * 1.1), cap), "currency": offer["fee"]["currency"]}
            await self._api.post(f"{path}/counter", version | {"fee": between, "message": "Let us meet half-way."})
        else:
            await self._api.post(f"{path}/accept", version)

    async def _sign(self, page: JsonObject, _: str, __: Way) -> None:
        consent = {"typed_name": SIGNATORY, "document": page["document"], "consent": True}
        await self._api.post(f"/v1/collaborations/{page['id']}/contract/sign", consent)
        if not self._cancelled and self._may_cancel(page["id"]):
            self._cancelled = True
            await asyncio.sleep(CHANGES_ITS_MIND_AFTER)
            reason = "The store in this city opens a month later."
            await self._api.post(f"/v1/collaborations/{page['id']}/cancel", {"reason": reason})
        elif self._amended < AMENDED and self._may_amend(page["id"]):
            self._amended += 1
            await self._amend(page)

    async def _amend(self, page: JsonObject) -> None:
        """Longer use of the posts against a shorter exclusivity, once the contract is in force."""
        path, rights = f"/v1/collaborations/{page['id']}", page["assignment"]["terms"]["usage_rights"]
        while True:
            now = await self._api.get(path)
            if now["stage"] != "contract_signing":
                break
            await asyncio.sleep(POLL_SECONDS)
        changes = {"usage_rights": {**rights, "months": 12}, "exclusivity_days": 14}
        reason = "We would like to show your posts next summer as well; in return you are free sooner."
        await self._api.post(f"{path}/amendments", {"changes": changes, "reason": reason})

    async def _sign_amendment(self, page: JsonObject, _: str, __: Way) -> None:
        path = f"/v1/collaborations/{page['id']}/amendments"
        amendment = (await self._api.get(path))["items"][-1]
        consent = {"typed_name": SIGNATORY, "document": amendment["document"], "consent": True}
        await self._api.post(f"{path}/{amendment['number']}/sign", consent)

    async def _confirm_payment(self, page: JsonObject, name: str, _: Way) -> None:
        """Finance has made the transfer."""
        payout = name.partition("/")[2]
        paid = {
            "reference": f"ACH {page['id'][:8]}-{payout}",
            "paid_on": datetime.now(ZoneInfo(TIME_ZONE)).date().isoformat(),
        }
        await self._api.post(f"/v1/collaborations/{page['id']}/payouts/{payout}/paid", paid)

    async def _settle_reversal(self, page: JsonObject, name: str, _: Way) -> None:
        again = {"pay_again": True, "note": "Their bank account had changed."}
        await self._api.post(f"/v1/collaborations/{page['id']}/payouts/{name.partition('/')[2]}/reversal", again)

    async def _review(self, page: JsonObject, name: str, way: Way) -> None:
        work = _work(page, name)
        path = f"/v1/collaborations/{page['id']}/deliverables/{work['number']}"
        version = {"version": work["version"]}
        if way is Way.YES and work["disclosure"]["passed"]:
            arguments = {"deliverable": work["number"], **version}
            approval = {"collaboration_id": page["id"], "verb": "approve_draft", "arguments": arguments}
            self._fine.append(approval)
        elif way is Way.YES:
            try:
                await self._api.post(f"{path}/approve", version)
            except Refusal as refusal:
                if refusal.code != "disclosure_failed":
                    raise
                self._notes.refused("brand, approve a draft that does not disclose", refusal)
                await self._api.post(f"{path}/request-changes", version | {"feedback": work["disclosure"]["fix"]})
        else:
            feedback = work["disclosure"]["fix"] or "Lovely. Could the can be seen in the first second?"
            await self._api.post(f"{path}/request-changes", version | {"feedback": feedback})


def _work(page: JsonObject, task: str) -> JsonObject:
    number = int(task.partition("/")[2])
    return next(dict(work) for work in page["works"] if work["number"] == number)
