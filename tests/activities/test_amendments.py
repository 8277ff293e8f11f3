"""An amendment as a document: the difference in words, deterministic, sealed like the contract with both signatures."""

import io
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.amendments import CLAUSES, WORDS, AmendmentRequest, Amendments, Paper, render
from activities.connectors.pades import self_signed, verify
from activities.store.seal_keyring import SealKeyring
from domain.amendments import AmendmentSigned
from domain.brief import PostingWindow
from domain.changes import Changes
from domain.clauses import Deliverable, UsageRights
from domain.creators import Creator
from domain.decider import Event
from domain.durations import business_days
from domain.formats import Format
from tests.activities.conftest import Store
from tests.domain.given import DOCUMENT, T0, a_brief, a_profile, concluded, usd
from tests.domain.test_amending import amended, proposed

STREAM = AmendmentRequest(stream="collaboration/collab-1", number=1)
EVERYTHING = Changes(
    fee=usd(300_00),
    draft_within=business_days(5),
    publish_within=business_days(3),
    metrics_within=business_days(4),
    posting_window=PostingWindow(opens=date(2026, 4, 6), closes=date(2026, 5, 20)),
    deliverables=tuple(
        Deliverable(number=n, format=kind) for n, kind in enumerate((Format.REEL, Format.POST), start=1)
    ),
    usage_rights=UsageRights(months=12, paid=True, channels=("Instagram", "the web shop")),
    exclusivity_days=30,
)


def text_of(changes: Changes = EVERYTHING) -> str:
    """The text of an amendment, with one space wherever there is any."""
    content, _ = render(a_paper(changes))
    return as_text(content)


def as_text(content: bytes) -> str:
    """What a PDF says."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(" ".join(pages).split()).replace("’", "'")


def a_paper(changes: Changes = EVERYTHING) -> Paper:
    """What the brand of the usual campaign proposes."""
    state = proposed(changes).state
    creator = Creator(id="creator-1", profile=a_profile())
    return Paper(state, state.amendments[-1], a_brief(), creator, proposed_at=T0, concluded_at=T0)


def test_every_change_stands_beside_what_it_replaces() -> None:
    """In the contract's order, with the clause that it is in, and with the contract's checksum."""
    text = text_of()
    for words in (
        "Amendment 1",
        DOCUMENT[:32],
        "1. Payment Fee USD 212.50 USD 300.00",
        "3. Deliverables What is made 1. reel 2. story 1. reel 2. post",
        "Time for a draft 2 business days 5 business days",
        "Time to publish 2 business days 3 business days",
        "Time to report figures 3 business days 4 business days",
        "Posts appear 16 March 2026 to 30 April 2026 6 April 2026 to 20 May 2026",
        "12 months from publication",
        "None: the Creator is free to work for others",
        "until 19 June 2026",
        "The rest of it, USD 193.75, is due when every deliverable has been published",
        "The Brand gives this reason: the brief has grown",
    ):
        assert words in text, words
    places = [text.index(clause) for clause, _ in CLAUSES.values()]
    assert places == sorted(places)


def test_every_change_has_words() -> None:
    """What can be amended can be printed."""
    assert set(CLAUSES) == set(WORDS) == set(Changes.model_fields)


def test_what_stays_is_not_printed() -> None:
    text = text_of(Changes(usage_rights=UsageRights(months=0)))
    assert "Sharing and linking to the posts only" in text
    assert "1. Payment" not in text
    assert "The fee and all dates stay as they are." in text


def test_the_same_proposal_gives_the_same_bytes() -> None:
    assert render(a_paper())[0] == render(a_paper())[0]


async def test_rendering_again_stores_the_same_document_once(store: Store) -> None:
    signing = await recorded(store, proposed().past)
    first = await ActivityEnvironment().run(signing.render_amendment, STREAM)
    assert await ActivityEnvironment().run(signing.render_amendment, STREAM) == first
    assert await store.pool.fetchval("SELECT count(*) FROM documents") == 1


async def test_the_sealed_amendment_begins_with_what_was_signed_and_ends_with_who_signed_it(store: Store) -> None:
    """A validator takes its seal for good; the record says which amendment it is, and how it came about."""
    signing = await recorded(store, proposed().past)
    rendered = await ActivityEnvironment().run(signing.render_amendment, STREAM)
    following = [with_document(event, rendered.document) for event in amended().past[len(proposed().past) :]]
    await store.append(STREAM.stream, following)
    sealed = await ActivityEnvironment().run(signing.seal_amendment, STREAM)
    content = (await store.documents.get(sealed.sealed)).content
    keys = await SealKeyring(store.pool, store.sealer.keyring, make=self_signed).of("default")
    found = await verify(content, keys.certificates)
    assert (found.good, found.signed_document) == (True, rendered.document)
    text = as_text(content)
    record = text[text.index("Record of Signatures") :]
    assert "Amendment 1 concluded Monday 2 March 2026" in record
    assert "The creator signed amendment 1." in record
    assert "The brand proposed amendment 1 to the contract, on payment." in record
    assert "The contract is ready" not in record


async def test_an_amendment_that_is_not_concluded_is_not_sealed(store: Store) -> None:
    """The activity is not tried again; and so it is with a proposal that nobody has made."""
    signing = await recorded(store, proposed().past)
    for activity, number in ((signing.seal_amendment, 1), (signing.render_amendment, 2)):
        with pytest.raises(ApplicationError) as refused:
            await ActivityEnvironment().run(activity, AmendmentRequest(stream=STREAM.stream, number=number))
        assert refused.value.non_retryable


async def recorded(store: Store, past: tuple[Event, ...]) -> Amendments:
    """The activities on a store with this story."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    await store.record_collaboration(concluded(), creator_id)
    await store.append(STREAM.stream, past[len(concluded().past) :])
    return Amendments(store.paperwork)


def with_document(event: Event, document: str) -> Event:
    """The event, as if it were about that document."""
    changed: dict[str, Any] = {"document": document}
    if isinstance(event, AmendmentSigned):
        changed = {"signature": event.signature.model_copy(update=changed)}
    return event.model_copy(update=changed) if set(changed) <= set(type(event).model_fields) else event
