"""A creator is erased: nothing of them is found anywhere any more, and everything else still answers."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from temporalio.client import WorkflowExecutionStatus

from activities.connectors.creator_sources import CreatorSources
from activities.links import CreatorLinks
from activities.store.creators import Creators
from activities.store.documents import Documents
from activities.store.erasure import Erasures
from activities.store.feed import Feed
from activities.store.files import Files, StoredFile
from activities.store.shortlists import Shortlists
from activities.store.sourcing_jobs import SourcingJobs
from activities.store.verify import verify
from activities.store.webhooks import Webhooks
from activities.tracking import Tracking
from api.access.desk import Desk
from api.app import create_app
from api.auth import ApiKeys
from api.dependencies import Services
from api.embedded.postgres import wheel_binaries
from domain.content_approval import ApproveDraft, MarkPublished, RequestChanges, SubmitDraft
from domain.contract_signing import SignContract
from domain.decider import Role
from domain.errors import NotFound, StillUnderWay
from domain.media import MediaFile, MediaType
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer
from domain.outcomes import Outcome
from tests.domain.given import DISCLOSED, a_brief, a_profile
from tests.media import PNG
from tests.workflows.conftest import Bench, Collaborating
from workflows.erasure import Eraser
from workflows.sourcing_client import SourcingEngine

PERSON = a_profile(
    handle="zephyrine.quillfeather",
    name="Zephyrine Quillfeather",
    email="zq@marmalade-lighthouse.example",
    biography="paints gasometers",
)
TRACES = [
    b"zephyrine",
    b"quillfeather",
    b"marmalade",
    b"gasometer",
    b"umbrageous",
    b"kerfuffle",
    b"flibbertigibbet",
    b"snickersnee",
    b"Ottoline Brandsworth",
]
"""Words that only this person's story has: name, handle, address, biography, messages, captions, addresses of posts."""


@pytest.fixture
def eraser(live: Bench) -> Eraser:
    return Eraser(live.client, live.engine, Erasures(live.pool, live.sealer.keyring), patience=20)


@pytest.fixture
async def api(live: Bench, eraser: Eraser) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API on the same engine."""
    services = Services(
        engine=live.engine,
        eraser=eraser,
        pool=live.pool,
        log=live.log,
        feed=Feed(live.pool, live.sealer),
        creators=Creators(live.pool, live.sealer.keyring),
        sources=CreatorSources(),
        sourcing=SourcingEngine(live.client, SourcingJobs(live.pool, live.sealer.keyring)),
        jobs=SourcingJobs(live.pool, live.sealer.keyring),
        webhooks=Webhooks(live.pool, live.sealer.keyring),
        shortlists=Shortlists(live.pool),
        documents=Documents(live.pool, live.sealer),
        files=Files(live.pool, live.sealer.keyring),
        tracking=Tracking.on(live.pool, "a secret of the tests, long enough", "http://api.test"),
        links=CreatorLinks("a secret of the tests, long enough", "http://api.test"),
        keys=ApiKeys({"manager": "a key"}),
        desk=Desk.on(live.pool, "a secret of the tests, long enough", "http://api.test"),
    )
    transport = httpx.ASGITransport(create_app(services))
    headers = {"Authorization": "Bearer a key"}
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test", headers=headers) as client:
        yield client


async def whole_story(live: Bench) -> Collaborating:
    """From the offer to the last figure, with something personal wherever a person can write."""
    shop = {"landing_url": "https://shop.example/tea"}
    one = await live.collaborate(a_brief(deliverables=[{"format": "reel"}], shop=shop), PERSON)
    await one.until_waiting_for("answer_offer")
    fee = Money(amount=390_00, currency="USD")
    await one.tell(CounterOffer(version=1, fee=fee, message="umbrageous, says Zephyrine"))
    await one.tell(CounterOffer(version=2, fee=fee, message="no umbrageous kerfuffle"), by=Role.BRAND)
    await one.tell(AcceptOffer(version=3))
    state = await one.until_waiting_for("sign_contract/creator")
    document = state.document or ""
    for role, name in ((Role.CREATOR, "Zephyrine Quillfeather"), (Role.BRAND, "Ottoline Brandsworth")):
        await one.tell(SignContract(typed_name=name, document=document, consent=True), by=role)
    await one.until_waiting_for("submit_draft/1")
    media = "https://files.example/zephyrine/flibbertigibbet.mp4"
    file = await uploaded(live, state.creator_id)
    await one.tell(SubmitDraft(deliverable=1, caption=f"{DISCLOSED} flibbertigibbet", media_url=media, file=file))
    await one.tell(RequestChanges(deliverable=1, version=1, feedback="less kerfuffle"), by=Role.BRAND)
    await one.tell(SubmitDraft(deliverable=1, caption=f"{DISCLOSED} snickersnee"))
    await one.tell(ApproveDraft(deliverable=1, version=2), by=Role.BRAND)
    url = "https://posts.example/zephyrine.quillfeather/snickersnee"
    await one.tell(MarkPublished(deliverable=1, url=url, caption=f"{DISCLOSED} snickersnee"))
    await one.tell(RecordMetrics(deliverable=1, metrics=Metrics(likes=120)))
    await one.handle.result()
    return one


async def uploaded(live: Bench, creator_id: str) -> MediaFile:
    """A picture of the creator's, with their words in it."""
    content = PNG + b"zephyrine, flibbertigibbet"
    sha256, left = hashlib.sha256(content).hexdigest(), [content]

    async def read(_: int) -> bytes:
        return left.pop() if left else b""

    stored = StoredFile(creator_id, sha256, len(content), MediaType.PNG)
    await Files(live.pool, live.sealer.keyring).put(stored, read)
    return MediaFile(sha256=sha256, size=len(content), media_type=MediaType.PNG)


async def dump(database: str) -> bytes:
    """Everything that the database says of itself, as pg_dump writes it."""
    process = await asyncio.create_subprocess_exec(
        wheel_binaries() / "pg_dump", "--dbname", database, stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out


async def histories(live: Bench, *streams: str) -> bytes:
    """The workflows' histories as the server gives them to anybody, without a key."""
    found = b""
    for stream in streams:
        history = await live.client.get_workflow_handle(stream).fetch_history()
        found += b"".join(event.SerializeToString() for event in history.events)
    return found


def traces(where: bytes) -> list[bytes]:
    """The person's words that are there, also within escaped and hexadecimal bytes."""
    low = where.lower()
    return [trace for trace in TRACES if trace.lower() in low or trace.lower().hex().encode() in low]


async def test_nothing_is_found_of_somebody_who_was_erased(
    live: Bench, eraser: Eraser, database: str, shared_directory: Path
) -> None:
    """In no table, no document, no history, and not in the files of Temporal's server."""
    one = await whole_story(live)
    creator_id = (await one.state()).creator_id
    assert {b"zephyrine", b"marmalade"} <= set(traces(await dump(database))), "the directory knows whom it is about"
    history = await histories(live, one.stream)
    assert history.count(b"binary/encrypted") > 20
    assert traces(history) == [], "histories never show anything"

    done = await eraser.erase(creator_id, requested_by="manager")

    assert (done.collaborations, done.documents) == (1, 3)
    dumped = await dump(database)
    assert creator_id.encode() in dumped
    assert traces(dumped) == []
    assert traces(await histories(live, one.stream)) == []
    kept = list((shared_directory / "temporal").iterdir())
    assert any(path.name == "store.db" for path in kept)
    assert [path.name for path in kept if traces(path.read_bytes())] == []


async def test_everything_else_still_answers(live: Bench, eraser: Eraser, api: httpx.AsyncClient) -> None:
    """The stream folds, and each page of the API reads "erased" where there was a person."""
    one = await whole_story(live)
    before = await one.state()
    rows = "select stream, version, data::text, metadata::text from events order by position"
    stored = await live.pool.fetch(rows)
    collaboration, campaign = f"/v1/collaborations/{before.id}", f"/v1/campaigns/{one.campaign_id}"

    erased = await api.post(f"/v1/creators/{before.creator_id}/erase")

    assert (erased.status_code, erased.json()["requested_by"]) == (200, "manager")
    assert await live.pool.fetch(rows) == stored, "the record is as it was, byte by byte"
    checked = [part async for part in verify(live.pool)]
    assert (sum(part.events for part in checked), [part.broken for part in checked]) == (len(stored), [[]])
    after = await one.state()
    assert (after.outcome, after.fee, after.stage) == (Outcome.COMPLETED, before.fee, before.stage)
    assert after.works[1].caption == "[erased]"
    for address in (
        collaboration,
        f"{collaboration}/events",
        f"{collaboration}/timeline",
        campaign,
        f"{campaign}/report",
    ):
        answer = await api.get(address, params={"limit": 500} if address.endswith("/events") else {})
        assert answer.status_code == 200, (address, answer.text)
        assert traces(answer.content) == [], address
    assert "a creator, erased" in (await api.get(f"{campaign}/report")).text
    assert "[erased]" in (await api.get(f"{collaboration}/timeline")).text
    assert (await api.get(collaboration)).json()["works"][0]["url"] == "https://erased.invalid/"
    assert (await api.get(f"{collaboration}/contract.pdf")).status_code == 410
    assert (await api.get(f"{collaboration}/deliverables/1/drafts/1/file")).status_code == 410
    assert (await api.get(f"/v1/creators/{before.creator_id}")).status_code == 404


async def test_it_is_refused_while_something_is_under_way_and_does_it_after_cancelling(
    live: Bench, eraser: Eraser
) -> None:
    """The refusal names the collaboration; with --cancel it ends as the contract says, and then they are erased."""
    one = await live.collaborate(profile=PERSON)
    state = await one.until_waiting_for("answer_offer")
    with pytest.raises(StillUnderWay, match=state.id):
        await eraser.erase(state.creator_id, requested_by="manager")
    assert await live.pool.fetchval("select count(*) from erasures") == 0

    done = await eraser.erase(state.creator_id, requested_by="manager", cancel=True)

    assert done.collaborations == 1
    assert (await one.state()).outcome is Outcome.CANCELLED
    assert (await one.handle.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert await eraser.erase(state.creator_id, requested_by="again") == done


async def test_a_workflow_that_still_has_something_to_do_is_waited_for(live: Bench) -> None:
    """Without its creator's key it could not finish: the erasure is refused and nothing has changed."""
    one = await live.collaborate(profile=PERSON)
    state = await one.until_waiting_for("answer_offer")
    await live.pool.execute("update collaboration_pipeline set outcome = 'cancelled'")
    hurried = Eraser(live.client, live.engine, Erasures(live.pool, live.sealer.keyring), patience=0)
    with pytest.raises(StillUnderWay, match="still send mails"):
        await hurried.erase(state.creator_id, requested_by="manager")
    assert await live.pool.fetchval("select count(*) from erasures") == 0


async def test_whoever_never_collaborated_is_erased_at_once(live: Bench, eraser: Eraser) -> None:
    """There is no workflow to wait for; an unknown id is not found."""
    [creator_id] = await live.add_creators(PERSON)
    assert (await eraser.erase(creator_id, requested_by="manager")).collaborations == 0
    with pytest.raises(NotFound):
        await eraser.erase("nobody", requested_by="manager")


async def test_a_lost_workflow_is_not_waited_for(live: Bench, eraser: Eraser) -> None:
    """What Temporal has forgotten, or never knew, holds nothing."""
    [creator_id] = await live.add_creators(PERSON)
    await live.pool.execute(
        "insert into collaboration_pipeline values "
        "('lost', 'camp-1', 'default', $1, 1, 'monitoring', '{}', null, 'completed', null, 'USD', 1, now())",
        creator_id,
    )
    assert (await eraser.erase(creator_id, requested_by="manager")).collaborations == 1
