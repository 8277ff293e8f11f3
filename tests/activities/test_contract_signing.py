"""The contract as a document: deterministic, complete, safe against what people write, and its letters."""

import asyncio
import hashlib
import io
from typing import Any

import pytest
from pypdf import PdfReader
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.connectors.pades import self_signed, verify
from activities.contract_signing import (
    ASKS,
    LAWS,
    Contract,
    ContractSigning,
    RenderRequest,
    contract_concluded,
    contract_to_sign,
    render,
)
from activities.store.seal_keyring import SealKeyring
from domain.assignment import Assignment, assign
from domain.clauses import Cancellation, EndorsementDisclosure, Exclusivity, Terms, UsageRights
from domain.contract_signing import ContractDrafted, ContractSealed, ContractSigned
from domain.creators import Creator
from domain.decider import Event
from domain.disclosure import Jurisdiction
from domain.signatures import Signing
from tests.activities.conftest import Store
from tests.activities.occasions import occasion
from tests.domain.given import T0, a_brief, a_profile, agreed, an_assignment, concluded, drafted, offered, sealed

CLAUSES = (
    "1. Payment",
    "2. Briefing material",
    "3. Deliverables",
    "4. Deadlines",
    "5. Approval process",
    "6. Length of the agreement",
    "7. Usage rights",
    "8. Exclusivity",
    "9. Disclosure of the partnership",
    "10. Cancellation",
)


def a_contract(assignment: Assignment | None = None, **profile: Any) -> Contract:
    """What the creator and the brand of the usual campaign have agreed on."""
    creator = Creator(id="creator-1", profile=a_profile(**profile))
    return Contract(collaboration=agreed(assignment).state, brief=a_brief(), creator=creator, accepted_at=T0)


def read(content: bytes) -> str:
    """The text of a PDF, with one space wherever there is any."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def text_of(assignment: Assignment | None = None, **profile: Any) -> str:
    """The text of a contract with these terms."""
    return read(render(a_contract(assignment, **profile))[0])


def with_terms(**terms: Any) -> Assignment:
    """The usual assignment on other terms."""
    return an_assignment(terms=Terms(**terms))


async def test_the_same_facts_give_the_same_bytes() -> None:
    """A retry a second later renders a document with the same hash: no clock is in it but the record's."""
    first, _ = render(a_contract())
    await asyncio.sleep(1.1)
    second, _ = render(a_contract())
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


def test_the_document_is_dated_by_the_acceptance() -> None:
    """The PDF's own date is the instant at which the terms were agreed, not that of the rendering."""
    information = PdfReader(io.BytesIO(render(a_contract())[0])).metadata
    assert information is not None
    assert information.creation_date is not None
    assert information.creation_date.date() == T0.date()
    assert information.title == "Creator Collaboration Agreement"


def test_all_ten_clauses_are_printed_in_order() -> None:
    """Numbered from 1 to 10, none missing."""
    text = text_of()
    places = [text.index(clause) for clause in CLAUSES]
    assert places == sorted(places)


def test_the_values_of_the_clauses_are_printed_in_words() -> None:
    """Parties, money, spans, dates and shares are those that were agreed on."""
    text = text_of()
    for fact in (
        "Lumen Tea",
        "Ines Okafor",
        "@steep.and.pour on Instagram",
        "Dated 2 March 2026",
        "a fee of USD 212.50",
        "USD 106.25 is due when both parties have signed",
        "within 2 business days of this agreement's coming into force",
        "reviews the drafts of each deliverable within 3 business days in all",
        "each counts 24 hours, in the time zone America/New_York",
        "at most 2 rounds of changes",
        "runs for 3 months",
        "25 % USD 53.12",
        "75 % USD 159.37",
        "100 % USD 212.50",
        "has 7 days from the other's notice",
        "free to work for others",
        "Document reference collab-1",
    ):
        assert fact in text.replace("’", "'"), fact


def test_the_payment_clause_says_what_the_fee_is_for_and_what_comes_beside_it() -> None:
    """Parts of the fee, gifts with their worth, and the commission with its cap; the rights paid for as well."""
    terms = {
        "usage_rights": {"perpetual": True, "paid": True, "whitelisting_months": 2, "raw_footage": True},
        "gifts": [{"description": "A cast-iron teapot", "value": 60_00}],
        "commission": {"ratio": 0.1, "cap": 100_00},
    }
    text = text_of(assign(a_brief(terms=terms, fee_cap=2_000_00), a_profile()))
    for fact in (
        "Deliverable 1 (reel)",
        "Rights of use without an end",
        "A cast-iron teapot (worth USD 60.00)",
        "a commission of 10 % of what is sold",
        "at most USD 100.00",
        "This is the whole of the payment",
        "from its publication and without an end",
        "For 2 months from its publication the Brand may advertise it",
        "gives the Brand the unedited recordings",
    ):
        assert fact in text.replace("’", "'"), fact


def test_every_page_has_its_number_and_the_number_of_pages() -> None:
    """A missing page is noticed; the count that the activity reports is the document's."""
    questions = [("How long does it keep, " * 8, "For a while. " * 300) for _ in range(5)]
    assignment = assign(a_brief(briefing={"faq": questions}), a_profile())
    content, pages = render(a_contract(assignment))
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == pages > 3
    for number, page in enumerate(reader.pages, start=1):
        assert f"Page {number} of {pages}" in page.extract_text()


def test_what_people_wrote_is_printed_and_never_evaluated() -> None:
    """Markup, code and quotation marks in names and briefings come out as they went in."""
    tricky = '#panic("x") #read("/etc/passwd") $x^2$ *bold* _it_ \\ " @ref // comment <label> `raw` {1} [2]'
    assignment = assign(a_brief(briefing={"product_description": tricky, "do": [tricky]}), a_profile())
    text = text_of(assignment, name="*Ines* #strong[O'Kafor]")
    assert text.count('#panic("x") #read("/etc/passwd") $x^2$ *bold* _it_') == 2
    assert "*Ines* #strong[O'Kafor]" in text


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_the_disclosure_clause_is_that_of_the_jurisdiction(jurisdiction: Jurisdiction) -> None:
    """Each jurisdiction's law is named, and no other's."""
    text = text_of(with_terms(disclosure=EndorsementDisclosure(jurisdiction=jurisdiction)))
    named = [law for law, words in LAWS.items() if words.replace("'", "’") in text.replace("'", "’")]
    assert named == [jurisdiction]


def test_terms_that_grant_something_say_what() -> None:
    """Paid usage, exclusivity and payment terms are printed as agreed."""
    text = text_of(
        with_terms(
            upfront=0,
            usage_rights=UsageRights(channels=("Instagram", "the web shop"), territory="EU", months=6, paid=True),
            exclusivity=Exclusivity(category="iced tea", competitors=("Leaf & Co", "Steepers"), days=30),
            cancellation=Cancellation(cure_days=0),
        )
    )
    for fact in (
        "is due when both parties have signed",
        "has 7 days",
    ):
        assert fact not in text
    for fact in (
        "USD 212.50 is due when every deliverable has been published",
        "on Instagram and the web shop, in the territory: EU, for 6 months",
        "includes its use as paid advertising",
        "Until 30 May 2026, 30 days after the last day for posts, and in any case as long as the work",
        "the category iced tea for others, nor for Leaf & Co and Steepers",
        "may end it by notice at once",
    ):
        assert fact in text, fact


def test_exclusivity_without_a_category_is_for_the_campaigns_own() -> None:
    """The contract says what the engine holds other campaigns to."""
    text = text_of(with_terms(exclusivity=Exclusivity(competitors=("Steepers",), days=1)))
    assert "Until 1 May 2026, 1 day after the last day for posts" in text
    assert "does not advertise the category tea for others, nor for Steepers." in text


async def test_rendering_again_stores_the_same_document_once(store: Store) -> None:
    """However often the activity runs, the document that it names is one and can be read back."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    await store.record_collaboration(agreed(), creator_id)
    signing = ContractSigning(store.paperwork)
    request = RenderRequest(stream="collaboration/collab-1")
    first = await ActivityEnvironment().run(signing.render_contract, request)
    second = await ActivityEnvironment().run(signing.render_contract, request)
    assert first == second
    assert await store.pool.fetchval("SELECT count(*) FROM documents") == 1
    kept = await store.documents.get(first.document)
    assert kept.media_type == "application/pdf"
    assert "creator1@example.org" in read(kept.content)
    assert first.pages == len(PdfReader(io.BytesIO(kept.content)).pages)


async def test_without_an_accepted_offer_there_is_no_contract(store: Store) -> None:
    """The activity is not tried again: an offer that nobody accepted has no contract."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    await store.record_collaboration(offered(), creator_id)
    signing = ContractSigning(store.paperwork)
    with pytest.raises(ApplicationError, match="no accepted offer") as refused:
        await ActivityEnvironment().run(signing.render_contract, RenderRequest(stream="collaboration/collab-1"))
    assert refused.value.non_retryable


async def test_a_sealed_contract_is_the_signed_one_with_the_record_of_its_signatures(store: Store) -> None:
    """Who signed, when, in which name and for which document is behind it; the file in front is the signed one."""
    content, document = await a_sealed_contract(store)
    keys = await SealKeyring(store.pool, store.sealer.keyring, make=self_signed).of("default")
    found = await verify(content, keys.certificates)
    assert (found.good, found.signed_document) == (True, document)
    record = text_behind(content)
    assert "Brand: Lumen Tea" in record
    assert "Creator: Ines Okafor" in record
    assert record.count("Ines Okafor") == 3
    assert record.count(document[:32]) == 3
    assert "The creator signed the contract." in record
    assert "I have read this document and agree to be bound by it." in " ".join(record.split())


async def test_sealing_again_leaves_the_signed_document_as_it_is(store: Store) -> None:
    first, document = await a_sealed_contract(store)
    again = await sealing(store)
    assert (await store.documents.get(again)).content.startswith((await store.documents.get(document)).content)
    assert first.startswith((await store.documents.get(document)).content)


async def test_a_contract_that_is_not_concluded_is_not_sealed(store: Store) -> None:
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    await store.record_collaboration(drafted(), creator_id)
    with pytest.raises(ApplicationError, match="concluded contract") as refused:
        await sealing(store)
    assert refused.value.non_retryable


async def a_sealed_contract(store: Store) -> tuple[bytes, str]:
    """The sealed file of a concluded contract, and the hash of what was signed."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    events = await store.record_collaboration(agreed(), creator_id)
    rendering = ContractSigning(store.paperwork).render_contract
    rendered = await ActivityEnvironment().run(rendering, RenderRequest(stream="collaboration/collab-1"))
    signed = [with_document(event, rendered.document) for event in concluded().past[len(events) :]]
    await store.append("collaboration/collab-1", signed)
    return (await store.documents.get(await sealing(store))).content, rendered.document


def with_document(event: Event, document: str) -> Event:
    """The event, as if it were about that document."""
    if isinstance(event, ContractSigned):
        return event.model_copy(update={"signature": event.signature.model_copy(update={"document": document})})
    return event.model_copy(update={"document": document}) if "document" in type(event).model_fields else event


async def sealing(store: Store) -> str:
    """Runs the activity; the hash of the sealed file."""
    seal = ContractSigning(store.paperwork).seal_contract
    result = await ActivityEnvironment().run(seal, RenderRequest(stream="collaboration/collab-1"))
    return str(result.sealed)


def text_behind(content: bytes) -> str:
    """What the pages after the contract's own say."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    first = next(nth for nth, text in enumerate(pages) if text.startswith("Record of Signatures"))
    return "\n".join(pages[first:])


def test_the_letter_with_the_contract_says_until_when_to_sign_and_brings_the_document() -> None:
    """Deadline, hash and the law on disclosure are in the text, the document goes with it."""
    about = occasion(drafted(), ContractDrafted)
    letter = contract_to_sign(about)
    assert letter.documents == (about.work.document,)
    assert f"\n{about.work.document}\n" in letter.body
    assert "Please sign by Wednesday 4 March 2026, 04:00 (America/New_York)." in letter.body
    assert "Begin the caption with #ad" in letter.body


def test_a_contract_that_is_signed_elsewhere_says_where() -> None:
    """In the document and in the letter: nobody is asked to type a name that would not be taken."""
    at_docuseal = with_terms(signature=Signing.DOCUSEAL)
    assert "signs electronically at DocuSeal" in text_of(at_docuseal)
    assert "by typing its name" not in text_of(at_docuseal)
    letter = contract_to_sign(occasion(drafted(at_docuseal), ContractDrafted))
    assert "DocuSeal sends you a mail of its own" in letter.body


def test_the_letter_of_the_conclusion_says_what_comes_next() -> None:
    """Both signatures, the first payment, and each draft with its deadline are in it, with the sealed contract."""
    about = occasion(sealed(), ContractSealed)
    letter = contract_concluded(about)
    assert letter.documents == (about.work.sealed,)
    assert "Signed for the brand: Ines Okafor" in letter.body
    assert "USD 106.25 of your fee is on its way" in letter.body
    assert "- the draft of deliverable 2 (story) by Wednesday 4 March 2026, 04:00" in letter.body


def test_each_side_is_asked_to_sign_with_the_other() -> None:
    """The creator signs with the brand, the brand with the creator."""
    about = occasion(drafted(), ContractDrafted)
    assert ASKS["sign_contract"](about, "creator") == "sign the contract with Lumen Tea"
    assert ASKS["sign_contract"](about, "brand") == "sign the contract with @steep.and.pour on Instagram"
