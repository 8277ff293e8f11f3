"""Amounts as people enter them."""

import re

from babel.numbers import get_currency_precision


class AmountUnreadable(ValueError):
    """What was entered is no amount; the message says how to write one."""


def minor_units(text: str, currency: str) -> int:
    """An amount in minor units: `250`, `1,250.50` or `250,50` dollars, at most nine digits before the point.

    Raises:
        AmountUnreadable: it is something else, or has more decimals than the currency.
    """
    digits = get_currency_precision(currency)
    decimals = rf"(?:[.,](\d{{1,{digits}}}))?" if digits else "()"
    compact = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))|[\s'’]", "", text)
    found = re.fullmatch(rf"(\d{{1,9}}){decimals}", compact, re.ASCII)
    if found is None:
        example = "250" + ("." + "0" * digits if digits else "")
        raise AmountUnreadable(f"write the amount in {currency} as a plain number, such as {example}")
    return int(found[1] + (found[2] or "").ljust(digits, "0"))
