"""A kept file as an answer: whole or in ranges, shown and never run, and not sent to whoever has it."""

import hashlib
from pathlib import Path

import httpx
import pytest

from api.file_serving import ENDINGS
from domain.media import MediaType
from tests.api.conftest import Bench
from tests.domain.given import DISCLOSED
from tests.media import a_video

VIDEO = a_video(1_200_000)
END = len(VIDEO) - 1


@pytest.fixture
async def path(bench: Bench) -> str:
    """The address of a draft's video of three parts."""
    id_ = await bench.signed()
    work = f"/v1/collaborations/{id_}/deliverables/1"
    async with bench.as_creator(id_) as creator:
        file = (await creator.post(f"{work}/draft/file", content=VIDEO)).json()
        assert (await creator.post(f"{work}/draft", json={"caption": DISCLOSED, "file": file})).status_code == 200
    return f"{work}/drafts/1/file"


async def test_a_file_is_shown_and_can_do_nothing(brand: httpx.AsyncClient, path: str) -> None:
    """No browser takes it for anything else than it is, nor lets it load or run anything."""
    answer = await brand.get(path)
    assert answer.content == VIDEO
    headers = answer.headers
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Content-Length"] == str(len(VIDEO))
    assert headers["Content-Disposition"] == 'inline; filename="draft-1-version-1.mp4"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_whoever_has_it_is_not_sent_it_again(brand: httpx.AsyncClient, path: str) -> None:
    """Its tag is its digest."""
    tag = f'"{hashlib.sha256(VIDEO).hexdigest()}"'
    assert (await brand.get(path)).headers["ETag"] == tag
    again = await brand.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-1", 0, 1),
        ("bytes=524287-524288", 524_287, 524_288),
        ("bytes=1000000-", 1_000_000, END),
        ("bytes=-500", END - 499, END),
        (f"bytes=0-{END + 5}", 0, END),
        ("bytes=-99999999", 0, END),
    ],
)
async def test_players_get_the_range_that_they_ask_for(
    brand: httpx.AsyncClient, path: str, asked: str, first: int, last: int
) -> None:
    answer = await brand.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.headers["Content-Range"]) == (206, f"bytes {first}-{last}/{len(VIDEO)}")
    assert answer.content == VIDEO[first : last + 1]
    assert answer.headers["Content-Length"] == str(last + 1 - first)


@pytest.mark.parametrize("asked", ["bytes=5-4", "bytes=-", "bytes=0-1,5-9", "lines=1-2", "bytes=a-b"])
async def test_a_range_that_is_not_understood_is_the_whole_file(
    brand: httpx.AsyncClient, path: str, asked: str
) -> None:
    answer = await brand.get(path, headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, len(VIDEO))


async def test_a_range_behind_the_end_is_416(brand: httpx.AsyncClient, path: str) -> None:
    answer = await brand.get(path, headers={"Range": f"bytes={END + 1}-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(VIDEO)}")


async def test_a_range_of_another_file_is_not_taken_for_one_of_this(brand: httpx.AsyncClient, path: str) -> None:
    """`If-Range` with another tag: the whole file."""
    headers = {"Range": "bytes=0-1", "If-Range": '"another"'}
    assert (await brand.get(path, headers=headers)).status_code == 200
    tag = (await brand.get(path)).headers["ETag"]
    assert (await brand.get(path, headers={**headers, "If-Range": tag})).status_code == 206


def test_every_kind_has_the_ending_under_which_it_is_saved() -> None:
    assert set(MediaType) <= set(ENDINGS)
    assert Path(f"draft.{ENDINGS[MediaType.JPEG]}").suffix == ".jpg"
