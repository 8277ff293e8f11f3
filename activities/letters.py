"""How a letter comes about: what it is about (`Occasion`), and the sheet on which it is written (`Sheet`).

A letter is one function, which puts phrases, facts and a button on a sheet, in order. The phrases are in
`templates/words/`, in every language; what people wrote is only ever a value in them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from activities import wording
from activities.letter_layout import (
    Address,
    Block,
    Button,
    Code,
    Facts,
    Items,
    Page,
    Paragraph,
    as_html,
    as_text,
    quoted,
)
from activities.links import CreatorLinks
from activities.store.tracked_links import Tracked
from activities.wording import Phrase, Strong, Wording, wording_in
from domain.brief import Brief
from domain.collaboration import Collaboration
from domain.creators import Creator
from domain.deadlines import Task
from domain.decider import Event, Role
from domain.disclosure_rules import RULEBOOKS
from domain.languages import letter_language
from domain.notices import Audience, Template

E = TypeVar("E", bound=Event)

SUBJECT_LIMIT = 150
"""Characters; what is longer is cut off by most mail programs anyway."""


@dataclass(frozen=True)
class Occasion:
    """What a letter is about: an event, everything known right after it, who reads it, and where they can act.

    `collaboration` and `creator` are None in matters of the campaign as a whole.
    """

    event: Event
    campaign_id: str
    brief: Brief
    collaboration: Collaboration | None
    creator: Creator | None
    links: CreatorLinks
    audience: Audience
    tracked: Tracked | None = None
    """What leads buyers to the shop, once there is a contract."""

    def of(self, kind: type[E]) -> E:
        """The event, which the notices' table has promised to be of this type."""
        assert isinstance(self.event, kind), f"a letter about {kind.__name__} got {type(self.event).__name__}"
        return self.event

    @property
    def work(self) -> Collaboration:
        """The collaboration of a letter about one."""
        assert self.collaboration is not None, "the letter is about a collaboration"
        return self.collaboration

    @property
    def person(self) -> Creator:
        """The creator of a letter about a collaboration."""
        assert self.creator is not None, "the letter is about a collaboration"
        return self.creator

    @cached_property
    def words(self) -> Wording:
        """The wording of the reader's language."""
        if self.audience is not Audience.CREATOR:
            return wording_in(self.brief.contacts.language)
        return wording_in(letter_language(self.person.profile.language, self.brief.audience.language))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The reader's time zone: the campaign's on the brand's side, a creator's by their country."""
        if self.audience is not Audience.CREATOR:
            return self.brief.zone
        return wording.readers_zone(self.person.profile.country, self.brief.zone)

    def moment(self, at: datetime) -> Strong:
        """A time as the reader's clock shows it, for the eye to find."""
        return Strong(self.words.moment(at, self.zone))

    @property
    def account(self) -> str:
        """`@handle on Instagram`."""
        profile = self.person.profile
        platform = wording.PLATFORMS[profile.platform]
        return self.words.say("names", "account", handle=profile.handle, platform=platform)

    @property
    def campaign_url(self) -> str:
        """Where the brand finds the campaign in the API."""
        return f"{self.links.public_url}/v1/campaigns/{self.campaign_id}"

    @property
    def url(self) -> str:
        """Where the reader finds what the letter is about: creators by their link, the brand in the API.

        A creator's link is for the step that the letter asks for.
        """
        if self.audience is Audience.CREATOR:
            return self.links.url(self.work.id, self._step)
        if self.collaboration is None:
            return self.campaign_url
        return f"{self.links.public_url}/v1/collaborations/{self.work.id}"

    @property
    def thread(self) -> str:
        """What the letters of one conversation have in common: the name of the stream that they are about."""
        if self.collaboration is None:
            return f"campaign/{self.campaign_id}"
        return f"collaboration/{self.collaboration.id}"

    @property
    def _step(self) -> str:
        """The kind of the task that the event speaks of, else of the creator's most urgent one; `look` without any."""
        said = getattr(self.event, "task", None)
        told = said if isinstance(said, str) else None
        begun = [*getattr(self.event, "tasks", ()), *([said] if isinstance(said, Task) else [])]
        for tasks in (begun, self.work.tasks.values()):
            asked = [task for task in tasks if task.assignee is Role.CREATOR]
            if told is None and asked:
                told = min(asked, key=lambda task: task.due_at).name
        return (told or "look").partition("/")[0]

    def deliverable(self, number: int) -> str:
        """`deliverable 2 (reel)`."""
        wanted = next(d for d in self.work.agreed.deliverables if d.number == number)
        return self.words.deliverable(number, wanted.format)

    def asks(self, task: str, **facts: object) -> str:
        """What a task asks for, in words that go on after `please`."""
        return self.words.say("asks", task, **facts)

    @property
    def disclosure_advice(self) -> str:
        """What the creator must write so that the post is lawful, by the jurisdiction of the terms."""
        assignment = self.work.agreed
        jurisdiction = assignment.terms.disclosure.jurisdiction
        advice = self.words.say("disclosure", jurisdiction.value, partner=wording.one_line(assignment.brand))
        return self.words.say("disclosure", "sourced", advice=advice, source=RULEBOOKS[jurisdiction].placement.origin)


Asks = Callable[[Occasion, str], str]
"""Says what a task asks for; the second argument is the second part of the task's name."""


@dataclass(frozen=True)
class Draft:
    """A letter without its envelope, as text (`body`) and as HTML. `documents` are the SHA-256 of what is attached."""

    subject: str
    body: str
    html: str
    documents: tuple[str, ...] = ()


class Sheet:
    """A letter in the making, in its reader's language. `facts` fill in the placeholders of all its phrases.

    Known everywhere are `brand`, `product`, `manager` (their address) and, in matters of a collaboration, the creator's
    `name` and `account`.
    """

    def __init__(self, template: Template, occasion: Occasion, **facts: object) -> None:
        self._template = template
        self._occasion = occasion
        self._facts = _known(occasion) | facts
        self._blocks: list[Block] = []

    def phrase(self, key: str, **facts: object) -> Phrase:
        """A phrase of this letter."""
        return self._occasion.words.phrase(self._template.value, key, self._facts | facts)

    def says(self, key: str, **facts: object) -> None:
        """A paragraph."""
        self._blocks.append(Paragraph(self.phrase(key, **facts)))

    def quotes(self, text: str) -> None:
        """What somebody else wrote."""
        self._blocks.append(quoted(text))

    def tells(self, key: str, value: object, **facts: object) -> None:
        """A row of a name and a value; rows one after another are one table."""
        row = (self.phrase(key, **facts), value)
        last = self._blocks[-1] if self._blocks else None
        if isinstance(last, Facts):
            self._blocks[-1] = Facts((*last.rows, row))
        else:
            self._blocks.append(Facts((row,)))

    def lists(self, *phrases: Phrase) -> None:
        """A list."""
        self._blocks.append(Items(phrases))

    def shows(self, text: str) -> None:
        """Something to copy."""
        self._blocks.append(Code(text))

    def button(self, path: str = "") -> None:
        """The one thing to do, at the reader's address of the matter."""
        self._blocks.append(Button(self.phrase("button"), self._occasion.url + path))

    def address(self, key: str, url: str) -> None:
        """Another address, for programs."""
        self._blocks.append(Address(self.phrase(key), url))

    def draft(self, subject: str = "subject", *, documents: tuple[str, ...] = ()) -> Draft:
        """The letter as it stands, under the phrase that is its subject."""
        side = Role.CREATOR.value if self._occasion.audience is Audience.CREATOR else Role.BRAND.value
        words, facts = self._occasion.words, self._facts | {"zone": self._occasion.zone.key}
        page = Page(
            language=words.language.value,
            brand=str(self._facts["brand"]),
            subject=_subject(str(self.phrase(subject))),
            greeting=words.phrase("greeting", side, facts),
            blocks=self._blocks,
            sender=words.phrase("foot", side, facts),
            why=words.phrase("foot", f"{side}_why", facts),
        )
        return Draft(subject=page.subject, body=as_text(page), html=as_html(page), documents=documents)


def _known(occasion: Occasion) -> dict[str, object]:
    known: dict[str, object] = {
        "brand": wording.one_line(occasion.brief.brand),
        "product": wording.one_line(occasion.brief.product),
        "manager": occasion.brief.contacts.manager,
    }
    if occasion.creator is not None:
        known |= {"name": wording.one_line(occasion.creator.profile.name), "account": occasion.account}
    return known


def _subject(line: str) -> str:
    """One line without control characters, so that nobody's text can add a header; not longer than is shown."""
    subject = wording.one_line(line)
    return subject if len(subject) <= SUBJECT_LIMIT else subject[: SUBJECT_LIMIT - 1] + "…"
