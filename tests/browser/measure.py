"""How soon the console shows a campaign of 5,000 creators: `python -m tests.browser.measure`.

Prints, as medians of ten loads in Chromium, when the first byte of the board came, when something was painted, and how
large the page is.
"""

import asyncio
from statistics import median

from playwright.async_api import Page, async_playwright

from tests.api.conftest import API_KEY, Bench
from tests.browser.conftest import CHROMIUM, Tab, served, sign_in
from tests.browser.gallery import brief, standing_bench

CREATORS = 5_000
LOADS = 10
STAGES = ("verification", "negotiation", "contract_signing", "content_approval", "monitoring")

PEOPLE = """
insert into creators (id, workspace, platform, handle, followers, profile)
select 'p' || n, 'default', 'instagram', 'creator.' || n, 1000 + n, jsonb_build_object(
    'platform', 'instagram', 'handle', 'creator.' || n, 'name', 'Creator ' || n, 'email', n || '@creators.example',
    'followers', 1000 + n
)
from generate_series(1, $1::integer) as n
"""
PIPELINE = """
insert into collaboration_pipeline
select 'c' || n, 'tea', 'default', 'p' || n, n, ($2::text [])[1 + n % 5], '{creator}', now() + make_interval(mins => n),
    null, null, 'USD', 3, now()
from generate_series(1, $1::integer) as n
"""


async def furnish(bench: Bench, creators: int) -> None:
    """A campaign with so many creators, evenly in all stages: rows only, for it is the reading that is measured."""
    await bench.started(posting_window=brief(bench.engine.now).posting_window.model_dump())
    await bench.services.pool.execute(PEOPLE, creators)
    await bench.services.pool.execute(PIPELINE, creators, list(STAGES))
    await bench.services.pool.execute("analyze")


async def load(page: Page, where: str) -> dict[str, float]:
    """Milliseconds until the first byte and the first paint, and the size of the page in bytes."""
    await page.goto(where)
    measured: dict[str, float] = await page.evaluate(
        """() => new Promise((done) => {
            const painted = () => performance.getEntriesByName("first-contentful-paint")[0];
            const tell = () => {
                const [loaded] = performance.getEntriesByType("navigation");
                done({byte: loaded.responseStart, paint: painted().startTime, size: loaded.decodedBodySize});
            };
            const wait = () => (painted() ? tell() : requestAnimationFrame(wait));
            wait();
        })"""
    )
    return measured


async def measure() -> None:
    """Measures and prints."""
    async with standing_bench() as bench, async_playwright() as playwright:
        await furnish(bench, CREATORS)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = Tab(await browser.new_page())
        async with served(bench.app) as address:
            await sign_in(tab, address, API_KEY)
            loads = [await load(tab.page, f"{address}/console/campaigns/tea") for _ in range(LOADS)]
            await tab.page.close()
        await browser.close()
    byte, paint, size = (median(each[name] for each in loads) for name in ("byte", "paint", "size"))
    print(f"{CREATORS:,} creators: first byte {byte:.0f} ms, first paint {paint:.0f} ms, page {size / 1024:.0f} KiB")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(measure())
