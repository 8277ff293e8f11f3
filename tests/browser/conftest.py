"""A real browser before the console: Debian's Chromium by Playwright, with axe-core to find what keeps people out.

Where there is no Chromium these tests are skipped, and say so.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, ConsoleMessage, Page, Response, async_playwright

from api.serving import server
from tests.api.conftest import bench, pool
from tests.end_to_end.conftest import site

__all__ = ["bench", "pool", "site"]

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
AXE = Path(__file__).parent / "axe" / "axe.min.js"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 60_000
"""Milliseconds that a page or an answer may take on a machine that does other things as well."""

needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: .ci/run installs it")


class Tab:
    """A page of the browser, and everything that went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.wrong.append(f"error on {page.url}: {error}"))
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console on {self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status} of {response.url}")

    async def faults(self) -> list[str]:
        """What axe-core finds serious on the page as it stands."""
        # A script that is put into the page would be stopped by its policy; one that is evaluated is the debugger's.
        await self.page.evaluate(AXE.read_text())
        found: dict[str, Any] = await self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{self.page.url}: {each['id']} ({each['impact']}): {node['target']} {node.get('failureSummary', '')}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]


OpenTab = Callable[..., Awaitable[Tab]]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The browser, without a window."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        await started.close()


@pytest.fixture
async def open_tab(browser: Browser) -> OpenTab:
    """Opens a page of its own, with cookies of its own."""

    async def opened(size: dict[str, int] = DESKTOP, scheme: str = "light", *, phone: bool = False) -> Tab:
        context = await browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            has_touch=phone,
            is_mobile=phone,
        )
        return Tab(await context.new_page())

    return opened


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The application on a port of its own; gives its address."""
    api = server(app, host="127.0.0.1", port=0)
    serving = asyncio.create_task(api.serve())
    while not api.started:  # noqa: ASYNC110 - the server has no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{api.servers[0].sockets[0].getsockname()[1]}"
    finally:
        api.should_exit = True
        await serving


async def sign_in(tab: Tab, address: str, key: str) -> None:
    """Goes through the door with this key."""
    await tab.page.goto(f"{address}/console/sign-in")
    await tab.page.get_by_label("API key").fill(key)
    await tab.page.get_by_role("button", name="Sign in").click()
    await tab.page.get_by_role("heading", name="Inbox").wait_for()
