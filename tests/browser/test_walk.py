"""A whole campaign in a browser: the manager at a desk, the creator on a phone, and everything real in between."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page

from api.app import create_app
from tests.browser.conftest import PHONE, OpenTab, Tab, needs_chromium, served, sign_in
from tests.domain.given import DISCLOSED, UNDISCLOSED, a_profile
from tests.end_to_end.conftest import API_KEY, Open

pytestmark = [needs_chromium, pytest.mark.timeout(600)]


class Manager:
    """Somebody of the brand's, at the console."""

    def __init__(self, tab: Tab, address: str) -> None:
        self.tab, self.page, self._address = tab, tab.page, address

    async def go(self, where: str) -> None:
        """Opens a page of the console, on which axe-core must find nothing serious."""
        await self.page.goto(f"{self._address}/console/{where}")
        self.tab.wrong += await self.tab.faults()

    async def start_campaign(self) -> str:
        """Fills in the guided brief, mends what it says is wrong, and starts; the campaign's id."""
        today, page = datetime.now(UTC).date(), self.page
        await self.go("start")
        for label, text in (
            ("Brand", "Lumen Tea"),
            ("Product", "Cold brew tea"),
            ("Category", "tea"),
            ("Budget", "5"),
            ("Cap for one creator", "400"),
            ("Creators wanted", "1"),
            ("Topics", "tea, recipes"),
            ("Campaign manager’s mail", "manager@lumen-tea.example"),
        ):
            await page.get_by_label(label, exact=True).fill(text)
        await page.locator("[name='objectives.0.target']").fill("20,000")
        await page.locator("[name=opens]").fill((today - timedelta(days=1)).isoformat())
        await page.locator("[id='error-budget']").get_by_text("Budget $5.00 is below").wait_for()
        await page.get_by_label("Budget", exact=True).fill("1,000")
        await page.get_by_label("Category", exact=True).focus()
        await page.get_by_text("24 simulated campaigns").wait_for()
        self.tab.wrong += await self.tab.faults()
        await page.get_by_role("button", name="Start the campaign").click()
        await page.wait_for_url("**/console/campaigns/*")
        return page.url.rpartition("/")[2]

    async def asked(self, what: str) -> None:
        """Waits in the inbox until this is asked there."""
        await self.go("inbox")
        asked, changed = (
            self.page.get_by_role("link", name=what),
            self.page.get_by_role("link", name="Show it as it is now"),
        )
        while not await asked.count():
            await asked.or_(changed).first.wait_for()
            if not await asked.count():
                await changed.click()
                await self.page.wait_for_load_state()

    async def propose(self, id_: str, fee: str) -> None:
        """Asks for another fee on the creator's page."""
        await self.go(f"collaborations/{id_}")
        await self.page.locator("summary").filter(has_text="Propose other terms").click()
        await self.page.get_by_label("Fee, in USD").fill(fee)
        await self.page.get_by_role("button", name="Propose the amendment").click()
        await self.page.get_by_text("Amendment 1", exact=True).wait_for()

    async def sign(self, document: str) -> None:
        """Signs what the inbox asks to sign."""
        await self.page.locator("summary").filter(has_text="Sign").click()
        await self.page.get_by_label("Your full name").fill("Ada Lane")
        await self.page.get_by_label(f"I have read this {document}").check()
        await self.page.get_by_role("button", name="Sign", exact=True).click()
        await self.said("signed")

    async def let_in(self, address: str) -> None:
        """Lets somebody in, makes a key and revokes it."""
        await self.go("access")
        await self.page.get_by_label("Mail address").fill(address)
        await self.page.get_by_role("button", name="Let them in").click()
        await self.page.get_by_text(address, exact=True).first.wait_for()
        await self.page.locator("summary").filter(has_text="Make a key").click()
        await self.page.get_by_label("What it is for").fill("shop")
        await self.page.get_by_role("button", name="Make the key").click()
        assert (await self.page.get_by_label("The new key").input_value()).startswith("gsk_")
        self.tab.wrong += await self.tab.faults()
        await self.page.locator("summary").filter(has_text="Revoke").click()
        await self.page.get_by_label("I know that this cannot be taken back").locator("visible=true").check()
        await self.page.get_by_role("button", name="Revoke the key").click()
        await self.page.get_by_text("revoked", exact=False).first.wait_for()

    async def said(self, words: str) -> None:
        """Waits until a decision is told to be taken."""
        await self.page.get_by_role("status").filter(has_text=words).wait_for()


class Creator:
    """Somebody with a link, on a phone."""

    def __init__(self, tab: Tab, link: str) -> None:
        self.tab, self.page, self._link = tab, tab.page, link

    async def asked(self, heading: str) -> None:
        """Opens the page until it asks for this."""
        while True:
            answer = await self.page.goto(self._link)
            assert answer is not None
            assert answer.ok, f"the creator's page answered {answer.status}"
            if await self.page.get_by_role("heading", name=heading).count():
                self.tab.wrong += await self.tab.faults()
                return
            await self.page.wait_for_timeout(300)

    async def send(self, button: str, **entered: str) -> None:
        """Fills in a form and sends it."""
        form = self.page.locator("form").filter(has=self.page.get_by_role("button", name=button, exact=True))
        for name, text in entered.items():
            await form.locator(f"[name={name}]").fill(text)
        for box in await form.get_by_role("checkbox").all():
            await box.check()
        await form.get_by_role("button", name=button, exact=True).click()
        await self.page.get_by_role("status").filter(has_text=re.compile(r"\S")).first.wait_for()


async def in_column(page: Page, stage: str) -> str:
    """The id of the one collaboration, once its card has moved there by itself."""
    card = page.locator(f"[data-stage={stage}] .card")
    await card.wait_for()
    return (await card.get_attribute("id") or "").removeprefix("c")


async def test_a_campaign_from_the_brief_to_the_figures(site: Open, open_tab: OpenTab) -> None:
    """Nothing goes wrong on any page of it, the board moves without being loaded again, and an undone click is none."""
    async with site() as here, served(create_app(here.services)) as address:
        await here.add_creators(a_profile(country="US", language="en", topics=("tea", "recipes")))
        desk = await open_tab()
        await sign_in(desk, address, API_KEY)
        manager, page = Manager(desk, address), desk.page

        campaign = await manager.start_campaign()
        await manager.asked("Approve the shortlist")
        await page.get_by_role("link", name="Look at the shortlist").click()
        await page.get_by_role("button", name="Approve the shortlist").click()
        await page.wait_for_url(f"**/campaigns/{campaign}")
        id_ = await in_column(page, "negotiation")

        phone = await open_tab(PHONE, phone=True)
        creator = Creator(phone, f"{address}/c/{here.services.links.token(id_)}")
        await creator.asked("Answer the offer")
        await creator.send("Send counter-offer", fee="350", message="Two days of filming.")

        await manager.asked("Answer a counter-offer")
        accept = page.get_by_role("button", name="Accept $350.00")
        await accept.click()
        await page.get_by_role("button", name="Undo").click()
        await accept.click()
        await manager.said("accepted; the contract follows")

        await creator.asked("Sign the contract")
        await creator.send("Sign", typed_name="Ines Okafor")
        await manager.go(f"campaigns/{campaign}")
        assert await in_column(page, "contract_signing") == id_
        await manager.asked("Sign the contract")
        await manager.sign("contract")

        await manager.propose(id_, "360")
        await creator.asked("Sign amendment 1")
        await creator.send("Sign the amendment", typed_name="Ines Okafor")
        await manager.asked("Sign an amendment")
        await manager.sign("amendment")

        await creator.asked("Send a draft")
        await creator.send("Send draft", caption=UNDISCLOSED)
        await manager.asked("Review a draft")
        assert await page.get_by_role("button", name="Approve").count() == 0
        await page.get_by_role("button", name="Ask for changes").click()
        await manager.said("changes requested")

        await creator.asked("Send a draft")
        await creator.send("Send draft", caption=DISCLOSED)
        await manager.asked("Review a draft")
        await page.get_by_role("checkbox").check()
        await page.get_by_role("button", name="Say yes to all of them").click()
        await page.get_by_role("heading", name="1 of 1 done").wait_for()

        await creator.asked("Publish")
        await creator.send("It is live", url="https://posts.example/1", caption=DISCLOSED)
        await creator.asked("Report the figures")
        await creator.send("Send figures", impressions="4100", likes="210")

        await manager.go(f"collaborations/{id_}")
        await page.get_by_text("4,100").first.wait_for()
        assert await page.get_by_text("$360.00").count()
        await manager.go(f"campaigns/{campaign}/creators")
        await page.get_by_role("link", name="@").click()
        await manager.let_in("robin@lumen-tea.example")
        await manager.go(f"campaigns/{campaign}/report")
        await page.get_by_text("1 measured").wait_for()
        await manager.go(f"campaigns/{campaign}/timeline")
        await page.get_by_role("link", name="the campaign then").first.click()
        await page.get_by_text("This is the past").wait_for()
        for tab in (desk, phone):
            await tab.page.close()
        assert [*desk.wrong, *phone.wrong] == []
