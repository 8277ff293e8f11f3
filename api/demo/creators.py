"""The simulated creators: each reads only their own mails and acts only through the link in them."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import httpx

from api.client import Groundswell, Refusal, models
from api.demo.brief import JsonObject
from api.demo.cast import (
    CAPTIONS,
    PROMPT,
    REPORTING,
    Caption,
    Character,
    Live,
    Pace,
    Reply,
    Reporting,
    metrics,
    performance,
)
from api.demo.mailroom import Mailroom, Received
from api.demo.notes import Notes
from api.demo.picture import picture
from api.demo.platforms import Instagram

Page = models.CollaborationView | models.CollaborationForCreator

QUICK = (0.3, 1.8)
"""Seconds in which a prompt person gets round to it."""
LOOKS_AGAIN = 0.4
"""Seconds after which somebody looks whether their post has been seen, or whether there is a new mail."""


class Troupe:
    """All creators of a campaign: whoever gets an offer begins to act their part."""

    def __init__(
        self,
        session: httpx.AsyncClient,
        mailroom: Mailroom,
        roles: Iterator[Character],
        notes: Notes,
        seed: int,
        instagram: Instagram | None = None,
    ) -> None:
        self._session = session
        self._mailroom = mailroom
        self._roles = roles
        self._notes = notes
        self._seed = seed
        self._instagram = instagram
        self._reporting = cycle(REPORTING)
        self.actors: dict[str, Actor] = {}

    async def play(self, profiles: dict[str, JsonObject]) -> None:
        """Act until cancelled. `profiles` by mail address is who may be written to, as the roster knows them."""
        async with asyncio.TaskGroup() as tasks:
            for address, profile in profiles.items():
                tasks.create_task(self._wait_for_offer(address, profile), name=f"creator {len(self.actors)}")

    def has_an_ordinary_one(self, collaboration_id: str) -> bool:
        """Whether this collaboration is with somebody in whose behaviour nothing is special."""
        return any(
            actor.collaboration_id == collaboration_id and actor.character == PROMPT for actor in self.actors.values()
        )

    def has_a_prompt_one(self, collaboration_id: str) -> bool:
        """Whether this collaboration is with somebody who does everything when it is asked."""
        return any(
            actor.collaboration_id == collaboration_id and actor.character.is_prompt for actor in self.actors.values()
        )

    async def _wait_for_offer(self, address: str, profile: JsonObject) -> None:
        """Before it, somebody may be asked for their own figures."""
        while (mail := await self._mailroom.next_for(address)).template != "offer":
            if mail.template == "performance_report":
                await self._report_performance(mail, profile)
        chance = random.Random(f"{self._seed}/{address}")  # noqa: S311 - a play, not a secret
        actor = Actor(self._session, next(self._roles), profile, chance, self._notes, self._instagram)
        self.actors[address] = actor
        await actor.live(mail, lambda: self._mailroom.next_for(address))

    async def _report_performance(self, mail: Received, profile: JsonObject) -> None:
        reporting = next(self._reporting)
        if reporting is not Reporting.SILENT and mail.token is not None:
            api = Groundswell("", mail.token, session=self._session)
            report = models.PerformanceReport.model_validate(performance(profile, reporting))
            try:
                await api.report_performance(str(mail.collaboration_id), report)
            except Refusal as refusal:
                self._notes.refused("creator, report their own figures", refusal)


class Actor:
    """One creator. Knows what is in the mails and on the page behind the link, and nothing else."""

    def __init__(
        self,
        session: httpx.AsyncClient,
        character: Character,
        profile: JsonObject,
        chance: random.Random,
        notes: Notes,
        instagram: Instagram | None = None,
    ) -> None:
        self.character = character
        self.collaboration_id = ""
        self.tokens: list[str] = []
        """Of the links in the mails, newest first."""
        self._session = session
        self._profile = profile
        self._instagram = instagram
        self._chance = chance
        self._notes = notes
        self._begun: set[tuple[str, datetime]] = set()
        self._acts: set[asyncio.Task[None]] = set()

    async def live(self, mail: Received, next_mail: Callable[[], Awaitable[Received]]) -> None:
        """Read mail after mail, and do what the page asks for, at one's own pace."""
        try:
            while True:
                if mail.token is not None and mail.collaboration_id is not None:
                    self.tokens.insert(0, mail.token)
                    self.collaboration_id = mail.collaboration_id
                    await self._look()
                mail = await next_mail()
        finally:
            for act in self._acts:
                act.cancel()

    @property
    def token(self) -> str:
        """That of the newest link; empty before the first mail."""
        return next(iter(self.tokens), "")

    @property
    def _api(self) -> Groundswell:
        return Groundswell("", self.token, session=self._session)

    async def _decide(self, decision: Callable[[Groundswell], Awaitable[models.Decision]]) -> None:
        """By the newest mail whose link is for it, which may be one that is still to come.

        Raises:
            Refusal: it was refused, and not because of the link.
        """
        for_something_else: set[str] = set()
        while True:
            for token in [each for each in self.tokens if each not in for_something_else]:
                try:
                    await decision(Groundswell("", token, session=self._session))
                except Refusal as refusal:
                    if refusal.code != "not_this_link":
                        raise
                    for_something_else.add(token)
                else:
                    return
            await asyncio.sleep(LOOKS_AGAIN)

    async def _page(self) -> Page:
        return await self._api.read_collaboration(self.collaboration_id)

    async def _look(self) -> None:
        """See what is asked, and begin with what is new."""
        for task in (await self._page()).tasks:
            if task.assignee is models.Role.CREATOR and (task.name, task.opened_at) not in self._begun:
                self._begun.add((task.name, task.opened_at))
                at = self._when(task)
                if at is not None:
                    act = asyncio.create_task(self._act(task.name, at))
                    self._acts.add(act)
                    act.add_done_callback(self._acts.discard)

    def _when(self, task: models.TaskView) -> datetime | None:
        match self._pace(task.name.partition("/")[0]):
            case Pace.PROMPT:
                return datetime.now(UTC) + timedelta(seconds=self._chance.uniform(*QUICK))
            case Pace.LATE:
                return task.due_at - (task.due_at - task.opened_at) / 5
            case Pace.OVERDUE:
                return task.due_at + timedelta(seconds=1.2)
            case Pace.NEVER:
                return None

    def _pace(self, step: str) -> Pace:
        return {
            "answer_offer": self.character.answers,
            "sign_contract": self.character.signs,
            "submit_draft": self.character.drafts,
            "publish": self.character.publishes,
            "report_metrics": self.character.reports,
            "restore_post": Pace.NEVER if self.character.live is Live.GOES else Pace.PROMPT,
        }.get(step, Pace.PROMPT)

    async def _act(self, task: str, at: datetime) -> None:
        await asyncio.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))
        step, _, number = task.partition("/")
        acts: dict[str, Callable[[Page, str], Awaitable[Any]]] = {
            "answer_offer": self._answer_offer,
            "sign_contract": self._sign,
            "submit_draft": self._draft,
            "publish": self._publish,
            "report_metrics": self._report,
            "restore_post": self._restore,
            "sign_amendment": self._sign_amendment,
        }
        try:
            await acts[step](await self._page(), number)
            await self._look()
        except Refusal as refusal:
            # A deadline may have passed in the meantime; a person would shrug as well.
            self._notes.refused(f"creator, {step.replace('_', ' ')}", refusal)

    async def _answer_offer(self, page: Page, _: str) -> None:
        assert page.offer is not None, "an answer to it is asked for"
        version, fee = page.offer.version, page.offer.fee
        if version > 1 or self.character.reply is Reply.ACCEPT:
            accept = models.AcceptOffer(version=version)
            await self._decide(lambda api: api.accept_offer(page.id, accept))
        elif self.character.reply is Reply.DECLINE:
            reason = "I am working with another coffee brand this month."
            decline = models.DeclineOffer(version=version, reason=reason)
            await self._decide(lambda api: api.decline_offer(page.id, decline))
        else:
            factor = {Reply.BARGAIN: 1.06, Reply.PRESS: 1.2, Reply.HAGGLE: 1.4, Reply.OVERREACH: 2.0}[
                self.character.reply
            ]
            asked = models.MoneyInput(amount=int(round(fee.amount * factor, -2)), currency=fee.currency)
            message = "My audience is small, but it does listen."
            counter = models.CounterOffer(version=version, fee=asked, message=message)
            await self._decide(lambda api: api.counter_offer(page.id, counter))

    async def _sign(self, page: Page, _: str) -> None:
        """Read the document first: what is signed is what was read."""
        read = await self._api.read_contract(page.id)
        consent = models.SignContract(typed_name=self._name, document=hashlib.sha256(read).hexdigest(), consent=True)
        await self._decide(lambda api: api.sign_contract(page.id, consent))

    async def _sign_amendment(self, page: Page, _: str) -> None:
        number = len((await self._api.list_amendments(page.id)).items)
        read = await self._api.read_amendment_document(page.id, number)
        consent = models.Consent(typed_name=self._name, document=hashlib.sha256(read).hexdigest(), consent=True)
        await self._decide(lambda api: api.sign_amendment(page.id, number, consent))

    @property
    def _name(self) -> str:
        return str(self._profile["name"])

    async def _draft(self, page: Page, number: str) -> None:
        work = _work(page, number)
        caption = self.character.first_caption if work.version == 0 else Caption.DISCLOSED
        media = f"https://drafts.example/{self.collaboration_id}/{number}-{work.version + 1}.mp4"
        draft = models.DraftBody(caption=CAPTIONS[caption], media_url=media)
        with suppress(Refusal):  # which then is the draft's own
            drawn = await self._api.upload_draft_file(page.id, work.number, picture(media), content_type="image/png")
            draft = models.DraftBody(caption=draft.caption, media_url=media, file=drawn)
        await self._decide(lambda api: api.submit_draft(page.id, work.number, draft))

    async def _publish(self, page: Page, number: str) -> None:
        work = _work(page, number)
        reel = work.format is models.Format.REEL
        caption = CAPTIONS[self.character.posted_caption]
        hidden = self.character.live is Live.HIDES
        url = f"https://social.example/p/{self.collaboration_id[:10]}-{number}"
        if self._instagram is not None and reel:
            shown = CAPTIONS[Caption.SP] if hidden else caption
            url = await self._instagram.publish(self._profile["handle"], shown)
        try:
            await self._say_where(page, work, url, caption)
        except Refusal as refusal:
            if refusal.code != "disclosure_failed":
                raise
            self._notes.refused("creator, a post that does not disclose", refusal)
            caption = CAPTIONS[Caption.DISCLOSED]
            if self._instagram is not None and reel:
                await self._instagram.edit(url, caption)
            await self._say_where(page, work, url, caption)
        if self._instagram is not None and reel and self.character.live is Live.GOES:
            await self._delete_once_seen(self._instagram, url, number)

    async def _say_where(self, page: Page, work: models.WorkView, url: str, caption: str) -> None:
        published = models.PublishedBody(url=url, caption=caption)
        await self._decide(lambda api: api.mark_published(page.id, work.number, published))

    async def _delete_once_seen(self, instagram: Instagram, url: str, number: str) -> None:
        """Taking the post away after the first look is what the second one is for."""
        while True:
            live = _work(await self._page(), number).live
            if live is not None and live.finding is not None:
                break
            await asyncio.sleep(LOOKS_AGAIN)
        await instagram.delete(url)

    async def _restore(self, page: Page, number: str) -> None:
        assert self._instagram is not None, "only posts on Instagram are looked at"
        await self._instagram.edit(str(_work(page, number).url), CAPTIONS[Caption.DISCLOSED])
        await self._decide(lambda api: api.mark_restored(page.id, int(number)))

    async def _report(self, page: Page, number: str) -> None:
        work = _work(page, number)
        found = metrics(self._chance, self._profile["followers"], work.format, self.character.figures)
        figures = models.Metrics.model_validate(found)
        await self._decide(lambda api: api.record_metrics(page.id, work.number, figures))


def _work(page: Page, number: str) -> models.WorkView:
    return next(work for work in page.works if work.number == int(number))
