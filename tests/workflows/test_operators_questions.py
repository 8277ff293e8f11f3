"""The runbook's questions to Temporal's list of workflows: each filter is asked of a real server, as it is printed."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

from activities.starting import COLLABORATION_WORKFLOW
from domain.brief import Asked, Policies
from domain.deadlines import DeadlinePolicy, OnExpiry
from domain.decider import Role
from domain.negotiation import DeclineOffer
from domain.verification import ApproveCreator
from tests.domain.given import a_brief
from tests.test_docs import table
from tests.workflows.campaigning import a_current_brief, start, until
from tests.workflows.conftest import Bench
from tests.workflows.paths import DOUBTFUL, in_review, offered

RUNBOOK = Path(__file__).parents[2] / "docs" / "operations.md"
GIVEN = re.compile(r"<[a-z ]+>")


@cache
def questions() -> Mapping[str, str]:
    """What the runbook asks, and with which filter."""
    return {row[0]: row[1] for row in table(RUNBOOK, "question")}


FAILING = "What fails at its next step, again and again?"


class Workflows:
    """One workflow in each of the situations that the questions are about; all by the names of these."""

    def __init__(self, live: Bench) -> None:
        self._live = live
        self.ids: dict[str, str] = {}

    async def answer(self, question: str, **given: str) -> set[str]:
        """The situations of the workflows that the server lists; what the filter leaves open is given by name."""
        query = GIVEN.sub(lambda gap: given[gap[0].strip("<>").replace(" ", "_")], questions()[question])
        query = f"({query}) AND TaskQueue = '{self._live.task_queue}'"
        names = {id_: situation for situation, id_ in self.ids.items()}
        return {names[found.id] async for found in self._live.client.list_workflows(query)}

    async def settled(self, question: str, expected: set[str], *, seconds: int = 60, **given: str) -> None:
        """Wait until the list, which follows the workflows at a little distance, gives this answer."""
        for _ in range(10 * seconds):
            if (found := await self.answer(question, **given)) == expected:
                return
            await asyncio.sleep(0.1)
        assert found == expected, question


@pytest.fixture
async def workflows(live: Bench) -> Workflows:
    """An offer out, doubtful evidence, a shortlist to approve, a declined offer, a lost run, and one that fails."""
    there = Workflows(live)
    soon = DeadlinePolicy(within=timedelta(minutes=10), on_expiry=OnExpiry.DECLINE)
    policies = Policies(verification=soon, performance_report_from=Asked.NOBODY)
    doubtful = await live.collaborate(a_brief(policies=policies), DOUBTFUL)
    await doubtful.until_waiting_for("verify_creator")
    declined, lost = await offered(live), await offered(live)
    await declined.tell(DeclineOffer(version=1))
    await declined.handle.result()
    await lost.handle.terminate("the test takes it away")
    there.ids = {
        "offer out": (await offered(live)).stream,
        "evidence doubtful": doubtful.stream,
        "declined": declined.stream,
        "lost": lost.stream,
        "failing": f"{COLLABORATION_WORKFLOW}/{uuid4().hex}",
    }
    await live.client.start_workflow(
        COLLABORATION_WORKFLOW, "no start of a collaboration", id=there.ids["failing"], task_queue=live.task_queue
    )
    there.ids["to approve"] = await start(live, a_current_brief())
    await until(live, there.ids["to approve"], "ShortlistProposed")
    return there


async def test_each_question_is_answered(live: Bench, workflows: Workflows) -> None:
    """By the workflows that it is about, and by no other."""
    now = datetime.now(UTC)
    in_an_hour, an_hour_ago = (f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (1, -1))
    campaign = workflows.ids["to approve"].partition("/")[2]
    expected = {
        "What waits for the brand?": {"evidence doubtful", "to approve"},
        "What waits for a creator?": {"offer out"},
        "Who has not answered their offer?": {"offer out"},
        "Which evidence is to be decided on?": {"evidence doubtful"},
        "What has a campaign under way?": {"to approve"},
        "What was lost and is to be resumed?": {"lost"},
        "How did negotiations end that came to nothing?": {"declined"},
    }
    for question, situations in expected.items():
        await workflows.settled(question, situations, campaign=campaign)
    await workflows.settled("What expires today?", {"evidence doubtful"}, tomorrow=in_an_hour)
    await workflows.settled("What expires today?", set(), tomorrow=an_hour_ago)
    await workflows.settled("What is overdue?", {"evidence doubtful"}, ten_minutes_ago=in_an_hour)
    await workflows.settled("What is overdue?", set(), ten_minutes_ago=an_hour_ago)
    await workflows.settled("What has waited for the engine itself since?", {"failing"}, ten_minutes_ago=in_an_hour)
    others = {"What expires today?", "What is overdue?", "What has waited for the engine itself since?", FAILING}
    assert {*expected, *others} == set(questions())
    await live.client.get_workflow_handle(workflows.ids["failing"]).terminate("the test is over")


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_what_fails_at_its_next_step_is_listed(live: Bench, workflows: Workflows) -> None:
    """After a few attempts, between which the server waits longer each time."""
    await workflows.settled(FAILING, {"failing"}, seconds=100)
    await live.client.get_workflow_handle(workflows.ids["failing"]).terminate("the test is over")


async def test_what_was_decided_is_no_longer_listed(live: Bench) -> None:
    """The list follows: once the brand has decided it is the creator's turn."""
    one = await in_review(live)
    here = Workflows(live)
    here.ids = {"it": one.stream}
    await here.settled("What waits for the brand?", {"it"})
    await one.tell(ApproveCreator(), by=Role.BRAND)
    await here.settled("What waits for the brand?", set())
    await here.settled("Who has not answered their offer?", {"it"})
