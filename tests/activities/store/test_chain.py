"""The chain as Python reads it: the same hashes as the database writes, and a name for whatever is wrong."""

from collections.abc import Sequence

import pytest

from activities.store.chain import GENESIS, Broken, Damage, Head, Row, chained, examine
from activities.store.pool import Pool
from activities.store.queries import QUERIES
from activities.store.verify import row_of
from domain.events import event_id
from tests.activities.store.appending import append

STREAM = "collaboration/x"


def a_stream(length: int = 4) -> list[Row]:
    rows, previous = [], GENESIS
    for version in range(1, length + 1):
        digest = bytes([version]) * 32
        previous = chained(previous, digest)
        rows.append(Row(STREAM, version, event_id(STREAM, version), digest, previous, caused=True))
    return rows


def changed(row: Row, **fields: object) -> Row:
    whole = {name: getattr(row, name) for name in Row.__slots__}
    return Row(**(whole | fields))


def found(rows: Sequence[Row], head: Head | None) -> list[tuple[int, Damage]]:
    return [(broken.version, broken.damage) for broken in examine(STREAM, rows, head)]


ROWS = a_stream()
HEAD = Head(4, ROWS[-1].hash)


def test_a_stream_as_it_was_appended_has_nothing_wrong() -> None:
    assert list(examine(STREAM, ROWS, HEAD)) == []


def test_an_edited_row_is_named_and_those_after_it_are_not() -> None:
    edited = changed(ROWS[1], digest=b"other")
    assert list(examine(STREAM, [ROWS[0], edited, *ROWS[2:]], HEAD)) == [Broken(STREAM, 2, Damage.EDITED)]


def test_an_edited_row_with_a_new_hash_breaks_the_one_after_it() -> None:
    edited = changed(ROWS[1], digest=b"other", hash=chained(ROWS[0].hash, b"other"))
    assert found([ROWS[0], edited, *ROWS[2:]], HEAD) == [(3, Damage.EDITED)]


def test_an_edited_last_row_with_a_new_hash_is_not_the_head() -> None:
    edited = changed(ROWS[3], digest=b"other", hash=chained(ROWS[2].hash, b"other"))
    assert found([*ROWS[:3], edited], HEAD) == [(4, Damage.TRUNCATED)]


def test_swapped_rows_are_both_named() -> None:
    swapped = [ROWS[0], changed(ROWS[2], version=2), changed(ROWS[1], version=3), ROWS[3]]
    assert found(swapped, HEAD) == [(2, Damage.MOVED), (3, Damage.MOVED)]


def test_a_missing_row_is_named() -> None:
    assert found([ROWS[0], *ROWS[2:]], HEAD) == [(2, Damage.MISSING)]


@pytest.mark.parametrize("left", range(4))
def test_the_first_row_of_a_missing_end_is_named(left: int) -> None:
    assert found(ROWS[:left], HEAD) == [(left + 1, Damage.TRUNCATED)]


def test_a_row_beyond_the_head_is_forged_however_well_its_hash_fits() -> None:
    assert found(ROWS, Head(3, ROWS[2].hash)) == [(4, Damage.FORGED)]


def test_a_row_that_no_command_caused_is_forged_even_if_it_is_the_head() -> None:
    assert found([*ROWS[:3], changed(ROWS[3], caused=False)], HEAD) == [(4, Damage.FORGED)]


def test_events_of_a_stream_that_there_is_not_are_forged() -> None:
    assert found(ROWS[:2], None) == [(1, Damage.FORGED), (2, Damage.FORGED)]


async def test_the_database_writes_the_hashes_that_this_computes(pool: Pool) -> None:
    events = await append(pool, "x", 'ü 😀 \n " \\ \t', {"nested": [1, 1.5, 1e22, None, True]}, "")
    rows = [row_of(row) for row in await pool.fetch(QUERIES.rows_between, "", None)]
    previous = GENESIS
    for row, event in zip(rows, events, strict=True):
        previous = chained(previous, row.digest)
        assert (row.version, row.hash, row.caused) == (event.version, previous, True)
    assert await pool.fetchval("select hash from streams") == previous
