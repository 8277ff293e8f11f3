"""Figures, money, handles and lists as people write them."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.connectors import roster_cells as cells
from activities.connectors.roster_cells import Cell, Unclear
from domain.creators import Platform


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12345", 12_345), ("12,345", 12_345), ("12.345", 12_345), ("12 345", 12_345), ("12\u00a0345", 12_345),
        ("12\u202f345", 12_345), ("12'345", 12_345), ("1,234,567", 1_234_567), ("1.234.567", 1_234_567),
        ("12.3k", 12_300), ("12,3k", 12_300), ("12.345k", 12_345), ("1.2M", 1_200_000), ("1.2 m", 1_200_000),
        ("3K+", 3_000), ("~5k", 5_000), ("1.2E+04", 12_000), ("12000.0", 12_000), ("0", 0), (" 950 ", 950),
        ("１２３", 123), (Decimal("12300"), 12_300), (Decimal("12300.0"), 12_300),
    ],
)  # fmt: skip
def test_a_count_is_read_however_it_is_written(written: Cell, meant: int) -> None:
    assert cells.count(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "many", "-5", "12.5", "1,23,456", "1.2.3", "1,234.567,8", "12k3", "5 %", "1e999", "٣k", "9" * 30,
     Decimal("NaN"), Decimal("12.345"), Decimal("1e999999"), ["12"]],
)  # fmt: skip
def test_what_is_no_count_is_refused_rather_than_guessed(written: Cell) -> None:
    with pytest.raises(Unclear):
        cells.count(written)


@pytest.mark.parametrize(
    ("written", "decimal_comma", "meant"),
    [
        ("312.5", False, 312.5), ("312,5", False, 312.5), ("1,234.5", False, 1234.5), ("1.234,5", False, 1234.5),
        ("1.234", False, 1.234), ("1,234", False, 1234.0), ("1.234", True, 1234.0), ("1,234", True, 1.234),
        ("1.2k", False, 1200.0), ("0.500", False, 0.5), (Decimal("1.234"), True, 1.234),
    ],
)  # fmt: skip
def test_a_lone_separator_in_an_average_is_read_by_the_files_convention(
    written: Cell, decimal_comma: bool, meant: float
) -> None:
    assert cells.average(written, decimal_comma=decimal_comma) == meant


@pytest.mark.parametrize(
    ("written", "in_percent", "meant"),
    [("3.4%", False, 0.034), ("3,4 %", False, 0.034), ("3.4", False, 0.034), ("0.034", False, 0.034),
     ("0.9%", False, 0.009), ("0.9", True, 0.009), ("0", False, 0.0), (Decimal("0.034"), False, 0.034)],
)  # fmt: skip
def test_an_engagement_rate_becomes_a_ratio(written: Cell, in_percent: bool, meant: float) -> None:
    assert cells.ratio(written, in_percent=in_percent) == pytest.approx(meant)


@pytest.mark.parametrize("written", ["0.9", "1", "250", "101%", "high", ["3"]])
def test_a_rate_that_could_be_either_or_neither_is_refused(written: Cell) -> None:
    with pytest.raises(Unclear):
        cells.ratio(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$150", (150_00, "USD")), ("150 USD", (150_00, "USD")), ("USD 150", (150_00, "USD")),
        ("€120,50", (120_50, "EUR")), ("1.200,00 €", (1_200_00, "EUR")), ("£1,200", (1_200_00, "GBP")),
        ("150", (150_00, "USD")), ("$1.5k", (1_500_00, "USD")), ("$99.9", (99_90, "USD")),
        ("CHF 1'200", (1_200_00, "CHF")), ("¥15,000", (15_000, "JPY")), ("$150 / post", (150_00, "USD")),
        ("80 eur per reel", (80_00, "EUR")), ("1.200 EUR", (1_200_00, "EUR")), (Decimal("150.5"), (150_50, "USD")),
    ],
)  # fmt: skip
def test_money_becomes_minor_units_of_its_currency(written: Cell, meant: tuple[int, str]) -> None:
    assert cells.money(written) == meant


@pytest.mark.parametrize(
    "written", ["", "free", "$100-200", "150 bananas", "$1.2345", "¥10.5", "USD 5 EUR", "-$5", "$", "kr 500", ["5"]]
)
def test_money_that_is_unclear_is_refused(written: Cell) -> None:
    with pytest.raises(Unclear):
        cells.money(written)


@pytest.mark.parametrize("written", [f"1{' ' * 130_000}x", f"{'1 ' * 65_000}x", "/" * 130_000])
def test_a_cell_that_is_longer_than_any_amount_is_refused_at_once(written: str) -> None:
    """A cell may have 131,072 characters: patterns that take the square of that would hold up everybody."""
    with pytest.raises(Unclear, match="one amount"):
        cells.money(written)


def test_money_without_a_currency_takes_the_columns() -> None:
    assert cells.money("150", "EUR") == (150_00, "EUR")
    assert cells.currency_in("Rate (USD)") == "USD"
    assert cells.currency_in("Fee in €") == "EUR"
    assert cells.currency_in("Rate per Post") is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("@Some.One", ("some.one", None)),
        ("some_one", ("some_one", None)),
        ("https://www.instagram.com/Some.One/?hl=en", ("some.one", Platform.INSTAGRAM)),
        ("tiktok.com/@someone", ("someone", Platform.TIKTOK)),
        ("https://m.youtube.com/c/someone/videos", ("someone", Platform.YOUTUBE)),
    ],
)
def test_a_handle_is_read_from_names_and_addresses(written: str, meant: tuple[str, Platform | None]) -> None:
    assert cells.handle(written) == meant


@pytest.mark.parametrize("written", ["", "@", "-", "two words", "ünïcode", "x" * 65, "a/b"])
def test_what_is_no_handle_is_refused(written: str) -> None:
    with pytest.raises(Unclear):
        cells.handle(written)


@pytest.mark.parametrize(("written", "meant"), [("IG", "instagram"), ("Tik Tok", "tiktok"), ("YouTube", "youtube")])
def test_platforms_go_by_their_usual_names(written: str, meant: str) -> None:
    assert cells.platform(written) == meant


def test_lists_drop_repeats_and_blanks() -> None:
    assert cells.listed("coffee; hiking;; coffee", ";") == ("coffee", "hiking")


@pytest.mark.parametrize("written", ["", " - ", "N/A", "#N/A", "null", "—"])
def test_people_write_missing_in_many_ways(written: str) -> None:
    assert cells.is_missing(written)


@given(st.text())
def test_any_text_is_read_as_a_figure_within_bounds_or_refused(text: str) -> None:
    for read in (cells.count, cells.average, cells.ratio):
        with suppress(Unclear):
            assert 0 <= read(text) <= 10**11


@given(st.text())
def test_any_text_is_read_as_money_or_a_handle_or_refused(text: str) -> None:
    with suppress(Unclear):
        amount, currency = cells.money(text)
        assert amount >= 0
        assert len(currency) == 3
    with suppress(Unclear):
        assert len(cells.handle(text)[0]) in range(1, 65)


@given(st.integers(0, 10**9))
def test_a_count_survives_every_grouping(number: int) -> None:
    for mark in (",", ".", " ", "'", "\u00a0", ""):
        assert cells.count(f"{number:,}".replace(",", mark)) == number
