"""Which decisions somebody may take, wherever they take them, and how much money one of theirs may commit."""

from typing import assert_never

from activities.ports import EventLog
from activities.records import campaign_after, collaboration_after
from api.access.principal import AccessRole, Principal
from api.access.rules import DECISIONS, DELIVER
from api.auth import AboveSpendLimit, KeyIsNarrower, NotPermitted, NotThisLink
from domain.amendments import SignAmendment
from domain.contract_signing import SignContract
from domain.decider import Command
from domain.discovery import ApproveShortlist
from domain.money import Money
from domain.negotiation import AcceptOffer, CounterOffer

Spending = AcceptOffer | CounterOffer | SignContract | SignAmendment | ApproveShortlist
"""Decisions of the brand that commit money."""

SIGNING = "sign_contract"
"""The step of links that work once."""


async def must_be_allowed(caller: Principal, log: EventLog, stream: str, command: Command) -> None:
    """Lets a decision through, or refuses it.

    Raises:
        NotPermitted: the rule of the command does not let the caller, their key or link is not for it, or it commits
            more than their limit.
    """
    rule = DECISIONS.get(type(command).__name__, DELIVER)
    if not rule.allows(caller.role):
        needed = " or ".join(role.value for role in AccessRole if rule.allows(role))
        raise NotPermitted(what=type(command).__name__, needed=needed, role=caller.role.value)
    if caller.read_only:
        raise KeyIsNarrower(why="it is for looking only.")
    if caller.step is not None and (caller.step == SIGNING) is not isinstance(command, SignContract):
        raise NotThisLink(step=caller.step)
    if caller.is_brand and caller.spend_limit is not None and isinstance(command, Spending):
        commits = await _committed(log, stream, command)
        limit = caller.spend_limit
        if commits.currency != limit.currency or commits.amount > limit.amount:
            raise AboveSpendLimit(
                amount=commits.amount, currency=commits.currency, limit=limit.amount, limit_currency=limit.currency
            )


async def _committed(log: EventLog, stream: str, command: Spending) -> Money:
    """What a decision commits: of an offer its fee, of a contract or an amendment what it comes to, of a shortlist the
    whole budget."""
    events = await log.read(stream)
    if isinstance(command, ApproveShortlist):
        budget = campaign_after(events).agreed_brief.budget
        return Money(amount=budget.amount, currency=budget.currency)
    state = collaboration_after(events)
    nothing = Money(amount=0, currency=state.agreed.currency)
    match command:
        case CounterOffer():
            return command.fee
        case AcceptOffer():
            return state.offer.fee if state.offer else nothing
        case SignContract():
            return state.fee or nothing
        case SignAmendment():
            asked = state.amendment.proposal.after.fee if state.amendment else None
            return asked or state.fee or nothing
        case _:
            assert_never(command)
