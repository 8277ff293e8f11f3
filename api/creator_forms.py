"""From the forms of the creator's page to the commands of the API: what was entered, or what is wrong with it."""

from collections.abc import Callable
from typing import Any

from api.creator_offer import Fields, FormMistake, countered, minor
from domain.amendments import DeclineAmendment, ProposeAmendment, SignAmendment, WithdrawAmendment
from domain.changes import Changes
from domain.content_approval import MarkPublished
from domain.contract_signing import SignContract
from domain.deadlines import ExtendDeadline
from domain.decider import Command
from domain.live_posts import MarkRestored
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, CounterOffer, DeclineOffer

AsCommand = Callable[[Fields, str], Command]
"""What a form means: the command of its fields, and of the campaign's currency."""

FIGURES = ("impressions", "reach", "views", "likes", "comments", "saves", "shares", "clicks")
"""The figures of a post that a creator can read off their own account."""


def _only(fields: Fields, *names: str) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}


def _accept(fields: Fields, _: str) -> Command:
    return AcceptOffer.model_validate(_only(fields, "version"))


def _counter(fields: Fields, currency: str) -> Command:
    fee = Money(amount=minor(fields.get("fee", ""), currency), currency=currency)
    beside = countered(fields, currency)
    return CounterOffer.model_validate({**_only(fields, "version", "message"), "fee": fee, **beside})


def _decline(fields: Fields, _: str) -> Command:
    return DeclineOffer.model_validate(_only(fields, "version", "reason"))


def _sign(fields: Fields, _: str) -> Command:
    if fields.get("consent") != "yes":
        raise FormMistake("Tick the box to say that you have read the contract and agree to it.")
    return SignContract.model_validate({**_only(fields, "typed_name", "document"), "consent": True})


def _propose(fields: Fields, currency: str) -> Command:
    changes: dict[str, Any] = {}
    if "fee" in fields:
        changes["fee"] = Money(amount=minor(fields["fee"], currency), currency=currency)
    if "draft_days" in fields:
        changes["draft_within"] = f"{fields['draft_days']} business days"
    if "closes" in fields:
        changes["posting_window"] = _only(fields, "opens", "closes")
    if not changes:
        raise FormMistake("Say what is to change: fill in at least one of the fields.")
    return ProposeAmendment.model_validate({"changes": Changes.model_validate(changes), **_only(fields, "reason")})


def _sign_amendment(fields: Fields, _: str) -> Command:
    if fields.get("consent") != "yes":
        raise FormMistake("Tick the box to say that you have read the amendment and agree to it.")
    return SignAmendment.model_validate({**_only(fields, "number", "typed_name", "document"), "consent": True})


def _decline_amendment(fields: Fields, _: str) -> Command:
    return DeclineAmendment.model_validate(_only(fields, "number", "reason"))


def _withdraw_amendment(fields: Fields, _: str) -> Command:
    return WithdrawAmendment.model_validate(_only(fields, "number"))


def _published(fields: Fields, _: str) -> Command:
    return MarkPublished.model_validate(_only(fields, "deliverable", "url", "caption"))


def _restored(fields: Fields, _: str) -> Command:
    return MarkRestored.model_validate(_only(fields, "deliverable", "url"))


def _metrics(fields: Fields, _: str) -> Command:
    figures = _only(fields, *FIGURES)
    if not figures:
        raise FormMistake("Enter at least one figure; leave the others empty if you do not know them.")
    return RecordMetrics.model_validate({**_only(fields, "deliverable"), "metrics": Metrics.model_validate(figures)})


def _extend(fields: Fields, _: str) -> Command:
    return ExtendDeadline.model_validate(_only(fields, "task"))


COMMANDS: dict[str, AsCommand] = {
    "accept": _accept,
    "counter": _counter,
    "decline": _decline,
    "sign": _sign,
    "published": _published,
    "restored": _restored,
    "metrics": _metrics,
    "extend": _extend,
    "propose": _propose,
    "sign-amendment": _sign_amendment,
    "decline-amendment": _decline_amendment,
    "withdraw-amendment": _withdraw_amendment,
}
