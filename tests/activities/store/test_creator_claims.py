"""Two campaigns never hold the same creator under clashing exclusivity, however they race for it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

import asyncpg
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from activities.store.creator_claims import CreatorClaims
from activities.store.event_log import PostgresEventLog
from activities.store.pool import Connection, Pool
from domain.brief import PostingWindow
from domain.claims import Claim, Held, Release, claims_of, clash
from domain.clauses import Exclusivity
from domain.decider import ENGINE
from domain.errors import ExclusivityClash
from domain.events import Envelope, Metadata, Record
from domain.exclusivity import ClaimMove
from tests.keys import a_sealer

NOW = datetime(2026, 3, 1, 15, tzinfo=UTC)
DAY = timedelta(days=1)
WINDOW = PostingWindow(opens=date(2026, 3, 10), closes=date(2026, 4, 30))
_examples = count()


def claimed(
    campaign: str, creator: str = "ines", *, category: str = "tea", days: int = 0, at: datetime = NOW
) -> ClaimMove:
    """What an acceptance claims, in a campaign whose brand has the campaign's name."""
    exclusivity = Exclusivity(days=days)
    taken = claims_of(brand=campaign, category=category, exclusivity=exclusivity, window=WINDOW, at=at)
    return ClaimMove(creator_id=creator, campaign_id=campaign, taken=taken)


def released(campaign: str, release: Release, creator: str = "ines") -> ClaimMove:
    return ClaimMove(creator_id=creator, campaign_id=campaign, released=release)


async def append(log: PostgresEventLog, *moves: ClaimMove, key: str = "k") -> list[Envelope]:
    """Append an event with these moves to the collaboration's stream."""
    campaign, creator = moves[0].campaign_id, moves[0].creator_id
    stream = f"collaboration/{campaign}-{creator}"
    metadata = Metadata(
        actor=ENGINE,
        command="DoIt",
        command_id=key,
        fingerprint="same",
        decided_at=NOW,
        correlation_id=campaign,
    )
    happened = Record(type="Happened", schema_version=1, data={})
    return await log.append(stream, await log.head(stream), [happened], metadata, claims=moves)


async def test_a_second_campaign_is_refused_with_what_stands_in_its_way(log: PostgresEventLog) -> None:
    """The refusal names campaign, category and date, and leaves nothing behind."""
    await append(log, claimed("c1", days=30))
    with pytest.raises(ExclusivityClash) as refused:
        await append(log, claimed("c2"))
    assert refused.value.facts == {
        "holder": "Campaign c1",
        "campaign": "c1",
        "scope": "category",
        "name": "tea",
        "until": "2026-05-31",
    }
    assert await log.head("collaboration/c2-ines") == 0


async def test_who_wants_exclusivity_is_refused_by_who_is_there_already(log: PostgresEventLog) -> None:
    """It does not matter which of the two excludes the other."""
    await append(log, claimed("c1"))
    with pytest.raises(ExclusivityClash, match="Campaign c1 holds this creator in the category tea until 2026-05-01"):
        await append(log, claimed("c2", days=30))


async def test_campaigns_that_exclude_nobody_share_a_creator(log: PostgresEventLog, pool: Pool) -> None:
    """So do an exclusive one and one in another category, and exclusive ones with different creators."""
    for move in (
        claimed("c1"),
        claimed("c2"),
        claimed("c3", category="coffee", days=30),
        claimed("c4", "ben", days=30),
    ):
        await append(log, move)
    assert await pool.fetchval("select count(distinct campaign_id) from creator_claims") == 4


async def test_a_named_competitor_is_kept_away(log: PostgresEventLog) -> None:
    """By its name, whatever its category."""
    exclusivity = Exclusivity(days=10, category="jewellery", competitors=("C2",))
    taken = claims_of(brand="c1", category="tea", exclusivity=exclusivity, window=WINDOW, at=NOW)
    await append(log, ClaimMove(creator_id="ines", campaign_id="c1", taken=taken))
    with pytest.raises(ExclusivityClash, match="in the brand c2 until 2026-05-11"):
        await append(log, claimed("c2", category="shoes"))
    await append(log, claimed("c3", category="shoes"))


async def test_an_end_that_frees_the_creator_lets_the_next_one_in(log: PostgresEventLog, pool: Pool) -> None:
    """Nothing is left of a claim that was given back."""
    await append(log, claimed("c1", days=30))
    await append(log, released("c1", Release.ALL), key="end")
    assert await pool.fetchval("select count(*) from creator_claims") == 0
    await append(log, claimed("c2", days=30))


async def test_exclusivity_outlasts_completed_work_until_its_date(log: PostgresEventLog) -> None:
    """Presence ends with the work, so that a new exclusivity finds nobody there; the old one has its date."""
    await append(log, claimed("c1", days=30))
    await append(log, released("c1", Release.PRESENCE), key="end")
    last = datetime(2026, 5, 31, 11, 59, tzinfo=UTC)
    with pytest.raises(ExclusivityClash):
        await append(log, claimed("c2", at=last))
    elsewhere = claims_of(
        brand="c3", category="shoes", exclusivity=Exclusivity(days=9, category="tea"), window=WINDOW, at=NOW
    )
    await append(log, ClaimMove(creator_id="ines", campaign_id="c3", taken=elsewhere))
    await append(log, released("c3", Release.ALL), key="end")
    await append(log, claimed("c2", at=last + timedelta(minutes=1)))


async def test_work_that_is_late_holds_the_creator_as_long_as_it_runs(log: PostgresEventLog) -> None:
    """The date is when the claim ends at the earliest."""
    await append(log, claimed("c1", days=30))
    with pytest.raises(ExclusivityClash, match="until its collaboration has ended"):
        await append(log, claimed("c2", at=NOW + 300 * DAY))


async def test_a_repeated_command_claims_once(log: PostgresEventLog, pool: Pool) -> None:
    """The answer of the first time does not take the claim again."""
    first = await append(log, claimed("c1", days=30))
    assert await append(log, claimed("c1", days=30)) == first
    assert await pool.fetchval("select count(*) from creator_claims") == 2


class HeldUp:
    """A read model that keeps the append's transaction open until it is told to go on, or to fail."""

    streams = "collaboration/"

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.go = asyncio.Event()
        self.failure: Exception | None = None

    async def project(self, connection: Connection, stream: str, events: Sequence[Envelope]) -> None:
        """Waits."""
        self.reached.set()
        await self.go.wait()
        if self.failure:
            raise self.failure


@pytest.mark.parametrize("fails", [False, True])
async def test_who_comes_second_waits_for_a_transaction_that_is_open(
    log: PostgresEventLog, pool: Pool, fails: bool
) -> None:
    """And is refused if it commits, and let in if it does not."""
    slow = HeldUp()
    slow.failure = RuntimeError("rolled back") if fails else None
    first = asyncio.create_task(append(PostgresEventLog(pool, a_sealer(pool), [slow]), claimed("c1", days=30)))
    await slow.reached.wait()
    second = asyncio.create_task(append(log, claimed("c2", days=30)))
    await asyncio.sleep(0.2)
    assert not second.done()
    slow.go.set()
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(one) for one in results] == ([RuntimeError, list] if fails else [list, ExclusivityClash])
    assert await holders(pool) == [{"c2"} if fails else {"c1"}]


async def holders(pool: Pool) -> list[set[str]]:
    """The campaigns that hold each creator, in the creators' order."""
    rows = await pool.fetch("select array_agg(distinct campaign_id) as ids from creator_claims group by creator_id")
    return [set(row["ids"]) for row in rows]


async def test_of_sixteen_campaigns_that_accept_at_once_exactly_one_wins_each_creator(
    log: PostgresEventLog, pool: Pool
) -> None:
    """No deadlock, no double booking; whoever loses is told the winner."""

    async def accept(campaign: int, creator: int) -> Exception | list[Envelope]:
        try:
            return await append(log, claimed(f"c{campaign}", f"creator-{creator}", days=campaign % 4 + 1))
        except ExclusivityClash as refused:
            return refused

    results = await asyncio.gather(*(accept(campaign, creator) for campaign in range(16) for creator in range(4)))
    refused = [result for result in results if isinstance(result, ExclusivityClash)]
    assert len(refused) == 15 * 4
    found = await holders(pool)
    assert [len(one) for one in found] == [1] * 4
    winners = set().union(*found)
    assert {refusal.facts["campaign"] for refusal in refused} == winners


async def test_a_slow_winner_of_one_creator_does_not_hold_up_another(log: PostgresEventLog, pool: Pool) -> None:
    """The queue is one for each creator."""
    slow = HeldUp()
    first = asyncio.create_task(append(PostgresEventLog(pool, a_sealer(pool), [slow]), claimed("c1", days=30)))
    await slow.reached.wait()
    await asyncio.wait_for(append(log, claimed("c2", "ben", days=30)), 5)
    slow.go.set()
    await first


INSERT = """
insert into creator_claims (creator_id, campaign_id, scope, name, present, exclusive, since, until)
values ('ines', $1, 'category', 'tea', $2, $3, $4, $4)
"""


@pytest.mark.parametrize(
    ("first", "second", "clashes"),
    [
        ("p", "p", False),
        ("e", "e", False),
        ("p", "e", True),
        ("e", "p", True),
        ("p", "pe", True),
        ("pe", "e", True),
        ("pe", "pe", True),
    ],
)
async def test_the_table_itself_refuses_two_masters(pool: Pool, first: str, second: str, clashes: bool) -> None:
    """Whoever writes past the function meets the constraint: present beside exclusive, and nothing else."""
    await pool.execute(INSERT, "c1", "p" in first, "e" in first, NOW)
    writing = pool.execute(INSERT, "c2", "p" in second, "e" in second, NOW)
    if clashes:
        with pytest.raises(asyncpg.ExclusionViolationError, match="never_two_masters"):
            await writing
    else:
        await writing


async def test_who_is_held_is_read_with_what_holds_them(log: PostgresEventLog, pool: Pool) -> None:
    """The claims come back as they were taken, without those that are over."""
    claims = CreatorClaims(pool)
    move = claimed("c1", days=30)
    await append(log, move)
    await append(log, claimed("c2", "ben"))
    expected = [Held(campaign_id="c1", claim=claim, ended=False) for claim in move.taken]
    assert await claims.held(["ines", "nobody"], NOW) == {"ines": expected}
    await append(log, released("c1", Release.PRESENCE), key="end")
    [kept] = (await claims.held(["ines"], NOW))["ines"]
    assert (kept.claim.name, kept.claim.present, kept.ended) == ("tea", False, True)
    assert await claims.held(["ines"], NOW + 300 * DAY) == {}


@dataclass(frozen=True)
class Step:
    """A campaign accepts on a day, or its collaboration ends."""

    campaign: int
    creator: int
    category: str
    kept: str | None
    days: int
    competitor: str | None
    ends: Release | None


STEPS = st.builds(
    Step,
    campaign=st.integers(1, 4),
    creator=st.integers(1, 2),
    category=st.sampled_from(["tea", "Tea", "coffee"]),
    kept=st.none() | st.sampled_from(["TEA", "coffee"]),
    days=st.sampled_from([0, 0, 5, 40]),
    competitor=st.none() | st.sampled_from(["brand 1", "Brand 2"]),
    ends=st.sampled_from([None, None, Release.ALL, Release.PRESENCE]),
)


@dataclass
class Model:
    """The ledger as a list, with the domain's word on what clashes."""

    held: dict[str, list[Held]] = field(default_factory=dict)

    def take(self, move: ClaimMove) -> Held | None:
        """What stands in the way, if there is anything."""
        others = self.held.setdefault(move.creator_id, [])
        if move.released is not None:
            mine = [one for one in others if one.campaign_id == move.campaign_id]
            others[:] = [one for one in others if one not in mine]
            if move.released is Release.PRESENCE:
                others += [_bound(one) for one in mine if one.claim.exclusive]
            return None
        found = clash(move.taken, others, campaign_id=move.campaign_id)
        if found is not None:
            return found
        others += [Held(campaign_id=move.campaign_id, claim=claim, ended=False) for claim in move.taken]
        return None

    def has(self, move: ClaimMove) -> bool:
        """Whether the campaign has had this creator."""
        return any(one.campaign_id == move.campaign_id for one in self.held.get(move.creator_id, []))


def _bound(one: Held) -> Held:
    return one.model_copy(update={"ended": True, "claim": one.claim.model_copy(update={"present": False})})


def _claims(step: Step, day: int) -> tuple[Claim, ...]:
    competitors = (step.competitor,) if step.competitor else ()
    exclusivity = Exclusivity(days=step.days, category=step.kept, competitors=competitors)
    window = PostingWindow(opens=NOW.date(), closes=NOW.date() + 10 * DAY)
    return claims_of(
        brand=f"brand {step.campaign}",
        category=step.category,
        exclusivity=exclusivity,
        window=window,
        at=NOW + day * DAY,
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=2, max_size=12))
async def test_any_history_has_the_same_refusals_as_the_model(
    pool: Pool, log: PostgresEventLog, steps: list[Step]
) -> None:
    """PostgreSQL lets in and keeps out whom the domain would, in any order of acceptances and ends."""
    model, prefix, refused = Model(), f"example-{next(_examples)}", 0
    for nth, step in enumerate(steps):
        creator, campaign = f"{prefix}-{step.creator}", f"{prefix}-c{step.campaign}"
        move = ClaimMove(creator_id=creator, campaign_id=campaign, taken=_claims(step, 7 * nth))
        if model.has(move):
            move = released(campaign, step.ends or Release.ALL, creator)
        expected = model.take(move)
        refused += expected is not None
        facts = expected.facts(NOW + 7 * nth * DAY) if expected else None
        assert await _refused(log, move, key=f"k{nth}") == facts
    event(f"refused: {min(refused, 3)}")
    stored = await CreatorClaims(pool).held([f"{prefix}-{creator}" for creator in (1, 2)], NOW - 999 * DAY)
    assert _as_sets(stored) == _as_sets(model.held)


async def _refused(log: PostgresEventLog, move: ClaimMove, *, key: str) -> dict[str, str] | None:
    try:
        await append(log, move, key=key)
    except ExclusivityClash as refusal:
        return {name: fact for name, fact in refusal.facts.items() if name != "holder"}
    return None


def _as_sets(held: Mapping[str, Sequence[Held]]) -> dict[str, set[Held]]:
    return {creator: set(found) for creator, found in held.items() if found}
