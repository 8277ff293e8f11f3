"""Which decisions somebody may take, wherever they take them, and how much money one of theirs may commit."""

from collections.abc import Mapping
from typing import assert_never

from activities.ports import EventLog
from activities.records import campaign_after, collaboration_after
from api.access.principal import AccessRole, Principal
from api.access.rules import DECISIONS, DELIVER
from api.auth import AboveSpendLimit, KeyIsNarrower, NotPermitted, NotThisLink
from domain.amendments import SignAmendment
from domain.contract_signing import SignContract
from domain.deadlines import ExtendDeadline
from domain.decider import Command
from domain.discovery import ApproveShortlist
from domain.money import Money
from domain.negotiation import AcceptOffer, CounterOffer

Spending = AcceptOffer | CounterOffer | SignContract | SignAmendment | ApproveShortlist
"""Decisions of the brand that commit money."""

CONSENTS: Mapping[str, str] = {
    "AcceptOffer": "answer_offer",
    "CounterOffer": "answer_offer",
    "DeclineOffer": "answer_offer",
    "SignContract": "sign_contract",
    "SignAmendment": "sign_amendment",
    "DeclineAmendment": "sign_amendment",
}
"""Decisions by which a creator binds themselves, each with the step of the link that it takes. All else, drafts and
figures, goes with the link of any other step."""

ONCE = frozenset({"SignContract", "SignAmendment"})
"""Decisions that use up the link with which they are taken."""


async def must_be_allowed(caller: Principal, log: EventLog, stream: str, command: Command) -> None:
    """Lets a decision through, or refuses it.

    Raises:
        NotPermitted: the rule of the command does not let the caller, their key or link is not for it, or it commits
            more than their limit.
    """
    must_be_let(caller, type(command))
    if caller.is_brand and caller.spend_limit is not None and isinstance(command, Spending):
        commits = await _committed(log, stream, command)
        limit = caller.spend_limit
        if commits.currency != limit.currency or commits.amount > limit.amount:
            raise AboveSpendLimit(
                amount=commits.amount, currency=commits.currency, limit=limit.amount, limit_currency=limit.currency
            )


def must_be_let(caller: Principal, kind: type[Command]) -> None:
    """The part of it that no state is needed for: what belongs to a decision, a file for instance, is kept after it.

    Raises:
        NotPermitted: the rule of the command does not let the caller, or their key or link is not for it.
    """
    rule = DECISIONS.get(kind.__name__, DELIVER)
    if not rule.allows(caller.role):
        needed = " or ".join(role.value for role in AccessRole if rule.allows(role))
        raise NotPermitted(what=kind.__name__, needed=needed, role=caller.role.value)
    if caller.read_only:
        raise KeyIsNarrower(why="it is for looking only.")
    if not _is_for(caller.step, kind):
        raise NotThisLink(step=str(caller.step).replace("_", " "))


def _is_for(step: str | None, kind: type[Command]) -> bool:
    """Whether a creator's link of this step is for the command; more time may be asked for with any."""
    if step is None or issubclass(kind, ExtendDeadline):
        return True
    needed = CONSENTS.get(kind.__name__)
    return step == needed if needed is not None else step not in CONSENTS.values()


def uses_up(caller: Principal, command: Command) -> bool:
    """Whether the decision uses up the link with which it is taken."""
    return caller.step is not None and type(command).__name__ in ONCE


async def _committed(log: EventLog, stream: str, command: Spending) -> Money:
    """What a decision commits: of an offer the most that it can cost, of a contract or an amendment what it comes to,
    of a shortlist the whole budget."""
    events = await log.read(stream)
    if isinstance(command, ApproveShortlist):
        budget = campaign_after(events).agreed_brief.budget
        return Money(amount=budget.amount, currency=budget.currency)
    state = collaboration_after(events)
    nothing = Money(amount=0, currency=state.agreed.currency)
    match command:
        case CounterOffer():
            standing = state.offer.commission if state.offer else None
            commission = standing if command.commission is None else command.commission
            most = command.fee.amount + (commission.cap if commission else 0)
            return Money(amount=most, currency=command.fee.currency)
        case AcceptOffer():
            return Money(amount=state.offer.cost, currency=state.offer.fee.currency) if state.offer else nothing
        case SignContract():
            return state.fee or nothing
        case SignAmendment():
            asked = state.amendment.proposal.after.fee if state.amendment else None
            return asked or state.fee or nothing
        case _:
            assert_never(command)
