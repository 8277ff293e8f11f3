"""The guided brief: a form's fields to a brief and back to the field that is wrong.

What is checked is what the API checks: the brief's own models first, then the rule that starts campaigns. Each reason
is put to the field that it is about.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from activities.public_holidays import public_holidays
from api.console.brief_fields import PLACES, aims_of, data_of, gifts_of, names
from api.console.forms import Fields
from api.errors import reasons
from api.report.wording import money
from domain.brief import Brief
from domain.campaign import Campaign, CampaignDecider
from domain.decider import Context
from domain.errors import BriefRefused
from domain.formats import Format
from domain.goal_setting import StartCampaign

PATTERNS = {
    "manager": "An address such as name@brand.example, please.",
    "escalation": "An address such as name@brand.example, please.",
    "finance": "An address such as name@brand.example, please.",
    "legal": "An address such as name@brand.example, please.",
    "landing_url": "An address such as https://shop.example/tea, please.",
    "discount_prefix": "Two to ten letters and digits, the first one a letter, please.",
    "country": "Two letters of a country, such as US, please.",
    "holidays": "Two letters of a country, such as US, please.",
    "language": "Two letters of a language, such as en, please.",
}
"""What is meant where a pattern says no."""

_ABOUT = (
    (r"criteria\.followers_min", "followers_min"),
    (r"posting_window", "closes"),
    (r"fee_cap", "fee_cap"),
    (r"terms\.commission", "landing_url"),
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


def check(fields: Fields, now: datetime) -> Checked:
    """The brief that the fields make, or everything that is wrong with them."""
    wrong: dict[str, list[str]] = {}
    rows, gifts = aims_of(fields), gifts_of(fields)
    data = data_of(fields, wrong)
    try:
        brief = Brief.model_validate(data)
    except ValidationError as error:
        for detail in error.errors():
            name = _field_at(".".join(str(part) for part in detail["loc"]), rows, gifts)
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
    told = told.replace("terms.commission is on", "a commission is on").replace("add shop, or", "name the shop, or")
    told = told.replace("fee_cap", "the cap").replace("posting_window", "the posting window")
    told = re.sub(r"objectives\[\d+\]", "this objective", told).replace("criteria.", "")
    return told[:1].upper() + told[1:]


def _field_at(location: str, rows: Sequence[int], gifts: Sequence[int]) -> str:
    """The field of the form at a place of the brief; '' if it has none."""
    if found := re.fullmatch(r"objectives\.(\d+)(?:\.(\w+))?", location):
        part = found[2] if found[2] in ("measure", "target", "by") else "target"
        return f"objectives.{rows[int(found[1])]}.{part}"
    if found := re.fullmatch(r"terms\.gifts\.(\d+)(?:\.(\w+))?", location):
        return f"gifts.{gifts[int(found[1])]}.{'value' if found[2] == 'value' else 'description'}"
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


def shown(fields: Fields, wrong: Mapping[str, Sequence[str]], touched: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is said at each field of those that somebody has been at; nothing at the others, to begin in peace."""
    for name in names(fields):
        yield name, " ".join(wrong.get(name, ())) if name in touched else ""
