"""What an amendment may change of a contract in force, what the contract is afterwards, and what follows from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from domain.assignment import Assignment
from domain.brief import PostingWindow
from domain.claims import Claim, claims_of
from domain.clauses import Deliverable, UsageRights
from domain.content_approval import PUBLISH, REPORT_METRICS, SUBMIT_DRAFT, creator_task
from domain.deadlines import DeadlinePolicy, Task, rescheduled
from domain.decider import Context
from domain.durations import Duration, nominal
from domain.errors import AboveCap, CannotAmend, CurrencyMismatch
from domain.lifecycle import Stage
from domain.money import Money
from domain.payouts import scheduled
from domain.values import Value
from domain.work import Work, WorkStatus

if TYPE_CHECKING:
    from domain.collaboration import Collaboration


class Changes(Value):
    """What a contract is to say instead; what is left out stays as it is."""

    fee: Money | None = None
    draft_within: Duration | None = None
    publish_within: Duration | None = None
    metrics_within: Duration | None = None
    posting_window: PostingWindow | None = None
    deliverables: Annotated[tuple[Deliverable, ...], Field(min_length=1, max_length=200)] | None = None
    """All of them, as the clause is to list them."""
    usage_rights: UsageRights | None = None
    exclusivity_days: Annotated[int, Field(ge=0, le=365)] | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.posting_window is not None and self.posting_window.closes < self.posting_window.opens:
            raise ValueError("posting_window: it closes before it opens")
        numbers = [each.number for each in self.deliverables or ()]
        if len(set(numbers)) != len(numbers):
            raise ValueError("deliverables: each has a number of its own")
        return self

    @property
    def stated(self) -> Mapping[str, Any]:
        """The changes that there are, by their names."""
        return {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}


CLAUSES: Mapping[str, str] = {
    "fee": "payment",
    "deliverables": "deliverables",
    "draft_within": "deadlines",
    "publish_within": "deadlines",
    "metrics_within": "deadlines",
    "posting_window": "deadlines",
    "usage_rights": "usage_rights",
    "exclusivity_days": "exclusivity",
}
"""In which of the ten clauses each change is, in their order."""


def clauses_of(changes: Changes) -> Sequence[str]:
    """The clauses that the changes are in, each once and in their order."""
    return list(dict.fromkeys(clause for name, clause in CLAUSES.items() if name in changes.stated))


def in_force(agreed: Assignment, fee: Money) -> Changes:
    """Everything that an amendment can change, as a contract on these terms says it."""
    policies = agreed.policies
    return Changes(
        fee=fee,
        draft_within=policies.draft.within,
        publish_within=policies.publication.within,
        metrics_within=policies.metrics.within,
        posting_window=agreed.posting_window,
        deliverables=agreed.deliverables,
        usage_rights=agreed.terms.usage_rights,
        exclusivity_days=agreed.terms.exclusivity.days,
    )


def amended(agreed: Assignment, changes: Changes) -> Assignment:
    """The assignment as the changes make it; the fee is none of its facts."""
    policies, terms, stated = agreed.policies, agreed.terms, changes.stated
    deadlines = {
        "draft": changes.draft_within,
        "publication": changes.publish_within,
        "metrics": changes.metrics_within,
    }
    moved = {name: _within(getattr(policies, name), within) for name, within in deadlines.items() if within is not None}
    exclusivity = terms.exclusivity
    if changes.exclusivity_days is not None:
        exclusivity = exclusivity.model_copy(update={"days": changes.exclusivity_days})
    rights = changes.usage_rights or terms.usage_rights
    facts = {name: stated[name] for name in ("posting_window", "deliverables") if name in stated}
    return agreed.model_copy(
        update={
            **facts,
            "policies": policies.model_copy(update=moved),
            "terms": terms.model_copy(update={"usage_rights": rights, "exclusivity": exclusivity}),
        }
    )


def _within(policy: DeadlinePolicy, within: Any) -> DeadlinePolicy:
    """The policy with another time, without the reminders that do not fall inside."""
    reminders = tuple(before for before in policy.remind_before if nominal(before) < nominal(within))
    return policy.model_copy(update={"within": within, "remind_before": reminders})


def growth(changes: Changes, state: "Collaboration") -> int:
    """By how much the fee grows, in minor units."""
    assert state.fee is not None, "a contract in force has a fee"
    return max(0, changes.fee.amount - state.fee.amount) if changes.fee else 0


def must_be_possible(changes: Changes, state: "Collaboration", context: Context) -> None:
    """What has been done and paid is not undone.

    Raises:
        AboveCap, CurrencyMismatch, CannotAmend
    """
    if changes.fee is not None:
        _must_be_payable(changes.fee, state)
    before_live = (changes.draft_within, changes.publish_within, changes.posting_window, changes.deliverables)
    if state.stage is Stage.MONITORING and any(each is not None for each in before_live):
        raise CannotAmend(what="Deliverables and posting", why="every post is live")
    if changes.posting_window is not None and changes.posting_window.ends_at <= context.at:
        raise CannotAmend(what="The posting window", why=f"{changes.posting_window.closes} is past")
    if changes.deliverables is not None:
        listed = {each.number: each for each in changes.deliverables}
        for number, work in state.works.items():
            if _has_begun(work) and listed.get(number) != work.deliverable:
                raise CannotAmend(what=f"Deliverable {number}", why="work on it has begun")


def _must_be_payable(fee: Money, state: "Collaboration") -> None:
    if fee.currency != state.agreed.currency:
        raise CurrencyMismatch(given=fee.currency, needed=state.agreed.currency)
    if fee.amount > state.agreed.fee_cap:
        raise AboveCap(amount=fee.amount, currency=fee.currency, cap=state.agreed.fee_cap)
    if state.stage is Stage.MONITORING:
        raise CannotAmend(what="The fee", why="every post is live, and the whole of it is owed")
    owed = scheduled(state.payouts.values())
    if fee.amount < owed:
        raise CannotAmend(what="The fee", why=f"{owed} {fee.currency} (minor units) of it is owed or paid already")


def _has_begun(work: Work) -> bool:
    return work.version > 0 or work.status is not WorkStatus.AWAITING_DRAFT


def tasks_after(changes: Changes, agreed: Assignment, state: "Collaboration", context: Context) -> Iterator[Task]:
    """Open steps whose deadline is another one now, and the first steps of new deliverables."""
    moved: dict[str, DeadlinePolicy] = {}
    if changes.draft_within is not None:
        moved[SUBMIT_DRAFT] = agreed.policies.draft
    if changes.publish_within is not None or changes.posting_window is not None:
        moved[PUBLISH] = agreed.policies.publication
    if changes.metrics_within is not None:
        moved[REPORT_METRICS] = agreed.policies.metrics
    listed = {each.number for each in agreed.deliverables}
    for task in state.tasks.values():
        step, _, number = task.name.partition("/")
        if step in moved and int(number) in listed:
            opens = agreed.posting_window.starts_at if step == PUBLISH else None
            least = agreed.policies.resume_at_least
            yield rescheduled(task, moved[step], context.at, calendar=agreed.calendar, not_before=opens, at_least=least)
    for new in sorted(listed - state.works.keys()):
        yield creator_task(SUBMIT_DRAFT, new, agreed, context.at)


def claims_after(changes: Changes, agreed: Assignment, context: Context) -> tuple[Claim, ...]:
    if changes.exclusivity_days is None and changes.posting_window is None:
        return ()
    return claims_of(
        brand=agreed.brand,
        category=agreed.category,
        exclusivity=agreed.terms.exclusivity,
        window=agreed.posting_window,
        at=context.at,
    )
