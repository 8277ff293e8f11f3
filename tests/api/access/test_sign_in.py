"""Signing in by a link in a mail, from the mail to the session and out again."""

import re

import httpx
import pytest

from activities.store.access_sessions import LINKS_AT_MOST
from activities.store.pool import Pool
from api.access.principal import AccessRole
from api.embedded.mail import MailSink
from tests.api.access.conftest import FrontDoor

ROBIN = "robin@brand.example"


async def _ask(client: httpx.AsyncClient, address: str) -> httpx.Response:
    return await client.post("/sign-in", data={"address": address})


async def test_a_member_signs_in_by_the_link_in_their_mail(door_with_mail: FrontDoor, mail_sink: MailSink) -> None:
    """To look at the link, as programs of mail providers do, does not use it up."""
    await door_with_mail.services.desk.members.add("default", ROBIN, AccessRole.LEGAL, None, by="owner")
    async with door_with_mail.client() as browser:
        asked = await _ask(browser, "Robin@Brand.example")
        (link,) = (await mail_sink.wait_for(ROBIN, seconds=30)).links
        path = link.removeprefix("http://api.test")
        looked = [await browser.get(path) for _ in range(2)]
        signed_in, again = await browser.post(path), await browser.post(path)
        me = (await browser.get("/v1/me")).json()
        out = await browser.post("/sign-out", data={"csrf_token": me["csrf_token"]})
        after = await browser.get("/v1/me")

    assert "is on its way" in asked.text
    assert [page.status_code for page in looked] == [200, 200]
    assert (signed_in.status_code, signed_in.headers["Location"]) == (303, "/console")
    assert (again.status_code, "used before" in again.text) == (401, True)
    assert me["role"] == AccessRole.LEGAL
    assert (out.status_code, after.status_code) == (303, 401)


async def test_whether_an_address_is_known_is_told_to_nobody(door_with_mail: FrontDoor, mail_sink: MailSink) -> None:
    """The pages are the same to the letter, but for the nonce of their styles."""
    await door_with_mail.services.desk.members.add("default", ROBIN, AccessRole.LEGAL, None, by="owner")
    async with door_with_mail.client() as browser:
        answers = [await _ask(browser, address) for address in (ROBIN, "nobody@brand.example", "no address", "")]

    assert {re.sub(r'nonce="[^"]*"', "", answer.text) for answer in answers} == {
        re.sub(r'nonce="[^"]*"', "", answers[0].text)
    }
    assert {answer.status_code for answer in answers} == {200}
    assert [mail.recipient for mail in mail_sink.messages()] == [ROBIN]


async def test_many_requests_do_not_flood_a_mailbox(door_with_mail: FrontDoor, mail_sink: MailSink) -> None:
    await door_with_mail.services.desk.members.add("default", ROBIN, AccessRole.LEGAL, None, by="owner")
    async with door_with_mail.client() as browser:
        answers = {(await _ask(browser, ROBIN)).status_code for _ in range(LINKS_AT_MOST + 2)}
    assert answers == {200}
    assert len(mail_sink.messages(ROBIN)) == LINKS_AT_MOST


async def test_a_member_of_two_workspaces_gets_a_link_to_each(
    door_with_mail: FrontDoor, mail_sink: MailSink, pool: Pool
) -> None:
    await pool.execute("insert into workspaces (id) values ('agency')")
    for workspace in ("default", "agency"):
        await door_with_mail.services.desk.members.add(workspace, ROBIN, AccessRole.LEGAL, None, by="owner")
    async with door_with_mail.client() as browser:
        await _ask(browser, ROBIN)
        workspaces = set()
        for mail in mail_sink.messages(ROBIN):
            await browser.post(mail.links[0].removeprefix("http://api.test"))
            workspaces.add((await browser.get("/v1/me")).json()["workspace"])
    assert workspaces == {"default", "agency"}


async def test_a_mail_server_that_is_away_changes_no_answer(door_with_mail: FrontDoor, mail_sink: MailSink) -> None:
    await door_with_mail.services.desk.members.add("default", ROBIN, AccessRole.LEGAL, None, by="owner")
    await mail_sink.stop()
    async with door_with_mail.client() as browser:
        assert (await _ask(browser, ROBIN)).status_code == 200


async def test_a_session_from_before_is_not_taken_over(door_with_mail: FrontDoor) -> None:
    """Signing in makes a new session: a cookie that somebody had planted stays worth nothing."""
    desk = door_with_mail.services.desk
    robin = await desk.members.add("default", ROBIN, AccessRole.LEGAL, None, by="owner")
    async with door_with_mail.client() as browser:
        browser.cookies.set(desk.cookie, "planted", domain="api.test", path="/")
        await browser.post(f"/sign-in/{await desk.sessions.link(robin)}")
        (cookie,) = browser.cookies.values()
    assert cookie != "planted"
    assert await desk.sessions.behind("planted") is None


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/some-token"])
async def test_the_pages_run_no_script_and_stand_in_no_frame(door: FrontDoor, path: str) -> None:
    async with door.client() as browser:
        page = await browser.get(path)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in page.text
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


async def test_a_link_with_markup_in_it_is_only_text(door: FrontDoor) -> None:
    async with door.client() as browser:
        page = await browser.get('/sign-in/"><b>x')
    assert "<b>x" not in page.text
