from typing import Any

from api.client import models
from api.demo.happened import (
    EXPECTED,
    REFUSALS,
    contradictions,
    mail_repeated,
    missing,
    overspent,
    refused_as_expected,
)
from api.demo.mailroom import Received
from domain import campaign, collaboration, rights
from domain.lifecycle import Stage


def event(type_: str, version: int = 1, stream: str = "collaboration/a", **data: Any) -> models.EventView:
    facts: dict[str, Any] = {"stream": stream, "version": version, "type": type_, "data": data}
    return models.EventView.model_construct(**facts)


def test_nothing_has_happened_in_no_events() -> None:
    """Every expectation is missing, by its sentence."""
    assert missing([]) == [each.sentence for each in EXPECTED]


def test_an_event_fulfils_what_it_is_about() -> None:
    """An extended signature is an extension, and no extended offer."""
    still = missing([event("TaskExtended", task="sign_contract/creator")])
    assert "deadlines: extend" not in still
    assert "negotiation: an offer was extended" in still


def test_every_stage_is_expected_to_happen() -> None:
    """The expectations name the stages, in their order."""
    named = list(dict.fromkeys(each.sentence.partition(":")[0] for each in EXPECTED))
    assert named == [*(stage.value.replace("_", " ") for stage in Stage), "afterwards", "deadlines"]


def test_only_events_that_exist_are_expected() -> None:
    """A misspelt type would never happen: with every type and every fact nothing is missing."""
    known = {*campaign.EVENTS.names, *collaboration.EVENTS.names, *rights.EVENTS.names}
    data: list[dict[str, Any]] = [{**facts, "task": task} for facts in FACTS for task in TASKS]
    possible = [event(type_, stream="s", **each) for type_ in known for each in data]
    assert missing(possible) == []


TASKS = ("verify_creator", "answer_offer", "answer_counter_offer", "sign_contract/creator", "review_draft/1")
FACTS = (
    {
        "authority": "person",
        "by": "creator",
        "role": "creator",
        "answer": "approve",
        "outcome": "no_budget",
        "offer": {"version": 1},
    },
    {
        "authority": "policy",
        "role": "brand",
        "answer": "decline",
        "outcome": "completed",
        "step": "submit_draft",
        "offer": {"version": 2},
    },
    {"authority": "timeout", "step": "publish", "finding": "undisclosed", "paid_again": True},
    {"authority": "timeout", "step": "restore_post", "finding": "missing"},
)


def test_a_sound_stream_has_no_contradictions() -> None:
    """From the first event to its one end."""
    sound = [event("CollaborationOpened", 1), event("OfferMade", 2), event("CollaborationEnded", 3)]
    assert contradictions(sound) == []


def test_gaps_doubles_and_events_after_the_end_are_found() -> None:
    """Each in words that name the stream."""
    assert "versions [1, 3]" in contradictions([event("CollaborationOpened", 1), event("CollaborationEnded", 3)])[0]
    twice = [event("OfferAccepted", 1), event("OfferAccepted", 2), event("CollaborationEnded", 3)]
    assert contradictions(twice) == ["collaboration/a has 2 of OfferAccepted"]
    after = [event("CollaborationEnded", 1), event("OfferMade", 2)]
    assert "ends with OfferMade" in contradictions(after)[0]
    assert "has the ends []" in contradictions([event("OfferMade", 1)])[0]


def test_paying_too_much_or_twice_is_found() -> None:
    """In minor units."""
    payout = event("PayoutMade", payout_id="p1", amount={"amount": 60, "currency": "USD"})
    assert overspent([payout], 100) == []
    assert overspent([payout, payout], 100) == ["120 was paid of a budget of 100", "p1 was made 2 times"]


def test_a_letter_in_a_mailbox_twice_is_found() -> None:
    """The same event to the same person; a reminder of it is another event."""
    mail = Received("ada@example.com", "s", "t", "m", "e1", "offer", "c1", "w1", "f")
    other = Received("ben@example.com", "s", "t", "m", "e1", "offer", "c1", "w1", "f")
    assert mail_repeated([mail, other]) == []
    assert mail_repeated([mail, mail]) == ["offer came 2 times"]


def test_a_request_that_was_not_refused_is_found() -> None:
    """Of those that must be."""
    refusals = {("x", status, code): 1 for status, code in REFUSALS}
    assert refused_as_expected(refusals) == []
    assert refused_as_expected({})[0] == "no request was answered with 401 link_invalid"
