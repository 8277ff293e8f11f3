"""Random collaborations for property tests: any command by any role at any later instant, often enough a fitting one.

A walk keeps every step it took, so that tests can look at states, events and refusals in between.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from hypothesis import strategies as st

from domain.amendments import (
    DeclineAmendment,
    DraftAmendment,
    ProposeAmendment,
    RecordAmendmentSeal,
    SignAmendment,
    WithdrawAmendment,
)
from domain.assignment import Assignment
from domain.brief import Asked, NegotiationPolicy, PaymentOrders, Policies
from domain.changes import Changes
from domain.checks import Verdict
from domain.clauses import Cancellation, Commission, Deliverable, Terms, UsageRights
from domain.collaboration import CancelCollaboration, Collaboration, CollaborationCommand, CollaborationDecider
from domain.commission import SettleCommission, commission_is_due
from domain.concession import Concession
from domain.content_approval import ApproveDraft, MarkPublished, RequestChanges, SubmitDraft
from domain.contract_signing import DraftContract, SignContract
from domain.deadlines import DeadlinePolicy, ExtendDeadline, OnExpiry, PassTime, next_alarm
from domain.decider import Event, Role
from domain.errors import BudgetExceeded, Refused
from domain.formats import Format
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import (
    AcceptOffer,
    ConcedeOffer,
    CounterOffer,
    DeclineOffer,
    MakeOffer,
    WithholdOffer,
    engines_answer,
)
from domain.payouts import ConfirmPayment, RecordPayout, RecordReversal, SettleReversal
from domain.verification import (
    ApproveCreator,
    OpenCollaboration,
    RecordAssessment,
    RejectCreator,
    ReportPerformance,
)
from tests.domain.given import (
    ANOTHER_DOCUMENT,
    BRAND,
    CREATOR,
    DISCLOSED,
    DOCUMENT,
    ENGINE,
    T0,
    UNDISCLOSED,
    a_report,
    an_assessment,
    an_assignment,
    context,
    opening,
    usd,
)

DECIDER = CollaborationDecider()
LIKELY = (Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.REVIEW, Verdict.REVIEW, Verdict.FAIL)
Said = tuple[CollaborationCommand, Role]
"""A command and who gives it."""


@dataclass(frozen=True)
class Step:
    """One command on one state, with its events or its refusal, and the state that it left."""

    command: CollaborationCommand
    by: Role
    at: datetime
    before: Collaboration
    events: tuple[Event, ...]
    refusal: Refused | None
    after: Collaboration


@dataclass
class Walk:
    """A collaboration on its way. `store` may refuse an append by raising BudgetExceeded; then nothing has happened."""

    store: Callable[[Sequence[Event]], None] = lambda events: None
    state: Collaboration = DECIDER.initial
    at: datetime = T0
    steps: list[Step] = field(default_factory=list)

    @property
    def events(self) -> list[Event]:
        """The whole stream."""
        return [event for step in self.steps for event in step.events]

    def take(self, command: CollaborationCommand, by: Role) -> Step:
        """Decide, append and fold one command. Nothing but a `Refused` may come of it in place of events."""
        before, untouched = self.state, deepcopy(self.state)
        events: tuple[Event, ...] = ()
        refusal: Refused | None = None
        try:
            events = tuple(DECIDER.decide(command, before, context(by, self.at)))
            self.store(events)
        except BudgetExceeded as exceeded:
            events, refusal = (), exceeded
        except Refused as refused:
            refusal = refused
        assert before == untouched, "decide has changed the state that it was given"
        self.state = reduce(DECIDER.evolve, events, before)
        self.steps.append(Step(command, by, self.at, before, events, refusal, self.state))
        return self.steps[-1]

    def finish(self, at_most: int = 200) -> int:
        """Let the engine act and time pass until the end; the number of steps that this took.

        People stay silent, but for finance, whom nothing replaces. The engine does what waits for it; otherwise the
        clock moves to the next alarm.
        """
        for count in range(at_most):
            if self.state.ended:
                return count
            moves = engine_moves(self.state) or money_moves(self.state)
            if moves:
                step = self.take(*moves[0])
            else:
                alarm = next_alarm(self.state.tasks)
                assert alarm is not None, "nothing is open, and nothing is left for the engine to do"
                self.at = max(self.at, alarm)
                step = self.take(PassTime(), ENGINE)
            if isinstance(step.refusal, BudgetExceeded):
                step = self.take(WithholdOffer(), ENGINE)
            assert step.events, f"{step.command} at {step.at} moved nothing: {step.refusal!r}"
        raise AssertionError(f"still open after {at_most} steps: {self.state.open_tasks}")


def engine_moves(state: Collaboration) -> list[Said]:
    """What waits for the engine itself, so that no task has an alarm for it; the first leads on."""
    if not state.opened:
        return [(opening(), ENGINE)]
    if state.payable:
        return [
            (RecordPayout(payout_id=payout.id, reference=reference), ENGINE)
            for payout in state.payable
            for reference in ("tr_1", "PO-1")
        ]
    if commission_is_due(state):
        return [(SettleCommission(orders=2, revenue=90_00), ENGINE)]
    if state.assessment is None:
        return [(RecordAssessment(assessment=an_assessment(verdict)), ENGINE) for verdict in LIKELY]
    if not state.tasks and state.offer is None:
        return [(MakeOffer(), ENGINE)]
    if not state.tasks and state.document is None:
        return [(DraftContract(document=DOCUMENT), ENGINE)]
    if state.amendment is not None and state.amendment.document is None:
        return [(DraftAmendment(number=state.amendment.number, document=ANOTHER_DOCUMENT), ENGINE)]
    if state.unsealed_amendment is not None:
        return [(RecordAmendmentSeal(number=state.unsealed_amendment.number, sealed=DOCUMENT), ENGINE)]
    return []


def money_moves(state: Collaboration) -> list[Said]:
    """What finance is asked to do; it is asked until it does it."""
    asked = (name for name in state.tasks if name.startswith(("confirm_payment/", "settle_reversal/")))
    return [said for name in asked for said in _answers(name, state)]


def people_moves(state: Collaboration) -> list[Said]:
    """What the assignees of the open tasks could do now; the first leads on."""
    return [said for name in state.tasks for said in _answers(name, state)]


def _answers(name: str, state: Collaboration) -> list[Said]:
    step, _, rest = name.partition("/")
    number = int(rest) if rest.isdigit() else 1
    version = state.offer.version if state.offer else 1
    draft = state.works[number].version if number in state.works else 1
    fees = (20_00, 150_00, 230_00, 390_00, 500_00)
    match step:
        case "verify_creator":
            return [(ApproveCreator(), BRAND), (ApproveCreator(), BRAND), (RejectCreator(reason="no"), BRAND)]
        case "confirm_payment":
            return [(ConfirmPayment(payout_id=f"{state.id}/{rest}", reference="SEPA 1", paid_on=T0.date()), BRAND)]
        case "settle_reversal":
            id_ = f"{state.id}/{rest}"
            return [(SettleReversal(payout_id=id_, pay_again=again), BRAND) for again in (True, False)]
        case "report_performance":
            return [(ReportPerformance(report=a_report()), CREATOR), (ApproveCreator(), BRAND)]
        case "answer_offer" | "answer_counter_offer":
            side = CREATOR if step == "answer_offer" else BRAND
            counters: list[Said] = [(CounterOffer(version=version, fee=usd(fee)), side) for fee in fees]
            accept: Said = (AcceptOffer(version=version), side)
            policy: Said = (engines_answer(state) or AcceptOffer(version=version), ENGINE)
            return [*[accept] * 4, *counters, policy, (DeclineOffer(version=version), side)]
        case "sign_contract":
            return [(SignContract(typed_name="N", document=DOCUMENT, consent=True), Role(rest))]
        case "sign_amendment":
            latest = len(state.amendments)
            consent = SignAmendment(number=latest, typed_name="N", document=ANOTHER_DOCUMENT, consent=True)
            decline = DeclineAmendment(number=latest)
            return [(consent, Role(rest)), (consent, Role(rest)), (decline, Role(rest))]
        case "submit_draft":
            return [(SubmitDraft(deliverable=number, caption=text), CREATOR) for text in (DISCLOSED, UNDISCLOSED)]
        case "review_draft":
            changes = RequestChanges(deliverable=number, version=draft, feedback="again")
            return [(ApproveDraft(deliverable=number, version=draft), BRAND), (changes, BRAND)]
        case "publish":
            url = f"https://social.example/p/{number}"
            return [(MarkPublished(deliverable=number, url=url, caption=DISCLOSED), CREATOR)]
        case _:
            return [(RecordMetrics(deliverable=number, metrics=Metrics(likes=number)), CREATOR)]


numbers = st.integers(1, 4)
fees = st.integers(0, 500_00)
any_changes = st.builds(
    Changes,
    fee=st.none() | st.builds(Money, amount=fees, currency=st.just("USD")),
    draft_within=st.none() | st.just(timedelta(hours=5)),
    publish_within=st.none(),
    metrics_within=st.none() | st.just(timedelta(hours=90)),
    posting_window=st.none(),
    deliverables=st.none() | st.just((Deliverable(number=1, format=Format.POST),)),
    usage_rights=st.none() | st.just(UsageRights(months=6)),
    exclusivity_days=st.none() | st.integers(0, 40),
)
captions = st.sampled_from([DISCLOSED, UNDISCLOSED]) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=60
)
any_commands: st.SearchStrategy[CollaborationCommand] = st.one_of(
    st.builds(opening, st.just(an_assignment()), numbers),
    st.builds(RecordAssessment, assessment=st.sampled_from(Verdict).map(an_assessment)),
    st.just(ReportPerformance(report=a_report())),
    st.builds(ApproveCreator),
    st.builds(RejectCreator, reason=st.just("no")),
    st.just(MakeOffer()),
    st.just(WithholdOffer()),
    st.builds(AcceptOffer, version=numbers),
    st.builds(ConcedeOffer, version=numbers),
    st.builds(
        CounterOffer, version=numbers, fee=st.builds(Money, amount=fees, currency=st.sampled_from(["USD", "EUR"]))
    ),
    st.builds(DeclineOffer, version=numbers),
    st.builds(DraftContract, document=st.sampled_from([DOCUMENT, ANOTHER_DOCUMENT])),
    st.builds(
        SignContract,
        typed_name=st.just("N"),
        document=st.sampled_from([DOCUMENT, ANOTHER_DOCUMENT]),
        consent=st.just(True),
    ),
    st.builds(SubmitDraft, deliverable=numbers, caption=captions, media_url=st.none(), media_sha256=st.none()),
    st.builds(ApproveDraft, deliverable=numbers, version=numbers),
    st.builds(RequestChanges, deliverable=numbers, version=numbers, feedback=st.just("again")),
    st.builds(MarkPublished, deliverable=numbers, url=st.just("https://social.example/p"), caption=captions),
    st.builds(
        RecordMetrics,
        deliverable=numbers,
        metrics=st.builds(
            Metrics, taken_at=st.none() | st.just(T0), likes=st.none() | st.integers(0, 9), views=st.just(3)
        ),
    ),
    st.builds(SettleCommission, orders=st.just(1), revenue=fees),
    st.builds(RecordPayout, payout_id=st.sampled_from(["collab-1/upfront", "x"]), reference=st.just("tr_9")),
    st.builds(
        RecordReversal,
        payout_id=st.sampled_from(["collab-1/upfront", "collab-1/balance", "collab-1/upfront-2"]),
        reversed_in_all=st.integers(1, 400_00),
        reason=st.just("transfer_reversed"),
    ),
    st.builds(CancelCollaboration, reason=st.just("recall")),
    st.builds(ExtendDeadline, task=st.sampled_from(["answer_offer", "review_draft/1", "sign_contract/brand", "x"])),
    st.builds(ProposeAmendment, changes=any_changes),
    st.builds(
        SignAmendment, number=numbers, typed_name=st.just("N"), document=st.just(DOCUMENT), consent=st.just(True)
    ),
    st.builds(WithdrawAmendment, number=numbers),
    st.just(PassTime()),
)
any_said: st.SearchStrategy[Said] = st.tuples(any_commands, st.sampled_from(Role))


@st.composite
def policies(draw: st.DrawFn) -> Policies:
    """Deadlines, silences and rounds of every kind that a brief may state."""

    def deadline(*answers: OnExpiry) -> DeadlinePolicy:
        within = draw(st.sampled_from([2, 24, 72]))
        reminders = draw(st.sets(st.integers(1, within - 1), max_size=2))
        return DeadlinePolicy.model_validate(
            {
                "within": timedelta(hours=within),
                "remind_before": tuple(timedelta(hours=hours) for hours in reminders),
                "on_expiry": draw(st.sampled_from([*answers, OnExpiry.ESCALATE, OnExpiry.EXTEND])),
                "extend_by": timedelta(hours=draw(st.sampled_from([1, 30]))),
                "then": draw(st.sampled_from(answers)),
            }
        )

    acts = (
        "payment",
        "performance_report",
        "offer",
        "creator_signature",
        "brand_signature",
        "draft",
        "publication",
        "metrics",
    )
    answers = ("shortlist", "verification", "counter_offer", "review")
    accept_up_to = draw(st.sampled_from([0.5, 1.1, 3.0]))
    deadlines: dict[str, Any] = {name: deadline(OnExpiry.DECLINE) for name in acts}
    deadlines |= {name: deadline(OnExpiry.APPROVE, OnExpiry.DECLINE) for name in answers}
    return Policies(
        **deadlines,
        payment_orders=draw(st.sampled_from(PaymentOrders)),
        performance_report_from=draw(st.sampled_from(Asked)),
        rounds_of_changes=draw(st.integers(0, 2)),
        negotiation=NegotiationPolicy(
            accept_up_to=accept_up_to, rounds=draw(st.integers(0, 3)), concession=draw(curves)
        ),
    )


commissions = st.none() | st.builds(Commission, ratio=st.sampled_from([0.1, 0.5]), cap=st.sampled_from([1, 20_00]))
curves = st.none() | st.builds(Concession, rounds=st.integers(1, 3), exponent=st.sampled_from([0.5, 1.0, 3.0]))


@st.composite
def assignments(draw: st.DrawFn) -> Assignment:
    """Up to three deliverables for a fee of at most 380 dollars, and now and then a commission of at most 20."""
    ratio = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 1.0])
    cancellation = Cancellation(before_creation=draw(ratio), created=draw(ratio), delivered=draw(ratio))
    formats = draw(st.lists(st.sampled_from(Format), min_size=1, max_size=3))
    return an_assignment(
        opening_fee=draw(st.integers(0, 380_00)),
        tracks_sales=True,
        deliverables=tuple(Deliverable(number=n, format=kind) for n, kind in enumerate(formats, start=1)),
        terms=Terms(upfront=draw(ratio), cancellation=cancellation, commission=draw(commissions)),
        policies=draw(policies()),
    )


def step_on(draw: Callable[[st.SearchStrategy[Any]], Any], walk: Walk) -> None:
    """One step: time moves on, to the next alarm now and then, and somebody says something."""
    alarm = next_alarm(walk.state.tasks)
    later = walk.at + draw(st.sampled_from([timedelta(0), timedelta(minutes=20), timedelta(hours=30)]))
    to_alarm = draw(st.integers(0, 5)) == 0
    walk.at = max(walk.at, alarm) if alarm is not None and to_alarm else later
    fitting = [*people_moves(walk.state), *engine_moves(walk.state)]
    if to_alarm:
        walk.take(PassTime(), ENGINE)
    elif fitting and draw(st.integers(0, 4)) > 0:
        walk.take(*draw(st.sampled_from(fitting)))
    else:
        walk.take(*draw(any_said))


@st.composite
def walks(draw: st.DrawFn, at_most: int = 20, assigned: st.SearchStrategy[Assignment] | None = None) -> Walk:
    """A collaboration that goes well for a while, then anything happens to it, for up to `at_most` steps."""
    walk = Walk()
    walk.take(opening(draw(assignments() if assigned is None else assigned)), ENGINE)
    for _ in range(draw(st.integers(0, 10))):
        lead_on(walk)
    for _ in range(draw(st.integers(0, at_most))):
        step_on(draw, walk)
        if walk.state.ended and len(walk.steps) % 3 == 0:
            break
    return walk


def lead_on(walk: Walk) -> None:
    """A step towards the end that everybody wants, if there is one."""
    said = [*engine_moves(walk.state), *people_moves(walk.state)]
    if said and not walk.state.ended:
        walk.at += timedelta(minutes=20)
        walk.take(*said[0])


@st.composite
def openings(draw: st.DrawFn, number: int) -> OpenCollaboration:
    """The first command of collaboration `number`, with an assignment of its own."""
    return opening(draw(assignments()), number)
