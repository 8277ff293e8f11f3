"""Writes one golden file per event type and schema version; never overwrites one.

    .venv/bin/python -m tests.domain.write_golden

A golden file is what some release has stored: it stays for ever, so that every later release proves it can read it.
Run this after adding an event type or an upcast, and commit the new files.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from domain import campaign as campaigns
from domain import collaboration as collaborations
from domain import rights
from domain.amendments import (
    DeclineAmendment,
    DraftAmendment,
    ProposeAmendment,
    RecordAmendmentSeal,
    SignAmendment,
    WithdrawAmendment,
)
from domain.brief import PaymentOrders, Policies, PostingWindow
from domain.campaign import CancelCampaign, CloseCampaign
from domain.changes import Changes
from domain.checks import Verdict
from domain.clauses import Terms
from domain.collaboration import CancelCollaboration
from domain.commission import SettleCommission
from domain.content_approval import RequestChanges
from domain.deadlines import OnExpiry, PassTime
from domain.decider import Event, Role
from domain.discovery import ProposeShortlist, RecordOutreach, RejectShortlist, Shortlist
from domain.durations import business_days
from domain.events import Registry
from domain.live_posts import MarkRestored, VouchForPost
from domain.monitoring import Metrics, NoteUnavailable, RecordMetrics, Unavailable
from domain.negotiation import AcceptOffer, DeclineOffer, NoteBlocked, Shortfall
from domain.payouts import RecordPayout, RecordReversal, ReversalReason, SettleReversal
from domain.signature_service import RecordSubmission, RefuseSignature
from domain.signatures import Signing
from domain.verification import RecordAssessment, ReportPerformance
from tests.domain.given import (
    BRAND,
    CREATOR,
    DISCLOSED,
    DOCUMENT,
    HOUR,
    T0,
    UNDISCLOSED,
    a_policy,
    a_report,
    an_assessment,
    an_assignment,
    approved,
    asked_to_report,
    commissioned,
    concluded,
    countered,
    drafted,
    in_review,
    live,
    not_seen,
    offered,
    opened,
    proposed,
    sealed,
    seen,
    started,
    to_publish,
    usd,
    watched,
)
from tests.domain.outliving import DAY
from tests.domain.outliving import rights as outliving

GOLDEN = Path(__file__).parent / "golden"
REGISTRIES = {"campaign": campaigns.EVENTS, "collaboration": collaborations.EVENTS, "rights": rights.EVENTS}
FIGURES = Metrics(impressions=4_100, reach=3_000, likes=260, comments=14, clicks=55, orders=3, revenue=72_00)


def campaign_stories() -> Iterator[Event]:
    """Campaigns that together see every event of their kind."""
    yield from approved().does(RecordOutreach(invited=12)).does(CloseCampaign()).past
    yield from proposed().does(RejectShortlist(reason="not our style"), by=BRAND).past
    yield from started().does(CancelCampaign(reason="recall"), by=BRAND).past
    nobody = Shortlist(digest="ab" * 32, size=0)
    yield from started().does(ProposeShortlist(shortlist=nobody, considered=7)).past
    for on_expiry in (OnExpiry.EXTEND, OnExpiry.ESCALATE, OnExpiry.DECLINE):
        story = proposed(policies=Policies(shortlist=a_policy(on_expiry)))
        yield from story.waits(until=T0 + 36 * HOUR).events
        yield from story.waits(until=T0 + 48 * HOUR).events


def collaboration_stories() -> Iterator[Event]:
    """Collaborations that together see every event of their kind."""
    changes = RequestChanges(deliverable=1, version=1, feedback="brighter, please")
    yield from in_review().does(changes, by=BRAND).past
    done = live().does(RecordPayout(payout_id="collab-1/upfront", reference="tr_1"))
    yield from done.does(RecordMetrics(deliverable=1, metrics=FIGURES)).past
    unread = live(watched()).does(NoteUnavailable(deliverable=1, cause=Unavailable.UNREACHABLE), at=T0 + HOUR)
    mended = unread.does(not_seen(), at=T0 + 2 * HOUR).does(MarkRestored(deliverable=1), by=CREATOR)
    yield from mended.does(seen(), at=T0 + 3 * HOUR).past
    missing = live(watched()).does(not_seen(), at=T0 + 2 * HOUR)
    yield from missing.does(VouchForPost(deliverable=1, caption=DISCLOSED), by=BRAND, at=T0 + 3 * HOUR).past
    yield from countered().does(AcceptOffer(version=2), by=BRAND).past
    shortfall = Shortfall(needed=87_50, available=50_00, budget=10_000_00)
    yield from countered().does(NoteBlocked(version=2, by=Role.BRAND, answer="accept", shortfall=shortfall)).past
    yield from offered().does(DeclineOffer(version=1, reason="too little"), by=CREATOR).past
    yield from opened().does(RecordAssessment(assessment=an_assessment(Verdict.FAIL))).past
    yield from commissioned().does(SettleCommission(orders=3, revenue=240_00)).past
    yield from asked_to_report().does(ReportPerformance(report=a_report()), by=CREATOR).past
    unreported = an_assignment(policies=Policies(performance_report=a_policy(OnExpiry.DECLINE)))
    yield from asked_to_report(unreported).waits(until=T0 + 48 * HOUR).events
    yield from sealed().past
    yield from amendment_stories()
    yield from service_stories()
    ordered = RecordPayout(payout_id="collab-1/upfront", reference="PO-1")
    by_finance = Policies(
        payment_orders=PaymentOrders.WAIT_FOR_FINANCE,
        payment=a_policy(OnExpiry.DECLINE),
        draft=a_policy(OnExpiry.DECLINE, hours=400),
    )
    waiting = concluded(an_assignment(policies=by_finance)).does(ordered)
    yield from (*waiting.past, *waiting.waits(until=T0 + 48 * HOUR).events)
    back = RecordReversal(payout_id="collab-1/upfront", reversed_in_all=50_00, reason=ReversalReason.TRANSFER_REVERSED)
    again = SettleReversal(payout_id="collab-1/upfront", pay_again=True, note="new account")
    yield from concluded().does(ordered).does(back).does(again, by=BRAND).past
    yield from to_publish().does(CancelCollaboration(reason="recall")).past
    silent = Policies(
        creator_signature=a_policy(OnExpiry.DECLINE),
        draft=a_policy(OnExpiry.DECLINE, hours=96),
        review=a_policy(OnExpiry.APPROVE),
        metrics=a_policy(OnExpiry.DECLINE),
        counter_offer=a_policy(OnExpiry.ESCALATE),
        offer=a_policy(OnExpiry.EXTEND),
    )
    assignment = an_assignment(policies=silent)
    yield from offered(assignment).waits(until=T0 + 36 * HOUR).events
    for story in (offered(assignment), countered(assignment=assignment), drafted(assignment), live(assignment)):
        yield from story.waits(until=T0 + 48 * HOUR).events
    undisclosed = in_review(assignment, UNDISCLOSED)
    yield from undisclosed.waits(until=T0 + 48 * HOUR).events
    yield from undisclosed.waits(until=T0 + 96 * HOUR).events


def amendment_stories() -> Iterator[Event]:
    """A contract in force that is amended, and three proposals that come to nothing."""
    window = PostingWindow(opens=date(2026, 3, 20), closes=date(2026, 5, 10))
    changes = Changes(fee=usd(300_00), draft_within=business_days(5), posting_window=window, exclusivity_days=30)
    asked = concluded().does(ProposeAmendment(changes=changes, reason="the brief has grown"), by=BRAND)
    to_sign = asked.does(DraftAmendment(number=1, document="a1" * 32))
    consent = SignAmendment(number=1, typed_name="Ines Okafor", document="a1" * 32, consent=True)
    signed = to_sign.does(consent, by=CREATOR).does(consent, by=BRAND)
    yield from signed.does(RecordAmendmentSeal(number=1, sealed="5e" * 32)).past
    yield from asked.does(DeclineAmendment(number=1, reason="too late"), by=CREATOR).past
    yield from asked.does(WithdrawAmendment(number=1), by=BRAND).past
    silent = Policies(creator_signature=a_policy(OnExpiry.DECLINE), draft=a_policy(OnExpiry.DECLINE, hours=96))
    open_one = concluded(an_assignment(policies=silent)).does(ProposeAmendment(changes=changes), by=BRAND)
    yield from open_one.does(DraftAmendment(number=1, document="a1" * 32)).waits(until=T0 + 48 * HOUR).events


def rights_stories() -> Iterator[Event]:
    """Rights that together see every event of their kind."""
    end = T0 + 90 * DAY
    yield from outliving().does(PassTime(), at=end - DAY).does(PassTime(), at=end).past


def service_stories() -> Iterator[Event]:
    """A contract that is to be signed at DocuSeal, and that a creator declines there."""
    at_docuseal = an_assignment(terms=Terms(signature=Signing.DOCUSEAL))
    submission = RecordSubmission(document=DOCUMENT, service=Signing.DOCUSEAL, submission="1001")
    refusal = RefuseSignature(document=DOCUMENT, service=Signing.DOCUSEAL, reason="not for me")
    yield from drafted(at_docuseal).does(submission).does(refusal, by=CREATOR).past


def samples() -> dict[str, tuple[Registry, Event]]:
    """For each event type of all registries its first occurrence in the stories, with the registry that stores it."""
    found: dict[str, tuple[Registry, Event]] = {}
    stories = {"campaign": campaign_stories(), "collaboration": collaboration_stories(), "rights": rights_stories()}
    for kind, events in stories.items():
        for event in events:
            found.setdefault(type(event).__name__, (REGISTRIES[kind], event))
    return found


def path_of(registry: Registry, name: str) -> Path:
    """Where the golden file of an event type's current schema version is kept."""
    return GOLDEN / f"{name}.v{registry.schema_version(name)}.json"


def main() -> None:
    """Write what is missing."""
    GOLDEN.mkdir(exist_ok=True)
    for name, (registry, event) in samples().items():
        path = path_of(registry, name)
        if not path.exists():
            record = registry.encode(event).model_dump(mode="json")
            path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
            sys.stdout.write(f"{path.relative_to(Path.cwd())}\n")


if __name__ == "__main__":
    main()
