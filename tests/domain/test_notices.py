"""Who is told of which event."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.calendars import ROUND_THE_CLOCK, Calendar, QuietHours
from domain.decider import Event, Role
from domain.notices import AT_ONCE, NEWS, Audience, Notice, Template, notices, quiet_until
from domain.outcomes import CollaborationEnded, Outcome
from tests.domain.write_golden import REGISTRIES, samples

TOLD = {
    "CampaignStarted": (Template.CAMPAIGN_STARTED, Audience.MANAGER),
    "ShortlistProposed": (Template.SHORTLIST_READY, Audience.MANAGER),
    "PerformanceReportRequested": (Template.PERFORMANCE_REPORT, Audience.CREATOR),
    "OfferMade": (Template.OFFER, Audience.CREATOR),
    "ContractDrafted": (Template.CONTRACT_TO_SIGN, Audience.CREATOR),
    "ContractSealed": (Template.CONTRACT_CONCLUDED, Audience.CREATOR),
    "ChangesRequested": (Template.CHANGES_REQUESTED, Audience.CREATOR),
    "DraftApproved": (Template.DRAFT_APPROVED, Audience.CREATOR),
    "PayoutMade": (Template.PAYOUT_MADE, Audience.CREATOR),
    "TaskEscalated": (Template.ESCALATION, Audience.ESCALATION),
    "RightsExpiring": (Template.RIGHTS_EXPIRING, Audience.MANAGER),
    "RightsExpired": (Template.RIGHTS_EXPIRED, Audience.MANAGER),
    "ExclusivityEnded": (Template.EXCLUSIVITY_ENDED, Audience.CREATOR),
}
BOTH = {
    "AmendmentDrafted": Template.AMENDMENT_TO_SIGN,
    "AmendmentSealed": Template.AMENDMENT_CONCLUDED,
    "AmendmentLapsed": Template.AMENDMENT_OVER,
    "AmendmentDeclined": Template.AMENDMENT_OVER,
    "AmendmentWithdrawn": Template.AMENDMENT_OVER,
}
DEPENDS = {
    "CreatorAssessed",
    "PaymentOrdered",
    "PayoutReversed",
    "PostNotVerified",
    "TaskReminded",
    "CollaborationEnded",
}
"""Events whose content decides, each with a test of its own."""
QUIET = sorted({name for registry in REGISTRIES.values() for name in registry.names} - set(TOLD) - set(BOTH) - DEPENDS)


def sample(name: str, **facts: Any) -> Event:
    """An event of that type as it really occurs, with some facts changed."""
    return samples()[name][1].model_copy(update=facts)


@pytest.mark.parametrize(("name", "told"), TOLD.items())
def test_news_goes_to_one_audience(name: str, told: tuple[Template, Audience]) -> None:
    """Each of these events is one message to one audience."""
    template, audience = told
    assert list(notices(sample(name))) == [Notice(template=template, audience=audience)]


@pytest.mark.parametrize(("name", "template"), BOTH.items())
def test_both_sides_hear_of_an_amendment(name: str, template: Template) -> None:
    """What is to be signed, what is in force, and what has come to nothing."""
    told = [(notice.template, notice.audience) for notice in notices(sample(name))]
    assert told == [(template, Audience.CREATOR), (template, Audience.MANAGER)]


def test_what_may_be_news_is_known_by_its_type() -> None:
    """A resume looks for mails that were never sent among these events only."""
    assert {event.__name__ for event in NEWS} == set(TOLD) | set(BOTH) | DEPENDS


@pytest.mark.parametrize("name", QUIET)
def test_other_events_are_news_to_nobody(name: str) -> None:
    """Everything else is seen on the board, not in the mail."""
    assert list(notices(sample(name))) == []


@pytest.mark.parametrize("to_finance", [True, False])
def test_an_order_that_waits_is_news_to_finance_where_there_is_one(to_finance: bool) -> None:
    """Who else is asked has it as a task; the creator hears when it was paid."""
    told = list(notices(sample("PaymentOrdered", to_finance=to_finance)))
    assert told == ([Notice(template=Template.PAYMENT_ORDER, audience=Audience.FINANCE)] if to_finance else [])


@pytest.mark.parametrize(("to_finance", "asked"), [(True, Audience.FINANCE), (False, Audience.MANAGER)])
def test_money_that_comes_back_is_news_to_both_sides(to_finance: bool, asked: Audience) -> None:
    """The creator hears of it from us first; finance is asked what becomes of it, or else the manager."""
    told = [(notice.template, notice.audience) for notice in notices(sample("PayoutReversed", to_finance=to_finance))]
    assert told == [(Template.PAYMENT_RETURNED, Audience.CREATOR), (Template.REVERSAL_TO_SETTLE, asked)]


def test_a_finding_is_news_only_if_the_creator_is_asked_to_mend_it() -> None:
    """They hear what is wrong and the manager that they were asked, once for as long as it takes."""
    asked = sample("PostNotVerified", task=sample("ShortlistProposed").task)  # type: ignore[attr-defined]
    told = [(notice.template, notice.audience) for notice in notices(asked)]
    assert told == [(Template.POST_TO_RESTORE, Audience.CREATOR), (Template.POST_NOT_VERIFIED, Audience.MANAGER)]
    assert list(notices(sample("PostNotVerified", task=None))) == []


def test_evidence_is_news_only_if_it_asks_somebody() -> None:
    """The manager hears of a doubtful creator, not of a clear case."""
    asked = sample("CreatorAssessed", task=sample("ShortlistProposed").task)  # type: ignore[attr-defined]
    assert [notice.template for notice in notices(asked)] == [Template.REVIEW_CREATOR]
    assert list(notices(sample("CreatorAssessed", task=None))) == []


@pytest.mark.parametrize(("assignee", "audience"), [("creator", Audience.CREATOR), ("brand", Audience.MANAGER)])
def test_a_reminder_goes_to_the_side_that_is_waited_for(assignee: str, audience: Audience) -> None:
    """Creators are reminded of their own steps, the manager of the brand's."""
    reminded = type(sample("TaskReminded")).model_validate({**dict(sample("TaskReminded")), "assignee": assignee})
    assert list(notices(reminded)) == [Notice(template=Template.REMINDER, audience=audience)]


def test_the_second_person_is_reminded_of_what_was_escalated() -> None:
    """Not the one who was silent; a creator is reminded themselves."""
    reminded = sample("TaskReminded", assignee=Role.BRAND, escalated=True)
    assert [notice.audience for notice in notices(reminded)] == [Audience.ESCALATION]
    own = sample("TaskReminded", assignee=Role.CREATOR, escalated=True)
    assert [notice.audience for notice in notices(own)] == [Audience.CREATOR]


def test_mail_waits_only_at_night_and_only_if_it_can() -> None:
    """What confirms is sent whenever it happens; everything that asks for something can wait."""
    night, day = datetime(2026, 3, 2, 23, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)
    calendar = Calendar(quiet_hours=QuietHours())
    assert quiet_until(night, calendar) == datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert quiet_until(day, calendar) is None
    assert quiet_until(night, ROUND_THE_CLOCK) is None
    contracts = {Template.CONTRACT_CONCLUDED, Template.CONTRACT_COPY, Template.AMENDMENT_CONCLUDED}
    assert {Template.CAMPAIGN_STARTED, *contracts, Template.PAYOUT_MADE} == AT_ONCE


@pytest.mark.parametrize(("offered", "templates"), [(True, [Template.ENDED]), (False, [])])
def test_the_end_is_news_to_a_creator_who_had_an_offer(offered: bool, templates: list[Template]) -> None:
    """Who never heard of the campaign does not hear of its end either."""
    ended = CollaborationEnded(outcome=Outcome.CANCELLED, reason="recall", offered=offered)
    assert [notice.template for notice in notices(ended)] == templates


def test_lawyers_get_a_copy_where_the_brief_names_them() -> None:
    """The creator's own letter does not change with it."""
    told = {notice.audience: notice.template for notice in notices(sample("ContractSealed", to_legal=True))}
    assert told == {Audience.CREATOR: Template.CONTRACT_CONCLUDED, Audience.LEGAL: Template.CONTRACT_COPY}


@pytest.mark.parametrize(
    ("reference", "told"), [("PO-0123", [Audience.CREATOR, Audience.FINANCE]), ("tr_0123", [Audience.CREATOR])]
)
def test_finance_is_told_of_what_a_person_has_to_transfer(reference: str, told: list[Audience]) -> None:
    """A transfer that a payment service has made needs nobody."""
    made = sample("PayoutMade", to_finance=True, reference=reference)
    assert [notice.audience for notice in notices(made)] == told
