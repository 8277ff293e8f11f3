"""What the list of workflows can be searched and sorted by: stage, campaign, whose turn it is, and until when.

No personal data: brands and stages, pseudonymous ids and instants only.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

from domain.campaign import Campaign
from domain.collaboration import Collaboration
from domain.deadlines import Tasks
from domain.lifecycle import Stage
from domain.rights import Rights
from domain.verification import OpenCollaboration

STAGE = SearchAttributeKey.for_keyword("Stage")
CAMPAIGN = SearchAttributeKey.for_keyword("CampaignId")
BRAND = SearchAttributeKey.for_keyword("Brand")
WAITING_ON = SearchAttributeKey.for_keyword("WaitingOn")
WAITING_FOR = SearchAttributeKey.for_keyword("WaitingFor")
DEADLINE = SearchAttributeKey.for_datetime("Deadline")
OUTCOME = SearchAttributeKey.for_keyword("Outcome")

INDEXED: Mapping[str, IndexedValueType.ValueType] = {
    key.name: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME
    if key is DEADLINE
    else IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    for key in (STAGE, CAMPAIGN, BRAND, WAITING_ON, WAITING_FOR, DEADLINE, OUTCOME)
}
"""What must be registered with the Temporal namespace, by name."""

Row = Mapping[SearchAttributeKey[str] | SearchAttributeKey[datetime], str | datetime | None]
"""One workflow's values; None removes an attribute."""


def campaign_row(state: Campaign) -> Row:
    """How a campaign appears in the list."""
    brand = state.brief.brand if state.brief else None
    return {STAGE: state.stage, CAMPAIGN: state.id or None, BRAND: brand, **_turn(state.tasks), OUTCOME: state.outcome}


def collaboration_row(state: Collaboration) -> Row:
    """How a collaboration appears in the list."""
    brand = state.assignment.brand if state.assignment else None
    return {
        STAGE: state.stage,
        CAMPAIGN: state.campaign_id or None,
        BRAND: brand,
        **_turn(state.tasks),
        OUTCOME: state.outcome,
    }


def rights_row(state: Rights) -> Row:
    """How what outlives a collaboration appears in the list: it waits for the day on which something ends."""
    return {
        CAMPAIGN: state.campaign_id or None,
        BRAND: state.brand or None,
        WAITING_FOR: "end_of_rights" if state.next_alarm else None,
        DEADLINE: state.next_alarm,
        OUTCOME: "run_out" if state.ended else None,
    }


def first_row(opening: OpenCollaboration) -> TypedSearchAttributes:
    """What is known of a collaboration before it has begun: given at its start, it costs no history."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(STAGE, Stage.VERIFICATION),
            SearchAttributePair(CAMPAIGN, opening.campaign_id),
            SearchAttributePair(BRAND, opening.assignment.brand),
        ]
    )


def known(attributes: TypedSearchAttributes) -> Row:
    """The row that a run was started with."""
    return {key: attributes.get(key) for key in (STAGE, CAMPAIGN, BRAND)}


def _turn(tasks: Tasks) -> Row:
    """Whose turn it is: the task that is due first speaks for all."""
    if not tasks:
        return {WAITING_ON: None, WAITING_FOR: None, DEADLINE: None}
    first = min(tasks.values(), key=lambda task: task.due_at)
    return {WAITING_ON: first.assignee, WAITING_FOR: first.name.partition("/")[0], DEADLINE: first.due_at}


def changes(before: Row, after: Row) -> Sequence[SearchAttributeUpdate[Any]]:
    """The updates that lead from one row to another; an upsert costs an event of history, so nothing is sent twice."""
    return [
        key.value_unset() if value is None else key.value_set(value)  # type: ignore[arg-type]  # keys and values pair up
        for key, value in after.items()
        if before.get(key) != value
    ]
