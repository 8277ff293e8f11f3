"""DocuSeal against its twin over real HTTP: asked once, signed by the right side, and what goes wrong meanwhile."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError

from activities.connectors.docuseal import (
    AREAS,
    TOLERANCE,
    DocuSeal,
    external_id,
    is_signed,
    read_external_id,
    signature,
)
from activities.connectors.simulated.docuseal import KEY, SECRET, DocuSealTwin
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.serving import served
from activities.failures import OutsideFailure
from activities.signature_service import SignatureParty, SignatureRequest
from domain.decider import Role

DOCUMENT = "c0" * 32
PDF = b"%PDF-1.7 what both sides sign"
BODY, NOW = b'{"event_type": "form.completed"}', 1_780_000_000


class Desk:
    """The client and its twin."""

    def __init__(self, twin: DocuSealTwin, docuseal: DocuSeal, address: str) -> None:
        self.twin, self.docuseal, self.address = twin, docuseal, address

    async def request(self, collaboration: str = "collab-1") -> str:
        """Asks for both signatures under the usual document."""
        return await self.docuseal.request(
            SignatureRequest(
                collaboration_id=collaboration,
                title="Contract: Lumen Tea and Ines Okafor",
                document=PDF,
                document_sha256=DOCUMENT,
                sheet=b"%PDF-1.7 where they sign",
                parties=(
                    SignatureParty(role=Role.BRAND, name="Lumen Tea", email="manager@lumen-tea.example"),
                    SignatureParty(role=Role.CREATOR, name="Ines Okafor", email="ines@creators.example"),
                ),
            )
        )


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    twin = DocuSealTwin()
    async with served(twin.app) as address:
        docuseal = DocuSeal(KEY, base_url=address)
        yield Desk(twin, docuseal, address)
        await docuseal.aclose()


async def test_both_sides_are_asked_by_mail_each_for_their_own_place(desk: Desk) -> None:
    """Under an id that names collaboration, side and document."""
    submission = await desk.request()
    sides = {one["role"]: one for one in desk.twin.submitters.values()}
    assert {role: one["email"] for role, one in sides.items()} == {
        "brand": "manager@lumen-tea.example",
        "creator": "ines@creators.example",
    }
    assert sides["creator"]["external_id"] == f"collab-1/creator/{DOCUMENT}"
    assert {str(one["submission_id"]) for one in sides.values()} == {submission}
    assert all(0 < area["x"] < area["x"] + area["w"] < 1 for area in AREAS.values())


async def test_the_same_document_is_sent_once(desk: Desk) -> None:
    """However often it is asked for; another collaboration is another request."""
    assert await desk.request() == await desk.request()
    assert await desk.request("collab-2") != await desk.request()
    assert len(desk.twin.submissions) == 2


async def test_an_answer_that_was_cut_off_leaves_one_request(desk: Desk) -> None:
    """The submission was made, and the next attempt finds it."""
    desk.twin.faults.plan(Fault.PARTIAL_PAGE)  # the look before it is as it should be
    desk.twin.faults.plan(Fault.MALFORMED)
    with pytest.raises(ApplicationError) as failed:
        await desk.request()
    assert failed.value.type == OutsideFailure.UNREADABLE
    assert await desk.request() == "1"
    assert len(desk.twin.submissions) == 1


async def test_how_each_side_stands_is_told_with_the_service_s_ids(desk: Desk) -> None:
    submission = await desk.request()
    await desk.twin.complete(2)
    await desk.twin.decline(1, "not now")
    brand, creator = sorted(await desk.docuseal.standing(submission), key=lambda one: one.role)
    assert (brand.role, brand.declined, brand.reason, brand.signed_at) == (Role.BRAND, True, "not now", None)
    assert (creator.submitter, creator.declined) == ("2", False)
    assert creator.signed_at is not None


async def test_the_signed_file_and_the_audit_log_come_once_all_have_signed(desk: Desk) -> None:
    """Without our key, which is none of the file server's business."""
    submission = await desk.request()
    with pytest.raises(ApplicationError) as early:
        await desk.docuseal.files(submission)
    assert (early.value.type, early.value.non_retryable) == (OutsideFailure.UNAVAILABLE, False)
    for submitter in (1, 2):
        await desk.twin.complete(submitter)
    files = await desk.docuseal.files(submission)
    assert files.document.startswith(PDF)
    assert files.audit.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.RATE_LIMITED, OutsideFailure.RATE_LIMITED),
        (Fault.SERVER_ERROR, OutsideFailure.UNAVAILABLE),
        (Fault.EXPIRED_TOKEN, OutsideFailure.CREDENTIALS),
        (Fault.MALFORMED, OutsideFailure.UNREADABLE),
    ],
)
async def test_what_goes_wrong_has_its_name_and_nothing_is_sent_twice(
    desk: Desk, fault: Fault, kind: OutsideFailure
) -> None:
    settings: dict[str, Any] = {"retry_after": 90} if fault is Fault.RATE_LIMITED else {}
    desk.twin.faults.plan(fault, **settings)
    with pytest.raises(ApplicationError) as failed:
        await desk.request()
    assert failed.value.type == kind
    assert KEY not in str(failed.value)
    await desk.request()
    assert len(desk.twin.submissions) == 1


async def test_a_slow_answer_is_not_waited_for_without_end(desk: Desk) -> None:
    desk.twin.faults.plan(Fault.SLOW, delay=30)
    hurried = DocuSeal(KEY, base_url=desk.address, whole_timeout=0.2)
    with pytest.raises(ApplicationError) as failed:
        await hurried.standing("1")
    await hurried.aclose()
    assert (failed.value.type, failed.value.non_retryable) == (OutsideFailure.UNAVAILABLE, False)


async def test_a_key_that_is_not_known_is_refused(desk: Desk) -> None:
    stranger = DocuSeal("another-key", base_url=desk.address)
    with pytest.raises(ApplicationError) as failed:
        await stranger.standing("1")
    await stranger.aclose()
    assert failed.value.type == OutsideFailure.CREDENTIALS


def test_a_webhook_is_genuine_with_the_secret_and_in_time() -> None:
    """Five minutes to either side; a changed body, time or digest is none."""
    genuine = signature(SECRET, BODY, NOW)
    assert genuine.startswith(f"{NOW}.")
    for now in (NOW - TOLERANCE, NOW, NOW + TOLERANCE):
        assert is_signed(SECRET, BODY, genuine, now)
    for now in (NOW - TOLERANCE - 1, NOW + TOLERANCE + 1):
        assert not is_signed(SECRET, BODY, genuine, now)
    assert not is_signed(SECRET, BODY + b" ", genuine, NOW)
    assert not is_signed("another secret", BODY, genuine, NOW)
    assert not is_signed(SECRET, BODY, genuine.replace(str(NOW), str(NOW + 1)), NOW)


@pytest.mark.parametrize("given", ["", "1", ".", f"{NOW}.", f"{NOW}.xyz", f"{NOW}.{'é' * 64}", f"٣.{'0' * 64}"])
def test_what_is_no_signature_is_refused(given: str) -> None:
    assert not is_signed(SECRET, BODY, given, NOW)


def test_only_our_own_ids_are_read() -> None:
    assert read_external_id(external_id("collab-1", Role.BRAND, DOCUMENT)) == ("collab-1", Role.BRAND, DOCUMENT)
    for other in (None, "", "collab-1/engine/" + DOCUMENT, "collab-1/brand/c0", f"a b/brand/{DOCUMENT}"):
        assert read_external_id(other) is None
