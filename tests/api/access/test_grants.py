"""Keys, members and the audit over HTTP."""

import pytest

from activities.store.pool import Pool
from api.access.principal import AccessRole
from tests.api.access.conftest import AGENCY, FrontDoor
from tests.api.conftest import API_KEY

LIMIT = {"amount": 50_000, "currency": "USD"}


async def test_a_key_is_made_shown_once_used_listed_and_revoked(door: FrontDoor) -> None:
    wish = {"name": "shop", "role": "finance", "limit": LIMIT, "expires_in": "P90D"}
    async with door.client(API_KEY) as owner:
        made, again = [await owner.post("/v1/keys", json=wish, headers={"Idempotency-Key": "one"}) for _ in range(2)]
        async with door.client(made.json()["key"]) as program:
            me = (await program.get("/v1/me")).json()
        listed = (await owner.get("/v1/keys")).json()
        revoked = await owner.delete(f"/v1/keys/{made.json()['id']}")
        async with door.client(made.json()["key"]) as program:
            after = await program.get("/v1/me")

    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert again.json() == {**made.json(), "key": None}
    assert (me["role"], me["limit"], me["csrf_token"]) == ("finance", LIMIT, None)
    assert [key["id"] for key in listed] == [made.json()["id"]]
    assert "key" not in listed[0]
    assert revoked.json()["revoked_at"]
    assert after.status_code == 401


async def test_another_wish_under_the_same_idempotency_key_is_refused(door: FrontDoor) -> None:
    async with door.client(API_KEY) as owner:
        answers = [
            await owner.post("/v1/keys", json={"name": "x", "role": role}, headers={"Idempotency-Key": "one"})
            for role in ("ops", "owner")
        ]
    assert [answer.status_code for answer in answers] == [201, 409]


@pytest.mark.parametrize(
    ("grant", "wrong"),
    [
        ({"role": "creator"}, "creators come by their links"),
        ({"role": "approver"}, "an approver has a limit"),
        ({"role": "emperor"}, "Input should be"),
        ({"role": "ops", "limit": {"amount": -1, "currency": "USD"}}, "greater than or equal to 0"),
    ],
)
@pytest.mark.parametrize("what", [("keys", {"name": "x"}), ("members", {"address": "a@b.example"})])
async def test_a_grant_that_makes_no_sense_is_refused(
    door: FrontDoor, what: tuple[str, dict[str, str]], grant: dict[str, object], wrong: str
) -> None:
    path, facts = what
    async with door.client(API_KEY) as owner:
        answer = await owner.post(f"/v1/{path}", json={**facts, **grant})
    assert answer.status_code == 422
    assert wrong in answer.json()["errors"][0]["rule"]


async def test_members_come_change_and_go(door: FrontDoor) -> None:
    async with door.client(API_KEY) as owner:
        added = await owner.post("/v1/members", json={"address": "Robin@Brand.example", "role": "ops"})
        path = f"/v1/members/{added.json()['id']}"
        changed = await owner.patch(path, json={"role": "approver", "limit": LIMIT})
        listed = (await owner.get("/v1/members")).json()
        removed, gone = await owner.delete(path), await owner.delete(path)

    assert (added.status_code, added.json()["address"]) == (201, "robin@brand.example")
    assert (changed.json()["role"], changed.json()["limit"]) == ("approver", LIMIT)
    assert listed == [changed.json()]
    assert (removed.status_code, gone.status_code) == (204, 404)


async def test_the_last_owner_cannot_be_removed(door: FrontDoor) -> None:
    async with door.client(API_KEY) as owner:
        added = await owner.post("/v1/members", json={"address": "robin@brand.example", "role": "owner"})
        answer = await owner.delete(f"/v1/members/{added.json()['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")


async def test_the_audit_has_what_was_granted_and_what_was_refused(door: FrontDoor, pool: Pool) -> None:
    """By ids alone: no address, no key, no link; and of one's own workspace."""
    ops = await door.key(AccessRole.OPS)
    async with door.client(API_KEY) as owner, door.client(ops) as curious, door.client() as stranger:
        added = await owner.post("/v1/members", json={"address": "robin@brand.example", "role": "legal"})
        await curious.delete(f"/v1/members/{added.json()['id']}")
        await stranger.get("/v1/campaigns")
        await stranger.get("/c/no-such-link")
        page = (await curious.get("/v1/audit", params={"limit": 1})).json()
        rest = (await curious.get("/v1/audit", params={"cursor": page["next"]})).json()
        async with door.client(await door.key(AccessRole.OWNER, AGENCY)) as other:
            theirs = (await other.get("/v1/audit")).json()["items"]

    noted = [*page["items"], *rest["items"]]
    assert [(entry["action"], entry["refused"], entry["role"]) for entry in noted] == [
        ("DELETE /v1/members/{member_id}", "not_permitted", "ops"),
        ("member.added", None, "owner"),
    ]
    assert noted[0]["about"] == {"member_id": added.json()["id"]}
    assert theirs == []
    unknown = await pool.fetch("select action, refused from access_audit where workspace is null order by id")
    assert [tuple(row) for row in unknown] == [
        ("GET /v1/campaigns", "not_authenticated"),
        ("GET /c/{token}", "link_invalid"),
    ]
    everything = str(await pool.fetch("select access_audit::text from access_audit"))
    assert "robin" not in everything
    assert ops.rsplit("_", 1)[1] not in everything
    assert "no-such-link" not in everything
