"""The guided brief: a form's fields to a brief and back to the field that is wrong.

What is checked is what the API checks: the brief's own models first, then the rule that starts campaigns. Each reason
is put to the field that it is about.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from activities.public_holidays import public_holidays
from api.amounts import AmountUnreadable, minor_units
from api.errors import reasons
from api.report.wording import money
from domain.brief import MEASURES, Brief, Measure
from domain.campaign import Campaign, CampaignDecider
from domain.decider import Context
from domain.errors import BriefRefused
from domain.formats import Format
from domain.goal_setting import StartCampaign

Fields = Mapping[str, str]

ROWS = 3
"""Objectives that the form has room for."""

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
    "counter_offers": "policies.negotiation.rounds",
    "opening": "policies.negotiation.opening",
    "upfront": "terms.upfront",
    "usage_months": "terms.usage_rights.months",
    "exclusivity_days": "terms.exclusivity.days",
    "jurisdiction": "terms.disclosure.jurisdiction",
    "manager": "contacts.manager",
    "escalation": "contacts.escalation",
    "time_zone": "time_zone",
    "holidays": "calendar.country",
}
"""Where a field of the form is in a brief; objectives and deliverables have rows of their own."""

AMOUNTS = ("budget", "fee_cap")
SHARES = ("opening", "upfront")
"""Entered in per cent."""
LISTS = ("topics", "do", "do_not", "hashtags", "mentions")
"""One in each line, or separated by commas."""
SILENCE = ("shortlist", "verification", "review")
"""Steps of the brand's for which the form asks what silence means."""

PATTERNS = {
    "manager": "An address such as name@brand.example, please.",
    "escalation": "An address such as name@brand.example, please.",
    "country": "Two letters of a country, such as US, please.",
    "holidays": "Two letters of a country, such as US, please.",
    "language": "Two letters of a language, such as en, please.",
}
"""What is meant where a pattern says no."""

_ABOUT = (
    (r"criteria\.followers_min", "followers_min"),
    (r"posting_window", "closes"),
    (r"fee_cap", "fee_cap"),
    (r"budget", "budget"),
    (r"calendar\.", "holidays"),
)
"""How an objection begins, and the field that it is about."""


@dataclass(frozen=True)
class Checked:
    """A brief that can be started, or what is wrong with each field; '' has what is about none of them."""

    brief: Brief | None = None
    wrong: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """How many fields have something wrong with them."""
        return len(self.wrong)


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
        "counter_offers": "2",
        "opening": "85",
        "upfront": "50",
        "usage_months": "3",
        "exclusivity_days": "0",
        "jurisdiction": "US",
        "time_zone": "UTC",
        "on_expiry.shortlist": "approve",
        "on_expiry.verification": "decline",
        "on_expiry.review": "approve",
    }


def names() -> list[str]:
    """Every field of the form."""
    rows = [f"objectives.{row}.{part}" for row in range(ROWS) for part in ("measure", "target", "by")]
    return [*PLACES, *rows, *(f"deliverables.{kind}" for kind in Format), *(f"on_expiry.{step}" for step in SILENCE)]


def check(fields: Fields, now: datetime) -> Checked:
    """The brief that the fields make, or everything that is wrong with them."""
    wrong: dict[str, list[str]] = {}
    rows = [row for row in range(ROWS) if fields.get(f"objectives.{row}.target")]
    data = _data(fields, rows, wrong)
    try:
        brief = Brief.model_validate(data)
    except ValidationError as error:
        for detail in error.errors():
            name = _field_at(".".join(str(part) for part in detail["loc"]), rows)
            if name not in wrong or name == "":
                wrong.setdefault(name, []).append(_said(name, detail["type"], detail["msg"]))
        return Checked(wrong=wrong)
    if wrong:
        return Checked(wrong=wrong)
    for reason in refusals(brief, now):
        name = _field_about(reason, rows)
        wrong.setdefault(name, []).append(in_words(reason, brief.budget.currency))
    return Checked(wrong=wrong) if wrong else Checked(brief)


def _said(name: str, kind: str, words: str) -> str:
    """What a person is told of one of pydantic's errors."""
    match kind:
        case "missing" | "string_too_short":
            return "Please fill this in."
        case "too_short":
            return "Ask for at least one piece." if name.startswith("deliverables") else "Give one objective a target."
        case "int_parsing" | "float_parsing":
            return "A number, please."
        case "string_pattern_mismatch" if name in PATTERNS:
            return PATTERNS[name]
    return words.removeprefix("Value error, ")


def refusals(brief: Brief, now: datetime) -> list[str]:
    """What the rule that starts campaigns has against a brief."""
    holidays = public_holidays(brief, today=now.astimezone(brief.zone).date())
    command = StartCampaign(campaign_id="checked", brief=brief, holidays=holidays)
    try:
        CampaignDecider().decide(command, Campaign(), Context(at=now, command_id="checked"))
    except BriefRefused as refused:
        return reasons(refused)
    return []


def in_words(reason: str, currency: str) -> str:
    """An objection as a person reads it: amounts in units of the currency."""

    def amount(found: re.Match[str]) -> str:
        return f"{found[1]} {money(int(found[2]), currency)}"

    told = re.sub(r"\b(fee_cap|budget|below) (\d+)", amount, reason).replace(" (minor units)", "")
    told = told.replace("fee_cap", "the cap").replace("posting_window", "the posting window")
    told = re.sub(r"objectives\[\d+\]", "this objective", told).replace("criteria.", "")
    return told[:1].upper() + told[1:]


def _data(fields: Fields, rows: Sequence[int], wrong: dict[str, list[str]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    currency = fields.get("currency", "USD")
    for name, place in PLACES.items():
        if name in fields:
            value = _value(name, fields[name], currency, wrong)
            if value is not None:
                _put(data, place, value)
    data["objectives"] = [_objective(fields, row, currency, wrong) for row in rows]
    data["deliverables"] = [
        {"format": kind, "count": count}
        for kind in Format
        if (count := fields.get(f"deliverables.{kind}", "0")) not in ("0", "")
    ]
    for step in SILENCE:
        if answer := fields.get(f"on_expiry.{step}"):
            default = getattr(Brief.model_fields["policies"].default, step)
            _put(data, f"policies.{step}", default.model_dump() | {"on_expiry": answer})
    return data


def _value(name: str, text: str, currency: str, wrong: dict[str, list[str]]) -> Any:
    if name in AMOUNTS:
        return _amount(name, text, currency, wrong)
    if name in SHARES:
        return float(text) / 100 if re.fullmatch(r"\d{1,3}(\.\d+)?", text) else text
    if name in ("country", "holidays"):
        return text.upper()
    if name == "language":
        return text.lower()
    if name in LISTS:
        parts = (part.strip() for part in re.split(r"\n" if name in ("do", "do_not") else r"[\n,]", text))
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


def _put(data: dict[str, Any], place: str, value: Any) -> None:
    *outer, last = place.split(".")
    for name in outer:
        data = data.setdefault(name, {})
    data[last] = value


def _field_at(location: str, rows: Sequence[int]) -> str:
    """The field of the form at a place of the brief; '' if it has none."""
    if found := re.fullmatch(r"objectives\.(\d+)(?:\.(\w+))?", location):
        part = found[2] if found[2] in ("measure", "target", "by") else "target"
        return f"objectives.{rows[int(found[1])]}.{part}"
    if location.startswith("objectives"):
        return "objectives.0.target"
    if location.startswith("deliverables"):
        return f"deliverables.{Format.REEL}"
    if location.startswith("budget"):
        return "currency" if location.endswith("currency") else "budget"
    return next((name for name, place in PLACES.items() if location.startswith(place)), _parent_of(location))


def _parent_of(location: str) -> str:
    """The first field within a part of the brief that is missing as a whole."""
    return next((name for name, place in PLACES.items() if place.startswith(f"{location}.")), "")


def _field_about(reason: str, rows: Sequence[int]) -> str:
    if found := re.match(r"objectives\[(\d+)\]", reason):
        return f"objectives.{rows[int(found[1])]}.by"
    return next((name for begins, name in _ABOUT if re.match(begins, reason)), "")


def shown(wrong: Mapping[str, Sequence[str]], touched: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is said at each field of those that somebody has been at; nothing at the others, to begin in peace."""
    for name in names():
        yield name, " ".join(wrong.get(name, ())) if name in touched else ""
