"""Signing in to the console with an account elsewhere, from the button to the session, against the provider's twin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from activities.connectors.oidc import Client, OidcProvider
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.oidc import CLIENT_ID, CLIENT_SECRET, OidcTwin
from activities.connectors.simulated.serving import served
from activities.store.access_members import Member
from activities.store.pool import Pool
from api.access.begun import MINUTES
from api.access.principal import AccessRole
from api.access.provider import CALLBACK, SignOn
from api.embedded.mail import MailSink
from tests.api.access.conftest import FrontDoor
from tests.api.conftest import app_on

ROBIN = "robin@brand.example"


@dataclass
class Office:
    """A front door whose members have accounts at a provider."""

    door: FrontDoor
    twin: OidcTwin
    sign_on: SignOn

    async def member(self, address: str = ROBIN, workspace: str = "default") -> Member:
        """Somebody who may come in."""
        await self.door.services.desk.members.open_workspace(workspace)
        return await self.door.services.desk.members.add(workspace, address, AccessRole.LEGAL, None, by="owner")

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[httpx.AsyncClient]:
        """Somebody's browser."""
        async with self.door.client() as client:
            yield client

    async def sent_back(self, browser: httpx.AsyncClient, *, subject: str = "u-1001", where: str = "") -> str:
        """The address to which the provider sends this browser back once they have signed in there."""
        self.twin.signed_in = subject
        begun = await browser.get("/oidc/sign-in", params={"next": where} if where else {})
        assert begun.status_code == 303, begun.text
        async with httpx.AsyncClient() as outside:
            return (await outside.get(begun.headers["Location"])).headers["Location"]

    async def sign_in(self, browser: httpx.AsyncClient, **given: str) -> httpx.Response:
        """The whole way."""
        return await browser.get(await self.sent_back(browser, **given))

    def admitting(self, *domains: str) -> "Office":
        """The same, where people of these domains become members."""
        return self.with_desk(sign_on=replace(self.sign_on, domains=frozenset(domains)))

    def with_desk(self, **changes: Any) -> "Office":
        """The same with another desk."""
        desk = replace(self.door.services.desk, **changes)
        services = replace(self.door.services, desk=desk)
        return replace(self, door=FrontDoor(services, self.door.engine, app_on(services)))

    async def noted(self) -> list[tuple[str, str | None]]:
        """What the audit has, oldest first: what was done, and the code of a refusal."""
        rows = await self.door.services.pool.fetch("select action, refused from access_audit order by id")
        return [(row["action"], row["refused"]) for row in rows]


@pytest.fixture
async def office(door: FrontDoor) -> AsyncIterator[Office]:
    twin = OidcTwin()
    async with served(twin.app) as issuer:
        provider = OidcProvider(Client(issuer, CLIENT_ID, SecretStr(CLIENT_SECRET), f"http://api.test{CALLBACK}"))
        sign_on = SignOn(provider, "Keycloak")
        yield Office(door, twin, sign_on).with_desk(sign_on=sign_on)
        await provider.aclose()


async def test_a_member_signs_in_with_their_account_and_goes_where_they_wanted(office: Office) -> None:
    robin = await office.member()
    async with office.browser() as browser:
        page = (await browser.get("/sign-in")).text
        came = await office.sign_in(browser, where="/console/campaigns?page=2")
        me = (await browser.get("/v1/me")).json()

    assert '<a class="button" href="/oidc/sign-in">Sign in with Keycloak</a>' in page
    assert (came.status_code, came.headers["Location"]) == (303, "/console/campaigns?page=2")
    assert (me["id"], me["role"], me["kind"]) == (robin.id, AccessRole.LEGAL, "member")
    assert await office.noted() == [
        ("member.account_bound", None),
        ("member.signed_in_with_account", None),
    ]


async def test_the_button_is_there_only_if_there_is_a_provider(office: Office) -> None:
    async with office.with_desk(sign_on=None).browser() as browser:
        for page in ("/sign-in", "/console/sign-in"):
            assert "/oidc/sign-in" not in (await browser.get(page)).text
        closed = [await browser.get(path) for path in ("/oidc/sign-in", CALLBACK)]
    async with office.browser() as browser:
        console = (await browser.get("/console/sign-in", params={"next": "/console/campaigns"})).text
    assert [page.status_code for page in closed] == [404, 404]
    assert 'href="/oidc/sign-in?next=/console/campaigns"' in console


@pytest.mark.parametrize(
    "where",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/console/\r\nSet-Cookie: x=1", "javascript:x"],
)
async def test_nobody_is_led_elsewhere_by_signing_in(office: Office, where: str) -> None:
    await office.member()
    async with office.browser() as browser:
        came = await office.sign_in(browser, where=where)
    assert (came.status_code, came.headers["Location"]) == (303, "/console/inbox")


async def test_an_answer_counts_once_and_in_the_browser_that_asked_alone(office: Office) -> None:
    """So that nobody can be signed in as somebody else by a link."""
    await office.member()
    async with office.browser() as browser, office.browser() as another:
        back = await office.sent_back(browser)
        elsewhere = await another.get(back)
        came, again = await browser.get(back), await browser.get(back)

    assert [answer.status_code for answer in (elsewhere, came, again)] == [403, 303, 403]
    assert f"longer than {MINUTES} minutes" in elsewhere.text
    assert not another.cookies
    assert [code for _, code in await office.noted() if code] == ["sign_in_expired"] * 2


async def test_a_code_that_was_used_is_refused_by_the_provider_too(office: Office) -> None:
    """Where somebody has kept the cookie."""
    await office.member()
    async with office.browser() as browser:
        back = await office.sent_back(browser)
        kept = dict(browser.cookies)
        await browser.get(back)
        browser.cookies.clear()
        browser.cookies.update(kept)
        again = await browser.get(back)
    assert (again.status_code, "used before" in again.text) == (502, True)


async def test_the_answer_to_another_sign_in_is_refused(office: Office) -> None:
    await office.member()
    async with office.browser() as browser:
        first = await office.sent_back(browser)
        second = await office.sent_back(browser)
        wrong, gone = await browser.get(first), await browser.get(second)
    assert (wrong.status_code, "in one window" in wrong.text) == (403, True)
    assert gone.status_code == 403, "what was begun is over either way"
    assert [code for _, code in await office.noted()] == ["sign_in_not_ours", "sign_in_expired"]


async def test_who_is_no_member_stays_outside(office: Office) -> None:
    async with office.browser() as browser:
        refused = await office.sign_in(browser)
        me = await browser.get("/v1/me")
    assert (refused.status_code, "you are no member here" in refused.text, me.status_code) == (403, True, 401)
    assert await office.noted() == [(f"GET {CALLBACK}", "not_a_member"), ("GET /v1/me", "not_authenticated")]


async def test_an_address_that_nobody_vouches_for_opens_nothing(office: Office) -> None:
    await office.member("kim@brand.example")
    async with office.admitting("brand.example").browser() as browser:
        refused = await office.sign_in(browser, subject="u-1002")
    assert (refused.status_code, "does not vouch" in refused.text) == (403, True)


async def test_an_address_that_only_looks_like_a_members_is_another(office: Office) -> None:
    """In lower case the Kelvin sign is a plain k."""
    await office.member("kim@brand.example")
    office.twin.people["u-3"] = {"sub": "u-3", "email": "\u212aim@brand.example", "email_verified": True}
    office.twin.people["u-4"] = {"sub": "u-4", "email": "Kim@brand.example", "email_verified": True}
    async with office.browser() as browser:
        answers = [(await office.sign_in(browser, subject=subject)).status_code for subject in ("u-3", "u-4")]
    assert answers == [403, 303]


async def test_who_gets_the_mailbox_next_does_not_get_the_membership(office: Office, pool: Pool) -> None:
    """An account that was bound stays the member, with whatever address, verified or not; the audit has ids only."""
    robin = await office.member()
    async with office.browser() as browser:
        await office.sign_in(browser)
        office.twin.people["u-2000"] = {"sub": "u-2000", "email": ROBIN, "email_verified": True}
        office.twin.people["u-1001"] |= {"email": "robin@new.example", "email_verified": False}
        heir = await office.sign_in(browser, subject="u-2000")
        still = await office.sign_in(browser)
        me = (await browser.get("/v1/me")).json()

    assert (heir.status_code, "another account at Keycloak" in heir.text) == (403, True)
    assert (still.status_code, me["id"]) == (303, robin.id)
    noted = await pool.fetchval("select string_agg(access_audit::text, ' ') from access_audit")
    assert "robin" not in noted
    assert "u-1001" not in noted


async def test_a_member_with_an_account_gets_no_link_by_mail(
    office: Office, door_with_mail: FrontDoor, mail_sink: MailSink
) -> None:
    """Their mailbox may be somebody else's by now; what they get leads to the provider."""
    await office.member()
    here = office.with_desk(mailer=door_with_mail.services.desk.mailer)
    async with here.browser() as browser:
        await browser.post("/sign-in", data={"address": ROBIN})
        before = await mail_sink.wait_for(ROBIN, seconds=30)
        await here.sign_in(browser)
        await browser.post("/sign-in", data={"address": ROBIN})
        after = mail_sink.messages(ROBIN)[-1]  # the answer comes when its mail was sent
    assert "/sign-in/" in before.links[0]
    assert list(after.links) == ["http://api.test/oidc/sign-in"]


async def test_an_account_that_was_lost_can_be_forgotten_by_an_owner(office: Office) -> None:
    robin = await office.member()
    office.twin.people["u-2000"] = {"sub": "u-2000", "email": ROBIN, "email_verified": True}
    owner = await office.door.key(AccessRole.OWNER)
    async with office.browser() as browser, office.door.client(owner) as client:
        await office.sign_in(browser)
        forgotten = await client.delete(f"/v1/members/{robin.id}/account")
        unknown = await client.delete("/v1/members/nobody/account")
        signed_out = await browser.get("/v1/me")
        again = await office.sign_in(browser, subject="u-2000")
    assert [answer.status_code for answer in (forgotten, unknown, signed_out, again)] == [204, 404, 401, 303]


async def test_people_of_a_domain_become_members_where_the_settings_say_so(office: Office) -> None:
    """But nobody does whom an owner has let go."""
    here = office.admitting("brand.example")
    members = here.door.services.desk.members
    async with here.browser() as browser:
        came = await here.sign_in(browser)
        (robin,) = await members.of("default")
        await members.remove("default", robin.id)
        refused = await here.sign_in(browser)
        again = await members.of("default")
    assert (came.status_code, robin.role, robin.added_by) == (303, AccessRole.CLIENT_REVIEWER, "oidc")
    assert (refused.status_code, again) == (403, [])


async def test_a_member_of_two_workspaces_chooses_one(office: Office) -> None:
    await office.member()
    there = await office.member(workspace="agency")
    async with office.browser() as browser:
        page = await office.sign_in(browser)
        links = page.text.count('action="/sign-in/')
        chosen = page.text.partition(">agency<")[0].rpartition('action="')[2].partition('"')[0]
        came = await browser.post(chosen)
        me = (await browser.get("/v1/me")).json()
    assert (page.status_code, links) == (200, 2)
    assert (came.status_code, me["workspace"], me["id"]) == (303, "agency", there.id)


async def test_a_refusal_of_the_provider_is_told(office: Office) -> None:
    office.twin.refuses = "access_denied"
    async with office.browser() as browser:
        refused = await office.sign_in(browser)
        office.twin.refuses = "<b>x</b>"
        odd = await office.sign_in(browser)
    assert (refused.status_code, "has not let you in (access_denied)" in refused.text) == (403, True)
    assert (odd.status_code, "<b>" in odd.text, "gave no reason" in odd.text) == (403, False, True)


async def test_a_provider_that_is_away_is_told_and_leaves_the_other_ways(office: Office) -> None:
    async with office.browser() as browser:
        office.twin.faults.plan(Fault.SERVER_ERROR)
        away = await browser.get("/oidc/sign-in")
        back = await office.sent_back(browser)
        office.twin.faults.plan(Fault.SERVER_ERROR)
        later = await browser.get(back)
    assert [page.status_code for page in (away, later)] == [503, 503]
    assert "Try again in a minute" in away.text


@pytest.mark.parametrize(
    ("pretends", "about"), [({"nonce": "x"}, "nonce"), ({"aud": "another"}, "aud"), ({"exp": 1}, "exp")]
)
async def test_a_token_that_does_not_fit_signs_nobody_in(office: Office, pretends: dict[str, Any], about: str) -> None:
    await office.member()
    office.twin.pretends = pretends
    async with office.browser() as browser:
        refused = await office.sign_in(browser)
        me = await browser.get("/v1/me")
    assert (refused.status_code, about in refused.text, me.status_code) == (502, True, 401)


async def test_whoever_tries_too_often_is_slowed_down(office: Office) -> None:
    """Each answer costs a request to the provider."""
    async with office.browser() as browser:
        answers = [(await browser.get(CALLBACK, params={"code": "x", "state": "y"})).status_code for _ in range(70)]
    assert answers[0] == 403
    assert answers[-1] == 429


async def test_neither_the_code_nor_a_token_reaches_page_or_log(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    await office.member()
    office.twin.pretends = {"aud": "another"}
    async with office.browser() as browser:
        back = await office.sent_back(browser)
        page = await browser.get(back)
    code = httpx.URL(back).params["code"]
    told = "".join(capsys.readouterr()) + page.text
    assert code not in told
    assert ROBIN not in told
