"""Words of the console: what is asked of whom, how long there is, and where a workflow can be looked at."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from babel.numbers import get_currency_precision

from api.report.wording import money
from domain.decider import Role
from domain.lifecycle import Stage
from domain.payouts import ORDERED, Payout

ASKED = {
    "approve_shortlist": "Approve the shortlist",
    "verify_creator": "Decide on a creator",
    "answer_offer": "Answer the offer",
    "answer_counter_offer": "Answer a counter-offer",
    "sign_contract": "Sign the contract",
    "submit_draft": "Send a draft",
    "review_draft": "Review a draft",
    "publish": "Publish the post",
    "report_metrics": "Report the figures",
    "report_performance": "Report figures of the account",
    "restore_post": "Restore the post",
    "sign_amendment": "Sign an amendment",
    "confirm_payment": "Pay an order",
    "settle_reversal": "Decide about money that came back",
}
"""What a task asks, by the first part of its name. A kind that is not listed is told by its name."""

DECIDED_BY = {
    "approve_shortlist": "ApproveShortlist",
    "verify_creator": "ApproveCreator",
    "answer_counter_offer": "AcceptOffer",
    "sign_contract": "SignContract",
    "review_draft": "ApproveDraft",
    "sign_amendment": "SignAmendment",
    "confirm_payment": "ConfirmPayment",
    "settle_reversal": "SettleReversal",
}
"""The command with which a task is done, by whose rule a page shows its buttons or not."""

WHO = {Role.BRAND: "You", Role.CREATOR: "Creator", Role.ENGINE: "Engine"}

STAGES = (
    Stage.VERIFICATION,
    Stage.NEGOTIATION,
    Stage.CONTRACT_SIGNING,
    Stage.CONTENT_APPROVAL,
    Stage.MONITORING,
)
"""The stages through which a creator passes: the columns of the board."""

SOON = 24 * 3_600
"""Seconds before a deadline from which on it is shown as near."""


def asked(task: str) -> str:
    """What a task asks for, with the deliverable it is about: `Review a draft (2)`."""
    kind, _, about = task.partition("/")
    words = ASKED.get(kind, kind.replace("_", " ").capitalize())
    return f"{words} ({about})" if about.isdecimal() else words


def until(at: datetime, now: datetime | None = None) -> str:
    """How long until an instant, in its two largest units: `in 2 d 3 h`, `in 12 min`, `3 h late`."""
    seconds = round((at - (now or datetime.now(UTC))).total_seconds())
    left = _span(abs(seconds))
    return f"in {left}" if seconds >= 0 else f"{left} late"


def ago(at: datetime, now: datetime | None = None) -> str:
    """How long since an instant, as `until` has it."""
    return f"{_span(max(round(((now or datetime.now(UTC)) - at).total_seconds()), 0))} ago"


def _span(seconds: int) -> str:
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days >= 7 or (days and not hours):
        return f"{days} d"
    if days:
        return f"{days} d {hours} h"
    if hours >= 6 or (hours and not minutes):
        return f"{hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def urgency(at: datetime, now: datetime | None = None) -> str:
    """How a deadline looks: `late`, `soon` or `calm`."""
    seconds = (at - (now or datetime.now(UTC))).total_seconds()
    return "late" if seconds < 0 else "soon" if seconds < SOON else "calm"


def standing(payout: Payout) -> tuple[str, str]:
    """How far a payout has come, in words, and how that looks: `good`, `warn` or `bad`."""
    if payout.undecided:
        return "came back: decide", "bad"
    if payout.reversed:
        return ("came back, paid again", "") if payout.replaced else ("came back, kept", "")
    if payout.reference is None:
        return ("ordered: finance pays it", "warn") if payout.order else ("on its way", "warn")
    if payout.order:
        return "paid, confirmed by finance", "good"
    return ("ordered; counts as paid", "good") if payout.reference.startswith(ORDERED) else ("paid", "good")


def units(minor: int | None, currency: str) -> str:
    """An amount as one enters it, in units of its currency: `212.50`; empty for none."""
    digits = get_currency_precision(currency)
    return "" if minor is None else f"{Decimal(minor).scaleb(-digits):f}"


def initials(name: str) -> str:
    """Up to two letters that stand for a name."""
    letters = [word[0] for word in re.findall(r"\w+", name)]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper()


def workflow_address(ui: str, namespace: str, workflow_id: str) -> str:
    """Where Temporal's UI shows a workflow; empty if nobody has said where the UI is."""
    return f"{ui.rstrip('/')}/namespaces/{quote(namespace)}/workflows/{quote(workflow_id, safe='')}" if ui else ""


def compact(count: int) -> str:
    """A count in little room: `940`, `4.3k`, `1.2M`."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + unit
    return str(count)


def term(value: Any) -> str:
    """A contract's term as a brief states it, for people."""
    match value:
        case {"amount": int(amount), "currency": str(currency)}:
            return money(amount, currency)
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return ", ".join(term(each) for each in value) or "none"
        case dict():
            return ", ".join(f"{name.replace('_', ' ')} {term(each)}" for name, each in value.items())
        case None:
            return "none"
    return str(value)
