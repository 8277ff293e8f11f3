"""A creator on a phone uploads a draft, sees it, and is told in time what is too large; the manager looks at it."""

from dataclasses import replace

import pytest
from playwright.async_api import FilePayload

from api.app import create_app
from api.demo.picture import WIDTH, picture
from api.uploads import UploadLimits
from tests.api.conftest import API_KEY, Bench
from tests.browser.conftest import PHONE, OpenTab, needs_chromium, served, sign_in
from tests.domain.given import DISCLOSED
from tests.media import a_video

pytestmark = [needs_chromium, pytest.mark.timeout(300)]

SHOWN = "image => image.decode().then(() => image.naturalWidth)"


async def test_a_creator_uploads_a_draft_on_a_phone_and_the_manager_sees_it(bench: Bench, open_tab: OpenTab) -> None:
    """What is too large is not even sent, what is refused keeps what was entered, and what is taken is shown."""
    id_ = await bench.signed()
    app = create_app(replace(bench.services, uploads=UploadLimits(image=500_000, video=900_000)))
    phone, desk = await open_tab(PHONE, phone=True), await open_tab()
    async with served(app) as address:
        page = phone.page
        await page.goto(f"{address}/c/{bench.services.links.token(id_)}")
        form = page.locator("form[data-upload]").first
        await form.get_by_label("Caption").fill(" ")
        large: FilePayload = {"name": "reel.mp4", "mimeType": "video/mp4", "buffer": a_video(1_000_000)}
        await form.get_by_label("Picture or video").set_input_files(files=[large])
        await form.get_by_role("button", name="Send draft").click()
        words = await form.locator("input[type=file]").evaluate("field => field.validationMessage")
        assert words == "This video has 1.0 MiB, and 0.9 MiB is the most that is taken."

        drawn: FilePayload = {"name": "cup.png", "mimeType": "image/png", "buffer": picture("of the phone")}
        await form.get_by_label("Picture or video").set_input_files(files=[drawn])
        await form.get_by_role("button", name="Send draft").click()
        await page.get_by_role("alert").filter(has_text="Caption").wait_for()
        assert [each for each in phone.wrong if not each.startswith(("422 of", "console on"))] == []
        phone.wrong.clear()  # the browser reports the refusal
        form = page.locator("form[data-upload]").first
        assert await form.get_by_text("yours has arrived (picture").count() == 1
        await form.get_by_label("Caption").fill(DISCLOSED)
        await form.get_by_label("Picture or video").set_input_files(files=[drawn])
        await form.get_by_role("button", name="Send draft").click()
        await page.get_by_role("status").filter(has_text="Your draft is with the brand now").wait_for()
        await page.get_by_text("Drafts of 1").click()
        assert await page.get_by_alt_text("Picture of version 1").evaluate(SHOWN) == WIDTH
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        faults = await phone.faults()

        await sign_in(desk, address, API_KEY)
        await desk.page.goto(f"{address}/console/collaborations/{id_}")
        assert await desk.page.get_by_alt_text("Picture of draft 1").first.evaluate(SHOWN) == WIDTH
        faults += await desk.faults()
        await phone.page.close()
        await desk.page.close()
    assert (faults, phone.wrong, desk.wrong) == ([], [], [])
