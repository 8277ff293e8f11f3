"""The picture or video of a draft over HTTP: taken whole and as it is, kept apart, and shown to whom it concerns."""

import base64
import hashlib
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from activities.starting import collaboration_stream
from activities.store.keys import creators_key
from api.uploads import MEBIBYTE, UploadLimits
from domain.content_approval import RequestChanges
from domain.decider import Role
from tests.api.conftest import API_KEY, Bench, app_on, bench_on
from tests.domain.given import DISCLOSED
from tests.keys import a_sealer
from tests.media import MP4, a_picture, a_video

PICTURE, VIDEO = a_picture(), a_video(1_500_000)


def digest(content: bytes) -> str:
    """A file's name."""
    return hashlib.sha256(content).hexdigest()


def work(id_: str, number: int = 1) -> str:
    """The address of a deliverable."""
    return f"/v1/collaborations/{id_}/deliverables/{number}"


async def handed_in(creator: httpx.AsyncClient, id_: str, content: bytes) -> httpx.Response:
    """Uploads a file and hands it in as the draft of the first deliverable."""
    file = (await creator.post(f"{work(id_)}/draft/file", content=content)).json()
    answer = await creator.post(f"{work(id_)}/draft", json={"caption": DISCLOSED, "file": file})
    assert answer.json()["events"] == ["DraftSubmitted"]
    return answer


async def kept(bench: Bench) -> list[str]:
    """The digests of all files that are kept."""
    return [row["sha256"] for row in await bench.services.pool.fetch("select sha256 from files order by 1")]


def limited(bench: Bench, **limits: int) -> Bench:
    """The same API with other limits."""
    services = replace(bench.services, uploads=UploadLimits(**limits))
    return Bench(services, bench.engine, app_on(services))


async def test_a_draft_with_a_video_is_uploaded_handed_in_and_looked_at(bench: Bench, brand: httpx.AsyncClient) -> None:
    """The answer to the upload is what the draft says of its file; both sides then see it as it was sent."""
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"{work(id_)}/draft/file", content=VIDEO)
        assert (answer.status_code, answer.json()) == (
            200,
            {"sha256": digest(VIDEO), "size": len(VIDEO), "media_type": "video/mp4"},
        )
        draft = {"caption": DISCLOSED, "file": answer.json()}
        assert (await creator.post(f"{work(id_)}/draft", json=draft)).json()["events"] == ["DraftSubmitted"]
        for side in (creator, brand):
            shown = await side.get(f"{work(id_)}/drafts/1/file")
            assert (shown.status_code, shown.content) == (200, VIDEO)
    view = (await brand.get(f"/v1/collaborations/{id_}")).json()["works"][0]["drafts"]
    assert [(each["version"], each["file"], each["became"]) for each in view] == [(1, answer.json(), "waits")]


async def test_the_record_has_the_digest_and_the_bytes_are_elsewhere(bench: Bench) -> None:
    """The event says which file it was, and nothing of what is in it."""
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        await handed_in(creator, id_, PICTURE)
    event = (await bench.services.log.read(collaboration_stream(id_)))[-1]
    assert event.data["file"] == {"sha256": digest(PICTURE), "size": len(PICTURE), "media_type": "image/png"}


async def test_the_feedback_is_seen_with_the_version_that_it_is_about(bench: Bench) -> None:
    """By the creator, who then hands in another file; the first one stays where it was."""
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        await handed_in(creator, id_, PICTURE)
        changes = RequestChanges(deliverable=1, version=1, feedback="Closer to the cup, please.")
        await bench.give(collaboration_stream(id_), changes, Role.BRAND)
        await handed_in(creator, id_, VIDEO)
        drafts = (await creator.get(f"/v1/collaborations/{id_}")).json()["works"][0]["drafts"]
        assert [(each["became"], each["feedback"]) for each in drafts] == [
            ("changes", "Closer to the cup, please."),
            ("waits", ""),
        ]
        assert (await creator.get(f"{work(id_)}/drafts/1/file")).content == PICTURE
        assert (await creator.get(f"{work(id_)}/drafts/2/file")).content == VIDEO


async def test_the_same_file_again_is_the_same_file(bench: Bench) -> None:
    """However often it is sent, and under whichever key."""
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        answers = [await creator.post(f"{work(id_, n)}/draft/file", content=PICTURE) for n in (1, 1, 2)]
    assert len({answer.text for answer in answers}) == 1
    assert await kept(bench) == [digest(PICTURE)]


async def test_two_creators_files_are_kept_apart(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """Neither's link opens the other's file, nor hands it in, though they may have uploaded the same."""
    one, other = await bench.signed("creator-1"), await bench.signed("creator-2", 2)
    async with bench.as_creator(one) as first, bench.as_creator(other) as second:
        await handed_in(first, one, VIDEO)
        file = {"sha256": digest(VIDEO), "size": len(VIDEO), "media_type": "video/mp4"}
        assert (await second.get(f"{work(one)}/drafts/1/file")).status_code == 404
        assert (await second.post(f"{work(one)}/draft/file", content=PICTURE)).status_code == 404
        stolen = await second.post(f"{work(other)}/draft", json={"caption": DISCLOSED, "file": file})
        assert (stolen.status_code, stolen.json()["code"]) == (404, "not_found")
        await handed_in(second, other, VIDEO)
        assert (await second.get(f"{work(other)}/drafts/1/file")).content == VIDEO
    assert await kept(bench) == [digest(VIDEO)] * 2
    assert (await anonymous.get(f"{work(one)}/drafts/1/file")).status_code == 401


@pytest.mark.parametrize(
    ("content", "stated", "words"),
    [
        (b"%PDF-1.7 not what it says", "image/png", "of another kind"),
        (b"<svg onload=alert(1)>" + b" " * 90, "image/svg+xml", "of another kind"),
        (b"", "video/mp4", "empty"),
    ],
)
async def test_what_is_neither_picture_nor_video_is_415(bench: Bench, content: bytes, stated: str, words: str) -> None:
    """By its bytes, whatever it is called; the answer names what is taken."""
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        answer = await creator.post(f"{work(id_)}/draft/file", content=content, headers={"Content-Type": stated})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert words in answer.json()["detail"]
    assert "MP4, MOV, WebM" in answer.json()["detail"]
    assert await kept(bench) == []


async def parts(content: bytes) -> AsyncIterator[bytes]:
    """The content as a stream that does not say how long it will be."""
    for start in range(0, len(content), 10_000):
        yield content[start : start + 10_000]


@pytest.mark.parametrize("stream", [False, True], ids=["stated length", "no stated length"])
@pytest.mark.parametrize(
    ("content", "most"), [(a_picture(600_000), 500_000), (a_video(900_001), 900_000)], ids=["picture", "video"]
)
async def test_what_is_too_large_is_413_with_its_size_and_the_limit(
    bench: Bench, content: bytes, most: int, stream: bool
) -> None:
    """A picture and a video have limits of their own."""
    id_ = await bench.signed()
    small = limited(bench, image=500_000, video=900_000)
    async with small.as_creator(id_) as creator:
        body: Any = parts(content) if stream else content
        answer = await creator.post(f"{work(id_)}/draft/file", content=body)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (413, "file_too_large")
        assert problem["most_bytes"] == most < problem["size_bytes"] <= len(content)
        assert "is the most that is taken" in problem["detail"]
        fits = await creator.post(f"{work(id_)}/draft/file", content=a_video(900_000))
        assert fits.status_code == 200
    assert await kept(bench) == [digest(a_video(900_000))]


async def test_only_this_address_takes_more_than_others(bench: Bench, brand: httpx.AsyncClient) -> None:
    """What is far beyond every limit is not read at all, and the draft itself stays as small as any JSON."""
    id_ = await bench.signed()
    for address in (f"{work(id_)}/draft", f"{work(id_)}/approve", f"{work(id_)}/drafts/1/file"):
        answer = await brand.post(address, content=b" " * 2_000_000, headers={"Content-Type": "application/json"})
        assert answer.status_code in (405, 413)
    small = limited(bench, image=1_000, video=1_000)
    async with small.as_creator(id_) as creator:
        answer = await creator.post(f"{work(id_)}/draft/file", content=a_picture(200_000))
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_creator_who_fills_their_room_is_told(bench: Bench) -> None:
    id_ = await bench.signed()
    small = limited(bench, creator=3_000)
    async with small.as_creator(id_) as creator:
        assert (await creator.post(f"{work(id_)}/draft/file", content=a_picture(2_000, 1))).status_code == 200
        answer = await creator.post(f"{work(id_)}/draft/file", content=a_picture(2_000, 2))
    assert (answer.status_code, answer.json()["code"]) == (409, "storage_full")


@pytest.mark.parametrize("header", ["Content-Digest", "Repr-Digest"])
async def test_what_does_not_arrive_as_it_was_sent_is_refused(bench: Bench, header: str) -> None:
    """By the digest that the sender states; nothing is kept, and the right one passes."""
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        right = base64.b64encode(hashlib.sha256(PICTURE).digest()).decode()
        path, wrong = f"{work(id_)}/draft/file", base64.b64encode(bytes(32)).decode()
        answer = await creator.post(path, content=PICTURE, headers={header: f"sha-256=:{wrong}:"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, header)
        assert right in answer.json()["errors"][0]["rule"]
        assert await kept(bench) == []
        passed = await creator.post(path, content=PICTURE, headers={header: f"sha-512=:AA==:, sha-256=:{right}:"})
        assert passed.status_code == 200


async def test_a_sender_who_goes_away_leaves_nothing(bench: Bench) -> None:
    """However much has arrived: neither rows nor files on the disk."""
    id_ = await bench.signed()
    token = bench.services.links.token(id_)
    sent: list[dict[str, Any]] = [{"type": "http.request", "body": VIDEO[:600_000], "more_body": True}]
    answered: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answered.append(dict(message))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": f"{work(id_)}/draft/file",
        "raw_path": f"{work(id_)}/draft/file".encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"content-length", str(len(VIDEO)).encode())],
        "client": ("127.0.0.1", 1),
        "server": ("api.test", 80),
    }
    await bench.app(scope, receive, send)
    assert answered[0]["status"] == 400
    assert b"broke off" in answered[1]["body"]
    assert await kept(bench) == []


async def test_a_large_file_is_never_whole_in_memory(bench: Bench) -> None:
    """Neither as it comes nor as it is stored: a quarter of it at most, with everything else that goes on."""
    id_, size = await bench.signed(), 24 * MEBIBYTE
    stored = MP4 + bytes(size - len(MP4))

    async def coming() -> AsyncIterator[bytes]:
        for start in range(0, size, 65_536):
            yield stored[start : start + 65_536]

    async with bench.as_creator(id_) as creator:
        tracemalloc.start()
        try:
            answer = await creator.post(f"{work(id_)}/draft/file", content=coming())
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert answer.json() == {"sha256": digest(stored), "size": size, "media_type": "video/mp4"}
    assert most < size / 4


async def test_a_file_is_taken_while_a_draft_is_asked_for(bench: Bench) -> None:
    """Neither before the contract, nor while the brand reviews, nor for a deliverable that nobody agreed on."""
    id_ = await bench.in_review()
    async with bench.as_creator(id_) as creator:
        for number in (1, 3):
            answer = await creator.post(f"{work(id_, number)}/draft/file", content=PICTURE)
            assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_decide")
        assert (await creator.post(f"{work(id_, 2)}/draft/file", content=PICTURE)).status_code == 200


async def test_a_draft_says_of_its_file_what_the_upload_said(bench: Bench) -> None:
    """A file that nobody has uploaded is unknown, and one that is said to be another is refused by its field."""
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        file = (await creator.post(f"{work(id_)}/draft/file", content=PICTURE)).json()
        nobodys = {"caption": DISCLOSED, "file": {**file, "sha256": "0" * 64}}
        assert (await creator.post(f"{work(id_)}/draft", json=nobodys)).status_code == 404
        answer = await creator.post(f"{work(id_)}/draft", json={"caption": DISCLOSED, "file": {**file, "size": 1}})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")
        report = await bench.services.files.get("creator-1", file["sha256"])
        await bench.services.files.put(
            replace(report, sha256=digest(b"%PDF-"), size=5, media_type="application/pdf"), _once(b"%PDF-")
        )
        proof = {"sha256": digest(b"%PDF-"), "size": 5, "media_type": "image/png"}
        assert (await creator.post(f"{work(id_)}/draft", json={"caption": DISCLOSED, "file": proof})).status_code == 404


def _once(content: bytes) -> Any:
    left = [content]

    async def read(_: int) -> bytes:
        return left.pop() if left else b""

    return read


async def test_a_version_without_a_file_has_none_to_show(bench: Bench, brand: httpx.AsyncClient) -> None:
    id_ = await bench.in_review()
    for version in (1, 2):
        assert (await brand.get(f"{work(id_)}/drafts/{version}/file")).status_code == 404


async def test_with_the_creators_key_their_files_are_gone(bench: Bench) -> None:
    """The draft says that there was one, and it cannot be read any more (410)."""
    id_ = await bench.signed()
    async with bench.as_creator(id_) as creator:
        await handed_in(creator, id_, PICTURE)
    async with bench.services.pool.acquire() as connection:
        await a_sealer(bench.services.pool).keyring.forget(connection, creators_key("creator-1"))
    another_process = bench_on(bench.services.pool)  # which never held the key
    async with another_process.client(API_KEY) as brand:
        answer = await brand.get(f"{work(id_)}/drafts/1/file")
    assert (answer.status_code, answer.json()["code"]) == (410, "erased")
