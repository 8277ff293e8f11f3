"""What a signature service is given, and what is kept of its answers."""

import io

import pytest
from pypdf import PdfReader
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.connectors.docuseal import DocuSeal
from activities.connectors.simulated.docuseal import KEY, DocuSealTwin
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure, outside_failure
from activities.signature_service import DocumentToSign, SignatureServices, SubmissionRequest, to_be_mended
from domain.clauses import Terms
from domain.contract_signing import DraftContract
from domain.signatures import Signing
from tests.activities.conftest import Store
from tests.domain.given import agreed, an_assignment

STREAM = "collaboration/collab-1"


async def to_sign(store: Store) -> str:
    """A contract that is to be signed at DocuSeal; its hash."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    document = await store.documents.put(b"%PDF-1.7 the contract", "application/pdf", creator_id=creator_id)
    story = agreed(an_assignment(terms=Terms(signature=Signing.DOCUSEAL))).does(DraftContract(document=document))
    await store.record_collaboration(story, creator_id)
    return document


async def test_the_document_goes_out_once_and_its_files_are_kept_by_their_hashes(store: Store) -> None:
    """The activities run twice each: one submission, the same files."""
    twin, document = DocuSealTwin(), await to_sign(store)
    async with served(twin.app) as address:
        docuseal = DocuSeal(KEY, base_url=address)
        services = SignatureServices(docuseal, store.log, store.directory, store.documents)
        run, wanted = ActivityEnvironment().run, DocumentToSign(stream=STREAM, document=document)
        first = await run(services.request_signatures, wanted)
        assert await run(services.request_signatures, wanted) == first
        assert len(twin.submissions) == 1
        request = SubmissionRequest(stream=STREAM, submission=first.submission)
        assert {one.signed_at for one in (await run(services.look_after, request)).parties} == {None}
        for submitter in (1, 2):
            await twin.complete(submitter)
        kept = await run(services.keep_files, request)
        assert await run(services.keep_files, request) == kept
        await docuseal.aclose()
    assert (await store.documents.get(kept.sealed)).content.startswith(b"%PDF-1.7 the contract")
    reader = PdfReader(io.BytesIO((await store.documents.get(kept.audit)).content))
    assert "Audit Log" in reader.pages[0].extract_text()


async def test_without_a_service_the_document_waits_for_somebody_to_configure_one(store: Store) -> None:
    """It is tried again, and the error says what to do."""
    services = SignatureServices(None, store.log, store.directory, store.documents)
    wanted = DocumentToSign(stream=STREAM, document=await to_sign(store))
    with pytest.raises(ApplicationError, match="GROUNDSWELL_DOCUSEAL_API_KEY") as failed:
        await ActivityEnvironment().run(services.request_signatures, wanted)
    assert not failed.value.non_retryable


def test_what_lasts_is_tried_again_once_it_was_mended() -> None:
    """A refused key keeps its kind and its words."""
    refused = outside_failure(OutsideFailure.CREDENTIALS, "DocuSeal", "answered 401")
    mended = to_be_mended(refused)
    assert (refused.non_retryable, mended.non_retryable) == (True, False)
    assert (mended.type, mended.message) == (refused.type, refused.message)
