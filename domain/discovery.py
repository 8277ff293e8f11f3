"""Stage 2, discovery: a ranked shortlist is proposed, a person or the policy approves it, and creators are invited.

The shortlist itself is kept once, under its digest; events carry its size and digest, never ten thousand names.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from domain.deadlines import OnExpiry, Task, TaskExpired, open_task
from domain.decider import Authority, Command, Context, Event, Role
from domain.errors import NothingToDecide, NotYourTurn, WrongStage
from domain.lifecycle import Stage
from domain.ranking import Wanted
from domain.values import Line, Sha256, Text, Value

if TYPE_CHECKING:
    from domain.brief import Brief
    from domain.campaign import Campaign

APPROVE_SHORTLIST = "approve_shortlist"


class Shortlist(Value):
    """A reference to a ranked list of creators that is kept under its digest."""

    digest: Sha256
    size: int = Field(ge=0)


class ProposeShortlist(Command):
    """Put the ranked list before the brand."""

    shortlist: Shortlist
    considered: int = Field(ge=0)
    """Creators looked at, before exclusions."""


class ApproveShortlist(Command):
    """Invite the creators on the list, best first, except those dropped."""

    drop: tuple[Line, ...] = Field(default=(), max_length=1_000)
    """Ids of creators not to invite."""


class RejectShortlist(Command):
    """Invite nobody; the campaign ends."""

    reason: Text


class RecordOutreach(Command):
    """Everyone who was to be invited has been, and has come to an end."""

    invited: int = Field(ge=0)


class ShortlistProposed(Event):
    """A ranked list waits for approval."""

    shortlist: Shortlist
    considered: int
    task: Task


class NoCreatorsFound(Event):
    """Nobody in the directory meets the criteria."""

    considered: int


class ShortlistApproved(Event):
    """Outreach may begin."""

    authority: Authority
    drop: tuple[Line, ...] = ()


class ShortlistRejected(Event):
    """Nobody is invited."""

    authority: Authority
    reason: Text


class OutreachCompleted(Event):
    """Every invited creator's collaboration has ended."""

    invited: int


DiscoveryCommand = ProposeShortlist | ApproveShortlist | RejectShortlist | RecordOutreach


def wanted(brief: "Brief") -> Wanted:
    """What a brief asks of a creator, as the ranking understands it."""
    return Wanted(
        platform=brief.criteria.platform,
        followers_min=brief.criteria.followers_min,
        followers_max=brief.criteria.followers_max,
        country=brief.audience.country,
        language=brief.audience.language,
        topics=brief.audience.topics,
        brand=brief.brand,
        product=brief.product,
        category=brief.category,
        fee_cap=brief.fee_cap,
        currency=brief.budget.currency,
        preferred=frozenset(brief.preferred_creators),
        excluded=frozenset(brief.excluded_creators),
    )


def decide(command: DiscoveryCommand, state: "Campaign", context: Context) -> Sequence[Event]:
    """Propose once; approve or reject while the shortlist waits; record the outreach once approved."""
    match command:
        case ProposeShortlist():
            return _propose(command, state, context)
        case ApproveShortlist():
            _must_wait_for_brand(command, state, context)
            return [ShortlistApproved(authority=Authority.PERSON, drop=command.drop)]
        case RejectShortlist():
            _must_wait_for_brand(command, state, context)
            return [ShortlistRejected(authority=Authority.PERSON, reason=command.reason)]
        case RecordOutreach():
            if not state.approved or state.stage is not Stage.DISCOVERY:
                raise NothingToDecide(command="RecordOutreach", subject="campaign", open="no approved shortlist")
            return [OutreachCompleted(invited=command.invited)]


def _propose(command: ProposeShortlist, state: "Campaign", context: Context) -> Sequence[Event]:
    if state.stage is not Stage.DISCOVERY or state.shortlist is not None:
        raise WrongStage(command="ProposeShortlist", needed="discovery", subject="campaign", stage=state.stage)
    if command.shortlist.size == 0:
        return [NoCreatorsFound(considered=command.considered)]
    policy = state.agreed_brief.policies.shortlist
    task = open_task(APPROVE_SHORTLIST, Role.BRAND, policy, context.at, calendar=state.calendar)
    return [ShortlistProposed(shortlist=command.shortlist, considered=command.considered, task=task)]


def _must_wait_for_brand(command: Command, state: "Campaign", context: Context) -> None:
    name = type(command).__name__
    if context.actor.role is not Role.BRAND:
        raise NotYourTurn(command=name, needed=Role.BRAND, role=context.actor.role)
    if APPROVE_SHORTLIST not in state.tasks:
        raise NothingToDecide(command=name, subject="campaign", open="no shortlist waits for approval")


def expire(expired: TaskExpired) -> Sequence[Event]:
    """The policy's answer in the brand's place."""
    if expired.answer is OnExpiry.APPROVE:
        return [ShortlistApproved(authority=Authority.TIMEOUT)]
    return [ShortlistRejected(authority=Authority.TIMEOUT, reason="nobody approved the shortlist in time")]
