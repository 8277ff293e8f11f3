"""How soon the console shows campaigns of 50 and of 5,000 creators: `python -m tests.browser.measure`.

Prints for the board and the list of everybody, as medians of ten loads in Chromium, when the first byte came, when
something was painted, and how large the page is.
"""

import asyncio
from statistics import median

from playwright.async_api import Page, async_playwright

from tests.api.conftest import API_KEY, Bench
from tests.browser.conftest import CHROMIUM, Tab, served, sign_in
from tests.browser.gallery import brief, standing_bench

CREATORS = (50, 5_000)
PAGES = {"board": "", "everybody": "/creators"}
LOADS = 10
STAGES = ("verification", "negotiation", "contract_signing", "content_approval", "monitoring")

PEOPLE = """
insert into creators (id, workspace, platform, handle, followers, profile)
select 'p' || n, 'default', 'instagram', 'creator.' || n, 1000 + n, jsonb_build_object(
    'platform', 'instagram', 'handle', 'creator.' || n, 'name', 'Creator ' || n, 'email', n || '@creators.example',
    'followers', 1000 + n
)
from generate_series($2::integer, $1::integer) as n
"""
PIPELINE = """
insert into collaboration_pipeline
select 'c' || n, 'tea', 'default', 'p' || n, n, ($2::text [])[1 + n % 5], '{creator}', now() + make_interval(mins => n),
    null, null, 'USD', 3, now()
from generate_series($3::integer, $1::integer) as n
"""


async def furnish(bench: Bench, creators: int, there: int) -> None:
    """So many creators evenly in all stages, of whom some are there: rows only, for it is reading that is measured."""
    await bench.services.pool.execute(PEOPLE, creators, there + 1)
    await bench.services.pool.execute(PIPELINE, creators, list(STAGES), there + 1)
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
        await bench.started(posting_window=brief(bench.engine.now).posting_window.model_dump())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab, there = Tab(await browser.new_page()), 0
        async with served(bench.app) as address:
            await sign_in(tab, address, API_KEY)
            for creators in CREATORS:
                await furnish(bench, creators, there)
                there = creators
                for name, path in PAGES.items():
                    where = f"{address}/console/campaigns/tea{path}"
                    loads = [await load(tab.page, where) for _ in range(LOADS)]
                    byte, paint, size = (median(each[key] for each in loads) for key in ("byte", "paint", "size"))
                    print(  # noqa: T201
                        f"{creators:,} creators, {name}: first byte {byte:.0f} ms, first paint {paint:.0f} ms, "
                        f"page {size / 1024:.0f} KiB"
                    )
            await tab.page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(measure())
