"""What a creator is owed when the brand stops: the contract's kill fee, by how far the work has come."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.decider import Event
from domain.money import share
from domain.payouts import PayoutPurpose, schedule, scheduled
from domain.work import WorkStatus

if TYPE_CHECKING:
    from domain.collaboration import Collaboration


def kill_fee(state: "Collaboration") -> int:
    """What the contract promises a creator when the brand stops now, in minor units; 0 before it is in force."""
    if state.fee is None or not state.works:
        return 0
    clause, fee = state.agreed.terms.cancellation, state.fee.amount
    works = state.works.values()
    if all(work.is_live and not work.in_doubt for work in works):
        return fee
    if any(work.is_live or work.status is WorkStatus.APPROVED for work in works):
        return share(fee, clause.delivered)
    created = any(work.version > 0 for work in works)
    return share(fee, clause.created if created else clause.before_creation)


def schedule_kill_fee(state: "Collaboration") -> Sequence[Event]:
    """The payout of what the kill fee leaves owing beside everything that was scheduled before."""
    owed = max(0, kill_fee(state) - scheduled(state.payouts.values()))
    return schedule(state.id, PayoutPurpose.KILL_FEE, owed, state.agreed.currency)
