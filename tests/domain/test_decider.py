"""The deciders are what the protocol says: pure, total, and starting from nothing."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.campaign import Campaign, CampaignDecider
from domain.collaboration import Collaboration, CollaborationDecider
from domain.deadlines import PassTime
from domain.decider import ENGINE, Actor, Context, Decider, Event, Role
from domain.errors import WrongStage
from tests.domain.given import T0


def is_a_decider(candidate: Decider[Any, Any, Event]) -> Decider[Any, Any, Event]:
    """The type checker compares a class with the protocol here."""
    return candidate


@pytest.mark.parametrize(
    ("decider", "initial"), [(CampaignDecider(), Campaign()), (CollaborationDecider(), Collaboration())]
)
def test_a_stream_without_events_is_in_the_initial_state(decider: Any, initial: Any) -> None:
    """Both deciders begin with an empty state that has not ended and only opens by its first command."""
    checked = is_a_decider(decider)
    assert checked.initial == initial
    assert not checked.initial.ended
    with pytest.raises(WrongStage):
        checked.decide(PassTime(), checked.initial, Context(at=T0, command_id="c-1"))


def test_a_command_is_the_engines_unless_somebody_gives_it() -> None:
    """Timers and policies act as the engine."""
    assert Context(at=T0, command_id="c-1").actor == ENGINE == Actor(role=Role.ENGINE, id="engine")


def test_a_context_needs_time_and_identity() -> None:
    """Deciders have neither clock nor random source, so nothing may be left out."""
    for missing in ("at", "command_id"):
        with pytest.raises(ValidationError, match=missing):
            Context.model_validate({"at": T0, "command_id": "c-1", missing: None})
