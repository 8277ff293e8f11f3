"""How forms of the console are read: amounts, ticks and choices; and what a person is told of a slip in one."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends

from api.amounts import AmountUnreadable, minor_units
from api.dependencies import ID_PATTERN
from domain.money import Money

Fields = Mapping[str, str]

FINAL = "sure"
"""The box by which somebody says that they know that a decision is for good."""


MOST_GIFTS = 10
"""Gifts in one offer, at most."""


class FormMistake(Exception):
    """Something was entered that cannot be read, or a box was not ticked."""


def amount(fields: Fields, name: str, label: str, currency: str) -> Money:
    """An amount as people write it.

    Raises:
        FormMistake: it is something else.
    """
    try:
        return Money(amount=minor_units(fields.get(name, ""), currency), currency=currency)
    except (AmountUnreadable, LookupError) as unreadable:
        raise FormMistake(f"{label}: {unreadable}") from unreadable


def limit(fields: Fields) -> Money | None:
    """A spend limit in units of its currency; None where none was entered."""
    return amount(fields, "limit", "The limit", fields.get("currency", "USD")) if "limit" in fields else None


def consent(fields: Fields, *names: str) -> dict[str, Any]:
    """These fields of a form with which somebody signs.

    Raises:
        FormMistake: nobody has consented.
    """
    if fields.get("consent") != "yes":
        raise FormMistake("Tick the box to say that you have read the contract and agree to it.")
    return {**{name: fields[name] for name in names if name in fields}, "consent": True}


def must_be_sure(fields: Fields) -> None:
    """Asks for the tick below a decision that nothing takes back.

    Raises:
        FormMistake: it is not there.
    """
    if fields.get(FINAL) != "yes":
        raise FormMistake("This cannot be taken back: tick the box to say that you know, and send it again.")


def beside_fee(fields: Fields, currency: str) -> dict[str, Any]:
    """Gifts and commission as a counter-offer states them; nothing of a form that has no room for them.

    Raises:
        FormMistake: an amount cannot be read.
    """
    if fields.get("beside") != "yes":
        return {}
    rows = [row for row in range(MOST_GIFTS) if f"gifts.{row}.description" in fields]
    stated: dict[str, Any] = {"gifts": [_gift(fields, row, currency) for row in rows]}
    if "commission_ratio" in fields:
        cap = amount(fields, "commission_cap", "The most of the commission", currency)
        stated["commission"] = {"ratio": ratio(fields["commission_ratio"]), "cap": cap.amount}
    elif fields.get("had_commission") == "yes":
        stated["commission"] = {"ratio": 0, "cap": 0}
    return stated


def _gift(fields: Fields, row: int, currency: str) -> dict[str, Any]:
    worth = f"gifts.{row}.value"
    value = amount(fields, worth, "What a gift is worth", currency).amount if worth in fields else 0
    return {"description": fields[f"gifts.{row}.description"], "value": value}


def listed(text: str) -> list[str]:
    """What is separated by commas, without what is empty."""
    return [part.strip() for part in text.split(",") if part.strip()]


def ratio(text: str) -> float | str:
    """Per cent as a ratio, rounded to a hundredth of one per cent; what is no number as it was entered."""
    return round(float(text) / 100, 4) if re.fullmatch(r"\d{1,5}(\.\d+)?", text) else text


async def _chosen(campaign_id: str = "") -> str | None:
    return campaign_id if re.fullmatch(ID_PATTERN, campaign_id) else None


ChosenCampaign = Annotated[str | None, Depends(_chosen)]
"""The campaign that a page is narrowed to; a select that says "all" sends an empty one."""
