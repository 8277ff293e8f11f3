"""People, keys and the audit as pages: for owners, the audit for those who look after it."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api.access.principal import AccessRole
from tests.api.access.test_rules import key_of
from tests.api.conftest import Bench

ROBIN = {"address": "Robin@Brand.example", "role": "approver", "limit": "500", "currency": "EUR"}


async def test_somebody_is_let_in_changed_and_let_go(bench: Bench, console: httpx.AsyncClient) -> None:
    assert "Nobody yet" in (await console.get("/console/access")).text
    assert (await console.post("/console/access/members", data=ROBIN)).headers["location"] == "/console/access"
    page = (await console.get("/console/access")).text
    assert "robin@brand.example" in page
    assert "up to €500.00" in page
    [member] = await bench.services.desk.members.of("default")
    path = f"/console/access/members/{member.id}"
    await console.post(path, data={"role": "ops"})
    [member] = await bench.services.desk.members.of("default")
    assert (member.role, member.limit) == ("ops", None)
    assert (await console.post(f"{path}/remove")).status_code == 422
    await console.post(f"{path}/remove", data={"sure": "yes"})
    assert await bench.services.desk.members.of("default") == []


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"limit": ""}, 422, "an approver has a limit"),
        ({"limit": "much"}, 422, "The limit: write the amount in EUR"),
        ({"address": "robin"}, 422, "Address"),
        ({"role": "creator"}, 422, "creators come by their links"),
    ],
)
async def test_what_makes_no_sense_is_told_and_lets_nobody_in(
    bench: Bench, console: httpx.AsyncClient, changes: dict[str, str], status: int, told: str
) -> None:
    answer = await console.post("/console/access/members", data={**ROBIN, **changes})
    assert (answer.status_code, told in answer.text) == (status, True)
    assert await bench.services.desk.members.of("default") == []


async def test_the_last_owner_stays(bench: Bench, console: httpx.AsyncClient) -> None:
    await console.post("/console/access/members", data={"address": "o@brand.example", "role": "owner"})
    [owner] = await bench.services.desk.members.of("default")
    answer = await console.post(f"/console/access/members/{owner.id}/remove", data={"sure": "yes"})
    assert (answer.status_code, "only owner" in answer.text) == (409, True)


async def test_a_key_is_shown_once_and_opens_until_it_is_revoked(bench: Bench, console: httpx.AsyncClient) -> None:
    """Sent again, as by loading the page anew, the form makes no second key and shows no secret."""
    form = {"key": "one", "name": "shop", "role": "finance", "days": "30", "read_only": "yes"}
    shown, again = [await console.post("/console/access/keys", data=form) for _ in range(2)]
    found = re.search(r'value="(gsk_\w+_[\w-]+)"', shown.text)
    assert found is not None
    assert shown.headers["cache-control"] == "private, no-store"
    assert "was made before" in again.text
    assert found[1] not in again.text
    [key] = await bench.services.desk.keys.of("default")
    assert (key.read_only, key.role) == (True, "finance")
    assert key.expires_at is not None
    assert key.expires_at - datetime.now(UTC) > timedelta(days=29)
    async with bench.client(found[1]) as program:
        assert (await program.get("/v1/me")).status_code == 200
        assert (await console.post(f"/console/access/keys/{key.id}/revoke")).status_code == 422
        await console.post(f"/console/access/keys/{key.id}/revoke", data={"sure": "yes"})
        assert (await program.get("/v1/me")).status_code == 401
    assert "revoked" in (await console.get("/console/access")).text


@pytest.mark.parametrize(
    ("form", "told"), [({"name": "x", "role": "ops", "days": "soon"}, "Days:"), ({"role": "ops"}, "Name")]
)
async def test_a_key_that_cannot_be_is_not_made(
    bench: Bench, console: httpx.AsyncClient, form: dict[str, str], told: str
) -> None:
    answer = await console.post("/console/access/keys", data=form)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert await bench.services.desk.keys.of("default") == []


async def test_the_audit_says_who_did_what_and_what_was_refused(bench: Bench, console: httpx.AsyncClient) -> None:
    """By address, for those who may see addresses; page by page."""
    await console.post("/console/access/members", data=ROBIN)
    async with bench.client(await key_of(bench, AccessRole.FINANCE)) as finance:
        assert (await finance.get("/console/access")).status_code == 403
        assert (await finance.post("/console/access/keys", data={"name": "x", "role": "owner"})).status_code == 403
    page = (await console.get("/console/access/audit")).text
    for fact in ("member.added", "robin@brand.example", "GET /console/access", "not permitted"):
        assert fact in page
    async with bench.client(await key_of(bench, AccessRole.OPS)) as ops:
        page = (await ops.get("/console/access/audit")).text
        assert "member.added" in page
        assert "robin@brand.example" not in page
        assert 'href="/console/access"' not in page
