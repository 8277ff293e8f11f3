"""Any sequence of appends has the same results in PostgreSQL as in a model of a few lines."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool
from domain.budget import BudgetMove
from domain.decider import ENGINE
from domain.errors import BudgetExceeded, ConcurrencyConflict, GroundswellError, IdempotencyKeyReused
from domain.events import Envelope, Metadata, Record
from tests.keys import a_sealer

BUDGET = 100
_examples = count()


@dataclass(frozen=True)
class Attempt:
    """An append: `behind` is how far its expected version is from the true one."""

    stream: str
    command_id: str
    fingerprint: str
    behind: int
    events: tuple[int, ...]
    reserve: int


ATTEMPTS = st.builds(
    Attempt,
    stream=st.sampled_from("ab"),
    command_id=st.sampled_from(["k1", "k2", "k3", "k4", "k5", "k6"]),
    fingerprint=st.sampled_from(["f", "f", "f", "g"]),
    behind=st.sampled_from([0, 0, 0, 0, -1, 1]),
    events=st.lists(st.integers(0, 9), min_size=1, max_size=3).map(tuple),
    reserve=st.integers(0, 60),
)


@dataclass
class Model:
    """What the log should do, in memory."""

    streams: dict[str, list[int]] = field(default_factory=dict)
    commands: dict[tuple[str, str], tuple[str, list[tuple[int, int]]]] = field(default_factory=dict)
    reserved: int = 0

    def append(self, attempt: Attempt) -> list[tuple[int, int]] | type[GroundswellError]:
        """Versions with their content, or the error."""
        stored = self.streams.get(attempt.stream, [])
        fingerprint, result = self.commands.get((attempt.stream, attempt.command_id), (attempt.fingerprint, []))
        if fingerprint != attempt.fingerprint:
            return IdempotencyKeyReused
        if result:
            return result
        if attempt.behind:
            return ConcurrencyConflict
        if self.reserved + attempt.reserve > BUDGET:
            return BudgetExceeded
        self.reserved += attempt.reserve
        result = list(enumerate(attempt.events, start=len(stored) + 1))
        self.streams[attempt.stream] = [*stored, *attempt.events]
        self.commands[attempt.stream, attempt.command_id] = (attempt.fingerprint, result)
        return result


def contents(events: list[Envelope]) -> list[tuple[int, int]]:
    return [(event.version, event.data["n"]) for event in events]


def given_by(command_id: str, fingerprint: str, campaign_id: str) -> Metadata:
    return Metadata(
        actor=ENGINE,
        command="DoIt",
        command_id=command_id,
        fingerprint=fingerprint,
        decided_at=datetime(2026, 3, 1, tzinfo=UTC),
        correlation_id=campaign_id,
    )


async def attempted(
    log: PostgresEventLog, attempt: Attempt, prefix: str
) -> list[tuple[int, int]] | type[GroundswellError]:
    stream = prefix + attempt.stream
    records = [Record(type="Happened", schema_version=1, data={"n": n}) for n in attempt.events]
    move = BudgetMove(campaign_id=prefix, reserved=attempt.reserve, currency="USD")
    expected = await log.head(stream) + attempt.behind
    try:
        by = given_by(attempt.command_id, attempt.fingerprint, prefix)
        return contents(await log.append(stream, expected, records, by, [move]))
    except GroundswellError as refused:
        return type(refused)


# The database is shared by the examples: each has streams and a campaign of its own.
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=st.lists(ATTEMPTS, max_size=12))
async def test_every_sequence_of_appends_agrees_with_the_model(pool: Pool, attempts: list[Attempt]) -> None:
    log, model, prefix = PostgresEventLog(pool, a_sealer(pool)), Model(), f"example{next(_examples)}/"
    opening = BudgetMove(campaign_id=prefix, total=BUDGET, currency="USD")
    started = [Record(type="Started", schema_version=1, data={})]
    await log.append(f"{prefix}campaign", 0, started, given_by("start", "f", prefix), [opening])
    for attempt in attempts:
        assert await attempted(log, attempt, prefix) == model.append(attempt)
    for stream, expected in model.streams.items():
        assert contents(await log.read(prefix + stream)) == list(enumerate(expected, start=1))
    reserved = await pool.fetchval("select reserved from budget where campaign_id = $1", prefix)
    assert reserved == model.reserved
    assert len(await log.read_campaign(prefix)) == 1 + sum(len(events) for events in model.streams.values())
