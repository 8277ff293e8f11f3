"""Every page of the console in a real browser: nothing goes wrong on it, and nobody is kept out by how it is made."""

import pytest

from tests.api.conftest import API_KEY, Bench
from tests.browser.conftest import DESKTOP, PHONE, OpenTab, needs_chromium, served, sign_in
from tests.browser.gallery import Gallery

pytestmark = [needs_chromium, pytest.mark.timeout(400)]


def pages(gallery: Gallery) -> list[str]:
    """Where there is something to see."""
    campaign = f"/console/campaigns/{gallery.campaign}"
    return [
        "/console/inbox",
        "/console/campaigns",
        "/console/start",
        "/console/creators",
        "/console/rights",
        "/console/access",
        "/console/access/audit",
        campaign,
        f"{campaign}/creators",
        f"{campaign}/shortlist",
        f"{campaign}/overview",
        f"{campaign}/timeline",
        f"{campaign}/report",
        f"/console/collaborations/{gallery.id_of(0)}",
        f"/console/collaborations/{gallery.id_of(9)}",
        f"/console/collaborations/{gallery.id_of(gallery.amended)}",
        f"/console/collaborations/{gallery.id_of(gallery.gone)}",
        f"/console/campaigns/{gallery.over}/overview",
        f"/console/campaigns/{gallery.over}/renew",
    ]


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
async def test_no_page_has_a_serious_fault(bench: Bench, open_tab: OpenTab, size: dict[str, int], scheme: str) -> None:
    """Axe-core finds none, also with every form unfolded, the browser reports no error, and nothing is too wide."""
    gallery = await Gallery(bench).furnish()
    tab = await open_tab(size, scheme, phone=size is PHONE)
    async with served(bench.app) as address:
        await sign_in(tab, address, API_KEY)
        faults: list[str] = []
        for page in pages(gallery):
            await tab.page.goto(f"{address}{page}")
            await tab.page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
            faults += await tab.faults()
            beyond = await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            faults += [f"{page} is {beyond} px too wide"] if beyond > 0 else []
        await tab.page.close()
    assert faults == []
    assert tab.wrong == []
