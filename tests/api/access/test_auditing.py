"""Noting refusals: of everybody, by template, and without letting anybody in where it cannot be done."""

from activities.store.pool import Pool
from api.access.principal import AccessRole
from tests.api.access.conftest import AGENCY, FrontDoor


async def test_a_refusal_stands_where_it_cannot_be_noted(door: FrontDoor, pool: Pool) -> None:
    await pool.execute("drop table access_audit")
    async with door.client() as stranger:
        assert (await stranger.get("/v1/campaigns")).status_code == 401


async def test_an_id_is_noted_and_what_only_stands_in_its_place_is_not(door: FrontDoor, pool: Pool) -> None:
    """A path may hold anything, a name or an address among it."""
    async with door.client() as stranger:
        await stranger.get("/v1/campaigns/tea", headers={"X-Request-ID": "r-7"})
        await stranger.get("/v1/campaigns/ines@creators.example")
    first, second = await pool.fetch("select * from access_audit order by id")

    assert (first["about"], second["about"]) == ({"campaign_id": "tea"}, {})
    assert (first["action"], first["request_id"]) == ("GET /v1/campaigns/{campaign_id}", "r-7")


async def test_what_was_not_found_is_noted_where_it_would_have_been_changed(door: FrontDoor, pool: Pool) -> None:
    """In the workspace of whoever tried; looking, and looking in vain, is nobody's concern."""
    async with door.client(await door.key(AccessRole.OWNER, AGENCY)) as owner:
        await owner.get("/v1/campaigns/tea")
        answers = [await owner.post("/v1/campaigns/tea/close"), await owner.delete("/v1/webhooks/a%20name")]
    assert [answer.status_code for answer in answers] == [404, 404]
    noted = await pool.fetch("select * from access_audit order by id")
    assert [(row["action"], row["workspace"], row["refused"], row["about"]) for row in noted] == [
        ("CloseCampaign", AGENCY, "not_found", {"campaign_id": "tea"}),
        ("DELETE /v1/webhooks/{webhook_id}", AGENCY, "not_found", {}),
    ]


async def test_operators_doors_are_audited_as_well(door: FrontDoor, pool: Pool) -> None:
    """What stands in the path there is a key, and is not written down."""
    async with door.client() as stranger:
        await stranger.post("/codec/a-guessed-key/decode", json={"payloads": []})
    (row,) = await pool.fetch("select access_audit::text as entry, action from access_audit")
    assert row["action"] == "POST /codec/{key}/decode"
    assert "a-guessed-key" not in row["entry"]
