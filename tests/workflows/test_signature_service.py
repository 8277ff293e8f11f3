"""Contracts that are signed at DocuSeal: sent once, its word taken or asked for, its files kept as the contract."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.testing import WorkflowEnvironment

from activities.connectors.simulated.docuseal import KEY, DocuSealTwin
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.serving import served
from activities.store.documents import Documents
from api.embedded.mail import MailSink
from domain.amendments import ProposeAmendment
from domain.changes import Changes
from domain.clauses import Terms
from domain.contract_signing import SignContract
from domain.decider import Role
from domain.errors import ConsentMissing
from domain.money import Money
from domain.negotiation import AcceptOffer
from domain.outcomes import Outcome
from domain.signatures import ServiceSignature, Signing
from tests.domain.given import a_brief
from tests.workflows.conftest import Bench, Collaborating, working

BRAND, CREATOR = 1, 2
"""The twin's numbers of the first submission's sides."""


@pytest_asyncio.fixture
async def docuseal() -> AsyncIterator[tuple[DocuSealTwin, str]]:
    twin = DocuSealTwin()
    async with served(twin.app) as address:
        yield twin, address


@pytest_asyncio.fixture
async def signing(
    docuseal: tuple[DocuSealTwin, str], time_skipping: WorkflowEnvironment, database: str, mail_sink: MailSink
) -> AsyncIterator[Bench]:
    """A worker that has the twin for its signature service."""
    settings = {"docuseal_url": docuseal[1], "docuseal_api_key": SecretStr(KEY)}
    async with working(time_skipping.client, database, mail_sink, time_skipping, **settings) as bench:
        yield bench


async def sent(bench: Bench) -> Collaborating:
    """A contract that DocuSeal has asked both sides to sign."""
    one = await bench.collaborate(a_brief(terms=Terms(signature=Signing.DOCUSEAL)))
    await one.until_waiting_for("answer_offer")
    await one.tell(AcceptOffer(version=1))
    await one.until("SignaturesRequested")
    return one


async def test_what_people_sign_there_is_found_when_no_webhook_comes(
    docuseal: tuple[DocuSealTwin, str], signing: Bench
) -> None:
    """At the next reminder the service is asked; its file is the contract then, and its audit log is kept beside it."""
    twin, _ = docuseal
    one = await sent(signing)
    for submitter in (BRAND, CREATOR):
        await twin.complete(submitter)
    state = await one.until("ContractSealed")
    assert len(twin.submissions) == 1
    assert all(isinstance(signature, ServiceSignature) for signature in state.signatures.values())
    assert {signature.document for signature in state.signatures.values()} == {state.document}
    [sealed] = [each.data for each in await one.envelopes() if each.type == "ContractSealed"]
    documents = Documents(signing.pool, signing.sealer)
    assert (await documents.get(sealed["sealed"])).content.endswith(b"% signed at the twin\n")
    assert (await documents.get(sealed["audit"])).content.startswith(b"%PDF-")


async def test_who_declines_there_ends_the_collaboration(docuseal: tuple[DocuSealTwin, str], signing: Bench) -> None:
    twin, _ = docuseal
    one = await sent(signing)
    await twin.decline(CREATOR, "not for me")
    assert await one.handle.result() == Outcome.DECLINED
    assert "ContractDeclined" in await one.events()


async def test_nobody_signs_here_what_is_signed_there(signing: Bench) -> None:
    one = await sent(signing)
    state = await one.state()
    with pytest.raises(ConsentMissing):
        await one.tell(SignContract(typed_name="A. Name", document=state.document or "", consent=True))


async def test_a_service_that_fails_is_tried_again_and_asked_once(
    docuseal: tuple[DocuSealTwin, str], signing: Bench
) -> None:
    """Also where the key was refused for a while."""
    twin, _ = docuseal
    twin.faults.plan(Fault.EXPIRED_TOKEN)
    twin.faults.plan(Fault.SERVER_ERROR)
    await sent(signing)
    assert len(twin.submissions) == 1


async def test_an_amendment_is_signed_where_the_contract_was(
    docuseal: tuple[DocuSealTwin, str], signing: Bench
) -> None:
    """As a submission of its own."""
    twin, _ = docuseal
    one = await sent(signing)
    for submitter in (BRAND, CREATOR):
        await twin.complete(submitter)
    await one.until("ContractSealed")
    fee = Money(amount=300_00, currency="USD")
    await one.tell(ProposeAmendment(changes=Changes(fee=fee)), by=Role.BRAND)
    await one.until("SignaturesRequested", times=2)
    for submitter in (3, 4):
        await twin.complete(submitter)
    state = await one.until("AmendmentSealed")
    assert state.fee == fee
    assert state.amendments[0].audit is not None
