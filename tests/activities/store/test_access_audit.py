"""The audit of access, and links that were used."""

import asyncpg
import pytest

from activities.store.access_audit import AccessAudit, UsedLinks
from activities.store.pool import Pool


async def _note(audit: AccessAudit, action: str, workspace: str | None = "default") -> None:
    await audit.note(
        action,
        workspace=workspace,
        kind="key",
        principal="manager",
        role="ops",
        about={"campaign_id": "tea"},
        refused="not_permitted",
        request_id="r-1",
    )


async def test_what_was_noted_is_read_newest_first_by_pages_and_workspace(pool: Pool) -> None:
    audit = AccessAudit(pool)
    for action in ("one", "two", "three"):
        await _note(audit, action)
    await _note(audit, "theirs", "agency")
    await _note(audit, "nobody's", None)

    first = await audit.page("default", limit=2)
    rest = await audit.page("default", before=first[-1].id)
    assert [entry.action for entry in first] == ["three", "two"]
    assert [entry.action for entry in rest] == ["one"]
    assert (first[0].principal, first[0].about, first[0].refused) == (
        "manager",
        {"campaign_id": "tea"},
        "not_permitted",
    )


@pytest.mark.parametrize(
    "change", ["update access_audit set action = ''", "delete from access_audit", "truncate access_audit"]
)
async def test_nothing_of_it_is_ever_changed(pool: Pool, change: str) -> None:
    await _note(AccessAudit(pool), "one")
    with pytest.raises(asyncpg.PostgresError, match="append-only"):
        await pool.execute(change)


async def test_a_link_keeps_the_first_use_of_it(pool: Pool) -> None:
    links = UsedLinks(pool)
    assert await links.used_with("token") is None
    for key in ("one", "two"):
        await links.use("token", "c0ffee", "sign_contract", key)
    assert await links.used_with("token") == "one"
    assert "token" not in await pool.fetchval("select used_links::text from used_links")
