"""Pages that follow what happens, while somebody writes on them."""

import asyncio

import pytest
from playwright.async_api import Route

from tests.api.conftest import API_KEY, Bench
from tests.browser.conftest import OpenTab, needs_chromium, served, sign_in
from tests.browser.gallery import Gallery

pytestmark = [needs_chromium, pytest.mark.timeout(400)]


async def test_a_page_that_is_asked_for_again_leaves_a_form_that_was_opened_meanwhile(
    bench: Bench, open_tab: OpenTab
) -> None:
    """The answer comes after the form was opened: what was typed stays, and a button offers what is new."""
    gallery = await Gallery(bench).furnish()
    tab = await open_tab()
    page = tab.page
    asked, opened = asyncio.Event(), asyncio.Event()

    async def slowly(route: Route) -> None:
        asked.set()
        await opened.wait()
        await route.continue_()

    async with served(bench.app) as address:
        await sign_in(tab, address, API_KEY)
        await page.goto(f"{address}/console/collaborations/{gallery.id_of(gallery.amended)}")
        await page.route("**/console/collaborations/*", slowly)
        await page.evaluate("htmx.trigger('#news', 'moved')")
        await asked.wait()
        await page.locator("summary").filter(has_text="Stop working with this creator").click()
        await page.get_by_label("Reason (the creator reads it)").locator("visible=true").fill("The shop closes.")
        opened.set()
        await page.get_by_role("button", name="Something happened: show it").wait_for()
        reason = page.get_by_label("Reason (the creator reads it)").locator("visible=true")
        assert await reason.input_value() == "The shop closes."
        await page.close()
    assert tab.wrong == []
