"""The seven stages in their order."""

from importlib import import_module

import pytest

from domain.lifecycle import Stage


def test_the_stages_are_in_order() -> None:
    """The order is that of the lifecycle, from 0."""
    assert [stage.order for stage in Stage] == list(range(7))
    assert Stage.VERIFICATION.order < Stage.NEGOTIATION.order < Stage.MONITORING.order


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_is_a_module_of_the_domain(stage: Stage) -> None:
    """The stages can be seen in the file names, and each module says its number."""
    number = stage.order + 1
    assert (import_module(f"domain.{stage}").__doc__ or "").startswith(f"Stage {number}, {stage.label.lower()}")


def test_a_stage_is_read_by_people() -> None:
    """The label is plain English."""
    assert Stage.CONTRACT_SIGNING.label == "Contract signing"
