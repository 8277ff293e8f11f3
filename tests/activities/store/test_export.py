"""An auditor with a file and a public key: an export shows every change that verification of the database shows."""

import asyncio
import json
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activities.store.chain import GENESIS, chained
from activities.store.checkpoint import write_checkpoint
from activities.store.event_log import PostgresEventLog
from activities.store.export import PAGE, EventLine, Examination, export
from activities.store.pool import Pool
from domain.events import event_id
from tests.activities.store.appending import NOW, append, given_by, happened, open_append
from tests.activities.store.projections.desk import Desk, whole_story
from tests.keys import a_sealer

KEY = Ed25519PrivateKey.generate()
SOUND: list[str] = []


async def exported(pool: Pool) -> list[bytes]:
    return [line.encode() async for lines in export(pool) for line in lines]


@pytest.fixture
async def lines(pool: Pool) -> list[bytes]:
    """An export of three streams of three events each, which take turns: line 2 is the first event of stream a."""
    log = PostgresEventLog(pool, a_sealer(pool))
    for version in range(3):
        for stream in "abc":
            await log.append(f"collaboration/{stream}", version, happened(version), given_by(f"k{version}"))
    return await exported(pool)


@pytest.fixture
def file() -> list[bytes]:
    """The same as `lines`, made without a database."""
    made, ends = ['{"format":"groundswell-export-1","exported_at":"2026-03-01T12:00:00Z","upto":9}'], dict[str, bytes]()
    for nth in range(9):
        stream, version = f"collaboration/{'abc'[nth % 3]}", nth // 3 + 1
        event = EventLine(
            position=nth + 1,
            stream=stream,
            version=version,
            event_id=event_id(stream, version),
            type="Happened",
            schema_version=1,
            recorded_at=NOW,
            metadata='{"command_id":"k"}',
            data=f'{{"what":{version - 1}}}',
            hash="0" * 64,
        )
        ends[stream] = chained(ends.get(stream, GENESIS), event.digest)
        made.append(event.model_copy(update={"hash": ends[stream].hex()}).model_dump_json())
    return [f"{line}\n".encode() for line in [*made, '{"events":9}']]


def faults(lines: list[bytes]) -> list[str]:
    return [f"{fault.line}: {fault.what}" for fault in Examination().read(lines)]


def edited(line: bytes, **facts: Any) -> bytes:
    return json.dumps({**json.loads(line), **facts}).encode() + b"\n"


async def test_an_export_of_a_sound_record_is_sound(lines: list[bytes]) -> None:
    examination = Examination()
    assert list(examination.read(lines)) == []
    assert (examination.events, examination.streams, len(lines)) == (9, 3, 11)


async def test_an_empty_record_has_an_export(pool: Pool) -> None:
    assert faults(await exported(pool)) == SOUND


async def test_what_is_stored_is_exported_to_the_letter_and_sealed_as_it_is(pool: Pool) -> None:
    """Names and words of people are in no export in clear; the texts are those of the table."""
    await whole_story(Desk(pool))
    lines = await exported(pool)
    stored = await pool.fetch("select data::text as data, metadata::text as metadata from events order by position")
    events = [json.loads(line) for line in lines[1:-1]]
    assert [(event["data"], event["metadata"]) for event in events] == [
        (row["data"], row["metadata"]) for row in stored
    ]
    text = b"".join(lines).decode()
    assert "Ada" not in text
    assert '\\"sealed\\"' in text
    assert faults(lines) == SOUND


async def test_a_record_longer_than_a_page_is_exported_whole(pool: Pool) -> None:
    log = PostgresEventLog(pool, a_sealer(pool))
    await log.append("collaboration/a", 0, happened(*range(PAGE)), given_by("k1"))
    await log.append("collaboration/a", PAGE, happened("ü \u2028 \\", 'quo"te'), given_by("k2"))
    assert faults(await exported(pool)) == SOUND


async def test_what_is_not_settled_is_left_for_the_next_export(pool: Pool) -> None:
    await append(pool, "a")
    slow = await open_append(pool, "slow")
    await append(pool, "fast")
    assert [json.loads(line)["stream"] for line in (await exported(pool))[1:-1]] == ["collaboration/a"]
    await slow.commit()
    assert len(await exported(pool)) == 5


EDITS: dict[str, dict[str, Any]] = {
    "data": {"data": '{"what":9}'},
    "a space": {"data": '{"what": 1}'},
    "metadata": {"metadata": "{}"},
    "type": {"type": "Unhappened"},
    "schema version": {"schema_version": 2},
    "time": {"recorded_at": "2026-03-01T12:00:00.000001Z"},
    "hash": {"hash": "0" * 64},
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_line_is_the_first_that_is_named(file: list[bytes], edit: dict[str, Any]) -> None:
    file[5] = edited(file[5], **edit)
    assert faults(file)[0] == "6: collaboration/b: version 2 is edited"


def test_one_change_is_one_fault_and_hides_no_other(file: list[bytes]) -> None:
    assert faults(file) == SOUND
    file[4] = edited(file[4], data="{}")
    file[9] = edited(file[9], data="{}")
    assert faults(file) == ["5: collaboration/a: version 2 is edited", "10: collaboration/c: version 3 is edited"]


CHANGES: dict[str, tuple[Callable[[list[bytes]], object], str]] = {
    "a line removed": (lambda lines: lines.pop(4), "7: collaboration/a: version 2 is missing"),
    "two lines swapped": (
        lambda lines: lines.__setitem__(slice(4, 6), [lines[5], lines[4]]),
        "6: collaboration/a: version 2 is out of order, at position 4",
    ),
    "a line twice": (lambda lines: lines.insert(5, lines[4]), "6: collaboration/a: version 2 is moved"),
    "a stream's end removed": (lambda lines: lines.pop(9), "10: there were 9 events, and are 8"),
    "cut off": (
        lambda lines: lines.__delitem__(slice(8, None)),
        "9: the export ends before its last line: it was cut off",
    ),
    "no JSON": (lambda lines: lines.__setitem__(3, b"hello\n"), "4: is not an event: its JSON is wrong"),
    "a field too many": (
        lambda lines: lines.__setitem__(3, edited(lines[3], comment="x")),
        "4: is not an event: comment is wrong",
    ),
    "no first line": (lambda lines: lines.pop(0), "1: is not the first line of an export: format is wrong"),
    "something behind": (lambda lines: lines.append(b"\n"), "12: there is something behind the last line"),
    "in another stream": (
        lambda lines: lines.__setitem__(3, edited(lines[3], stream="collaboration/d")),
        "4: collaboration/d: version 1 is moved",
    ),
}


@pytest.mark.parametrize(("change", "named"), CHANGES.values(), ids=CHANGES)
def test_what_else_was_done_to_the_file_is_named_by_its_line(
    file: list[bytes], change: Callable[[list[bytes]], object], named: str
) -> None:
    change(file)
    assert faults(file)[0] == named


async def test_a_checkpoint_holds_for_an_export_that_was_made_later(pool: Pool, lines: list[bytes]) -> None:
    checkpoint = await write_checkpoint(pool, KEY)
    early = Examination(checkpoint)
    assert list(early.read(lines)) == []
    assert early.against_checkpoint() == []
    await append(pool, "d", "e")
    late = Examination(checkpoint)
    assert list(late.read(await exported(pool))) == []
    assert late.against_checkpoint() == []


async def test_a_chain_that_was_computed_anew_differs_from_the_checkpoint(pool: Pool, lines: list[bytes]) -> None:
    """Whoever can compute hashes can make a file that is sound in itself; they can't sign it."""
    checkpoint = await write_checkpoint(pool, KEY)
    previous = bytes.fromhex(json.loads(lines[4])["hash"])
    forged = EventLine.model_validate_json(edited(lines[7], data='{"what":"forged"}'))
    lines[7] = edited(lines[7], data=forged.data, hash=chained(previous, forged.digest).hex())
    examination = Examination(checkpoint)
    assert list(examination.read(lines)) == []
    assert examination.against_checkpoint() == ["Up to position 9 some stream is not what it was."]


async def test_a_stream_that_was_left_out_differs_from_the_checkpoint(pool: Pool, lines: list[bytes]) -> None:
    checkpoint = await write_checkpoint(pool, KEY)
    kept = [line for line in lines if b"collaboration/b" not in line]
    kept[-1] = b'{"events":6}\n'
    examination = Examination(checkpoint)
    assert list(examination.read(kept)) == []
    assert examination.against_checkpoint() == [
        "Up to position 9 there were 3 streams, and are 2.",
        "Up to position 9 there were 9 events, and are 6.",
    ]


async def test_an_export_that_ends_before_the_checkpoint_cannot_be_compared(pool: Pool, lines: list[bytes]) -> None:
    await append(pool, "d")
    examination = Examination(await write_checkpoint(pool, KEY))
    assert list(examination.read(lines)) == []
    assert examination.against_checkpoint() == ["The checkpoint is of position 10, and the export ends at 9."]


async def test_the_twenty_lines_of_the_documentation_come_to_the_same(
    pool: Pool, lines: list[bytes], tmp_path: Path
) -> None:
    """Whoever trusts none of our code can copy them, or write their own."""
    page = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    [program] = re.findall(r"^```python\n(import hashlib.*?)^```", page, re.MULTILINE | re.DOTALL)
    checkpoint = tmp_path / "checkpoint.json"
    checkpoint.write_text((await write_checkpoint(pool, KEY)).model_dump_json())
    await append(pool, "later")

    async def run(lines: list[bytes]) -> str:
        record = tmp_path / "record.jsonl"
        record.write_bytes(b"".join(lines))
        python = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, record, checkpoint, stdout=PIPE, stderr=PIPE
        )
        told, complained = await python.communicate()
        return (told + complained).decode().strip()

    assert await run(await exported(pool)) == "as signed"
    assert await run([*lines[:9], lines[10]]) == "not as signed"
    lines[5] = edited(lines[5], data="{}")
    assert await run(lines) == "collaboration/b: version 2 is broken"
