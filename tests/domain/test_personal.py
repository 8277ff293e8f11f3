"""What is personal says so itself, and nothing personal is forgotten."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Literal, get_args, get_origin

import pytest
from pydantic import TypeAdapter

from domain import campaign, collaboration, rights
from domain.campaign import Campaign
from domain.collaboration import Collaboration
from domain.content_approval import Url
from domain.decider import Event
from domain.personal import PERSONAL, PERSONAL_URL, Path, Personal, marks, texts, with_sealed
from domain.values import Line, Text, Value
from tests.domain.test_events import kept
from tests.domain.write_golden import GOLDEN

BRANDS = "the brand's own words about its product and its terms, the same for every creator"
BRANDS_PEOPLE = "the brand's own people; erasing a creator is none of their matter"
ID = "a pseudonymous id"
PUBLIC = "the name of a public holiday, from a public table"
CODE = "a code, a version or a name of ours"
HASH = "a digest: of it nothing can be read"
SERVICES_ID = "the number under which a signature service holds it"
CLAUSE = "where posts may be used: a clause, which says nothing about anybody"
LAW = "words of ours about the law, with the brand's name"

NOT_PERSONAL: dict[str, str] = {
    "campaign_id": ID,
    "collaboration_id": ID,
    "creator_id": ID,
    "drop.*": ID,
    "payout_id": ID,
    "payout.id": ID,
    "payout.reference": "the number of a transfer, which accounting must keep",
    "reference": "the number of a transfer, which accounting must keep",
    "document": HASH,
    "sealed": HASH,
    "signature.document": HASH,
    "contract": HASH,
    "audit": HASH,
    "media_sha256": HASH,
    "file.sha256": HASH,
    "report.proof": HASH,
    "proof": HASH,
    "submission": SERVICES_ID,
    "signature.submission": SERVICES_ID,
    "signature.submitter": SERVICES_ID,
    "proposal.before.fee.currency": CODE,
    "proposal.before.usage_rights.channels.*": CLAUSE,
    "proposal.before.usage_rights.territory": CLAUSE,
    "proposal.after.fee.currency": CODE,
    "proposal.after.usage_rights.channels.*": CLAUSE,
    "proposal.after.usage_rights.territory": CLAUSE,
    "changes.fee.currency": CODE,
    "changes.usage_rights.channels.*": CLAUSE,
    "changes.usage_rights.territory": CLAUSE,
    "dropped.*": CODE,
    "payout.order": "the number of a payment order, which accounting must keep",
    "shortlist.digest": HASH,
    "reason": "of a campaign's end: about no creator; those of collaborations are marked",
    "step": CODE,
    "claims.*.name": "a brand or a category",
    "held.name": "a brand or a category",
    "held.campaign": ID,
    "held.until": "a day, or words of ours",
    "task": CODE,
    "task.name": CODE,
    "tasks.*.name": CODE,
    "appointment.name": CODE,
    "appointments.*.name": CODE,
    "source": "what a service is called",
    "metrics.source": "what a service is called",
    "assignment.post_source.name": "what a service is called",
    "assessment.formula_version": CODE,
    "disclosure.version": CODE,
    "disclosure.rule": CODE,
    "disclosure.source": LAW,
    "disclosure.fix": LAW,
    "amount.currency": CODE,
    "fee.currency": CODE,
    "offer.fee.currency": CODE,
    "payout.amount.currency": CODE,
    "brief.brand": BRANDS,
    "brief.product": BRANDS,
    "brief.category": BRANDS,
    "brief.budget.currency": CODE,
    "brief.audience.country": CODE,
    "brief.audience.language": CODE,
    "brief.audience.topics.*": BRANDS,
    "brief.time_zone": CODE,
    "brief.renewal_of": CODE,
    "brief.preferred_creators.*": CODE,
    "brief.excluded_creators.*": CODE,
    "brief.shop.landing_url": BRANDS,
    "brief.shop.discount_prefix": CODE,
    "brief.calendar.country": CODE,
    "brief.calendar.subdivision": CODE,
    "calendar.time_zone": CODE,
    "paused.task": CODE,
    "assignment.audience_country": CODE,
    "assignment.calendar.time_zone": CODE,
    "holidays.country": CODE,
    "holidays.subdivision": CODE,
    "holidays.source": CODE,
    "holidays.days.*.name": PUBLIC,
    "brief.contacts.manager": BRANDS_PEOPLE,
    "brief.contacts.escalation": BRANDS_PEOPLE,
    "brief.contacts.finance": BRANDS_PEOPLE,
    "brief.contacts.legal": BRANDS_PEOPLE,
    "assignment.brand": BRANDS,
    "assignment.product": BRANDS,
    "assignment.category": BRANDS,
    "assignment.currency": CODE,
    "assignment.quote.benchmarks": CODE,
    "assignment.quote.figures_in": CODE,
    "assignment.quote.deliverables.*.basis": "words of ours about a price",
    "assignment.quote.extras.*.because": "words of ours about a price",
    "offer.gifts.*.description": "goods of the brand",
    "brand": BRANDS,
    "granted.channels.*": BRANDS,
    "granted.territory": BRANDS,
    "exclusive.kept_from.*.name": BRANDS,
}
"""Every text in an event that is not marked, by its path, with the reason."""

TERMS = ("briefing.", "terms.")
"""What a brief and an assignment share, below them: the brand's words."""

UNIONS = {
    "campaign": campaign.CampaignEvent,
    "collaboration": collaboration.CollaborationEvent,
    "rights": rights.RightsEvent,
}
EVENTS: list[tuple[str, type[Event]]] = [(kind, event) for kind, union in UNIONS.items() for event in get_args(union)]


def free_texts(kind: type[Event]) -> Iterator[tuple[Path, Personal | None]]:
    """The texts of an event that can hold anything: no enumerations, no literals."""
    for path, of, mark in texts(kind):
        if get_origin(of) is Literal or not isinstance(of, type):
            assert get_origin(of) is Literal, f"{'.'.join(path)} is of a kind that this test cannot judge: {of}"
        elif issubclass(of, str) and not issubclass(of, StrEnum):
            yield path, mark


def reason_for(path: Path) -> str | None:
    name = ".".join(path)
    if path[0] in ("brief", "assignment") and ".".join(path[1:]).startswith(TERMS):
        return BRANDS
    return NOT_PERSONAL.get(name)


@pytest.mark.parametrize(("kind", "event"), EVENTS, ids=[f"{kind}-{event.__name__}" for kind, event in EVENTS])
def test_every_text_of_every_event_is_marked_or_has_its_reason(kind: str, event: type[Event]) -> None:
    """A new text field is personal until somebody says why it is not."""
    undecided = [".".join(path) for path, mark in free_texts(event) if mark is None and reason_for(path) is None]
    if kind == "collaboration":
        undecided += [".".join(path) for path, mark in free_texts(event) if mark is None and path[-1] == "reason"]
    assert undecided == []


def test_no_reason_outlives_its_field() -> None:
    """The list names only fields that exist and are not marked."""
    open_ones = {".".join(path) for _, event in EVENTS for path, mark in free_texts(event) if mark is None}
    assert set(NOT_PERSONAL) - open_ones == set()


def test_only_a_collaborations_stream_holds_anything_personal() -> None:
    """A campaign is about no single creator, so there is no key to seal it with; rights are words of the contract."""
    assert {event.__name__: marks(event) for kind, event in EVENTS if kind != "collaboration" and marks(event)} == {}
    assert marks(Campaign) == {}


def test_a_state_is_marked_wherever_its_events_are() -> None:
    """What evolve copies out of a marked field arrives in a marked field."""
    marked = {path[-1] for _, event in EVENTS for path in marks(event)}
    in_state = {path[-1] for path in marks(Collaboration)}
    not_kept = {"media_url"}
    assert marked - not_kept == in_state | {"why"}


@pytest.mark.parametrize("event", [event for _, event in EVENTS if marks(event)], ids=lambda event: event.__name__)
def test_an_event_is_still_one_with_placeholders_in_it(event: type[Event]) -> None:
    """Whoever reads what was erased gets a valid event: every placeholder satisfies its field."""
    files = sorted(GOLDEN.glob(f"{event.__name__}.v*.json"))
    data = json.loads(files[-1].read_text())["data"]
    erased = with_sealed(data, marks(event), lambda _, mark: mark.placeholder)
    assert kept(erased, event.model_validate(erased).model_dump(mode="json"))
    for mark in marks(event).values():
        assert TypeAdapter(Url if mark is PERSONAL_URL else Line).validate_python(mark.placeholder) == mark.placeholder


class Inner(Value):
    text: Annotated[Text, PERSONAL]
    plain: str


@dataclass(frozen=True)
class Outer:
    link: Annotated[str | None, PERSONAL_URL] = None
    inner: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = field(default_factory=dict)


def test_marks_are_found_through_models_lists_mappings_and_options() -> None:
    """By their paths in the JSON form."""
    assert marks(Outer) == {
        ("link",): PERSONAL_URL,
        ("inner", "*", "text"): PERSONAL,
        ("by_name", "*", "text"): PERSONAL,
    }


def test_only_marked_texts_with_content_are_sealed() -> None:
    """None and empty texts tell nothing, and the original stays as it was."""
    data = {
        "link": None,
        "inner": [{"text": "a", "plain": "p"}, {"text": "", "plain": "q"}],
        "by_name": {"x": {"text": "b"}},
    }
    sealed = with_sealed(data, marks(Outer), lambda text, mark: {text: mark.placeholder})
    assert sealed == {
        "link": None,
        "inner": [{"text": {"a": "[erased]"}, "plain": "p"}, {"text": "", "plain": "q"}],
        "by_name": {"x": {"text": {"b": "[erased]"}}},
    }
    assert data["inner"] == [{"text": "a", "plain": "p"}, {"text": "", "plain": "q"}]
