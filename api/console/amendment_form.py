"""The form in which the brand asks for other terms: it begins with what the contract says, and sends all of it.

What is as it was changes nothing: the domain compares with the contract in force.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.console.forms import Fields, FormMistake, amount, listed
from domain.amendments import ProposeAmendment
from domain.changes import Changes, in_force
from domain.clauses import Deliverable
from domain.collaboration import Collaboration
from domain.formats import Format
from domain.lifecycle import Stage
from domain.money import Money

DURATIONS = ("draft_within", "publish_within", "metrics_within")
ANSWERS = ("paid", "perpetual", "raw_footage")
"""Questions about usage that are answered by yes or no."""
COUNTED = ("months", "whitelisting_months")
MOST_NEW = 20
"""New pieces of one format in one amendment, at most."""


@dataclass(frozen=True)
class Terms:
    """What the form begins with. `open` are the parts of the contract that can still be changed."""

    now: Changes
    currency: str
    open: frozenset[str]

    @property
    def durations(self) -> Mapping[str, str]:
        """How long each step has, as a person would enter it."""
        stated = self.now.model_dump(mode="json")
        return {name: stated[name] for name in DURATIONS}

    @property
    def deliverables(self) -> tuple[Deliverable, ...]:
        """What is to be made."""
        return self.now.deliverables or ()


BEFORE_LIVE = frozenset({"fee", "draft_within", "publish_within", "posting_window", "deliverables"})
"""What an amendment cannot change any more when every post is live."""


def terms_of(state: Collaboration) -> Terms | None:
    """What can be proposed; None if there is no contract in force, it is over, or an amendment waits for signatures."""
    fee, agreed = state.fee, state.agreed
    if not state.works or fee is None or state.is_closing or state.amendment is not None:
        return None
    every = frozenset(Changes.model_fields)
    return Terms(
        now=in_force(agreed, fee),
        currency=agreed.currency,
        open=every - BEFORE_LIVE if state.stage is Stage.MONITORING else every,
    )


def proposed(fields: Fields) -> ProposeAmendment:
    """The command that a form makes.

    Raises:
        FormMistake: an amount or a duration cannot be read.
        pydantic.ValidationError: what it says is no contract.
    """
    changes = dict(_changes(fields))
    return ProposeAmendment.model_validate({"changes": changes, "reason": fields.get("reason", "")})


def _changes(fields: Fields) -> Iterator[tuple[str, Any]]:
    if "fee" in fields:
        fee: Money = amount(fields, "fee", "The fee", fields.get("currency", "USD"))
        yield "fee", fee
    for name in DURATIONS:
        if name in fields:
            yield name, _duration(fields[name])
    if "opens" in fields or "closes" in fields:
        yield "posting_window", {name: fields.get(name) for name in ("opens", "closes")}
    if pieces := list(_deliverables(fields)):
        yield "deliverables", pieces
    if "channels" in fields:
        yield "usage_rights", _usage(fields)
    if "exclusivity_days" in fields:
        yield "exclusivity_days", fields["exclusivity_days"]


def _duration(text: str) -> str:
    """A number alone is business days."""
    return f"{text} business days" if text.isdecimal() else text


def _usage(fields: Fields) -> dict[str, Any]:
    stated: dict[str, Any] = {"channels": listed(fields["channels"])}
    stated |= {name: fields[name] for name in ("territory", *COUNTED) if name in fields}
    return stated | {name: fields[name] == "yes" for name in ANSWERS if name in fields}


def _deliverables(fields: Fields) -> Iterator[dict[str, Any]]:
    """All pieces as the clause is to list them: those there are, without what is dropped, and the new ones."""
    there = {int(name[4:]): kind for name, kind in fields.items() if re.fullmatch(r"has\.\d{1,4}", name)}
    for number, kind in sorted(there.items()):
        if fields.get(f"drop.{number}") != "yes":
            yield {"number": number, "format": kind}
    number = max(there, default=0)
    for kind in Format:
        count = fields.get(f"add.{kind}", "0")
        if not count.isdecimal() or int(count) > MOST_NEW:
            raise FormMistake(f"More pieces: write a number up to {MOST_NEW}, not {count[:20]}.")
        for _ in range(int(count)):
            number += 1
            yield {"number": number, "format": kind}
    if there and all(fields.get(f"drop.{each}") == "yes" for each in there) and number == max(there):
        raise FormMistake("Leave at least one piece: to stop altogether, cancel the collaboration.")


def begun(state: Collaboration) -> frozenset[int]:
    """Numbers of deliverables on which work has begun: they stay."""
    return frozenset(number for number, work in state.works.items() if work.version)
