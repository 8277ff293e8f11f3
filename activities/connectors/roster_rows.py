"""One row of a roster, whatever it was written in, becomes a profile or a report of what is wrong with it."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field as Bounded
from pydantic import ValidationError

from activities.connectors import roster_cells as cells
from activities.connectors.roster_cells import Cell, Unclear
from activities.connectors.roster_columns import REQUIRED, Columns, Field, country, language
from domain.creators import Platform, Profile
from domain.values import Value


class RejectedRow(Value):
    """A row that was left out: the line it begins on (from 1), the field, its value cut to 80 characters, the rule.

    `field` is empty where the row as a whole is the trouble. `value` may hold personal data: show it to whoever
    uploaded the file, never log it.
    """

    line: int = Bounded(ge=1)
    field: str
    value: str = Bounded(max_length=80)
    rule: str


class RosterReading(Value):
    """What a roster holds: profiles with the line each begins on, rejected rows, and headings not understood."""

    accepted: tuple[tuple[int, Profile], ...]
    rejected: tuple[RejectedRow, ...]
    ignored_columns: tuple[str, ...] = ()


class Problem(Exception):
    """Why a row cannot become a profile."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        self.field, self.value, self.rule = field, value, rule


Row = Mapping[Field, Cell]


class Reading:
    """Collects the rows of one file."""

    def __init__(self, platform: Platform | None, columns: Columns, *, decimal_comma: bool) -> None:
        self._platform = platform
        self._columns = columns
        self._decimal_comma = decimal_comma
        self._accepted: list[tuple[int, Profile]] = []
        self._rejected: list[RejectedRow] = []
        self._first_line: dict[tuple[Platform, str], int] = {}

    def __len__(self) -> int:
        return len(self._accepted) + len(self._rejected)

    def take(self, line: int, row: Row | Problem) -> None:
        """Keep a row's profile, or what is wrong with it."""
        try:
            if isinstance(row, Problem):
                raise row
            profile = self._profile(row)
            self._refuse_repeat(line, profile)
        except Problem as found:
            value = _shown(found.value)
            self._rejected.append(RejectedRow(line=line, field=found.field, value=value, rule=found.rule))
        else:
            self._accepted.append((line, profile))

    def result(self, ignored: list[str]) -> RosterReading:
        """Everything read so far."""
        return RosterReading(
            accepted=tuple(self._accepted), rejected=tuple(self._rejected), ignored_columns=tuple(ignored)
        )

    def _refuse_repeat(self, line: int, profile: Profile) -> None:
        first = self._first_line.setdefault((profile.platform, profile.handle), line)
        if first != line:
            raise Problem(Field.HANDLE, profile.handle, f"repeats the account of line {first}, which is kept")

    def _profile(self, row: Row) -> Profile:
        for field, cell in row.items():
            if any(_UNSTORABLE.search(text) for text in (cell if isinstance(cell, list) else [str(cell)])):
                raise Problem(field, cell, "contains a NUL or another control character")
        facts: dict[str, Any] = {}
        for field, cell in row.items():
            if cells.is_missing(cell) and not (field in _FREE_TEXT and str(cell).strip()):
                continue
            try:
                facts |= self._read(field, cell)
            except Unclear as unclear:
                raise Problem(field, cell, str(unclear)) from None
        return self._checked(row, facts)

    def _read(self, field: Field, cell: Cell) -> dict[str, Any]:
        """One cell as the profile's fields that it gives."""
        match field:
            case Field.HANDLE:
                name, platform = cells.handle(cell)
                return {"handle": name} | ({"address_platform": platform} if platform else {})
            case Field.PLATFORM:
                return {field: cells.platform(cell)}
            case Field.FOLLOWERS | Field.FOLLOWING | Field.POSTS:
                return {field: cells.count(cell, decimal_comma=self._decimal_comma)}
            case Field.AVERAGE_LIKES | Field.AVERAGE_COMMENTS | Field.POSTS_PER_WEEK:
                return {field: cells.average(cell, decimal_comma=self._decimal_comma)}
            case Field.ENGAGEMENT_STATED:
                percent = "%" in self._columns.heading(field)
                return {field: cells.ratio(cell, decimal_comma=self._decimal_comma, in_percent=percent)}
            case Field.FEE:
                return {"fee_cell": cell}
            case Field.FEE_CURRENCY:
                return {field: cells.money("1" + cells.one_line(cell))[1]}
            case Field.COUNTRY:
                return {field: _known(country(cells.one_line(cell)), "must be a country's two-letter code or its name")}
            case Field.LANGUAGE:
                return {field: _known(language(cells.one_line(cell)), "must be a language's two-letter code or name")}
            case Field.EMAIL:
                return {field: cells.email(cell)}
            case Field.TOPICS:
                return {field: cells.listed(cell, r"[,;|/\n]")}
            case Field.BRANDED_HASHTAGS:
                return {field: tuple(tag.lstrip("#") for tag in cells.listed(cell, r"[\s,;|]+") if tag.lstrip("#"))}
            case Field.SAMPLE_COMMENTS:
                return {field: _comments(cell)}
            case Field.NAME | Field.BIOGRAPHY:
                return {field: cells.one_line(cell)}

    def _checked(self, row: Row, facts: dict[str, Any]) -> Profile:
        facts.setdefault("platform", facts.pop("address_platform", None) or self._platform)
        facts.pop("address_platform", None)
        if facts["platform"] is None:
            raise Problem(Field.PLATFORM, "", f"is missing: name one of {', '.join(Platform)}")
        for field in REQUIRED:
            if field not in facts:
                raise Problem(field, row.get(field, ""), "is missing")
        facts.setdefault("name", facts["handle"])
        if "fee_cell" in facts:
            facts |= self._fee(facts.pop("fee_cell"), facts.get(Field.FEE_CURRENCY))
        try:
            return Profile(**facts)
        except ValidationError as invalid:
            error = invalid.errors(include_url=False)[0]
            raise Problem(str(error["loc"][0]), error["input"], error["msg"]) from None

    def _fee(self, cell: Cell, currency: str | None) -> dict[str, Any]:
        named = currency or cells.currency_in(self._columns.heading(Field.FEE)) or "USD"
        try:
            amount, found = cells.money(cell, named)
        except Unclear as unclear:
            raise Problem(Field.FEE, cell, str(unclear)) from None
        return {Field.FEE: amount, Field.FEE_CURRENCY: found}


_FREE_TEXT = frozenset({Field.NAME, Field.HANDLE, Field.BIOGRAPHY})
"""`na` is missing as a figure, but it may well be somebody's name."""
_UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def _comments(cell: Cell) -> tuple[str, ...]:
    """Repeats are kept here: identical comments are what a check looks for."""
    parts = cell if isinstance(cell, list) else re.split(r"[|\n]", str(cell))
    return tuple(" ".join(part.split()) for part in parts if part.strip())


def _known(code: str | None, rule: str) -> str:
    if code is None:
        raise Unclear(rule)
    return code


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return _UNSTORABLE.sub("\ufffd", text[:200])[:80]
