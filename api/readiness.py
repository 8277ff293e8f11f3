"""Whether the process can do its work: each probe says what is missing and what to do about it.

The parts that are Temporal's are in `api/readiness_of_temporal.py`.
"""

import asyncio
from time import monotonic
from typing import Protocol

import aiosmtplib
import asyncpg

from activities.store.keys import KeyUnavailable, MasterKeys
from activities.store.migrate import NewerSchema, SchemaMismatch, pending
from activities.store.queries import QUERIES
from domain.values import Value

PATIENCE = 5
"""A part that does not answer within so many seconds is not ready."""

KEPT_SECONDS = 60
"""So long a good finding stands where looking costs others something: a mail server counts its visitors."""

AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Finding(Value):
    """What a probe has found; `todo` says what helps, and is empty where nothing is needed.

    What is not `needed` waits without harm: mails go out once the mail server is back.
    """

    part: str
    ready: bool
    found: str
    todo: str = ""
    needed: bool = True


class Readiness(Value):
    """Everything that the process needs, part by part."""

    ready: bool
    parts: tuple[Finding, ...]


class Probe(Protocol):
    """Looks at one part of the installation."""

    async def check(self) -> Finding:
        """What is found now. Never raises, and answers within a few seconds."""
        ...


async def look_at(probes: tuple[Probe, ...]) -> Readiness:
    """All findings; ready if every part is that is needed."""
    parts = await asyncio.gather(*(probe.check() for probe in probes))
    return Readiness(ready=all(part.ready for part in parts if part.needed), parts=tuple(parts))


class Kept:
    """Asks another probe only once in a while as long as it finds nothing wrong."""

    def __init__(self, probe: Probe, *, seconds: float = KEPT_SECONDS) -> None:
        self._probe = probe
        self._seconds = seconds
        self._kept: tuple[float, Finding] | None = None

    async def check(self) -> Finding:
        """See `Probe.check`."""
        if self._kept is not None and monotonic() < self._kept[0]:
            return self._kept[1]
        finding = await self._probe.check()
        self._kept = (monotonic() + self._seconds, finding) if finding.ready else None
        return finding


class DatabaseProbe:
    """PostgreSQL answers, and its schema is this release's, or a newer one that has only grown."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def check(self) -> Finding:
        """See `Probe.check`."""
        try:
            async with asyncio.timeout(PATIENCE):
                missing = await pending(self._dsn)
        except NewerSchema as newer:
            todo = "bring this process to that release soon; until then it works, since migrations only add"
            return Finding(part="database", ready=True, found=str(newer), todo=todo)
        except SchemaMismatch as mismatch:
            todo = "run the release that the database was migrated to"
            return Finding(part="database", ready=False, found=str(mismatch), todo=todo)
        except AWAY as error:
            found = f"PostgreSQL does not answer ({type(error).__name__})"
            return Finding(part="database", ready=False, found=found, todo="start it, and check DATABASE_URL")
        if missing:
            found = f"migrations are missing: {', '.join(missing)}"
            return Finding(part="database", ready=False, found=found, todo="run `groundswell migrate`")
        return Finding(part="database", ready=True, found="PostgreSQL answers and its schema is up to date")


class PermissionsProbe:
    """The role may read every table and add to it."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def check(self) -> Finding:
        """See `Probe.check`."""
        part = "permissions"
        try:
            async with asyncio.timeout(PATIENCE):
                connection = await asyncpg.connect(self._dsn)
                try:
                    row = await connection.fetchrow(QUERIES.tables_out_of_reach)
                finally:
                    await connection.close()
        except AWAY as error:
            return Finding(part=part, ready=False, found=f"not known ({type(error).__name__})", todo="see database")
        assert row is not None, "the query has one row whatever there is"
        role, tables = row["role"], row["tables"]
        if tables:
            found = f"role {role!r} may not read and add to {', '.join(tables[:5])}" + ("..." if tables[5:] else "")
            grant = f"grant select, insert, update, delete on all tables in schema public to {role}"
            todo = f"let it own the database, or: {grant}"
            return Finding(part=part, ready=False, found=found, todo=todo)
        if row["superuser"]:
            todo = "fine on one's own machine; on a server give the engine an ordinary role that owns its database"
            return Finding(part=part, ready=True, found=f"role {role!r} may do anything: it is a superuser", todo=todo)
        return Finding(part=part, ready=True, found=f"role {role!r} may read and add to every table")


class KeysProbe:
    """The master keys open the keys that are stored."""

    def __init__(self, dsn: str, masters: MasterKeys) -> None:
        self._dsn = dsn
        self._masters = masters

    async def check(self) -> Finding:
        """See `Probe.check`."""
        part = "codec keys"
        try:
            async with asyncio.timeout(PATIENCE):
                connection = await asyncpg.connect(self._dsn)
                try:
                    rows = await connection.fetch(QUERIES.masters_in_use)
                finally:
                    await connection.close()
        except AWAY as error:
            return Finding(part=part, ready=False, found=f"not known ({type(error).__name__})", todo="see database")
        try:
            for row in rows:
                self._masters.unwrap(row["owner"], row["master"], row["wrapped"])
        except KeyUnavailable as unavailable:
            found = f"{unavailable}; so it is with {row['keys']} keys"
            todo = "bring that master key back into GROUNDSWELL_MASTER_KEYS, behind the current one"
            return Finding(part=part, ready=False, found=found, todo=todo)
        old = {row["master"]: row["keys"] for row in rows if row["master"] != self._masters.current}
        if old:
            found = "; ".join(f"{keys} keys are wrapped by {master!r}" for master, keys in old.items())
            todo = f"run `groundswell rewrap`, and only then give up any key but {self._masters.current!r}"
            return Finding(part=part, ready=True, found=found, todo=todo)
        count = sum(row["keys"] for row in rows)
        return Finding(part=part, ready=True, found=f"{self._masters.current!r} opens all {count} keys")


class MailProbe:
    """The mail server answers. Mails wait for it, so that nothing else needs to."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port

    async def check(self) -> Finding:
        """See `Probe.check`."""
        where = f"{self._host}:{self._port}"
        # On 465 TLS comes first; elsewhere the greeting is in clear, and STARTTLS is the mailer's to insist on.
        server = aiosmtplib.SMTP(hostname=self._host, port=self._port, timeout=PATIENCE, use_tls=self._port == 465)
        try:
            async with server:
                return Finding(part="mail", ready=True, found=f"{where} answers", needed=False)
        except (OSError, aiosmtplib.SMTPException) as error:
            found = f"{where} does not answer ({type(error).__name__})"
            todo = "start it, or correct GROUNDSWELL_SMTP_HOST and _SMTP_PORT; mails wait up to three days"
            return Finding(part="mail", ready=False, found=found, todo=todo, needed=False)
