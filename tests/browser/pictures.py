"""Pictures of the console for the documentation: `python -m tests.browser.pictures docs/images`."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from tests.api.conftest import API_KEY
from tests.browser.conftest import CHROMIUM, Tab, served, sign_in
from tests.browser.gallery import Gallery, standing_bench

SIZE = {"width": 1280, "height": 800}


async def take(directory: Path) -> None:
    """Takes the board, the inbox and a creator's page, in the middle of a campaign of invented people."""
    async with standing_bench() as bench, async_playwright() as playwright:
        gallery = await Gallery(bench).furnish()
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(
            viewport={"width": SIZE["width"], "height": SIZE["height"]}, color_scheme="light", reduced_motion="reduce"
        )
        tab = Tab(await context.new_page())
        async with served(bench.app) as address:
            await sign_in(tab, address, API_KEY)
            for name, where in (
                ("console-board", f"campaigns/{gallery.campaign}"),
                ("console-inbox", "inbox"),
                ("console-creator", f"collaborations/{gallery.id_of(9)}"),
            ):
                await tab.page.goto(f"{address}/console/{where}")
                await tab.page.get_by_text("Not live", exact=True).wait_for(state="hidden")
                await tab.page.screenshot(path=directory / f"{name}.png")
            await tab.page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1])))
