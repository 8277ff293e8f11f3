"""The draft's form on the creator's page: file and words in one, as a browser without scripts sends them."""

import re
from dataclasses import replace

import httpx
import pytest

from activities.starting import collaboration_stream
from api.app import create_app
from api.uploads import UploadLimits
from domain.assignment import assign
from domain.content_approval import RequestChanges
from domain.decider import Role
from tests.api.conftest import Bench
from tests.domain.given import DISCLOSED, a_brief, a_profile, asking_nobody
from tests.media import a_picture, a_video

PICTURE = a_picture()


class Page:
    """A creator's page, and the form of the first deliverable's draft on it."""

    def __init__(self, bench: Bench, id_: str, client: httpx.AsyncClient) -> None:
        self.path = f"/c/{bench.services.links.token(id_)}"
        self._client = client

    async def text(self) -> str:
        """The page as it stands."""
        return (await self._client.get(self.path)).text

    async def send(self, file: bytes | None, name: str = "reel.mp4", **fields: str) -> httpx.Response:
        """Sends the form; without a file as a browser does that has none to send."""
        sent = ("", b"", "application/octet-stream") if file is None else (name, file, "video/mp4")
        said = {"deliverable": "1", "caption": DISCLOSED, **fields}
        return await self._client.post(f"{self.path}/draft?deliverable=1", data=said, files={"file": sent})


async def drafts(bench: Bench, id_: str) -> list[str | None]:
    """The kinds of files of the first deliverable's drafts, as the record has them."""
    events = await bench.services.log.read(collaboration_stream(id_))
    files = [event.data["file"] for event in events if event.type == "DraftSubmitted"]
    return [file and file["media_type"] for file in files]


async def test_file_and_caption_go_in_one_form(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """The draft is with the brand then, and the creator sees what they handed in."""
    id_ = await bench.signed()
    page = Page(bench, id_, anonymous)
    form = await page.text()
    assert 'enctype="multipart/form-data"' in form
    assert "up to 20 MiB" in form
    answer = await page.send(a_video())
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page.path}?done=draft")
    assert await drafts(bench, id_) == ["video/mp4"]
    after = await page.text()
    assert f'<video controls playsinline preload="metadata" src="{page.path}/drafts/1/1"' in after
    shown = await anonymous.get(f"{page.path}/drafts/1/1")
    assert (shown.content, shown.headers["content-type"]) == (a_video(), "video/mp4")


async def test_a_form_sent_twice_hands_in_one_draft(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """By its key, with a file as without."""
    id_ = await bench.signed()
    page = Page(bench, id_, anonymous)
    assert [(await page.send(PICTURE, key="once")).status_code for _ in range(2)] == [303, 303]
    assert await drafts(bench, id_) == ["image/png"]


async def test_a_draft_needs_no_file(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """An address does, and so does the caption alone."""
    id_ = await bench.signed()
    answer = await Page(bench, id_, anonymous).send(None, media_url="https://media.example/1")
    assert answer.status_code == 303
    assert await drafts(bench, id_) == [None]


async def test_earlier_drafts_are_shown_with_what_was_said_of_them(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """Each with its file, the newest first."""
    id_ = await bench.signed()
    page = Page(bench, id_, anonymous)
    await page.send(PICTURE)
    changes = RequestChanges(deliverable=1, version=1, feedback="Less steam, please.")
    await bench.give(collaboration_stream(id_), changes, Role.BRAND)
    await page.send(a_video())
    text = await page.text()
    assert text.index("<strong>Version 2</strong>") < text.index("<strong>Version 1</strong>")
    assert f'<img src="{page.path}/drafts/1/1"' in text
    assert "Less steam, please." in text
    assert "changes asked for" in text


async def test_a_file_need_not_be_sent_again_if_something_else_was_wrong(
    bench: Bench, anonymous: httpx.AsyncClient
) -> None:
    """The form remembers it, with all that was entered."""
    id_ = await bench.signed()
    page = Page(bench, id_, anonymous)
    refused = await page.send(a_video(2_000_000), media_url="javascript:alert(1)")
    assert refused.status_code == 422
    assert "The address: " in refused.text
    assert "yours has arrived (video, 1.9 MiB)" in refused.text
    kept = re.search(r'name="kept" value="([0-9a-f]{64})"', refused.text)
    assert kept is not None
    assert (await page.send(None, kept=kept[1])).status_code == 303
    assert await drafts(bench, id_) == ["video/mp4"]


@pytest.mark.parametrize("kept", ["0" * 64, "no digest"])
async def test_a_file_that_never_came_is_not_remembered(bench: Bench, anonymous: httpx.AsyncClient, kept: str) -> None:
    """Whatever a form says of it; nor does a form say what a file is."""
    id_ = await bench.signed()
    answer = await Page(bench, id_, anonymous).send(None, kept=kept, file_sha256=kept)
    assert answer.status_code == 422
    assert "There is no file" in answer.text
    assert await drafts(bench, id_) == []


async def test_a_file_of_another_kind_is_named_and_nothing_entered_is_lost(
    bench: Bench, anonymous: httpx.AsyncClient
) -> None:
    id_ = await bench.signed()
    answer = await Page(bench, id_, anonymous).send(b"%PDF-1.7 no film", caption="#ad my words")
    assert answer.status_code == 422
    assert "it must be a picture (JPEG, PNG, WebP, GIF) or a video (MP4, MOV, WebM)" in answer.text
    assert "#ad my words" in answer.text
    assert await bench.services.pool.fetchval("select count(*) from files") == 0


async def test_a_file_that_is_too_large_is_answered_on_the_page(bench: Bench) -> None:
    """Just above its limit with everything that was entered, and far above at least at its form."""
    id_ = await bench.signed()
    services = replace(bench.services, uploads=UploadLimits(image=1_000, video=100_000))
    small = Bench(services, bench.engine, create_app(services))
    async with small.client() as client:
        page = Page(bench, id_, client)
        for file, words in ((PICTURE, "has 2000 bytes, and 1000 bytes is the most"), (a_video(500_000), "larger than")):
            answer = await page.send(file)
            assert answer.status_code == 422
            assert words in answer.text
    assert await drafts(bench, id_) == []


async def test_a_draft_that_nobody_asks_for_keeps_no_file(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """It is refused as it would be without one."""
    id_ = await bench.in_review()
    answer = await Page(bench, id_, anonymous).send(PICTURE)
    assert answer.status_code == 409
    assert await bench.services.pool.fetchval("select count(*) from files") == 0


async def test_a_link_opens_the_files_of_its_own_collaboration(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """A made-up link opens none, and takes none."""
    one, other = await bench.signed("creator-1"), await bench.signed("creator-2", 2)
    mine, theirs = Page(bench, one, anonymous), Page(bench, other, anonymous)
    await mine.send(PICTURE)
    assert (await anonymous.get(f"{mine.path}/drafts/1/1")).status_code == 200
    for address in (f"{theirs.path}/drafts/1/1", f"{mine.path}/drafts/2/1", "/c/made-up/drafts/1/1"):
        answer = await anonymous.get(address)
        assert (answer.status_code, "This link does not work" in answer.text) == (404, True)
    assert (
        await anonymous.post("/c/made-up/draft", files={"file": ("a.png", PICTURE, "image/png")})
    ).status_code == 404
    assert await bench.services.pool.fetchval("select count(*) from files") == 1


async def test_the_form_runs_its_own_script_and_no_other(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """By a nonce; pictures and videos come from here alone. Where no draft is asked for, the page has no script."""
    answer = await anonymous.get(Page(bench, await bench.signed(), anonymous).path)
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
    assert nonce is not None
    assert answer.text.count("<script") == answer.text.count(f'<script nonce="{nonce[1]}">') == 1
    assert "img-src 'self'; " in policy
    assert "media-src 'self'; connect-src 'self'; " in policy
    assert "<script" not in await Page(bench, await bench.offered("creator-2", 2), anonymous).text()


async def test_a_hashtag_has_one_sign(bench: Bench, anonymous: httpx.AsyncClient) -> None:
    """Whether the brief writes it with its sign or without; an account, too."""
    brief = a_brief(briefing={"hashtags": ["#lumentea", "coldbrew"], "mentions": ["@lumen.tea", "cold.brew"]})
    id_ = await bench.opened(assignment=asking_nobody(assign(brief, a_profile())))
    text = await Page(bench, id_, anonymous).text()
    assert "<dd>#lumentea #coldbrew</dd>" in text
    assert "<dd>@lumen.tea @cold.brew</dd>" in text
