"""How people write figures, money, handles and lists in spreadsheets, and what is meant by it.

A cell is text, or from JSON also a number or a list. Every function raises `Unclear` with the rule that the cell
breaks; none of them guesses where two readings are likely.
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from domain.creators import Platform

Cell = str | Decimal | list[str]


class Unclear(ValueError):
    """A cell that cannot be read; the message is the rule it breaks."""


_MISSING = frozenset({"", "-", "–", "—", "?", "n/a", "#n/a", "na", "nan", "none", "null", "unknown", "tbd"})
_SPACES = re.compile(r"[\s'’`_]")
_FIGURE = re.compile(r"(\d[\d.,]*)(k|m|mio|mn|b|bn)?", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?e\+?\d{1,2}", re.IGNORECASE)
_SCALE = {"k": 3, "m": 6, "mio": 6, "mn": 6, "b": 9, "bn": 9}
_LARGEST = Decimal(10) ** 11
"""Above it no count and no price is real."""


def is_missing(cell: Cell) -> bool:
    """Whether a cell says that nothing is known: empty, a dash, n/a and the like."""
    if isinstance(cell, str):
        return unicodedata.normalize("NFKC", cell).strip().casefold() in _MISSING
    return isinstance(cell, list) and not cell


def count(cell: Cell, *, decimal_comma: bool = False) -> int:
    """A whole number: 12345, `12,345`, `12.345`, `12 345`, `12.3k`, `1.2M`, `1.2E+04`."""
    value = _figure(cell, decimal_comma=decimal_comma, three_digits_group=True)
    if value != value.to_integral_value() and not _is_scaled(cell):
        raise Unclear("must be a whole number")
    return int(value.to_integral_value())


def average(cell: Cell, *, decimal_comma: bool = False) -> float:
    """A number that may have decimals. `1.234` is one and a bit, in a file with decimal commas 1,234."""
    return float(_figure(cell, decimal_comma=decimal_comma, three_digits_group=False))


def ratio(cell: Cell, *, decimal_comma: bool = False, in_percent: bool = False) -> float:
    """An engagement rate as a ratio: `3.4%`, `3.4` (more than 1 is a percentage) or `0.034`.

    `in_percent` tells that the column's heading has a % sign.
    """
    text = str(cell).strip() if not isinstance(cell, list) else ""
    percent = in_percent or text.endswith("%")
    figure = text.removesuffix("%") if isinstance(cell, str) else cell
    value = _figure(figure, decimal_comma=decimal_comma, three_digits_group=False)
    if not percent and Decimal("0.3") < value <= 1:
        raise Unclear("could be a percentage or a ratio: write 0.9% or 0.009")
    result = float(value / 100 if percent or value > 1 else value)
    if result > 1:
        raise Unclear("must be at most 100%")
    return result


_SYMBOLS = {
    "$": "USD", "US$": "USD", "USD$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "R$": "BRL",
    "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "FR.": "CHF", "EURO": "EUR", "EUROS": "EUR",
    "DOLLARS": "USD",
}  # fmt: skip
LONGEST_AMOUNT = 100
"""Characters; NFKC makes up to 18 of one."""
_WITHOUT_MINOR_UNIT = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})
_PER_POST = re.compile(r"\s*(?:/|per|a)\s*(?:post|reel|story|video|tiktok|short)\s*$", re.IGNORECASE)
_PRICE = re.compile(r"([^\d\s.,+\-]{1,7})?\s*(\d[\d\s.,'’]*(?:k|m)?)\s*([^\d\s]{1,7})?", re.IGNORECASE)


def money(cell: Cell, currency: str = "USD") -> tuple[int, str]:
    """An amount in minor units with its currency: `$150`, `150 USD`, `€120,50`, `1.200 EUR`, `$1.5k`.

    `currency` is meant where the cell names none.
    """
    text = str(cell) if not isinstance(cell, list) else ""
    if len(text) > LONGEST_AMOUNT:  # the patterns below take the square of its length
        raise Unclear("must be one amount, such as $150, 150 USD or €120,50")
    text = _PER_POST.sub("", unicodedata.normalize("NFKC", text).strip())
    match = _PRICE.fullmatch(text)
    if match is None:
        raise Unclear("must be one amount, such as $150, 150 USD or €120,50")
    before, figure, after = match.groups()
    named = {_currency(mark) for mark in (before, after) if mark}
    if len(named) > 1:
        raise Unclear("names two currencies")
    code = named.pop() if named else currency
    exponent = 0 if code in _WITHOUT_MINOR_UNIT else 2
    amount = _figure(figure if isinstance(cell, str) else cell, decimal_comma=False, three_digits_group=True)
    minor = amount.scaleb(exponent)
    if minor != minor.to_integral_value():
        raise Unclear(f"has more decimals than {code} has")
    return int(minor), code


def currency_in(text: str) -> str | None:
    """The currency that a heading names: `Rate (USD)`, `Fee in €`."""
    for word in re.findall(r"[A-Z]{3}\b|[^\w\s()]", text):
        try:
            return _currency(word)
        except Unclear:
            continue
    return None


_CODE_LIST = """
    USD EUR GBP CAD AUD NZD CHF SEK NOK DKK PLN CZK HUF RON BRL MXN INR JPY KRW CNY HKD SGD ZAR TRY AED ILS
    VND CLP ISK THB
"""
_CODES = frozenset(_CODE_LIST.split())


def _currency(mark: str) -> str:
    upper = mark.upper()
    code = _SYMBOLS.get(upper, upper)
    if code not in _CODES:
        raise Unclear("names no currency that is known here: write its three letters, such as USD")
    return code


_PROFILE_URL = re.compile(
    r"(?:https?://)?(?:[a-z]+\.)?(instagram|tiktok|youtube)\.com/(?:c/|user/)?@?([^/?#\s]+).*", re.IGNORECASE
)


def handle(cell: Cell) -> tuple[str, Platform | None]:
    """An account name in lower case without its @, and the platform if it was given as a profile's address."""
    text = _text(cell)
    match = _PROFILE_URL.fullmatch(text)
    platform = Platform(match.group(1).lower()) if match else None
    name = (match.group(2) if match else text).removeprefix("@").lower()
    if not re.fullmatch(r"[a-z0-9._-]{1,64}", name) or not any(map(str.isalnum, name)):
        raise Unclear("must be an account name: letters, digits, dots, dashes and underscores, at most 64")
    return name, platform


_PLATFORMS = {
    "instagram": Platform.INSTAGRAM, "ig": Platform.INSTAGRAM, "insta": Platform.INSTAGRAM,
    "tiktok": Platform.TIKTOK, "tt": Platform.TIKTOK,
    "youtube": Platform.YOUTUBE, "yt": Platform.YOUTUBE, "youtubeshorts": Platform.YOUTUBE,
}  # fmt: skip


def platform(cell: Cell) -> Platform:
    """A platform by one of its usual names."""
    known = _PLATFORMS.get(re.sub(r"[\W_]", "", _text(cell).casefold()))
    if known is None:
        raise Unclear(f"must be one of {', '.join(Platform)}")
    return known


def one_line(cell: Cell) -> str:
    """Text with its line breaks and repeated spaces made single spaces."""
    return " ".join(_text(cell).split())


def email(cell: Cell) -> str:
    """A mail address."""
    text = _text(cell).removeprefix("mailto:")
    if len(text) > 254 or not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+", text):
        raise Unclear("must be one mail address")
    return text


def listed(cell: Cell, separators: str) -> tuple[str, ...]:
    """The items of a list; in text they stand between any of the separators. Repeats are dropped."""
    parts = cell if isinstance(cell, list) else re.split(separators, _text(cell))
    return tuple(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))


def _text(cell: Cell) -> str:
    if isinstance(cell, list):
        raise Unclear("must be text, not a list")
    return str(cell).strip()


def _is_scaled(cell: Cell) -> bool:
    """12.345k is a rounded figure already, so its fraction of a follower is dropped rather than refused."""
    return isinstance(cell, str) and cell.strip().rstrip("+ ")[-1:].isalpha()


def _figure(cell: Cell, *, decimal_comma: bool, three_digits_group: bool) -> Decimal:
    if isinstance(cell, list):
        raise Unclear("must be a number, not a list")
    value = cell if isinstance(cell, Decimal) else _written(cell, decimal_comma, three_digits_group)
    if not value.is_finite() or not 0 <= value <= _LARGEST:
        raise Unclear("must be a number that is not negative and not beyond all bounds")
    return value


def _written(cell: str, decimal_comma: bool, three_digits_group: bool) -> Decimal:
    text = _SPACES.sub("", unicodedata.normalize("NFKC", cell)).lstrip("~≈").rstrip("+")
    if not text.isascii() or len(text) > 40:
        raise Unclear("must be a number")
    if _SCIENTIFIC.fullmatch(text):
        return Decimal(text.replace(",", "."))
    match = _FIGURE.fullmatch(text)
    if match is None:
        raise Unclear("must be a number")
    digits, suffix = match.groups()
    plain = _without_grouping(digits, decimal_comma, three_digits_group=three_digits_group and suffix is None)
    try:
        return Decimal(plain).scaleb(_SCALE[suffix.lower()] if suffix else 0)
    except InvalidOperation:
        raise Unclear("must be a number") from None


def _without_grouping(digits: str, decimal_comma: bool, three_digits_group: bool) -> str:
    """`1.234,5` and `1,234.5` become `1234.5`; see `count` and `average` for a lone separator before three digits."""
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return digits
    if len(set(marks)) == 2:
        decimal = marks[-1]
        whole, _, fraction = digits.rpartition(decimal)
        if decimal in whole:
            raise Unclear("mixes dots and commas in a way that is no number")
        return f"{_grouped(whole)}.{fraction or '0'}"
    mark = marks[0]
    if len(marks) > 1:
        return _grouped(digits)
    whole, _, fraction = digits.partition(mark)
    groups = three_digits_group or (mark == "." if decimal_comma else mark == ",")
    if groups and len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.strip("0"):
        return whole + fraction
    return f"{whole}.{fraction or '0'}"


def _grouped(digits: str) -> str:
    first, *rest = re.split(r"[.,]", digits)
    if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in rest):
        raise Unclear("has thousands separators that are not three digits apart")
    return first + "".join(rest)
