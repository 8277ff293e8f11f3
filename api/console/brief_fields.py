"""The guided brief's fields: which there are, the data of a brief that they make, and what they say of a brief.

A form that goes on from a brief, as the next campaign does, carries that brief as its `basis`: what the form has no
field for is taken from there.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from api.amounts import AmountUnreadable, minor_units
from api.console.forms import Fields, ratio
from api.console.wording import units
from domain.brief import MEASURES, Brief, Measure
from domain.formats import Format

ROWS = 3
"""Objectives that the form has room for; of a basis with more, as many as that has."""
GIFTS = 2
"""Gifts that it has room for, likewise."""

PLACES: Mapping[str, str] = {
    "brand": "brand",
    "product": "product",
    "category": "category",
    "budget": "budget.amount",
    "currency": "budget.currency",
    "fee_cap": "fee_cap",
    "creators_wanted": "creators_wanted",
    "platform": "criteria.platform",
    "followers_min": "criteria.followers_min",
    "followers_max": "criteria.followers_max",
    "country": "audience.country",
    "language": "audience.language",
    "topics": "audience.topics",
    "opens": "posting_window.opens",
    "closes": "posting_window.closes",
    "product_description": "briefing.product_description",
    "caption_guide": "briefing.caption_guide",
    "do": "briefing.do",
    "do_not": "briefing.do_not",
    "hashtags": "briefing.hashtags",
    "mentions": "briefing.mentions",
    "rounds_of_changes": "policies.rounds_of_changes",
    "figures_from": "policies.performance_report_from",
    "payment_orders": "policies.payment_orders",
    "counter_offers": "policies.negotiation.rounds",
    "opening": "policies.negotiation.opening",
    "price_by": "policies.negotiation.price_by",
    "accept_up_to": "policies.negotiation.accept_up_to",
    "accept_below": "policies.negotiation.accept_below",
    "concession": "policies.negotiation.concession.exponent",
    "concession_rounds": "policies.negotiation.concession.rounds",
    "concession_up_to": "policies.negotiation.concession.up_to",
    "concession_ask_above": "policies.negotiation.concession.ask_above",
    "concession_ask_above_amount": "policies.negotiation.concession.ask_above_amount",
    "upfront": "terms.upfront",
    "commission_ratio": "terms.commission.ratio",
    "commission_cap": "terms.commission.cap",
    "usage_months": "terms.usage_rights.months",
    "usage_paid": "terms.usage_rights.paid",
    "usage_perpetual": "terms.usage_rights.perpetual",
    "whitelisting_months": "terms.usage_rights.whitelisting_months",
    "raw_footage": "terms.usage_rights.raw_footage",
    "exclusivity_days": "terms.exclusivity.days",
    "competitors": "terms.exclusivity.competitors",
    "jurisdiction": "terms.disclosure.jurisdiction",
    "signature": "terms.signature",
    "landing_url": "shop.landing_url",
    "attribution_days": "shop.attribution_days",
    "discount_prefix": "shop.discount_prefix",
    "manager": "contacts.manager",
    "escalation": "contacts.escalation",
    "finance": "contacts.finance",
    "legal": "contacts.legal",
    "letters": "contacts.language",
    "time_zone": "time_zone",
    "holidays": "calendar.country",
}
"""Where a field of the form is in a brief; objectives, deliverables, gifts and silence have fields of their own."""

AMOUNTS = ("budget", "fee_cap", "accept_below", "concession_ask_above_amount", "commission_cap")
SHARES = ("opening", "accept_up_to", "concession_up_to", "concession_ask_above", "commission_ratio", "upfront")
"""Entered in per cent."""
LISTS = ("topics", "do", "do_not", "hashtags", "mentions", "competitors")
"""One in each line, or separated by commas."""
LINES = ("do", "do_not")
"""Those of them with one in each line only."""
ANSWERS = ("usage_paid", "usage_perpetual", "raw_footage")
"""Yes or no."""
SILENCE = ("shortlist", "verification", "review")
"""Steps of the brand's for which the form asks what silence means."""
WITH = {"concession": "concession", "shop": "landing_url"}
"""Parts of a brief that are there only if this field is filled in; without it the other fields of the part are idle."""


def defaults(now: datetime) -> dict[str, str]:
    """What a new form says: sensible for a first campaign with micro-influencers."""

    def day(days: int) -> str:
        return (now + timedelta(days=days)).date().isoformat()

    return {
        "objectives.0.measure": "reach",
        "objectives.0.by": day(60),
        "objectives.1.measure": "clicks",
        "objectives.1.by": day(60),
        "objectives.2.measure": "orders",
        "objectives.2.by": day(60),
        "currency": "USD",
        "creators_wanted": "10",
        "platform": "instagram",
        "followers_min": "1000",
        "followers_max": "10000",
        "deliverables.reel": "1",
        "opens": day(21),
        "closes": day(42),
        "rounds_of_changes": "2",
        "figures_from": "doubtful",
        "payment_orders": "count_as_paid",
        "counter_offers": "2",
        "opening": "85",
        "price_by": "rate_card",
        "accept_up_to": "110",
        "concession_rounds": "3",
        "concession_up_to": "100",
        "concession_ask_above": "200",
        "upfront": "50",
        "usage_months": "3",
        "usage_paid": "no",
        "usage_perpetual": "no",
        "whitelisting_months": "0",
        "raw_footage": "no",
        "exclusivity_days": "0",
        "jurisdiction": "US",
        "signature": "own",
        "attribution_days": "30",
        "discount_prefix": "GS",
        "letters": "en",
        "time_zone": "UTC",
        "on_expiry.shortlist": "approve",
        "on_expiry.verification": "decline",
        "on_expiry.review": "approve",
    }


def rows_in(fields: Fields, name: str, least: int) -> int:
    """How many rows of `objectives` or `gifts` the form has."""
    found = (re.match(rf"{name}\.(\d{{1,2}})\.", field) for field in fields)
    return max([least, *(int(each[1]) + 1 for each in found if each)])


def names(fields: Fields) -> list[str]:
    """Every field of the form."""
    objectives, gifts = rows_in(fields, "objectives", ROWS), rows_in(fields, "gifts", GIFTS)
    rows = [f"objectives.{row}.{part}" for row in range(objectives) for part in ("measure", "target", "by")]
    given = [f"gifts.{row}.{part}" for row in range(gifts) for part in ("description", "value")]
    silence = [f"on_expiry.{step}" for step in SILENCE]
    return [*PLACES, *rows, *given, *(f"deliverables.{kind}" for kind in Format), *silence]


def aims_of(fields: Fields) -> list[int]:
    """The rows of objectives that have a target."""
    return [row for row in range(rows_in(fields, "objectives", ROWS)) if fields.get(f"objectives.{row}.target")]


def gifts_of(fields: Fields) -> list[int]:
    """The rows of gifts that say anything."""
    rows = range(rows_in(fields, "gifts", GIFTS))
    return [row for row in rows if fields.get(f"gifts.{row}.description") or fields.get(f"gifts.{row}.value")]


def data_of(fields: Fields, wrong: dict[str, list[str]]) -> dict[str, Any]:
    """The brief that the fields make, as data to be validated. What no amount can be read from goes to `wrong`."""
    data = _basis(fields)
    currency = fields.get("currency", "USD")
    for name, place in PLACES.items():
        if name in fields and not _idle(place, fields):
            value = _value(name, fields[name], currency, wrong)
            if value is not None:
                _put(data, place, value)
    data["objectives"] = [_objective(fields, row, currency, wrong) for row in aims_of(fields)]
    data["deliverables"] = [
        {"format": kind, "count": count}
        for kind in Format
        if (count := fields.get(f"deliverables.{kind}", "0")) not in ("0", "")
    ]
    if gifts := [_gift(fields, row, currency, wrong) for row in gifts_of(fields)]:
        _put(data, "terms.gifts", gifts)
    for step in SILENCE:
        if answer := fields.get(f"on_expiry.{step}"):
            before = data.get("policies", {}).get(step)
            default = before or getattr(Brief.model_fields["policies"].default, step).model_dump()
            _put(data, f"policies.{step}", {**default, "on_expiry": answer})
    return data


def _idle(place: str, fields: Fields) -> bool:
    return any(f"{part}." in place and needed not in fields for part, needed in WITH.items())


def _basis(fields: Fields) -> dict[str, Any]:
    """What a form goes on from, without everything that it has a field for."""
    try:
        data = json.loads(fields.get("basis", "{}"))
    except ValueError:
        return {}
    if not isinstance(data, dict):
        return {}
    for place in (*PLACES.values(), "objectives", "deliverables", "terms.gifts"):
        _drop(data, place)
    return data


def _value(name: str, text: str, currency: str, wrong: dict[str, list[str]]) -> Any:
    if name in AMOUNTS:
        return _amount(name, text, currency, wrong)
    if name in SHARES:
        return ratio(text)
    if name in ANSWERS:
        return text == "yes"
    if name in ("country", "holidays"):
        return text.upper()
    if name == "language":
        return text.lower()
    if name in LISTS:
        parts = (part.strip() for part in re.split(r"\n" if name in LINES else r"[\n,]", text))
        return [part.lstrip("#@") if name in ("hashtags", "mentions") else part for part in parts if part]
    return text


def _amount(name: str, text: str, currency: str, wrong: dict[str, list[str]]) -> int | None:
    try:
        return minor_units(text, currency)
    except (AmountUnreadable, LookupError) as unreadable:
        wrong[name] = [str(unreadable)[:1].upper() + str(unreadable)[1:]]
        return None


def _objective(fields: Fields, row: int, currency: str, wrong: dict[str, list[str]]) -> dict[str, Any]:
    measure, target = fields.get(f"objectives.{row}.measure", ""), fields[f"objectives.{row}.target"]
    wanted: Any = target.replace(",", "").replace(" ", "")
    if measure == Measure.REVENUE:
        wanted = _amount(f"objectives.{row}.target", target, currency, wrong)
    kind = next((kind for kind, measures in MEASURES.items() if measure in measures), None)
    return {"kind": kind, "measure": measure, "target": wanted, "by": fields.get(f"objectives.{row}.by")}


def _gift(fields: Fields, row: int, currency: str, wrong: dict[str, list[str]]) -> dict[str, Any]:
    worth = fields.get(f"gifts.{row}.value")
    value = _amount(f"gifts.{row}.value", worth, currency, wrong) if worth else 0
    return {"description": fields.get(f"gifts.{row}.description", ""), "value": value or 0}


def _put(data: dict[str, Any], place: str, value: Any) -> None:
    *outer, last = place.split(".")
    for name in outer:
        inner = data.get(name)
        data[name] = inner if isinstance(inner, dict) else {}
        data = data[name]
    data[last] = value


def _drop(data: dict[str, Any], place: str) -> None:
    """Takes a value out, and with it a part that is empty then."""
    first, _, rest = place.partition(".")
    if not rest:
        data.pop(first, None)
    elif isinstance(inner := data.get(first), dict):
        _drop(inner, rest)
        if not inner:
            del data[first]


def fields_of(brief: Brief) -> dict[str, str]:
    """What a form says that begins with a brief, its `basis` included."""
    data = brief.model_dump(mode="json")
    currency = brief.budget.currency
    said = {name: _said(name, _at(data, place.split(".")), currency) for name, place in PLACES.items()}
    for row, aim in enumerate(brief.objectives):
        target = units(aim.target, currency) if aim.measure is Measure.REVENUE else str(aim.target)
        said |= {f"objectives.{row}.measure": aim.measure, f"objectives.{row}.target": target}
        said[f"objectives.{row}.by"] = aim.by.isoformat()
    for row, gift in enumerate(brief.terms.gifts):
        said[f"gifts.{row}.description"] = gift.description
        said[f"gifts.{row}.value"] = units(gift.value, currency) if gift.value else ""
    said |= {f"deliverables.{kind}": str(brief.formats.count(kind)) for kind in dict.fromkeys(brief.formats)}
    said |= {f"on_expiry.{step}": getattr(brief.policies, step).on_expiry for step in SILENCE}
    return {**{name: text for name, text in said.items() if text}, "basis": json.dumps(data)}


def _at(data: Any, place: Sequence[str]) -> Any:
    for name in place:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _said(name: str, value: Any, currency: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ("\n" if name in LINES else ", ").join(value)
        case int() if name in AMOUNTS:
            return units(value, currency) if value else ""
        case int() | float() if name in SHARES:
            return f"{100 * value:.4g}"
    return str(value)
