"""The front door: who is recognised by what, and what turns somebody away who is."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from fastapi import APIRouter

from activities.store.pool import Pool
from api.access.principal import AccessRole, Kind
from api.access.rates import Rate
from api.app import create_app
from tests.api.access.conftest import FrontDoor
from tests.api.conftest import API_KEY


async def test_a_key_that_was_made_here_opens_what_its_role_may(door: FrontDoor) -> None:
    async with door.client(await door.key(AccessRole.FINANCE)) as finance:
        looked, started = await finance.get("/v1/campaigns"), await finance.post("/v1/campaigns", json={})

    assert looked.status_code == 200
    problem = started.json()
    assert (started.status_code, problem["code"]) == (403, "not_permitted")
    assert problem["needed"] == "owner or campaign_manager or service_account"
    assert "you are finance" in problem["detail"]


@pytest.mark.parametrize("spoil", ["x{}", "{}x", "gsk_{}", "{}\x00", "gsk__", "gsk_0000000000000000_guess"])
async def test_a_key_that_is_not_quite_ours_opens_nothing(door: FrontDoor, spoil: str) -> None:
    key = spoil.format(await door.key(AccessRole.OWNER)).encode()
    async with door.client() as stranger:
        answer = await stranger.get("/v1/campaigns", headers={b"Authorization": b"Bearer " + key})
    assert answer.status_code == 401


async def test_a_key_that_was_revoked_or_has_expired_opens_nothing_from_that_moment(
    door: FrontDoor, pool: Pool
) -> None:
    key, expiring = await door.key(AccessRole.OWNER), await door.key(AccessRole.OWNER, expires_in=timedelta(days=1))
    async with door.client(key) as one, door.client(expiring) as other:
        before = [(await client.get("/v1/campaigns")).status_code for client in (one, other)]
        await door.services.desk.keys.revoke("default", key.split("_")[1], by="test")
        await pool.execute("update api_keys set expires_at = now() where expires_at is not null")
        after = [(await client.get("/v1/campaigns")).status_code for client in (one, other)]
    assert (before, after) == ([200, 200], [401, 401])


async def test_a_key_for_looking_changes_nothing(door: FrontDoor) -> None:
    async with door.client(await door.key(AccessRole.OWNER, read_only=True)) as client:
        looked, changed = await client.get("/v1/campaigns"), await client.post("/v1/campaigns", json={})
    assert (looked.status_code, changed.status_code, changed.json()["code"]) == (200, 403, "key_is_narrower")


async def test_a_key_for_one_campaign_reaches_that_one_only(door: FrontDoor) -> None:
    """By the campaign, by one of its collaborations, and by a list of it; nothing that is of no campaign."""
    mine = await door.offered()
    await door.started("coffee")
    async with door.client(await door.key(AccessRole.OWNER, campaign_id="tea")) as narrow:
        paths = {
            "campaigns/tea": 200,
            f"collaborations/{mine}": 200,
            "tasks?campaign_id=tea": 200,
            "campaigns/coffee": 403,
            "tasks": 403,
            "campaigns": 403,
            "creators": 403,
            f"collaborations/{'0' * 32}": 403,
        }
        found = {path: (await narrow.get(f"/v1/{path}")).status_code for path in paths}
    assert found == paths


async def test_a_route_without_a_rule_is_closed_and_says_what_to_do(door: FrontDoor) -> None:
    """Also one inside of another router, whose template looks like that of a route that has a rule."""
    inner, outer = APIRouter(), APIRouter(prefix="/elsewhere")

    @inner.get("/healthz")
    async def forgotten() -> str:
        return "open to everybody"

    @outer.get("/new")
    async def new() -> str:
        return "open to everybody"

    outer.include_router(inner)
    door.app = create_app(door.services)
    door.app.include_router(outer)
    async with door.client(API_KEY) as owner:
        answers = [await owner.get(f"/elsewhere/{path}") for path in ("new", "healthz")]

    assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "no_rule")] * 2
    assert "api/access/rules.py" in answers[0].json()["detail"]


async def test_a_browser_that_is_signed_in_needs_no_key(door: FrontDoor) -> None:
    async with door.browser(AccessRole.LEGAL) as browser:
        me = (await browser.get("/v1/me")).json()
        looked = await browser.get("/v1/campaigns")

    assert (me["role"], me["kind"], looked.status_code) == (AccessRole.LEGAL, Kind.MEMBER, 200)


async def test_what_a_browser_changes_must_come_from_a_page_of_ours(door: FrontDoor) -> None:
    """The browser says so, or the page shows the session's token: in a header, or in the form."""
    async with door.browser() as browser:
        token = (await browser.get("/v1/me")).json()["csrf_token"]
        tried = [
            await browser.post("/v1/members", json={}, headers=headers)
            for headers in (
                {},
                {"X-CSRF-Token": "0" * 64},
                {"Sec-Fetch-Site": "cross-site", "X-CSRF-Token": token},
                {"Sec-Fetch-Site": "same-site"},
                {"X-CSRF-Token": token},
                {"Sec-Fetch-Site": "same-origin"},
            )
        ]
        by_form = [await browser.post("/sign-out", data={"csrf_token": given}) for given in ("wrong", token)]

    assert [answer.status_code for answer in tried] == [403, 403, 403, 403, 422, 422]
    assert {answer.json()["code"] for answer in tried[:4]} == {"csrf_token_missing"}
    assert [answer.status_code for answer in by_form] == [403, 303]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/some-token", "/console/sign-in", "/console/sign-out"])
async def test_no_other_site_signs_a_browser_in_or_out(door: FrontDoor, path: str) -> None:
    """Otherwise a page could have its visitors work in its owner's account without their noticing."""
    async with door.client() as browser:
        answers = [
            (await browser.post(path, headers={"Sec-Fetch-Site": site})).status_code
            for site in ("cross-site", "same-site", "same-origin", "none")
        ]
    assert answers[:2] == [403, 403]
    assert 403 not in answers[2:] or path == "/console/sign-in", "a wrong key is 403 there as well"


async def test_a_key_needs_no_token_of_a_page(door: FrontDoor) -> None:
    """No other site can have a browser send it."""
    async with door.client(API_KEY) as program:
        assert (await program.post("/v1/members", json={})).status_code == 422


async def test_whoever_looks_at_a_page_is_asked_to_sign_in_and_a_program_is_told(door: FrontDoor) -> None:
    async with door.client() as stranger:
        page = await stranger.get("/v1/me", headers={"Accept": "text/html"})
        program = await stranger.get("/v1/me")
    assert [answer.status_code for answer in (page, program)] == [401, 401]
    assert [answer.json()["code"] for answer in (page, program)] == ["sign_in_needed", "not_authenticated"]


async def test_a_session_that_has_ended_is_forgotten_by_the_browser(door: FrontDoor, pool: Pool) -> None:
    async with door.browser() as browser:
        await pool.execute("update sessions set ended_at = now()")
        answer = await browser.get("/v1/me")
        assert answer.status_code == 401
        assert len(browser.cookies) == 0


async def test_a_sessions_token_is_replaced_and_the_browser_gets_the_new_one(door: FrontDoor, pool: Pool) -> None:
    async with door.browser() as browser:
        (first,) = browser.cookies.values()
        await pool.execute("update sessions set rotated_at = now() - interval '2 hours'")
        assert (await browser.get("/v1/me")).status_code == 200
        (second,) = browser.cookies.values()
        assert (await browser.get("/v1/me")).status_code == 200

    assert first != second
    async with door.client() as thief:
        thief.cookies.set(door.services.desk.cookie, first)
        assert (await thief.get("/v1/me")).status_code == 401


async def test_too_many_requests_are_told_when_to_come_back(door: FrontDoor) -> None:
    door.services.desk.per_key.rate = Rate(per_second=0.001, burst=2)
    async with door.client(await door.key(AccessRole.OWNER)) as eager, door.client(API_KEY) as bootstrap:
        answers = [await eager.get("/v1/campaigns") for _ in range(3)]
        others = [(await bootstrap.get("/v1/campaigns")).status_code for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answers[0].headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining")] == ["2", "1"]
    assert int(answers[2].headers["Retry-After"]) == answers[2].json()["retry_after"] > 100
    assert answers[2].headers["Content-Type"] == "application/problem+json"
    assert others == [200, 200, 200], "the keys of the environment are the operator's own, and not limited"


async def test_guessing_is_slowed_down_by_address(door: FrontDoor) -> None:
    """Wrong keys, wrong links and sign-ins come out of the same purse; whoever has a right key is not concerned."""
    door.services.desk.per_stranger.rate = Rate(per_second=0.001, burst=3)
    async with door.client() as stranger, door.client(API_KEY) as owner:
        statuses = [
            (await stranger.get("/v1/campaigns", headers={"Authorization": "Bearer wrong"})).status_code,
            (await stranger.get("/c/wrong")).status_code,
            (await stranger.post("/sign-in", data={"address": "robin@brand.example"})).status_code,
            (await stranger.get("/v1/campaigns", headers={"Authorization": "Bearer wrong"})).status_code,
            (await stranger.post("/sign-in", data={"address": "robin@brand.example"})).status_code,
            (await owner.get("/v1/campaigns")).status_code,
        ]
    assert statuses == [401, 404, 200, 429, 429, 200]


async def test_addresses_of_one_network_share_a_purse(door: FrontDoor) -> None:
    """Whoever has an IPv6 network has more addresses than anybody can count."""
    door.services.desk.per_stranger.rate = Rate(per_second=0.001, burst=1)
    statuses = []
    for host in (
        "2001:db8:1:2::1",
        "2001:db8:1:2::2",
        "2001:db8:1:3::1",
        "2001:db8::1",
        "2001:db8::2:3:4:5",
        "1.2.3.4",
    ):
        transport = httpx.ASGITransport(door.app, client=(host, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            statuses.append((await client.get("/v1/campaigns")).status_code)
    assert statuses == [401, 429, 401, 401, 429, 401], "also where the address leaves out zeros of the network"


async def test_without_row_security_the_workspace_is_the_callers_all_the_same(door: FrontDoor) -> None:
    services = replace(door.services, bindings=None)
    assert (await services.within("agency")).workspace == "agency"
    assert await services.within("default") is services
