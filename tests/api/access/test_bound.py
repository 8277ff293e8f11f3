"""One workspace tries to reach what is another's, over HTTP."""

from typing import Any

from activities.store.pool import Pool
from api.access.principal import AccessRole
from tests.api.access.conftest import AGENCY, FrontDoor
from tests.api.conftest import API_KEY
from tests.domain.given import a_brief

MUTATIONS: list[tuple[str, str, Any]] = [
    ("POST", "campaigns/tea/shortlist/approve", {}),
    ("POST", "campaigns/tea/shortlist/reject", {"reason": "no"}),
    ("POST", "campaigns/tea/cancel", {"reason": "no"}),
    ("POST", "campaigns/tea/close", {}),
    ("POST", "campaigns/tea/extend", {"task": "approve_shortlist"}),
    ("POST", "collaborations/{id}/verification/approve", {}),
    ("POST", "collaborations/{id}/offer/accept", {"version": 1}),
    ("POST", "collaborations/{id}/offer/decline", {"version": 1}),
    ("POST", "collaborations/{id}/cancel", {"reason": "no"}),
    ("POST", "collaborations/{id}/extend", {"task": "answer_offer"}),
    ("POST", "collaborations/{id}/contract/sign", {"typed_name": "A", "document": "0" * 64, "consent": True}),
    ("POST", "collaborations/{id}/deliverables/1/approve", {"version": 1}),
    ("POST", "creators/{creator}/erase", None),
    ("PUT", "creators/{creator}/payout-account", {"account": None}),
    ("PATCH", "webhooks/{webhook}", {"enabled": False}),
    ("DELETE", "webhooks/{webhook}", None),
    ("DELETE", "keys/{key}", None),
    ("DELETE", "members/{member}", None),
]
LOOKS = [
    "campaigns/tea",
    "campaigns/tea/events",
    "campaigns/tea/timeline",
    "campaigns/tea/report",
    "campaigns/tea/shortlist",
    "campaigns/tea/collaborations",
    "campaigns/tea/attribution",
    "collaborations/{id}",
    "collaborations/{id}/events",
    "collaborations/{id}/timeline",
    "collaborations/{id}/contract.pdf",
    "creators/{creator}",
    "creators/{creator}/payout-account",
    "webhooks/{webhook}",
    "webhooks/{webhook}/deliveries",
]
LISTS = ["campaigns", "creators", "tasks", "webhooks", "members"]


async def test_another_workspaces_owner_finds_and_changes_nothing(door: FrontDoor, pool: Pool) -> None:
    """What is not theirs is as unknown as what does not exist, to the highest role of another workspace."""
    names = await _stock(door)
    before = await _everything(pool)
    async with door.client(await door.key(AccessRole.OWNER, AGENCY)) as stranger:
        looked = {path: (await stranger.get(f"/v1/{path.format(**names)}")).status_code for path in LOOKS}
        listed = {path: (await stranger.get(f"/v1/{path}")).json() for path in LISTS}
        tried = {
            f"{method} {path}": (await stranger.request(method, f"/v1/{path.format(**names)}", json=body)).status_code
            for method, path, body in MUTATIONS
        }

    assert {path: status for path, status in looked.items() if status != 404} == {}
    assert {path: status for path, status in tried.items() if status != 404} == {}
    assert {path for path, found in listed.items() if (found if isinstance(found, list) else found["items"])} == set()
    assert await _everything(pool) == before


async def test_its_own_owner_finds_all_of_it(door: FrontDoor) -> None:
    """The same addresses, so that the refusals above are not due to mistakes in them."""
    names = await _stock(door)
    async with door.client(API_KEY) as owner:
        looked = {path: (await owner.get(f"/v1/{path.format(**names)}")).status_code for path in LOOKS}
        listed = {path: (await owner.get(f"/v1/{path}")).json() for path in LISTS}

    nothing_yet = {"campaigns/tea/shortlist", "collaborations/{id}/contract.pdf"}
    assert {path for path, status in looked.items() if status != 200} == nothing_yet
    assert {
        path for path, found in listed.items() if not (found if isinstance(found, list) else found["items"])
    } == set()


async def test_what_a_workspace_starts_and_imports_is_its_own(door: FrontDoor, pool: Pool) -> None:
    """A second workspace works like the first one, and the first one sees nothing of it."""
    roster = "handle,email,followers,platform\nines,ines@creators.example,12000,instagram\n"
    async with door.client(await door.key(AccessRole.OWNER, AGENCY)) as theirs, door.client(API_KEY) as ours:
        started = await theirs.post("/v1/campaigns", json=a_brief().model_dump(mode="json"))
        imported = await theirs.post("/v1/creators/import", content=roster, headers={"Content-Type": "text/csv"})
        id_ = started.json()["id"]
        seen = [(await client.get(f"/v1/campaigns/{id_}")).status_code for client in (theirs, ours)]
        cancelled = [
            (await client.post(f"/v1/campaigns/{id_}/cancel", json={"reason": "no"})).status_code
            for client in (ours, theirs)
        ]
        found = [(await client.get("/v1/creators")).json()["items"] for client in (theirs, ours)]

    assert (started.status_code, imported.status_code) == (201, 200)
    assert seen == [200, 404]
    assert cancelled == [404, 200]
    assert [len(items) for items in found] == [1, 0]
    assert {row["workspace"] for row in await pool.fetch("select workspace from events")} == {AGENCY}


async def test_a_creators_link_leads_into_the_workspace_of_its_collaboration(door: FrontDoor, pool: Pool) -> None:
    await pool.execute("insert into workspaces (id) values ('agency')")
    await door.services.desk.campaigns.assign("tea", AGENCY)
    id_ = await door.offered()
    async with door.as_creator(id_) as creator:
        seen = await creator.get(f"/v1/collaborations/{id_}")
        accepted = await creator.post(f"/v1/collaborations/{id_}/offer/accept", json={"version": 1})
        page = await creator.get(f"/c/{door.services.links.token(id_)}")

    assert (seen.status_code, accepted.status_code, page.status_code) == (200, 200, 200)


async def _stock(door: FrontDoor) -> dict[str, str]:
    """Ids of what the first workspace has."""
    collaboration, creator = await door.offered(), await door.known_creator()
    desk = door.services.desk
    member = await desk.members.add("default", "robin@brand.example", AccessRole.OPS, None, by="test")
    key = await door.key(AccessRole.OPS)
    webhook, _ = await door.services.webhooks.open("webhook1", "default", "https://x.example", None, command_id="1")
    return {
        "id": collaboration,
        "creator": creator,
        "webhook": webhook.id,
        "key": key.split("_")[1],
        "member": member.id,
    }


async def _everything(pool: Pool) -> dict[str, object]:
    """How much there is of what could have been changed, and its latest state."""
    return {
        table: await pool.fetchval(f"select md5(string_agg(t::text, '|' order by t::text)) from {table} t")
        for table in ("events", "streams", "webhooks", "members", "creators", "tasks", "campaign_board")
    } | {"revoked": await pool.fetchval("select count(*) from api_keys where revoked_at is not null")}


async def test_search_stays_within_the_workspace(door: FrontDoor) -> None:
    """The one look that does not go through row security has the workspace in its words."""
    await door.known_creator(handle="ours")
    async with door.client(await door.key(AccessRole.OWNER, AGENCY)) as theirs, door.client(API_KEY) as ours:
        found = [(await one.get("/v1/creators", params={"q": "ours"})).json()["items"] for one in (theirs, ours)]
    assert [len(items) for items in found] == [0, 1]
