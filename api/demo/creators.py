"""The simulated creators: each reads only their own mails and acts only through the link in them."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from api.demo.cast import CAPTIONS, PROMPT, Caption, Character, Pace, Reply, metrics
from api.demo.client import Api, JsonObject, Refusal
from api.demo.mailroom import Mailroom, Received
from api.demo.notes import Notes

QUICK = (0.3, 1.8)
"""Seconds in which a prompt person gets round to it."""


class Troupe:
    """All creators of a campaign: whoever gets a mail for the first time begins to act."""

    def __init__(
        self, session: httpx.AsyncClient, mailroom: Mailroom, roles: Iterator[Character], notes: Notes, seed: int
    ) -> None:
        self._session = session
        self._mailroom = mailroom
        self._roles = roles
        self._notes = notes
        self._seed = seed
        self.actors: dict[str, Actor] = {}

    async def play(self, followers: dict[str, int]) -> None:
        """Act until cancelled. `followers` by mail address is who may be written to, as the roster knows them."""
        async with asyncio.TaskGroup() as tasks:
            for address, count in followers.items():
                tasks.create_task(self._wait_for_first_mail(address, count), name=f"creator {len(self.actors)}")

    def has_an_ordinary_one(self, collaboration_id: str) -> bool:
        """Whether this collaboration is with somebody in whose behaviour nothing is special."""
        return any(
            actor.collaboration_id == collaboration_id and actor.character == PROMPT for actor in self.actors.values()
        )

    async def _wait_for_first_mail(self, address: str, followers: int) -> None:
        mail = await self._mailroom.next_for(address)
        chance = random.Random(f"{self._seed}/{address}")  # noqa: S311 - a play, not a secret
        actor = Actor(self._session, next(self._roles), followers, chance, self._notes)
        self.actors[address] = actor
        await actor.live(mail, lambda: self._mailroom.next_for(address))


class Actor:
    """One creator. Knows what is in the mails and on the page behind the link, and nothing else."""

    def __init__(
        self, session: httpx.AsyncClient, character: Character, followers: int, chance: random.Random, notes: Notes
    ) -> None:
        self.character = character
        self.collaboration_id = ""
        self.token = ""
        self._session = session
        self._followers = followers
        self._chance = chance
        self._notes = notes
        self._begun: set[tuple[str, str]] = set()
        self._acts: set[asyncio.Task[None]] = set()

    async def live(self, mail: Received, next_mail: Callable[[], Awaitable[Received]]) -> None:
        """Read mail after mail, and do what the page asks for, at one's own pace."""
        try:
            while True:
                if mail.token is not None and mail.collaboration_id is not None:
                    self.token, self.collaboration_id = mail.token, mail.collaboration_id
                    await self._look()
                mail = await next_mail()
        finally:
            for act in self._acts:
                act.cancel()

    @property
    def _api(self) -> Api:
        return Api(self._session, self.token)

    @property
    def _path(self) -> str:
        return f"/v1/collaborations/{self.collaboration_id}"

    async def _look(self) -> None:
        """See what is asked, and begin with what is new."""
        page = await self._api.get(self._path)
        for task in page["tasks"]:
            if task["assignee"] == "creator" and (task["name"], task["opened_at"]) not in self._begun:
                self._begun.add((task["name"], task["opened_at"]))
                at = self._when(task)
                if at is not None:
                    act = asyncio.create_task(self._act(task["name"], at))
                    self._acts.add(act)
                    act.add_done_callback(self._acts.discard)

    def _when(self, task: JsonObject) -> datetime | None:
        due_at = datetime.fromisoformat(task["due_at"])
        opened_at = datetime.fromisoformat(task["opened_at"])
        match self._pace(task["name"].partition("/")[0]):
            case Pace.PROMPT:
                return datetime.now(UTC) + timedelta(seconds=self._chance.uniform(*QUICK))
            case Pace.LATE:
                return due_at - (due_at - opened_at) / 5
            case Pace.OVERDUE:
                return due_at + timedelta(seconds=1.2)
            case Pace.NEVER:
                return None

    def _pace(self, step: str) -> Pace:
        return {
            "answer_offer": self.character.answers,
            "sign_contract": self.character.signs,
            "submit_draft": self.character.drafts,
            "publish": self.character.publishes,
            "report_metrics": self.character.reports,
        }[step]

    async def _act(self, task: str, at: datetime) -> None:
        await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))
        step, _, number = task.partition("/")
        acts: dict[str, Callable[[JsonObject, str], Awaitable[Any]]] = {
            "answer_offer": self._answer_offer,
            "sign_contract": self._sign,
            "submit_draft": self._draft,
            "publish": self._publish,
            "report_metrics": self._report,
        }
        try:
            await acts[step](await self._api.get(self._path), number)
            await self._look()
        except Refusal as refusal:
            # A deadline may have passed in the meantime; a person would shrug as well.
            self._notes.refused(f"creator, {step.replace('_', ' ')}", refusal)

    async def _answer_offer(self, page: JsonObject, _: str) -> None:
        offer = page["offer"]
        version, fee = offer["version"], offer["fee"]
        if version > 1 or self.character.reply is Reply.ACCEPT:
            await self._api.post(f"{self._path}/offer/accept", {"version": version})
        elif self.character.reply is Reply.DECLINE:
            reason = "I am working with another coffee brand this month."
            await self._api.post(f"{self._path}/offer/decline", {"version": version, "reason": reason})
        else:
            factor = {Reply.BARGAIN: 1.06, Reply.HAGGLE: 1.25, Reply.OVERREACH: 2.0}[self.character.reply]
            asked = {"amount": round(fee["amount"] * factor, -2), "currency": fee["currency"]}
            counter = {"version": version, "fee": asked, "message": "My audience is small, but it does listen."}
            await self._api.post(f"{self._path}/offer/counter", counter)

    async def _sign(self, page: JsonObject, _: str) -> None:
        """Read the document first: what is signed is what was read."""
        document = await self._api.document(f"{self._path}/contract.pdf", "application/pdf")
        digest = hashlib.sha256(document).hexdigest()
        consent = {"typed_name": "A. Creator", "document": digest, "consent": True}
        await self._api.post(f"{self._path}/contract/sign", consent)

    async def _draft(self, page: JsonObject, number: str) -> None:
        work = _work(page, number)
        caption = self.character.first_caption if work["version"] == 0 else Caption.DISCLOSED
        media = f"https://drafts.example/{self.collaboration_id}/{number}-{work['version'] + 1}.mp4"
        draft = {"caption": CAPTIONS[caption], "media_url": media}
        await self._api.post(f"{self._path}/deliverables/{number}/draft", draft)

    async def _publish(self, page: JsonObject, number: str) -> None:
        url = f"https://social.example/p/{self.collaboration_id[:10]}-{number}"
        post = {"url": url, "caption": CAPTIONS[self.character.posted_caption]}
        try:
            await self._api.post(f"{self._path}/deliverables/{number}/published", post)
        except Refusal as refusal:
            if refusal.code != "disclosure_failed":
                raise
            self._notes.refused("creator, a post that does not disclose", refusal)
            mended = {"url": url, "caption": CAPTIONS[Caption.DISCLOSED]}
            await self._api.post(f"{self._path}/deliverables/{number}/published", mended)

    async def _report(self, page: JsonObject, number: str) -> None:
        found = metrics(self._chance, self._followers, _work(page, number)["format"], self.character.figures)
        await self._api.post(f"{self._path}/deliverables/{number}/metrics", dict(found))


def _work(page: JsonObject, number: str) -> JsonObject:
    return next(dict(work) for work in page["works"] if work["number"] == int(number))
