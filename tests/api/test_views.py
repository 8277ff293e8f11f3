"""What is shown to whom."""

import json

import pytest

from api.views import (
    BRANDS_DATA,
    BRANDS_OWN,
    AssignmentForCreator,
    CollaborationForCreator,
    CollaborationView,
    collaboration_events,
    collaboration_for_creator,
    collaboration_view,
    event_for_creator,
    event_view,
)
from domain.assignment import Assignment
from domain.collaboration import EVENTS
from domain.errors import NotFound
from domain.negotiation import OfferAccepted
from tests.api.conftest import Bench
from tests.domain.given import agreed, an_assignment, exclusively


async def test_a_stream_that_does_not_exist_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFound, match="collaboration unknown"):
        await collaboration_events(bench.services.log, "unknown")


async def test_the_creators_view_is_the_brands_without_the_brands_own(bench: Bench) -> None:
    events = await collaboration_events(bench.services.log, await bench.published())
    ours, theirs = collaboration_view(events).model_dump(), collaboration_for_creator(events).model_dump()

    assert set(CollaborationView.model_fields) - set(CollaborationForCreator.model_fields) == {
        "rank",
        "assessment",
        "performance_report",
        "flags",
        "counter_offers",
        "reserved",
        "committed",
    }
    assert set(Assignment.model_fields) - set(AssignmentForCreator.model_fields) == {
        "opening_fee",
        "fee_cap",
        "quote",
        "policies",
        "audience_country",
        "copies",
        "post_source",
    }
    del theirs["assignment"]
    assert theirs == {name: ours[name] for name in theirs}


async def test_a_creator_is_shown_events_without_policies_and_budgets(bench: Bench) -> None:
    events = await collaboration_events(bench.services.log, await bench.published())
    shown = [view for view in map(event_for_creator, events) if view is not None]

    assert [view.type for view in shown] == [event.type for event in events if event.type not in BRANDS_OWN]
    text = json.dumps([dict(view.data) for view in shown])
    assert not [name for name in BRANDS_DATA if f'"{name}"' in text]
    assert "fee_cap" not in text
    assert event_view(events[0]).data["assignment"]["fee_cap"] == 400_00


async def test_a_creator_is_shown_of_the_claims_what_binds_them(bench: Bench) -> None:
    """Whom else the engine keeps away, and by what, is between the campaigns."""
    terms = exclusively(30, "Rival Tea")
    past = agreed(an_assignment(terms=terms)).past
    accepted = next(event for event in past if isinstance(event, OfferAccepted))
    envelope = (await bench.services.log.read(f"collaboration/{await bench.offered()}"))[-1]
    record = EVENTS.encode(accepted)
    shown = event_for_creator(envelope.model_copy(update={"type": record.type, "data": record.data}))

    assert shown is not None
    assert {(claim["scope"], claim["name"]) for claim in shown.data["claims"]} == {
        ("brand", "rival tea"),
        ("category", "tea"),
    }
    assert all(set(claim) == {"scope", "name", "until"} for claim in shown.data["claims"])
    assert len(record.data["claims"]) == 3


def test_what_is_kept_from_creators_exists() -> None:
    """A renamed event would silently be shown."""
    assert set(EVENTS.names) >= BRANDS_OWN
