"""Every event has a sentence, and no sentence tells anything personal."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from babel.numbers import get_currency_precision, list_currencies

from activities import wording
from domain.campaign import CampaignEvent
from domain.checks import Verdict
from domain.collaboration import CollaborationEvent
from domain.decider import Event, Role
from domain.discovery import ShortlistApproved
from domain.money import Money
from domain.monitoring import Metrics, MetricsRecorded
from domain.narrative import AnyEvent, Basis, amount, basis, counted, decimals, quotation, tell, wanted
from domain.negotiation import OfferAccepted
from domain.offers import Offer
from domain.rights import RightsEvent
from tests.domain.given import UNDISCLOSED, a_brief, an_assessment, approved, doubted, in_review, usd
from tests.domain.write_golden import samples

UNIONS = (CampaignEvent, CollaborationEvent, RightsEvent)
NAMES = sorted({each.__name__ for union in UNIONS for each in get_args(union)})
CLOSED_SETS = {
    "currency",
    "by",
    "role",
    "assignee",
    "outcome",
    "answer",
    "on_expiry",
    "then",
    "verdict",
    "step",
    "purpose",
    "time_zone",
}
"""Fields whose text is one of ours, and so can be in a sentence."""


def sample(name: str, **facts: Any) -> Any:
    """An event of that type as it really occurs, with some facts changed."""
    return samples()[name][1].model_copy(update=facts)


def _texts(data: Any, name: str = "") -> Iterator[str]:
    """Every text in an event's data that is not of a closed set."""
    match data:
        case dict():
            for key, value in data.items():
                yield from _texts(value, key)
        case list():
            for value in data:
                yield from _texts(value, name)
        case str() if name not in CLOSED_SETS and not re.match(r"\d{4}-|PT?\d|.*/", data):
            yield data


@pytest.mark.parametrize("name", NAMES)
def test_every_event_has_a_sentence(name: str) -> None:
    """It begins with a capital or an amount, ends with a stop, and is one sentence in one line."""
    assert re.fullmatch(r"[A-Z].{15,250}\.", tell(sample(name)))


@pytest.mark.parametrize("name", NAMES)
def test_no_sentence_repeats_what_a_person_typed(name: str) -> None:
    """No name, handle, caption, reason or id of an event's data is found in its sentence."""
    event = sample(name)
    sentence = tell(event)
    texts = set(_texts(event.model_dump(mode="json"))) - {""}
    assert [text for text in texts if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", sentence)] == []


@pytest.mark.parametrize("name", NAMES)
def test_text_that_people_add_stays_out_of_the_sentence(name: str) -> None:
    """Also where a sample has none: reasons, notes, feedback and messages are quotations, never part of a sentence."""
    event = sample(name)
    for field in ("reason", "feedback", "note", "why", "url", "caption", "reference"):
        if field in type(event).model_fields:
            event = event.model_copy(update={field: "ask Maya Ito"})
    if "offer" in type(event).model_fields:
        event = event.model_copy(update={"offer": event.offer.model_copy(update={"message": "ask Maya Ito"})})

    assert "Maya" not in tell(event)


def test_a_quotation_is_what_was_said_with_the_event() -> None:
    """A reason, a message, feedback or a note; nothing for events without."""
    assert quotation(sample("ChangesRequested")) == "brighter, please"
    assert quotation(sample("ShortlistRejected")) == "not our style"
    assert quotation(sample("CreatorApproved")) == "known from the fair"
    offer = Offer(version=2, by=Role.CREATOR, fee=usd(1), message="for the story as well")
    assert quotation(sample("OfferCountered", offer=offer)) == "for the story as well"
    assert quotation(sample("CollaborationClosing")) is not None
    assert [quotation(sample(name)) for name in ("ContractSigned", "PostPublished", "DraftSubmitted")] == [None] * 3


def test_amounts_are_written_as_in_letters() -> None:
    """The timeline and the mail about the same offer show the same amount, in every currency."""
    for currency in list_currencies():
        assert decimals(currency) == get_currency_precision(currency), currency
        assert amount(Money(amount=1_234_567, currency=currency)) == wording.money(
            Money(amount=1_234_567, currency=currency)
        ).replace("\xa0", " ")


@pytest.mark.parametrize(("count", "words"), [(0, "0 creators"), (1, "1 creator"), (1_200, "1,200 creators")])
def test_counts_agree_with_their_noun(count: int, words: str) -> None:
    """One is singular, all else plural."""
    assert counted(count, "creator") == words


def test_tasks_are_told_as_what_they_ask_for() -> None:
    """The number of the deliverable is part of it; a task that is new here is at least readable."""
    assert wanted("review_draft/2") == "review the draft of deliverable 2"
    assert wanted("sign_contract/brand") == "sign the contract"
    assert wanted("count_{beans}/3") == "count {beans}"


@pytest.mark.parametrize(
    ("event", "by", "command", "expected"),
    [
        (sample("OfferAccepted"), Role.CREATOR, "AcceptOffer", Basis.PERSON),
        (sample("OfferAccepted", authority="policy"), Role.ENGINE, "AcceptOffer", Basis.POLICY),
        (sample("DraftApproved", authority="timeout"), Role.ENGINE, "PassTime", Basis.TIMEOUT),
        (sample("ChangesRequested", authority="policy"), Role.ENGINE, "PassTime", Basis.POLICY),
        (sample("TaskReminded"), Role.ENGINE, "PassTime", Basis.TIMEOUT),
        (sample("DeliverableMissed"), Role.ENGINE, "PassTime", Basis.TIMEOUT),
        (sample("OfferMade"), Role.ENGINE, "MakeOffer", Basis.ENGINE),
        (sample("OfferMade"), Role.BRAND, "CounterOffer", Basis.PERSON),
        (sample("CollaborationEnded"), Role.CREATOR, "DeclineOffer", Basis.PERSON),
        (sample("PayoutMade"), Role.ENGINE, "RecordPayout", Basis.ENGINE),
    ],
)
def test_the_authority_is_the_events_own_or_follows_from_who_gave_the_command(
    event: Event, by: Role, command: str, expected: Basis
) -> None:
    """What the event says counts; else the clock's doing is a timeout, the engine's its own, all else a person's."""
    assert basis(event, by=by, command=command) is expected


def test_sentences_tell_what_varies() -> None:
    """Drops, doubts, failed disclosure, figures and the amount are in the sentence."""
    (started,) = [event for event in approved(**dict(a_brief())).past if type(event).__name__ == "CampaignStarted"]
    told: dict[str, AnyEvent] = {
        "10 creators wanted at no more than USD 400.00 each, USD 10,000.00 in all": started,  # type: ignore[dict-item]
        "approved without 2 creators": ShortlistApproved(authority="person", drop=("a", "b")),  # type: ignore[arg-type]
        "scored 0.50, so the brand is asked to judge": doubted().past[-1],  # type: ignore[dict-item]
        "which passes": sample("CreatorAssessed", assessment=an_assessment(Verdict.PASS), task=None),
        "does not disclose the partnership": in_review(caption=UNDISCLOSED).past[-1],  # type: ignore[dict-item]
        "likes 1,260, revenue 7,200 (minor units)": MetricsRecorded(
            deliverable=1, metrics=Metrics(likes=1_260, revenue=72_00)
        ),
        "none is known": MetricsRecorded(deliverable=1, metrics=Metrics()),
        "The brand could not accept version 2 of the offer: the budget does not reach": sample("OfferBlocked"),
        "the fee is USD 300.00": OfferAccepted(version=2, fee=usd(300_00), authority="person", released=0),  # type: ignore[arg-type]
    }
    for words, event in told.items():
        assert words in tell(event)
