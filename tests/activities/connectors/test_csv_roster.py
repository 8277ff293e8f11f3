"""Rosters in: what is kept, what is reported with its line, and what is refused as no roster at all."""

import csv
import hashlib
import io
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.connectors.csv_roster import (
    MAX_BYTES,
    RosterFormat,
    RosterReading,
    RosterUnreadable,
    format_of,
    read_roster,
)
from activities.connectors.roster_generator import generate
from domain.creators import Platform, Profile

HEADER = "Platform,Handle,Name,E-mail,Followers"


def sheet(*rows: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *rows]).encode()


def only(reading: RosterReading) -> Profile:
    assert reading.rejected == ()
    [(_, profile)] = reading.accepted
    return profile


def rejections(reading: RosterReading) -> list[tuple[int, str, str]]:
    return [(row.line, row.field, row.value) for row in reading.rejected]


def test_a_full_row_becomes_a_profile() -> None:
    header = (
        "Platform,@handle,Full Name,E-mail,Follower Count,Following,Posts,Avg. Likes,Avg. Comments,Engagement Rate,"
        "Posts/Week,Country,Language,Topics,Bio,Branded Hashtags,Sample Comments,Rate per Post"
    )
    row = (
        'IG,@Ada.Brews,Ada  Brewer,ada@creators.example,"12,345",310,1.2k,"412.5",18,3.5%,4,United States,English,'
        '"coffee; hiking","Espresso,\nfirst",#coffeetime #hike,Lovely!|Lovely!|Which beans?,$150'
    )
    profile = only(read_roster(sheet(row, header=header)))
    assert profile == Profile(
        platform=Platform.INSTAGRAM,
        handle="ada.brews",
        name="Ada Brewer",
        email="ada@creators.example",
        followers=12_345,
        following=310,
        posts=1_200,
        average_likes=412.5,
        average_comments=18,
        engagement_stated=0.035,
        posts_per_week=4,
        country="US",
        language="en",
        topics=("coffee", "hiking"),
        biography="Espresso, first",
        branded_hashtags=("coffeetime", "hike"),
        sample_comments=("Lovely!", "Lovely!", "Which beans?"),
        fee=150_00,
        fee_currency="USD",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_usual_encodings_are_told_apart(encoding: str) -> None:
    content = sheet("instagram,a,Zoë Müller,a@creators.example,2000").decode().encode(encoding)
    assert only(read_roster(content)).name == "Zoë Müller"


def test_a_code_page_that_is_neither_is_still_decoded() -> None:
    """Byte 0x81 is undefined in cp1252, so the guess of charset-normalizer decides."""
    rows = [f"instagram,user{n},Ďaďá Žížala Ľubomír Čaká,u{n}@creators.example,2000" for n in range(40)]
    reading = read_roster(sheet(*rows, "instagram,x,\x81,x@creators.example,2000").decode().encode("cp852", "replace"))
    assert len(reading.accepted) == 41


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_under_which_the_header_makes_sense(delimiter: str) -> None:
    content = sheet("instagram,a,A,a@creators.example,2000").decode().replace(",", delimiter).encode()
    assert only(read_roster(content)).followers == 2_000


def test_excels_delimiter_line_and_blank_lines_before_the_header_are_skipped() -> None:
    reading = read_roster(b"sep=;\r\n\r\n;;\r\nHandle;Email;Followers;Platform\r\na;a@creators.example;1.234;ig\r\n")
    assert reading.accepted[0][0] == 5
    assert only(reading).followers == 1_234


def test_a_file_with_semicolons_has_decimal_commas() -> None:
    content = b"Platform;Handle;Email;Followers;Avg Likes\r\nig;a;a@creators.example;2000;1.234\r\n"
    assert only(read_roster(content)).average_likes == 1_234


def test_line_breaks_in_headings_and_cells_do_not_shift_the_lines_reported() -> None:
    header = 'Platform,Handle,Name,E-mail,"Follower\nCount"'
    reading = read_roster(sheet('ig,a,"A\nB",a@creators.example,2000', "ig,b,B,broken,2000", header=header))
    assert [line for line, _ in reading.accepted] == [3]
    assert rejections(reading) == [(5, "email", "broken")]


def test_each_bad_row_is_reported_and_the_good_ones_are_kept() -> None:
    reading = read_roster(
        sheet(
            "ig,good,Good,good@creators.example,2000",
            "ig,,No Handle,x@creators.example,2000",
            "ig,nomail,No Mail,,2000",
            "ig,badmail,Bad Mail,at home,2000",
            "ig,manyfans,Many Fans,x@creators.example,lots",
            "myspace,old,Old,x@creators.example,2000",
            ",noplatform,No Platform,x@creators.example,2000",
            "ig,GOOD,Again,good@creators.example,2000",
            "ig,short,Short,short@creators.example",
            "ig,long,Long,long@creators.example,2000,,surplus",
            "ig,nul,N\x00L,nul@creators.example,2000",
            f"ig,longname,{'x' * 300},x@creators.example,2000",
            "",
            ",,,,",
        )
    )
    assert [profile.handle for _, profile in reading.accepted] == ["good"]
    assert rejections(reading) == [
        (3, "handle", ""),
        (4, "email", ""),
        (5, "email", "at home"),
        (6, "followers", "lots"),
        (7, "platform", "myspace"),
        (8, "platform", ""),
        (9, "handle", "good"),
        (10, "followers", ""),
        (11, "", "surplus"),
        (12, "name", "N\ufffdL"),
        (13, "name", "x" * 80),
    ]
    assert "line 2" in reading.rejected[6].rule


def test_the_same_handle_on_two_platforms_is_two_accounts() -> None:
    reading = read_roster(sheet("ig,a,A,a@creators.example,2000", "tiktok,a,A,a@creators.example,2000"))
    assert len(reading.accepted) == 2


def test_a_row_that_was_rejected_does_not_block_a_later_good_one() -> None:
    reading = read_roster(sheet("ig,a,A,broken,2000", "ig,a,A,a@creators.example,2000"))
    assert [line for line, _ in reading.accepted] == [3]


def test_the_platform_may_come_from_the_address_the_heading_or_the_caller() -> None:
    by_address = b"Profile URL,Email,Followers\nhttps://tiktok.com/@a,a@creators.example,2000"
    by_heading = b"Instagram Handle,Email,Followers\na,a@creators.example,2000"
    by_caller = b"Handle,Email,Followers\na,a@creators.example,2000"
    assert only(read_roster(by_address)).platform is Platform.TIKTOK
    assert only(read_roster(by_heading)).platform is Platform.INSTAGRAM
    assert only(read_roster(by_caller, default_platform=Platform.YOUTUBE)).platform is Platform.YOUTUBE
    assert read_roster(by_caller).rejected[0].field == "platform"


def test_a_fee_is_in_the_currency_of_its_cell_its_column_or_its_heading() -> None:
    def fee(heading: str, *cells: str) -> tuple[int | None, str]:
        row = ",".join(["ig,a,A,a@creators.example,2000", *cells])
        profile = only(read_roster(sheet(row, header=f"{HEADER},{heading}")))
        return profile.fee, profile.fee_currency

    assert fee("Fee", "£90") == (90_00, "GBP")
    assert fee("Fee,Currency", "90", "EUR") == (90_00, "EUR")
    assert fee("Fee (CHF)", "90") == (90_00, "CHF")
    assert fee("Fee", "90") == (90_00, "USD")


def test_headings_that_are_not_understood_are_reported() -> None:
    reading = read_roster(sheet("ig,a,A,a@creators.example,2000,9", header=HEADER + ",Shoe Size"))
    assert reading.ignored_columns == ("Shoe Size",)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"  \r\n ", "is empty"),
        (b"Handle,Mood\na,good", "no column for email, followers. Columns found: Handle, Mood. Columns required"),
        (b"PK\x03\x04 and so on", "workbook"),
        (hashlib.shake_256(b"junk").digest(4_000), "not text"),
        (b"x" * (MAX_BYTES + 1), "limit is"),
        (b"\n" * 2_500_000 + b"x", "lines"),
        (b'"' + HEADER.encode() + b"x" * 200_000, "at most 131,072 characters"),
        (b"," * 10_000, "10,001 columns"),
    ],
)  # fmt: skip
def test_what_is_no_roster_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(RosterUnreadable, match=why):
        read_roster(content)


@pytest.mark.parametrize(
    "line", [b"x" * 10_000_000, b"," * 10_000_000, b'"' * 10_000_000, b"\xe9" * 10_000_000, b"a;" * 5_000_000]
)
@pytest.mark.parametrize("written_as", RosterFormat)
def test_a_single_line_of_ten_megabytes_is_answered_within_two_seconds(line: bytes, written_as: RosterFormat) -> None:
    begun = time.process_time()
    try:
        reading = read_roster(line, written_as)
    except RosterUnreadable:
        pass
    else:
        assert len(reading.rejected) == 1
    assert time.process_time() - begun < 2


def test_a_cell_beyond_the_limit_spoils_its_row_only() -> None:
    long = "x" * 200_000
    reading = read_roster(sheet(f"ig,long,{long},l@creators.example,2000", "ig,a,A,a@creators.example,2000"))
    assert [(line, p.handle) for line, p in reading.accepted] == [(3, "a")]
    assert "at most 131,072" in reading.rejected[0].rule


def test_a_quotation_mark_that_is_never_closed_is_named() -> None:
    rows = [f"ig,u{n},U,u{n}@creators.example,2000" for n in range(200)]
    reading = read_roster(sheet("ig,a,A,a@creators.example,2000", 'ig,"b,B,b@creators.example,2000', *rows))
    assert len(reading.accepted) == 1
    assert [(row.line, row.rule) for row in reading.rejected] == [(3, "a quotation mark is opened and never closed")]


def test_json_lines_are_read_by_the_same_rules() -> None:
    good = {
        "Platform": "instagram", "Username": "Ada", "E-mail": "ada@creators.example", "Follower Count": 12300,
        "avg likes": 410.25, "topics": ["coffee", "hiking"], "engagement": 0.034, "fee": 150.5, "country": None,
        "mood": "good",
    }  # fmt: skip
    lines = [
        json.dumps(good),
        "",
        json.dumps({**good, "Username": "text", "Follower Count": "12.3k"}),
        json.dumps({**good, "Username": "half", "Follower Count": 12.345}),
        json.dumps({**good, "Username": "nested", "fee": {"amount": 5}}),
        json.dumps({**good, "Username": "bool", "Follower Count": True}),
        json.dumps(good),
        '{"Username": NaN',
        "[" * 100_000,
        '"text"',
        json.dumps({**good, "Username": "\ud800"}),
    ]
    reading = read_roster("\n".join(lines).encode(), "jsonl")
    first, second = (profile for _, profile in reading.accepted)
    assert (first.handle, first.followers, first.average_likes, first.fee) == ("ada", 12_300, 410.25, 150_50)
    assert (first.topics, first.engagement_stated, first.country) == (("coffee", "hiking"), 0.034, None)
    assert second.followers == 12_300
    assert [(row.line, row.field) for row in reading.rejected] == [
        (4, "followers"), (5, "fee"), (6, "followers"), (7, "handle"), (8, ""), (9, ""), (10, ""), (11, "handle"),
    ]  # fmt: skip
    assert reading.ignored_columns == ("mood",)


def test_a_json_array_is_refused_with_the_way_out() -> None:
    with pytest.raises(RosterUnreadable, match="one object on each line"):
        read_roster(b'[{"handle": "a"}]', RosterFormat.JSON_LINES)


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("text/csv; charset=utf-8", RosterFormat.CSV),
        ("application/vnd.ms-excel", RosterFormat.CSV),
        ("application/x-ndjson", RosterFormat.JSON_LINES),
        ("application/pdf", None),
    ],
)
def test_the_format_follows_from_the_content_type(media_type: str, expected: RosterFormat | None) -> None:
    assert format_of(media_type) is expected


headed = st.text(max_size=400).map(lambda text: f"{HEADER}\n{text}".encode("utf-8", "replace"))


@settings(max_examples=300)
@given(content=st.binary(max_size=400) | headed, written_as=st.sampled_from(RosterFormat))
def test_any_bytes_are_read_or_refused_as_unreadable(content: bytes, written_as: RosterFormat) -> None:
    try:
        reading = read_roster(content, written_as)
    except RosterUnreadable:
        return
    assert all(row.rule and len(row.value) <= 80 for row in reading.rejected)


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ["instagram", "ig", "some.one", "a@creators.example", "12.3k", "2000", '"', "a,b", "line\nbreak"]
)


@given(st.lists(st.lists(cell, max_size=7), max_size=8))
def test_every_row_that_is_not_blank_is_either_accepted_or_rejected(rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([HEADER.split(","), *rows])
    reading = read_roster(written.getvalue().encode())
    filled = [row for row in rows if any(text.strip() for text in row)]
    assert len(reading.accepted) + len(reading.rejected) == len(filled)


def test_a_sheet_means_the_same_as_csv_and_as_json_lines() -> None:
    """Figures, synonyms, line breaks in cells, repeats and what is wrong with a row: only the line numbers differ."""
    content = generate(3, 120).replace(b"Youtube", b"TikTok")
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    lines = "\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows if any(row.values()))
    as_csv, as_lines = read_roster(content), read_roster(lines.encode("utf-16"), RosterFormat.JSON_LINES)
    assert len(as_csv.accepted) > 100
    assert [profile for _, profile in as_lines.accepted] == [profile for _, profile in as_csv.accepted]
    assert len(as_csv.rejected) > 3
    assert [(row.field, row.value) for row in as_lines.rejected] == [(row.field, row.value) for row in as_csv.rejected]


@pytest.mark.parametrize("written_as", RosterFormat)
def test_one_name_on_two_platforms_is_two_accounts(written_as: RosterFormat) -> None:
    """A repeat is the same account on the same platform, however it is written."""
    rows = [("ig", "@ada"), ("TikTok", "ada"), ("Instagram", "https://www.instagram.com/Ada")]
    if written_as is RosterFormat.CSV:
        content = sheet(*(f"{platform},{handle},Ada,a@creators.example,2000" for platform, handle in rows))
    else:
        facts = {"Name": "Ada", "E-mail": "a@creators.example", "Followers": "2000"}
        content = "\n".join(json.dumps({"Platform": p, "Handle": h, **facts}) for p, h in rows).encode()
    reading = read_roster(content, written_as)
    assert [profile.platform for _, profile in reading.accepted] == [Platform.INSTAGRAM, Platform.TIKTOK]
    ((_, field, value),) = rejections(reading)
    assert (field, value) == ("handle", "ada")
