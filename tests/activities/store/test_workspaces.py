"""Sessions of one workspace, and to which workspace a campaign belongs."""

import pytest

from activities.store.creators import Creators
from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from activities.store.workspaces import APP_ROLE, CampaignWorkspaces, WorkspacePools
from domain.discovery import wanted
from domain.errors import IdempotencyKeyReused
from tests.activities.store.appending import given_by, happened
from tests.domain.given import a_brief, a_profile
from tests.keys import a_sealer


async def test_each_workspace_has_sessions_of_its_own(database: str) -> None:
    pools = WorkspacePools(database, max_size=2)
    try:
        for workspace in ("one", "two"):
            pool = await pools.of(workspace)
            whose = await pool.fetchrow("select current_user::text, session_workspace()")
            assert whose is not None
            assert tuple(whose) == (APP_ROLE, workspace)
        assert await pools.of("one") is await pools.of("one")
    finally:
        await pools.aclose()


async def test_a_workspace_that_nobody_uses_holds_no_connection(database: str) -> None:
    pools = WorkspacePools(database)
    try:
        assert (await pools.of("one")).get_size() == 0
    finally:
        await pools.aclose()


async def test_a_campaign_belongs_to_the_workspace_that_was_said_before_its_first_event(pool: Pool) -> None:
    """Its events carry it, and those of its collaborations; who appends need not know."""
    await pool.execute("insert into workspaces (id) values ('agency')")
    await CampaignWorkspaces(pool).assign("tea", "agency")
    log = PostgresEventLog(pool, a_sealer(pool))
    told = given_by("k1").model_copy(update={"correlation_id": "tea"})

    (event,) = await log.append("campaign/tea", 0, happened("a"), told)
    await log.append("collaboration/c", 0, happened("a"), told)

    assert event.metadata.workspace == "agency"
    assert {row["workspace"] for row in await pool.fetch("select workspace from events")} == {"agency"}
    assert (await log.read("campaign/tea")) == [event]


async def test_a_campaign_of_which_nothing_was_said_is_the_first_workspaces(pool: Pool) -> None:
    assert await CampaignWorkspaces(pool).of("tea") == "default"


async def test_a_campaign_never_changes_its_workspace(pool: Pool) -> None:
    await pool.execute("insert into workspaces (id) values ('agency'), ('other')")
    workspaces = CampaignWorkspaces(pool)
    await workspaces.assign("tea", "agency")
    await workspaces.assign("tea", "agency")

    for another in ("other", "default"):
        with pytest.raises(IdempotencyKeyReused, match="tea"):
            await CampaignWorkspaces(pool).assign("tea", another)


async def test_whom_a_campaign_may_want_is_of_its_own_workspace(pool: Pool) -> None:
    """The engine ranks for all workspaces, and never one's creators for another."""
    await pool.execute("insert into workspaces (id) values ('agency')")
    creators = Creators(pool, a_sealer(pool).keyring)
    for workspace in ("default", "agency"):
        await creators.upsert(workspace, [a_profile(handle=f"of.{workspace}")])
    await CampaignWorkspaces(pool).assign("tea", "agency")

    found = {
        campaign: [each.profile.handle for each in await creators.candidates(wanted(a_brief()), campaign_id=campaign)]
        for campaign in ("tea", "coffee")
    }
    assert found == {"tea": ["of.agency"], "coffee": ["of.default"]}
