"""Every call that changes something, tried by everybody who may not: refused, with nothing changed, and noted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from activities.links import MAX_AGE_SECONDS
from activities.store.pool import Pool
from api.access.auditing import NOTED_IDS
from api.access.decisions import CONSENTS
from api.access.principal import BRAND_ROLES, AccessRole
from api.access.rules import DECISIONS, RULES, SAFE, Door, calls_of
from tests.api.access.conftest import AGENCY, FrontDoor
from tests.api.access.mutations import Mutation, Mutations
from tests.api.conftest import API_KEY, SECRET
from workflows.campaign import ACCEPTS as OF_CAMPAIGNS
from workflows.collaboration import ACCEPTS as OF_COLLABORATIONS
from workflows.rights import ACCEPTS as OF_RIGHTS

WATCH = """
create table noticed (what text not null);
create function notice() returns trigger language plpgsql security definer as $$
begin
    -- When a key or a session was last seen says nothing of what it did.
    if tg_table_name in ('api_keys', 'sessions') and tg_op = 'UPDATE'
        and to_jsonb(old) - 'used_at' - 'seen_at' = to_jsonb(new) - 'used_at' - 'seen_at' then
        return null;
    end if;
    insert into noticed (what) values (tg_op || ' ' || tg_table_name);
    return null;
end
$$;
do $$
declare
    name text;
begin
    for name in
        select tablename from pg_tables where schemaname = 'public' and tablename not in ('access_audit', 'noticed')
    loop
        execute format(
            'create trigger noticed after insert or update or delete on %I for each row execute function notice()', name
        );
    end loop;
end
$$;
"""
"""Has the database itself say which rows of which table a call has written, if any: all tables but the audit."""

ANYBODYS = {
    "POST /sign-in": "everybody is told the same, and a mail is sent to members only",
    "POST /console/sign-out": "to end a session takes none",
    "POST /codec/sign-out": "to end a session takes none",
}
"""Nobody is refused, and nothing is changed."""


class LongAgo(TimestampSigner):
    """Signs as it did when links were made that have expired since."""

    def get_timestamp(self) -> int:
        """Seconds since the epoch."""
        return super().get_timestamp() - MAX_AGE_SECONDS - 60


@dataclass(frozen=True)
class Attempt:
    """Somebody who tries it, and what comes of it."""

    who: str
    bearer: str
    status: int
    code: str
    role: str | None = None
    workspace: str | None = "default"
    token: str | None = None
    """In the path."""
    sends: Mapping[str, Any] = field(default_factory=dict)
    """In place of what the call sends."""


@pytest.mark.timeout(300)
async def test_what_somebody_may_not_is_refused_changes_nothing_and_is_noted(
    installation: FrontDoor, pool: Pool
) -> None:
    """Every call of the application that changes something, with a body that it takes and about something that waits
    for it: without a key, with one of another workspace, of too low a role or for looking only; with a creator's link
    that has expired, is for another step or another collaboration, or was used. In the end whoever may does it, which
    shows that nothing else stood in the way."""
    mutations = await Mutations(installation).all()
    calls = {call for call in calls_of(installation.app.routes) if call.partition(" ")[0] not in {*SAFE, "MOUNT"}}
    assert set(mutations) == calls, "a call that changes something has its example in tests/api/access/mutations.py"
    walk = await _Walk.begin(installation, pool)
    for call, mutation in mutations.items():
        attempts = list(walk.refused(call, mutation))
        assert bool(attempts) == (call not in ANYBODYS), call
        for attempt in attempts:
            await walk.try_(call, mutation, attempt)
    for call, mutation in mutations.items():
        if mutation.status is not None:
            await walk.carry_out(call, mutation)

    assert walk.wrong == []
    assert walk.tried > 4 * len(mutations)


class _Walk:
    """The way through all calls; `wrong` is what was found on it."""

    def __init__(self, door: FrontDoor, pool: Pool, keys: Mapping[str, str]) -> None:
        self._pool, self._links, self._keys = pool, door.services.links, keys
        self._client = door.client()
        self._described: Mapping[str, Any] = door.app.openapi()["paths"]
        self.wrong: list[str] = []
        self.tried = 0

    @classmethod
    async def begin(cls, door: FrontDoor, pool: Pool) -> "_Walk":
        """With a key for everybody; from here on the database watches."""
        keys: dict[str, str] = {role: await door.key(role) for role in BRAND_ROLES}
        keys["stranger"] = await door.key(AccessRole.OWNER, AGENCY)
        keys["onlooker"] = await door.key(AccessRole.OWNER, read_only=True)
        keys["another creator"] = door.services.links.token(await door.offered("another-creator", 99))
        await pool.execute(WATCH)
        return cls(door, pool, keys)

    def refused(self, call: str, mutation: Mutation) -> Iterator[Attempt]:
        """Everybody to whom a call is refused."""
        match RULES[call].door:
            case None:
                yield from self._refused_by_role(call, mutation)
            case Door.CREATORS_LINK:
                yield from self._refused_by_link(mutation, on_page=True)
            case Door.OPERATOR:
                for who, bearer in (("nobody", ""), ("the brand's owner", API_KEY)):
                    yield Attempt(who, bearer, 401, "not_authenticated", workspace=None)
            case Door.SIGNATURE:
                other = {**mutation.sends, "content": mutation.sends["content"] + b" "}
                yield Attempt("who cannot sign", "", 401, "not_authenticated", workspace=None, sends=other)
            case Door.ANYBODY:
                wrong = Attempt("who guesses", "", 401, "not_authenticated", workspace=None)
                match call:
                    case "POST /sign-in/{token}":
                        yield replace(wrong, token="guessed")
                    case "POST /codec/sign-in":
                        yield replace(wrong, sends={"data": {"key": "guessed"}})
                    case "POST /console/sign-in":
                        yield replace(wrong, sends={"data": {"api_key": "guessed"}}, status=403)

    def _refused_by_role(self, call: str, mutation: Mutation) -> Iterator[Attempt]:
        on_page, within = " /console" in call, mutation.gives is not None and "{" not in call
        yield Attempt("nobody", "", 303 if on_page else 401, "not_authenticated", workspace=None)
        yield Attempt("who may only look", self._keys["onlooker"], 403, "key_is_narrower", AccessRole.OWNER)
        if "{" in call or within:  # it is about something that there is
            status = 200 if within else 404
            yield Attempt("a stranger", self._keys["stranger"], status, "not_found", AccessRole.OWNER, AGENCY)
        link = self._links.token(mutation.about) if mutation.about else self._keys["another creator"]
        for role in AccessRole:
            bearer = link if role is AccessRole.CREATOR else self._keys[role]
            if not RULES[call].allows(role):
                yield Attempt(role, bearer, 403, "not_permitted", role)
            elif mutation.gives is not None and not DECISIONS[mutation.gives].allows(role):
                yield Attempt(role, bearer, 200 if within else 403, "not_permitted", role)
        if mutation.step is not None:
            yield from self._refused_by_link(mutation, on_page=False)

    def _refused_by_link(self, mutation: Mutation, *, on_page: bool) -> Iterator[Attempt]:
        def attempt(who: str, link: str, status: int, code: str, role: str | None = AccessRole.CREATOR) -> Attempt:
            bearer, token = ("", link) if on_page else (link, None)
            return Attempt(who, bearer, status, code, role, "default" if role else None, token)

        expired = URLSafeTimedSerializer(SECRET, salt="creator-link", signer=LongAgo)
        old = str(expired.dumps([mutation.about, mutation.step]))
        yield attempt("whose link has expired", old, 404 if on_page else 401, "link_invalid", None)
        if not on_page:  # where the link itself says which collaboration it is about
            yield attempt("another creator", self._keys["another creator"], 404, "not_found")
        if not mutation.any_link:
            step = "look" if mutation.step in CONSENTS.values() else "sign_contract"
            link = self._links.token(mutation.about, step)
            yield attempt("whose link is for another step", link, 403, "not_this_link")

    async def try_(self, call: str, mutation: Mutation, attempt: Attempt) -> None:
        """Has somebody try it, who may not."""
        self.tried += 1
        sends = attempt.sends or mutation.sends
        answer, written, noted = await self._send(call, mutation, attempt.bearer, attempt.token, sends)
        found = [f"it wrote {each}" for each in written]
        if (answer.status_code, _code(answer)) not in ((attempt.status, attempt.code), (attempt.status, None)):
            found.append(f"{answer.status_code} {answer.text[:300]}")
        method, _, path = call.partition(" ")
        if (
            path in self._described
            and str(answer.status_code) not in self._described[path][method.lower()]["responses"]
        ):
            found.append(f"{answer.status_code} is not documented")
        if answer.status_code == 303 and not answer.headers["Location"].startswith("/console/sign-in"):
            found.append(f"led to {answer.headers['Location']}")
        expected = (attempt.code, attempt.workspace, attempt.role, answer.headers["X-Request-ID"])
        if [(row["refused"], row["workspace"], row["role"], row["request_id"]) for row in noted] != [expected]:
            found.append(f"noted as {[dict(row) for row in noted]}")
        for row in noted:
            named = {id_ for name, id_ in mutation.place.items() if name in NOTED_IDS}
            if not (named <= set(row["about"].values()) or attempt.workspace is None):
                found.append(f"what it is about is noted as {row['about']}")
            if row["action"] != call and row["action"] not in {*OF_CAMPAIGNS, *OF_COLLABORATIONS, *OF_RIGHTS}:
                found.append(f"noted as {row['action']}")
            if any(secret and secret in str(dict(row)) for secret in (attempt.bearer, attempt.token)):
                found.append("the audit has the secret")
        self.wrong.extend(f"{call}, {attempt.who}: {each}" for each in found)

    async def carry_out(self, call: str, mutation: Mutation) -> None:
        """Has somebody do it, who may; and with a link that is used up by that, do it again."""
        link = self._links.token(mutation.about, mutation.step) if mutation.step is not None else None
        on_page = RULES[call].door is Door.CREATORS_LINK
        bearer, token = ("", link) if on_page else (link or (API_KEY if RULES[call].door is None else ""), None)
        answer, written, _ = await self._send(call, mutation, bearer, token, mutation.sends)
        if answer.status_code != mutation.status or bool(written) != mutation.records:
            self.wrong.append(f"{call}, who may: {answer.status_code}, wrote {written}, {answer.text[:500]}")
        used = Attempt("who has used the link", bearer, 401, "link_used", AccessRole.CREATOR)
        if mutation.once:
            await self.try_(call, mutation, used)
        if call == "POST /sign-in/{token}":
            await self.try_(call, mutation, replace(used, code="not_authenticated", role=None, workspace=None))

    async def _send(
        self, call: str, mutation: Mutation, bearer: str, token: str | None, sends: Mapping[str, Any]
    ) -> tuple[httpx.Response, list[str], list[Any]]:
        """The answer, what was written, and what was noted."""
        last = await self._pool.fetchval("select coalesce(max(id), 0) from access_audit")
        method, _, path = call.partition(" ")
        place = {**mutation.place, **({"token": token} if token is not None else {})}
        headers = {**sends.get("headers", {}), **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
        self._client.cookies.clear()
        answer = await self._client.request(method, path.format(**place), **{**sends, "headers": headers})
        written = [row["what"] for row in await self._pool.fetch("delete from noticed returning what")]
        asked = [each for each in written if each.endswith(" answered_requests")]
        if answer.is_success or asked == ["INSERT answered_requests", "DELETE answered_requests"]:
            written = [each for each in written if each not in asked]  # what was asked under a key, and frees it again
        noted = await self._pool.fetch("select * from access_audit where id > $1 order by id", last)
        return answer, written, noted


def _code(answer: httpx.Response) -> str | None:
    """The code of the refusal, in a problem or in the first of many answers; None of pages."""
    if not answer.headers.get("Content-Type", "").startswith(("application/json", "application/problem+json")):
        return None
    found = answer.json()
    code: str | None = found["answers"][0]["problem"]["code"] if "answers" in found else found.get("code")
    return code
