"""Workflow code replays what earlier code has recorded: a change that does not is found here, not in production.

The histories in tests/histories were recorded from these paths by `make histories`. Recording again is for a new path,
or after a change that `workflow.patched` makes replayable; it is no way to make a failing replay pass.
"""

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.worker import Replayer

from domain.campaign import CancelCampaign
from domain.collaboration import CancelCollaboration
from domain.content_approval import ApproveDraft, RequestChanges, SubmitDraft
from domain.deadlines import OnExpiry
from domain.decider import Role
from domain.discovery import ApproveShortlist
from domain.money import Money
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import CounterOffer, DeclineOffer
from tests.domain.given import DISCLOSED, a_brief
from tests.workflows.campaigning import BRAND, a_current_brief, impatient, offers, outcome, quick, start, until
from tests.workflows.conftest import Bench
from workflows.sandbox import sandboxed
from workflows.worker import WORKFLOWS

HISTORIES = Path(__file__).parents[1] / "histories"
ONE_REEL = [{"format": "reel"}]

Story = Callable[[Bench], Awaitable[str]]


async def completed(live: Bench) -> str:
    """From the offer over a round of changes to the last figure."""
    one = await live.collaborate(a_brief(deliverables=ONE_REEL))
    await one.engage()
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(RequestChanges(deliverable=1, version=1, feedback="show the bottle"), by=Role.BRAND)
    await one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED))
    await one.tell(ApproveDraft(deliverable=1, version=2), by=Role.BRAND)
    await one.mark_published(1)
    await one.tell(RecordMetrics(deliverable=1, metrics=Metrics(likes=120)))
    await one.handle.result()
    return one.stream


async def countered_and_declined(live: Bench) -> str:
    """A counter-offer within the policy, one above it, a counter by the brand, and a no."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=Money(amount=390_00, currency="USD")))
    await one.tell(CounterOffer(version=2, fee=Money(amount=250_00, currency="USD")), by=Role.BRAND)
    await one.tell(DeclineOffer(version=3, reason="too little"))
    await one.handle.result()
    return one.stream


async def lapsed(live: Bench) -> str:
    """A reminder, an extension, and an offer that nobody answers."""
    hurry = quick(OnExpiry.EXTEND).model_copy(
        update={"extend_by": quick().within, "remind_before": (quick().within / 2,)}
    )
    one = await live.collaborate(a_brief(policies=impatient(offer=hurry)))
    await one.handle.result()
    return one.stream


async def cancelled_with_a_kill_fee(live: Bench) -> str:
    """The brand stops after the signatures."""
    one = await live.collaborate()
    await one.engage()
    await one.tell(CancelCollaboration(reason="recalled"), by=Role.BRAND)
    await one.handle.result()
    return one.stream


async def campaign_closed(live: Bench) -> str:
    """Three offers lapse and the campaign closes."""
    stream = await start(live, a_current_brief(policies=impatient()))
    await until(live, stream, "ShortlistProposed")
    await live.engine.decide(stream, ApproveShortlist(), actor=BRAND, command_id="approve")
    await outcome(live, stream)
    return stream


async def campaign_cancelled(live: Bench) -> str:
    """The policy approves the shortlist, and the brand stops while offers are out."""
    stream = await start(
        live, a_current_brief(policies=impatient(shortlist=quick(OnExpiry.APPROVE), offer=quick(seconds=60)))
    )
    await offers(live, 3)
    await live.engine.decide(stream, CancelCampaign(reason="recalled"), actor=BRAND, command_id="cancel")
    await outcome(live, stream)
    return stream


PATHS: dict[str, Story] = {
    path.__name__: path
    for path in (
        completed,
        countered_and_declined,
        lapsed,
        cancelled_with_a_kill_fee,
        campaign_closed,
        campaign_cancelled,
    )
}


def replayer(converter: DataConverter = pydantic_data_converter) -> Replayer:
    """Replays as the worker runs."""
    return Replayer(workflows=WORKFLOWS, data_converter=converter, workflow_runner=sandboxed())


@pytest.mark.parametrize("name", PATHS)
async def test_what_was_just_run_replays(name: str, live: Bench) -> None:
    """The path is deterministic: its own history leads to the same commands."""
    history = await live.client.get_workflow_handle(await PATHS[name](live)).fetch_history()
    await replayer(live.client.data_converter).replay_workflow(history)
    if os.environ.get("GROUNDSWELL_RECORD_HISTORIES"):
        HISTORIES.mkdir(exist_ok=True)
        text = json.dumps(json.loads(history.to_json()), indent=1, sort_keys=True)
        (HISTORIES / f"{name}.json").write_text(text + "\n")


@pytest.mark.parametrize("name", PATHS)
async def test_what_an_earlier_release_recorded_replays(name: str) -> None:
    """Campaigns run for months, so today's code must read yesterday's histories."""
    recorded = (HISTORIES / f"{name}.json").read_text()
    await replayer().replay_workflow(WorkflowHistory.from_json(f"recorded/{name}", recorded))
