import csv
import io
import re

import pytest

from api.report.figures import Report, reckon
from api.report.history import fold
from api.report.sheet import COLUMNS, render_csv
from domain.money import Money
from tests.api.report.story import Story, brief, creator, whole_campaign


@pytest.fixture(scope="module")
def report() -> Report:
    story = whole_campaign()
    return reckon(fold(story.envelopes), story.creators)


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))


def with_name(name: str) -> Story:
    """A campaign in which the first creator is called that."""
    story = Story().begin().invite("Ada").agree("Ada")
    profile = creator("Ada").profile.model_copy(update={"name": name})
    story.creators["ada"] = creator("Ada").model_copy(update={"profile": profile})
    return story


def test_there_is_a_row_for_each_creator_and_deliverable(report: Report) -> None:
    """Creators without an agreement have one row, with nothing in it about posts."""
    rows = read(render_csv(report))
    assert [(row["creator"], row["deliverable"], row["status"]) for row in rows] == [
        ("Ada", "1", "measured"),
        ("Ada", "2", "measured"),
        ("Ben", "1", "measured"),
        ("Ben", "2", "unmeasured"),
        ("Cleo", "", ""),
        ("Dan", "", ""),
        ("Eve", "1", "missed"),
        ("Eve", "2", "awaiting_draft"),
        ("Finn", "", ""),
    ]


def test_what_is_unknown_is_empty_and_zero_is_zero(report: Report) -> None:
    """Ada reported no clicks for one post, and nothing about clicks for the other."""
    first, second = read(render_csv(report))[:2]
    assert (first["clicks"], second["clicks"]) == ("0", "")
    assert (first["impressions"], first["engagements"], first["reach"]) == ("3000", "200", "")
    assert (first["currency"], first["creator_fee"], first["fee_share"]) == ("USD", "170.00", "85.0000")
    assert first["published_at"] == "2027-01-04T15:30:00+00:00"


def test_amounts_are_in_units_of_the_currency() -> None:
    """The yen has no minor unit."""
    story = Story(brief(budget=Money(amount=90_000, currency="JPY"))).begin().invite("Ada").agree("Ada")
    (first, _) = read(render_csv(reckon(fold(story.envelopes), story.creators)))
    assert first["creator_fee"] == "17000"


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1+1", "＝1+1"])  # as attacked
def test_nothing_is_a_formula(hostile: str) -> None:
    """Names come from strangers, and a spreadsheet computes what begins like a formula."""
    story = with_name(hostile)
    rows = read(render_csv(reckon(fold(story.envelopes), story.creators)))
    assert {row["creator"] for row in rows} == {f"'{hostile}"}


@pytest.mark.parametrize("hostile", ["x;=1+1", "x; +1", "x;@SUM(A1)", "x;; -1", "x; ＝1+1"])
def test_no_country_s_spreadsheet_finds_a_formula_within_a_cell(hostile: str) -> None:
    """Where a comma is for decimals, cells end at a semicolon, within quotes that begin later than the cell as well."""
    story = with_name(hostile)
    (name,) = {row["creator"] for row in read(render_csv(reckon(fold(story.envelopes), story.creators)))}
    assert name.replace("'", "") == hostile
    assert not re.search(r";[; ]*[=+\-@＝]", name)


def test_separators_and_quotes_stay_within_their_cell() -> None:
    """RFC 4180: lines end in CRLF, and whatever needs quotes has them."""
    story = with_name('Ada "the, first"')
    content = render_csv(reckon(fold(story.envelopes), story.creators))
    assert b'"Ada ""the, first"""' in content
    assert read(content)[0]["creator"] == 'Ada "the, first"'
    assert content.count(b"\r\n") == content.count(b"\n") == 3
    assert content.split(b"\r\n")[0].decode().split(",") == list(COLUMNS)


def test_the_byte_order_mark_is_there_for_whoever_asks(report: Report) -> None:
    """Excel wants it, other programs take it for a part of the first column's name."""
    assert render_csv(report, bom=True) == b"\xef\xbb\xbf" + render_csv(report)
