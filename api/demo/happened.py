"""What must have happened in a demo, checked against the events that the API gives out: nothing is taken on trust."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from api.client import models
from api.demo.listener import TYPES
from api.demo.mailroom import Received

Happened = Callable[[models.EventView], bool]


@dataclass(frozen=True)
class Expectation:
    """One thing that must be among the events."""

    sentence: str
    happened: Happened


def _event(type_: str, **facts: object) -> Happened:
    """An event of this type whose data has these facts."""

    def happened(event: models.EventView) -> bool:
        return event.type == type_ and all(event.data.get(name) == fact for name, fact in facts.items())

    return happened


def _task(type_: str, step: str, **facts: object) -> Happened:
    """An event of the clock about a task of this kind."""
    of_type = _event(type_, **facts)
    return lambda event: of_type(event) and event.data["task"].partition("/")[0] == step


def _countered_by_policy(event: models.EventView) -> bool:
    by_policy = _event("OfferMade", authority="policy")(event)
    return by_policy and bool(event.data["offer"]["version"] > 1)


EXPECTED = (
    Expectation("goal setting: the brief was accepted", _event("CampaignStarted")),
    Expectation("discovery: a shortlist was proposed", _event("ShortlistProposed")),
    Expectation("discovery: a person approved it", _event("ShortlistApproved", authority="person")),
    Expectation("discovery: everybody's collaboration came to an end", _event("OutreachCompleted")),
    Expectation("verification: a doubtful creator was asked for a report", _event("PerformanceReportRequested")),
    Expectation("verification: one came", _event("PerformanceReported")),
    Expectation("verification: one did not come", _event("PerformanceReportMissing")),
    Expectation("verification: clear evidence passed by policy", _event("CreatorApproved", authority="policy")),
    Expectation("verification: a person approved a doubtful creator", _event("CreatorApproved", authority="person")),
    Expectation("verification: a person rejected one", _event("CreatorRejected", authority="person")),
    Expectation("verification: silence declined one", _task("TaskExpired", "verify_creator", answer="decline")),
    Expectation("negotiation: an offer was made", _event("OfferMade")),
    Expectation("negotiation: a creator accepted", _event("OfferAccepted", authority="person")),
    Expectation("negotiation: a creator asked for more", _event("OfferCountered")),
    Expectation("negotiation: the policy accepted a counter-offer", _event("OfferAccepted", authority="policy")),
    Expectation("negotiation: the engine made a counter-offer", _countered_by_policy),
    Expectation("negotiation: a creator declined", _event("OfferDeclined", by="creator", authority="person")),
    Expectation("negotiation: a creator was reminded", _task("TaskReminded", "answer_offer")),
    Expectation("negotiation: an offer was extended", _task("TaskExtended", "answer_offer")),
    Expectation("negotiation: an offer expired", _task("TaskExpired", "answer_offer", answer="decline")),
    Expectation("negotiation: a counter-offer was escalated", _task("TaskEscalated", "answer_counter_offer")),
    Expectation("negotiation: the budget did not cover a creator", _event("CollaborationEnded", outcome="no_budget")),
    Expectation("contract signing: a creator signed", _event("ContractSigned", role="creator")),
    Expectation("contract signing: the brand signed", _event("ContractSigned", role="brand")),
    Expectation("contract signing: a contract was concluded", _event("ContractConcluded")),
    Expectation("contract signing: the signed contract was sealed", _event("ContractSealed")),
    Expectation("contract signing: an amendment was proposed", _event("AmendmentProposed")),
    Expectation("contract signing: both sides signed it", _event("AmendmentConcluded")),
    Expectation("contract signing: a signature was escalated", _task("TaskEscalated", "sign_contract")),
    Expectation("contract signing: a contract lapsed", _event("ContractLapsed")),
    Expectation("content approval: a draft came in", _event("DraftSubmitted")),
    Expectation("content approval: a person approved a draft", _event("DraftApproved", authority="person")),
    Expectation("content approval: silence approved a draft", _event("DraftApproved", authority="timeout")),
    Expectation("content approval: a person asked for changes", _event("ChangesRequested", authority="person")),
    Expectation("content approval: no auto-approval without disclosure", _event("AutoApprovalBlocked")),
    Expectation("content approval: the policy asked for changes", _event("ChangesRequested", authority="policy")),
    Expectation("content approval: a draft was missed", _event("DeliverableMissed", step="submit_draft")),
    Expectation("content approval: a publication was missed", _event("DeliverableMissed", step="publish")),
    Expectation("content approval: a post went live", _event("PostPublished")),
    Expectation("content approval: Instagram showed a post", _event("PostVerified")),
    Expectation("content approval: a post hid the partnership", _event("PostNotVerified", finding="undisclosed")),
    Expectation("content approval: its creator mended it", _event("PostRestored")),
    Expectation("content approval: a post was deleted", _event("PostNotVerified", finding="missing")),
    Expectation("content approval: nobody brought it back", _event("DeliverableMissed", step="restore_post")),
    Expectation("monitoring: figures were reported", _event("MetricsRecorded")),
    Expectation("monitoring: missing figures were noted as missing", _event("MetricsMissing")),
    Expectation("monitoring: a payout was made", _event("PayoutMade")),
    Expectation("monitoring: finance was asked to pay", _event("PaymentOrdered")),
    Expectation("monitoring: a transfer came back", _event("PayoutReversed")),
    Expectation("monitoring: it was paid again", _event("ReversalSettled", paid_again=True)),
    Expectation("monitoring: a commission was reckoned", _event("CommissionSettled")),
    Expectation("monitoring: a cancelled creator was compensated", _event("CollaborationCancelled")),
    Expectation("monitoring: a collaboration was completed", _event("CollaborationEnded", outcome="completed")),
    Expectation("monitoring: the campaign was closed", _event("CampaignClosed")),
    Expectation("afterwards: the right to use posts runs on", _event("RightsOpened")),
    Expectation("afterwards: a creator was let go early", _event("ExclusivityEnded")),
    Expectation("deadlines: approve", _event("TaskExpired", answer="approve")),
    Expectation("deadlines: decline", _event("TaskExpired", answer="decline")),
    Expectation("deadlines: escalate", _event("TaskEscalated")),
    Expectation("deadlines: extend", _event("TaskExtended")),
    Expectation("deadlines: remind", _event("TaskReminded")),
)


def missing(events: Sequence[models.EventView], expected: Sequence[Expectation] = EXPECTED) -> list[str]:
    """The sentences of everything that is not among the events."""
    return [each.sentence for each in expected if not any(each.happened(event) for event in events)]


def contradictions(events: Sequence[models.EventView]) -> list[str]:
    """What no campaign's events may show: gaps, doubles, two ends of one stream, anything after the end."""
    found = []
    streams: dict[str, list[models.EventView]] = {}
    for event in events:
        streams.setdefault(event.stream, []).append(event)
    for stream, of_stream in streams.items():
        versions = [event.version for event in of_stream]
        if versions != list(range(1, len(versions) + 1)):
            found.append(f"{stream} has versions {versions}")
        if stream.startswith("rights/"):
            continue  # what outlives a campaign runs for months
        ends = [event.type for event in of_stream if event.type in ENDS]
        if len(ends) != 1 or of_stream[-1].type != ends[0]:
            found.append(f"{stream} ends with {of_stream[-1].type} and has the ends {ends}")
        once = Counter(event.type for event in of_stream if event.type in ONCE)
        found += [f"{stream} has {count} of {type_}" for type_, count in once.items() if count > 1]
    return found


ENDS = {"CollaborationEnded", "CampaignClosed", "CampaignCancelled", "NoCreatorsFound", "ShortlistRejected"}
ONCE = {
    "CampaignStarted",
    "ShortlistProposed",
    "ShortlistApproved",
    "OutreachCompleted",
    "CollaborationOpened",
    "CreatorApproved",
    "OfferAccepted",
    "ContractDrafted",
    "ContractConcluded",
    "ContractSealed",
    "CommissionSettled",
    "RightsOpened",
}
"""Types of events that a stream has at most once."""


def overspent(events: Sequence[models.EventView], budget: int) -> list[str]:
    """Whether more was paid than the budget has, in minor units, less what came back; or any payout twice."""
    paid = [event.data for event in events if event.type == "PayoutMade"]
    found = []
    back = [event.data for event in events if event.type == "PayoutReversed"]
    total = sum(each["amount"]["amount"] for each in paid) - sum(each["amount"]["amount"] for each in back)
    if total > budget:
        found.append(f"{total} was paid of a budget of {budget}")
    twice = Counter(payout["payout_id"] for payout in paid)
    return found + [f"{payout} was made {count} times" for payout, count in twice.items() if count > 1]


def mail_repeated(mails: Sequence[Received]) -> list[str]:
    """Letters that somebody found in the mailbox twice."""
    letters = Counter((mail.event_id, mail.template, mail.recipient) for mail in mails)
    return [f"{template} came {count} times" for (_, template, _), count in letters.items() if count > 1]


def refused_as_expected(refusals: Mapping[tuple[str, int, str], int]) -> list[str]:
    """Which of the requests that must be refused were not."""
    answers = {(status, code) for _, status, code in refusals}
    return [
        f"no request was answered with {status} {code}" for status, code in REFUSALS if (status, code) not in answers
    ]


def not_told(received: Mapping[str, int], faults: Sequence[str], events: Sequence[models.EventView]) -> list[str]:
    """What the webhook's program has heard too little of, or what was wrong with what it heard."""
    happened = Counter(event.type for event in events)
    found = [
        f"a webhook told of {received.get(type_, 0)} of {happened[type_]} {type_}"
        for type_ in TYPES
        if received.get(type_, 0) != happened[type_]
    ]
    return [*faults, *found]


REFUSALS = (
    (401, "link_invalid"),
    (403, "not_permitted"),
    (403, "not_this_link"),
    (404, "not_found"),
    (409, "brief_refused"),
    (409, "wrong_stage"),
    (409, "disclosure_failed"),
    (409, "idempotency_key_reused"),
    (422, "request_not_well_formed"),
)
"""Status and code of refusals that every demo must show."""
