"""Documents that are made of a collaboration's story: of which part of it, and kept once."""

import hashlib

import pytest
from temporalio.exceptions import ApplicationError

from activities.connectors.pades import self_signed, verify
from activities.paperwork import Facts, Sealing, up_to
from activities.store.seal_keyring import SealKeyring
from domain.contract_signing import ContractConcluded
from domain.negotiation import OfferAccepted
from tests.activities.conftest import Store
from tests.activities.connectors.test_pades import pdf
from tests.domain.given import concluded, offered

STREAM = "collaboration/collab-1"
ACCEPTED = up_to(STREAM, "accepted offer", lambda event: isinstance(event, OfferAccepted))
CONCLUDED = up_to(STREAM, "concluded contract", lambda event: isinstance(event, ContractConcluded))


async def test_a_document_is_of_the_story_up_to_what_it_is_about(store: Store) -> None:
    """What followed is not in its facts, so it is the same whenever it is made; it is kept once."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    await store.record_collaboration(concluded(), creator_id)
    seen: list[Facts] = []

    def one_page(facts: Facts) -> tuple[bytes, int]:
        seen.append(facts)
        return b"%PDF of " + facts.at.isoformat().encode(), 1

    first = await store.paperwork.render(STREAM, ACCEPTED, one_page)
    assert await store.paperwork.render(STREAM, ACCEPTED, one_page) == first
    facts = seen[0]
    assert (facts.events[-1].type, facts.collaboration.document) == ("OfferAccepted", None)
    assert (facts.creator.id, facts.brief.brand) == (creator_id, "Lumen Tea")
    assert await store.pool.fetchval("select count(*) from documents") == 1
    assert first.document == hashlib.sha256((await store.documents.get(first.document)).content).hexdigest()


async def test_what_never_happened_is_no_document_and_is_not_tried_again(store: Store) -> None:
    """Nor is a document sealed that nobody has kept."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    await store.record_collaboration(offered(), creator_id)
    with pytest.raises(ApplicationError, match="no accepted offer") as refused:
        await store.paperwork.render(STREAM, ACCEPTED, lambda _: (b"", 0))
    assert refused.value.non_retryable
    with pytest.raises(ApplicationError, match="0" * 64) as refused:
        await store.paperwork.seal(STREAM, lambda events: events, lambda _: Sealing("0" * 64, pdf("record"), "test"))
    assert refused.value.non_retryable


async def test_a_sealed_file_begins_with_the_document_and_bears_the_seal_of_its_workspace(store: Store) -> None:
    """Validators find both in it."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    await store.record_collaboration(concluded(), creator_id)
    content, record = pdf("contract"), pdf("record")
    made = await store.paperwork.render(STREAM, ACCEPTED, lambda _: (content, 1))
    sealed = await store.paperwork.seal(STREAM, CONCLUDED, lambda _: Sealing(made.document, record, "for a test"))
    kept = (await store.documents.get(sealed.sealed)).content
    keys = await SealKeyring(store.pool, store.sealer.keyring, make=self_signed).of("default")
    found = await verify(kept, keys.certificates)
    assert kept.startswith(content)
    assert (found.good, found.signed_document) == (True, made.document)
