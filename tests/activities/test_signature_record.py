"""The record of signatures: every step that led to the contract, in order, and both consents."""

import io

from pypdf import PdfReader

from activities.signature_record import render_record
from domain.creators import Creator
from domain.events import Envelope
from tests.activities.conftest import Store
from tests.domain.given import a_brief, a_profile, concluded


async def the_events(store: Store) -> list[Envelope]:
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    return await store.record_collaboration(concluded(), creator_id)


def text_of(events: list[Envelope], **profile: str) -> str:
    creator = Creator(id="creator-1", profile=a_profile(**profile))
    content = render_record(events, a_brief(), creator)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


async def test_it_tells_in_order_how_the_contract_came_about(store: Store) -> None:
    text = text_of(await the_events(store))
    steps = [
        "The brand offered USD 212.50",
        "was accepted: the fee is USD 212.50",
        "The contract is ready",
        "The creator signed the contract.",
        "The brand signed the contract.",
        "Both sides have signed",
    ]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)


async def test_each_step_has_the_number_of_its_event(store: Store) -> None:
    events = await the_events(store)
    text = text_of(events)
    told = [each for each in events if each.type in ("OfferMade", "ContractSigned", "ContractConcluded")]
    assert len(told) == 4
    assert all(str(each.event_id) in text for each in told)


async def test_it_says_by_what_means_each_side_signed(store: Store) -> None:
    text = text_of(await the_events(store))
    assert "holding one of the brand's keys" in text.replace("’", "'")
    assert "through the personal link that was sent to the creator" in text


async def test_the_same_events_give_the_same_bytes(store: Store) -> None:
    events, creator = await the_events(store), Creator(id="creator-1", profile=a_profile())
    assert render_record(events, a_brief(), creator) == render_record(events, a_brief(), creator)
