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


async def test_a_board_that_is_asked_for_again_breaks_no_rule_of_its_page(bench: Bench, open_tab: OpenTab) -> None:
    """Cards that move have a style while they do; one that is still there afterwards may not have it written anew."""
    gallery = await Gallery(bench).furnish()
    tab = await open_tab()
    async with served(bench.app) as address:
        await sign_in(tab, address, API_KEY)
        await tab.page.goto(f"{address}/console/campaigns/{gallery.campaign}")
        for _ in range(3):
            async with tab.page.expect_response(lambda answer: gallery.campaign in answer.url):
                await tab.page.evaluate("htmx.trigger('#board', 'moved')")
            await tab.page.wait_for_timeout(300)
        assert await tab.page.locator("#board .card").count() > 0
        await tab.page.close()
    assert tab.wrong == []
