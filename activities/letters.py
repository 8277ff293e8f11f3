"""How a letter comes about: what it is about (`Occasion`), and the template that puts it into words (`write`).

A template is a plain text file; its first line is the subject. What people wrote is only ever a value in it.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from activities import wording
from activities.links import CreatorLinks
from activities.store.tracked_links import Tracked
from domain.assignment import Assignment
from domain.brief import Brief
from domain.collaboration import Collaboration
from domain.creators import Creator
from domain.decider import Event
from domain.disclosure_rules import RULEBOOKS
from domain.notices import Template

E = TypeVar("E", bound=Event)

SUBJECT_LIMIT = 150
"""Characters; what is longer is cut off by most mail programs anyway."""


@dataclass(frozen=True)
class Occasion:
    """What a letter is about: an event, everything known right after it, and where its reader can act.

    `collaboration` and `creator` are None in matters of the campaign as a whole.
    """

    event: Event
    campaign_id: str
    brief: Brief
    collaboration: Collaboration | None
    creator: Creator | None
    links: CreatorLinks
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

    @property
    def account(self) -> str:
        """`@handle on Instagram`."""
        profile = self.person.profile
        return f"@{profile.handle} on {wording.PLATFORMS[profile.platform]}"

    @property
    def campaign_url(self) -> str:
        """Where the brand finds the campaign in the API."""
        return f"{self.links.public_url}/v1/campaigns/{self.campaign_id}"

    @property
    def collaboration_url(self) -> str:
        """Where the brand finds the collaboration in the API."""
        return f"{self.links.public_url}/v1/collaborations/{self.work.id}"

    def deliverable(self, number: int) -> str:
        """`deliverable 2 (reel)`."""
        wanted = next(d for d in self.work.agreed.deliverables if d.number == number)
        return wording.deliverable(number, wanted.format)


@dataclass(frozen=True)
class Draft:
    """A letter without its envelope. `documents` are the SHA-256 of what is attached."""

    subject: str
    body: str
    documents: tuple[str, ...] = ()


def write(template: Template, occasion: Occasion, *, documents: tuple[str, ...] = (), **facts: Any) -> Draft:
    """The letter that a template makes of an occasion and some facts."""
    text = _environment().get_template(f"{template}.txt").render(_known(occasion) | facts)
    subject, _, body = text.partition("\n")
    return Draft(subject=_subject(subject), body=body.strip() + "\n", documents=documents)


def disclosure_advice(assignment: Assignment) -> str:
    """What the creator must write so that the post is lawful, by the jurisdiction of the terms."""
    book = RULEBOOKS[assignment.terms.disclosure.jurisdiction]
    return f"{book.fix.format(partner=wording.one_line(assignment.brand))} ({book.placement.origin})"


def _known(occasion: Occasion) -> dict[str, Any]:
    known: dict[str, Any] = {
        "about": occasion,
        "brief": occasion.brief,
        "brand": wording.one_line(occasion.brief.brand),
        "product": wording.one_line(occasion.brief.product),
        "zone": occasion.brief.zone,
        "campaign_url": occasion.campaign_url,
    }
    if occasion.creator is not None:
        known |= {
            "name": wording.one_line(occasion.creator.profile.name),
            "account": occasion.account,
            "link": occasion.links.url(occasion.work.id),
            "collaboration_url": occasion.collaboration_url,
        }
    return known


def _subject(line: str) -> str:
    """One line without control characters, so that nobody's text can add a header; not longer than is shown."""
    subject = wording.one_line(line)
    return subject if len(subject) <= SUBJECT_LIMIT else subject[: SUBJECT_LIMIT - 1] + "…"


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701 - plain text has nothing to escape
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        money=wording.money,
        percent=wording.percent,
        moment=wording.moment,
        day=wording.day,
        span=wording.span,
        counted=wording.counted,
        listed=wording.listed,
        quoted=_quoted,
    )
    return environment


def _quoted(text: str) -> str:
    """What somebody else wrote, marked as such line by line, so that it cannot pass for our own words."""
    return "\n".join(f"> {wording.one_line(line)}".rstrip() for line in text.splitlines())
