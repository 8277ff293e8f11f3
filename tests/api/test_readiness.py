"""Probes against real servers, and against none."""

import base64
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from activities.store.keys import Keyring, MasterKeys
from activities.store.migrate import Migration, migrate, shipped
from activities.store.pool import open_pool
from api.embedded.mail import MailSink
from api.readiness import DatabaseProbe, Finding, Kept, KeysProbe, MailProbe, PermissionsProbe, look_at
from tests.keys import MASTER_KEYS, MASTERS

NOWHERE = "127.0.0.1:1"


async def test_a_migrated_database_is_ready(database: str) -> None:
    assert (await DatabaseProbe(database).check()).ready


async def test_a_database_without_the_schema_says_what_to_run(postgres_dsn: str) -> None:
    finding = await DatabaseProbe(postgres_dsn).check()

    assert (finding.ready, finding.todo) == (False, "run `groundswell migrate`")
    assert "0001_events.sql" in finding.found


async def test_a_database_that_is_away_says_what_to_check() -> None:
    finding = await DatabaseProbe(f"postgresql://nobody:secret@{NOWHERE}/none").check()

    assert not finding.ready
    assert "DATABASE_URL" in finding.todo
    assert "secret" not in finding.model_dump_json()


async def test_a_newer_schema_is_no_reason_to_stop(database: str) -> None:
    """While a release is rolled out the old processes work on what the new one has migrated, and say so."""
    await migrate(database, [*shipped(), Migration("9000_later.sql", "create table later ()")])
    finding = await DatabaseProbe(database).check()

    assert finding.ready
    assert "9000_later.sql" in finding.found
    assert "bring this process to that release" in finding.todo


async def test_a_schema_that_was_edited_is_one(database: str) -> None:
    """Nobody knows then what the tables are."""
    connection = await asyncpg.connect(database)
    await connection.execute("update schema_migrations set checksum = 'other' where name like '0001%'")
    await connection.close()

    assert not (await DatabaseProbe(database).check()).ready


@pytest.fixture
async def a_role(database: str) -> AsyncIterator[str]:
    """The name of an ordinary role that may connect to the database and nothing else."""
    name = f"ordinary_{uuid4().hex}"
    connection = await asyncpg.connect(database)
    await connection.execute(f"create role {name} login")
    yield name
    await connection.execute(f"drop owned by {name}")
    await connection.execute(f"drop role {name}")
    await connection.close()


async def test_a_role_that_may_too_little_is_told_what_it_needs(database: str, a_role: str) -> None:
    """By name, with the grant that helps; with it, it is ready. A superuser is, and is told to be careful."""
    as_role = database.replace("postgresql://postgres", f"postgresql://{a_role}")
    before = await PermissionsProbe(as_role).check()
    connection = await asyncpg.connect(database)
    await connection.execute(before.todo.partition("or: ")[2])
    await connection.close()
    after, superuser = await PermissionsProbe(as_role).check(), await PermissionsProbe(database).check()

    assert (before.ready, after.ready, superuser.ready) == (False, True, True)
    assert "campaign_board" in before.found
    assert "superuser" in superuser.found
    assert "ordinary role" in superuser.todo


OTHER = "other=" + base64.b64encode(b"o" * 32).decode()


async def test_keys_are_ready_if_the_master_keys_open_them(database: str) -> None:
    """One that is missing is named, one that was exchanged under its id is noticed, one that is old is to go."""
    pool = await open_pool(database, application_name="tests")
    await Keyring(pool, MASTERS).to_seal("creator/c1")
    await pool.close()

    async def found(masters: str) -> Finding:
        return await KeysProbe(database, MasterKeys.parse(masters)).check()

    assert (await found(MASTER_KEYS)).found == "'tests' opens all 1 keys"
    missing, exchanged = await found(OTHER), await found(OTHER.replace("other", "tests"))
    assert (missing.ready, exchanged.ready) == (False, False)
    assert "no key 'tests'" in missing.found
    assert "bring that master key back" in missing.todo
    rotating = await found(f"{OTHER},{MASTER_KEYS}")
    assert rotating.ready
    assert "groundswell rewrap" in rotating.todo


async def test_probes_of_a_database_that_is_away_say_so() -> None:
    dsn = f"postgresql://nobody:secret@{NOWHERE}/none"
    for probe in (PermissionsProbe(dsn), KeysProbe(dsn, MASTERS)):
        finding = await probe.check()
        assert (finding.ready, finding.todo) == (False, "see database")


async def test_the_mail_server_is_looked_for_and_not_needed(mail_sink: MailSink) -> None:
    """Mails wait for it: the process can do its work without."""
    there, away = MailProbe(mail_sink.host, mail_sink.port), MailProbe("127.0.0.1", 1)
    assert (await there.check()).ready
    readiness = await look_at((there, away))
    assert [part.ready for part in readiness.parts] == [True, False]
    assert "GROUNDSWELL_SMTP_HOST" in readiness.parts[1].todo
    assert readiness.ready


class Counting:
    """A probe that counts how often it is asked, and finds what it is told."""

    def __init__(self) -> None:
        self.asked = 0
        self.ready = True

    async def check(self) -> Finding:
        """See `Probe.check`."""
        self.asked += 1
        return Finding(part="counted", ready=self.ready, found="")


async def test_a_good_finding_is_kept_for_a_while_and_a_bad_one_is_not() -> None:
    """Whoever mends something sees at once that it is mended."""
    behind = Counting()
    kept, brief = Kept(behind), Kept(behind, seconds=0)
    behind.ready = False
    assert not (await kept.check()).ready
    behind.ready = True
    assert (await kept.check()).ready
    assert (await kept.check()).ready
    assert behind.asked == 2
    await brief.check()
    await brief.check()
    assert behind.asked == 4
