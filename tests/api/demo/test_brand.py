import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api.client import Groundswell
from api.demo import brand as demo_brand
from api.demo.brand import HABITS, Brand, Way
from api.demo.notes import Notes
from domain.content_approval import SubmitDraft
from domain.decider import Role
from domain.money import Money
from domain.negotiation import CounterOffer
from tests.api.conftest import API_KEY, Bench
from tests.domain.given import UNDISCLOSED


async def works(
    bench: Bench,
    done: Callable[[], Awaitable[bool]],
    notes: Notes | None = None,
    may_cancel: Callable[[str], bool] = lambda _: False,
) -> None:
    """Let the brand work until it is done."""
    people = Brand(Groundswell("", API_KEY, session=bench.client()), "tea", notes or Notes(), 1, may_cancel=may_cancel)
    work = asyncio.create_task(people.work())
    give_up = datetime.now(UTC) + timedelta(seconds=30)
    while not await done():
        assert datetime.now(UTC) < give_up, "it took too long"
        await asyncio.sleep(0.05)
    work.cancel()
    await asyncio.wait([work])


async def has(bench: Bench, id_: str, type_: str) -> bool:
    return any(event.type == type_ for event in await bench.services.log.read(f"collaboration/{id_}"))


def habit(monkeypatch: pytest.MonkeyPatch, task: str, *ways: Way) -> None:
    monkeypatch.setitem(demo_brand.HABITS, task, ways)


def test_every_way_is_some_habit() -> None:
    """So that every answer and every silence of the brand happens."""
    assert {way for ways in HABITS.values() for way in ways} == set(Way)


@pytest.mark.parametrize(("way", "event"), [(Way.YES, "CreatorApproved"), (Way.NO, "CreatorRejected")])
async def test_a_doubtful_creator_is_decided_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, way: Way, event: str
) -> None:
    """One way or the other."""
    habit(monkeypatch, "verify_creator", way)
    id_ = await bench.opened()
    await works(bench, lambda: has(bench, id_, event))


@pytest.mark.parametrize(
    ("way", "event"), [(Way.YES, "OfferAccepted"), (Way.NO, "OfferDeclined"), (Way.OTHERWISE, "OfferMade")]
)
async def test_a_counter_offer_is_answered(bench: Bench, monkeypatch: pytest.MonkeyPatch, way: Way, event: str) -> None:
    """Accepted, declined, or met half-way."""
    habit(monkeypatch, "answer_counter_offer", way)
    id_ = await bench.offered()
    counter = CounterOffer(version=1, fee=Money(amount=260_00, currency="USD"))
    await bench.give(f"collaboration/{id_}", counter, Role.CREATOR)
    before = len(await bench.services.log.read(f"collaboration/{id_}"))

    async def answered() -> bool:
        new = (await bench.services.log.read(f"collaboration/{id_}"))[before:]
        return any(each.type == event for each in new)

    await works(bench, answered)


async def test_a_draft_without_disclosure_cannot_be_approved(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried, refused, and followed by asking for the disclosure."""
    habit(monkeypatch, "undisclosed", Way.YES)
    id_, notes = await bench.signed(), Notes()
    await bench.give(f"collaboration/{id_}", SubmitDraft(deliverable=1, caption=UNDISCLOSED), Role.CREATOR)
    await works(bench, lambda: has(bench, id_, "ChangesRequested"), notes)
    assert [code for _, _, code in notes.refusals] == ["disclosure_failed"]


async def test_the_contract_is_signed(bench: Bench) -> None:
    """For the document that is to be signed."""
    id_ = await bench.to_sign()
    await works(bench, lambda: has(bench, id_, "ContractSigned"))


async def test_the_brand_changes_its_mind_about_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """After it has signed, and only where it may."""
    monkeypatch.setattr(demo_brand, "CHANGES_ITS_MIND_AFTER", 0.1)
    id_ = await bench.to_sign()
    await works(bench, lambda: has(bench, id_, "CollaborationCancelled"), may_cancel=lambda each: each == id_)


async def test_a_task_that_is_left_lying_stays_open(
    bench: Bench, brand: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For the policies to act."""
    habit(monkeypatch, "verify_creator", Way.IGNORE)
    await bench.opened()
    people = Brand(Groundswell("", API_KEY, session=bench.client()), "tea", Notes(), seed=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(people.work(), 2.5)
    assert len((await brand.get("/v1/tasks")).json()["items"]) == 1


async def test_the_shortlist_is_approved_without_those_who_are_dropped(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The brand keeps the best."""
    monkeypatch.setattr(demo_brand, "kept", lambda candidate: candidate.rank == 1)
    await bench.shortlisted(3)

    async def approved() -> bool:
        events = await bench.services.log.read("campaign/tea")
        return events[-1].type == "ShortlistApproved" and len(events[-1].data["drop"]) == 2

    await works(bench, approved)
