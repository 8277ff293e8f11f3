"""Creator rosters as people export them: CSV and JSON lines in, profiles and reported rows out.

A bad row never spoils a file: it is reported with its line, field and rule, and the good ones are kept. Only a file
that is no roster at all is refused. Reading is bounded (see the limits below) and does no I/O.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeGuard

from charset_normalizer import from_bytes

from activities.connectors.roster_cells import Cell
from activities.connectors.roster_columns import REQUIRED, Columns, Field, field_of
from activities.connectors.roster_rows import Problem, Reading, RejectedRow, RosterReading, Row
from domain.creators import Platform
from domain.errors import GroundswellError

__all__ = ["RejectedRow", "RosterFormat", "RosterReading", "RosterUnreadable", "format_of", "read_roster"]

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_LINES = 1_000_000
MAX_COLUMNS = 500
MAX_FIELD = csv.field_size_limit()
"""Characters in one cell; the csv module's own limit."""
MAX_LINES_PER_ROW = 100
"""A row over more lines than that has a quotation mark that was never closed."""


class RosterUnreadable(GroundswellError):
    """The roster could not be read: {why}"""


class RosterFormat(StrEnum):
    """How a roster is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


def format_of(media_type: str) -> RosterFormat | None:
    """The format that a Content-Type announces, None for one that is no roster's."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain in {"text/csv", "application/csv", "text/plain", "text/tab-separated-values", "application/vnd.ms-excel"}:
        return RosterFormat.CSV
    known = {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
    return RosterFormat.JSON_LINES if plain in known else None


def read_roster(
    content: bytes, written_as: RosterFormat | str = RosterFormat.CSV, *, default_platform: Platform | None = None
) -> RosterReading:
    """Read a roster. `default_platform` is meant where neither a column, a heading nor a profile's address names one.

    Raises:
        RosterUnreadable: it is too large, not text, or has no usable header.
    """
    text = _decoded(content)
    if RosterFormat(written_as) is RosterFormat.CSV:
        return _read_csv(text, default_platform)
    return _read_json_lines(text, default_platform)


# From bytes to text


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise RosterUnreadable(why=f"it has {len(content):,} bytes, the limit is {MAX_BYTES:,}; split it")
    if not content.strip():
        raise RosterUnreadable(why="it is empty")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RosterUnreadable(why="it is a workbook or an archive, not text; save the sheet as CSV")
    text = _text_of(content)
    strange = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\v\f")
    if strange > max(8, len(text) // 50):
        raise RosterUnreadable(why="it is not text")
    if text.count("\n") + text.count("\r") > 2 * MAX_LINES:  # a line end may be both
        raise RosterUnreadable(why=f"it has more than {MAX_LINES:,} lines; split it")
    return text.lstrip("\ufeff")


def _text_of(content: bytes) -> str:
    for encoding in _likely_encodings(content):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    # A sample is enough to tell a code page, and keeps the time bounded.
    guess = from_bytes(content[:65_536]).best()
    if guess is None:
        raise RosterUnreadable(why="it is not text in an encoding that is known here; save it as UTF-8")
    return content.decode(guess.encoding, errors="replace")


def _likely_encodings(content: bytes) -> list[str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    sample = content[:4_096]
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > half * 0.4 > sample[0::2].count(0):
        return ["utf-16-le"]
    if sample[0::2].count(0) > half * 0.4 > sample[1::2].count(0):
        return ["utf-16-be"]
    return ["utf-8-sig", "cp1252"]


# CSV


def _read_csv(text: str, default_platform: Platform | None) -> RosterReading:
    header = _header(text)
    columns = header.columns
    reading = Reading(default_platform or columns.platform, columns, decimal_comma=header.delimiter == ";")
    for line, row in _records(text, header.delimiter):
        if line <= header.line or (isinstance(row, list) and _is_blank(row)):
            continue
        _take(reading, line, row if isinstance(row, Problem) else _by_field(row, columns))
    return reading.result(columns.ignored)


def _take(reading: Reading, line: int, row: Row | Problem) -> None:
    if len(reading) >= MAX_ROWS:
        raise RosterUnreadable(why=f"it has more than {MAX_ROWS:,} rows; split it")
    reading.take(line, row)


@dataclass(frozen=True)
class _Header:
    line: int
    delimiter: str
    columns: Columns


def _header(text: str) -> _Header:
    """The header as read with the delimiter under which most headings are understood."""
    header = max((_header_with(delimiter, text) for delimiter in ",;\t|"), key=lambda one: len(one.columns.index))
    columns = header.columns
    if columns.missing:
        seen = ", ".join(heading[:40] for heading in columns.headings[:40])
        missing = ", ".join(columns.missing)
        needed = ", ".join(REQUIRED)
        raise RosterUnreadable(why=f"no column for {missing}. Columns found: {seen}. Columns required: {needed}")
    return header


def _header_with(delimiter: str, text: str) -> _Header:
    for line, row in _records(text, delimiter):
        if isinstance(row, Problem):
            raise RosterUnreadable(why=f"line {line}, where the header should be: {row.rule}")
        if len(row) > MAX_COLUMNS:
            raise RosterUnreadable(why=f"the header has {len(row):,} columns, the limit is {MAX_COLUMNS}")
        if not _is_blank(row) and not row[0].strip().lower().startswith("sep="):  # Excel announces a delimiter so
            return _Header(line, delimiter, Columns(row))
    raise RosterUnreadable(why="it has no header")


def _is_blank(row: list[str]) -> bool:
    return not any(cell.strip() for cell in row)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | Problem]]:
    """Each record with the line it begins on. The reader goes on after a record that it cannot parse."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, Problem("", "", f"a cell may have at most {MAX_FIELD:,} characters")
            continue
        if reader.line_num - line >= MAX_LINES_PER_ROW:
            yield line, Problem("", row[0], "a quotation mark is opened and never closed")
        else:
            yield line, row


def _by_field(row: list[str], columns: Columns) -> Row | Problem:
    beyond = [cell for cell in row[len(columns.headings) :] if cell.strip()]
    if beyond:
        return Problem("", beyond[0], f"the row has {len(row)} cells, the header {len(columns.headings)}")
    return {field: row[position] for field, position in columns.index.items() if position < len(row)}


# JSON lines


def _read_json_lines(text: str, default_platform: Platform | None) -> RosterReading:
    if text.lstrip().startswith("["):
        raise RosterUnreadable(why="it is a JSON array; write one object on each line")
    reading = Reading(default_platform, Columns([]), decimal_comma=False)
    ignored: dict[str, None] = {}
    for line, written in enumerate(io.StringIO(text), start=1):
        if written.strip():
            _take(reading, line, _by_key(written, ignored))
    return reading.result(list(ignored))


def _by_key(written: str, ignored: dict[str, None]) -> Row | Problem:
    try:
        found = json.loads(written, parse_int=Decimal, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return Problem("", written, "must be one JSON object")
    row: dict[Field, Cell] = {}
    for key, value in found.items():
        field, platform = field_of(key)
        if field is None:
            if len(ignored) < MAX_COLUMNS:
                ignored[key[:80]] = None
        elif value is not None and field not in row:
            if not _is_cell(value):
                return Problem(field, value, "must be text, a number or a list of texts")
            row[field] = value
            if platform is not None:
                row.setdefault(Field.PLATFORM, platform)
    return row


def _is_cell(value: object) -> TypeGuard[Cell]:
    return isinstance(value, str | Decimal) or (isinstance(value, list) and all(isinstance(i, str) for i in value))
