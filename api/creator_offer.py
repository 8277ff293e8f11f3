"""Offers on the creator's page: gifts and commission in words, and what creators enter of them in a counter-offer."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from babel.numbers import get_currency_precision

from api.report.wording import money
from domain.clauses import Commission, Gift
from domain.money import Money

Fields = Mapping[str, str]
"""What was entered, without the empty fields."""


class FormMistake(Exception):
    """A field that cannot be read."""


def minor(text: str, currency: str, what: str = "Your fee") -> int:
    """An amount as a person enters it, in minor units: `250`, `250.50` or `250,50` dollars."""
    digits = get_currency_precision(currency)
    decimals = rf"(?:[.,](\d{{1,{digits}}}))?" if digits else "()"
    found = re.fullmatch(rf"(\d{{1,9}}){decimals}", text.replace(" ", ""), re.ASCII)
    if found is None:
        example = "250" + ("." + "0" * digits if digits else "")
        raise FormMistake(f"{what}: write the amount in {currency} as a plain number, such as {example}")
    return int(found[1] + (found[2] or "").ljust(digits, "0"))


def countered(fields: Fields, currency: str) -> Mapping[str, Any]:
    """What a counter-offer says of gifts and commission; what was left as it was is not in it."""
    stated: dict[str, Any] = {}
    if fields.get("gifts", "") != fields.get("gifts_before", ""):
        stated["gifts"] = [
            _gift(line.strip(), currency) for line in fields.get("gifts", "").splitlines() if line.strip()
        ]
    if "commission" in fields:
        cap = minor(fields.get("commission_cap", ""), currency, "The most that the commission can come to")
        stated["commission"] = {"ratio": _ratio(fields["commission"]), "cap": cap}
    elif "commission_before" in fields:
        stated["commission"] = {"ratio": 0, "cap": 0}
    return stated


def _gift(line: str, currency: str) -> Mapping[str, Any]:
    what, colon, worth = line.rpartition(":")
    if not colon:
        return {"description": line}
    return {"description": what.strip(), "value": minor(worth, currency, f"The worth of the gift {what.strip()!r}")}


def _ratio(text: str) -> float:
    number = text.replace(" ", "").removesuffix("%").replace(",", ".")
    if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", number, re.ASCII):
        raise FormMistake("Commission: write it in per cent as a plain number, such as 12.5")
    return round(float(number) / 100, 4)


def _plain(amount: int, currency: str) -> str:
    digits = get_currency_precision(currency)
    return f"{amount / 10**digits:.{digits}f}"


def _percent(ratio: float) -> str:
    return f"{round(100 * ratio, 2):g}"


def _gift_in_words(gift: Gift, currency: str) -> str:
    return f"{gift.description}, worth {money(gift.value, currency)}" if gift.value else gift.description


def _commission_in_words(commission: Commission, currency: str) -> str:
    return f"{_percent(commission.ratio)} %, up to {money(commission.cap, currency)}"


def _term(value: Money | Commission | Sequence[Gift] | None, currency: str) -> str:
    match value:
        case None:
            return "none"
        case Money():
            return money(value.amount, value.currency)
        case Commission():
            return _commission_in_words(value, currency)
        case _:
            return "; ".join(_gift_in_words(gift, currency) for gift in value)


def _gift_lines(gifts: Sequence[Gift], currency: str) -> str:
    """As `countered` reads them."""
    return "\n".join(f"{gift.description}: {_plain(gift.value, currency)}" for gift in gifts)


OFFER_WORDS: Mapping[str, Callable[..., str]] = {
    "gift": _gift_in_words,
    "commission": _commission_in_words,
    "term": _term,
    "gift_lines": _gift_lines,
    "percent_of": lambda commission: _percent(commission.ratio) if commission else "",
    "cap_of": lambda commission, currency: _plain(commission.cap, currency) if commission else "",
}
"""How the page's templates say it."""
