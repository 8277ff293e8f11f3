"""The worker is killed exactly between an effect and the note of it, and exactly before the effect: at every one."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.ports import EventLog
from activities.starting import Answer
from api.embedded.mail import MailSink
from domain import campaign, collaboration
from domain.decider import Actor, Command
from domain.events import fingerprint
from tests.chaos.cast import Story
from tests.chaos.conftest import Note, Undisturbed
from tests.chaos.running import Campaigning, campaigning
from tests.chaos.servers import Temporal
from workflows import client
from workflows.client import Engine, EngineUnavailable
from workflows.payload_codec import encrypted_client

# Reminders are left out: one that falls due while the worker is down is not made up for, so it may never come.
APPENDS = (
    "CampaignStarted",
    "ShortlistProposed",
    "ShortlistApproved",
    "CollaborationOpened",
    "CreatorAssessed",
    "CreatorRejected",
    "OfferMade",
    "OfferCountered",
    "OfferAccepted",
    "OfferDeclined",
    "ContractDrafted",
    "ContractSigned",
    "ContractConcluded",
    "ContractSealed",
    "DraftSubmitted",
    "AutoApprovalBlocked",
    "DraftApproved",
    "PostPublished",
    "MetricsRecorded",
    "PayoutMade",
    "TaskEscalated",
    "CollaborationCancelled",
    "CollaborationEnded",
    "OutreachCompleted",
    "CampaignClosed",
)
MAILS = (
    "campaign_started",
    "shortlist_ready",
    "review_creator",
    "offer",
    "contract_to_sign",
    "contract_concluded",
    "changes_requested",
    "draft_approved",
    "payout_made",
    "escalation",
    "ended",
)
MOMENTS = (
    "before invite",
    "after invite",
    "before pay",
    "after pay",
    *(f"after append {event}" for event in APPENDS),
    "before append OfferAccepted",
    "before append PayoutMade",
    "before append CampaignClosed",
    *(f"after mail {template}" for template in MAILS),
    "before mail offer",
)
FEW = ("after mail contract_to_sign", "after pay")
SOME = (
    "after append CampaignStarted",
    "after invite",
    "after append CollaborationOpened",
    "before append OfferAccepted",
    "after append OfferAccepted",
    "after mail offer",
    "after pay",
    "after append CollaborationEnded",
    "after append OutreachCompleted",
)


def crashing_worker(directory: Path, moments: tuple[str, ...]) -> tuple[str, ...]:
    """The command of a worker that dies at these moments."""
    return (sys.executable, "-m", "tests.chaos.crashing_worker", str(directory), *moments)


def come(directory: Path) -> set[str]:
    """The moments at which a worker has died."""
    return {path.name for path in directory.iterdir()}


def expected_files(moments: tuple[str, ...]) -> set[str]:
    """The names under which the moments are noted."""
    return {moment.replace(" ", "-") for moment in moments}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("moments", [FEW, pytest.param(SOME, marks=pytest.mark.chaos)], ids=["few", "some"])
async def test_whatever_was_half_done_is_completed_on_another_cluster(
    moments: tuple[str, ...],
    database: str,
    data_dir: Path,
    tmp_path: Path,
    mail_sink: MailSink,
    as_undisturbed: Undisturbed,
    note: Note,
) -> None:
    """The worker dies between an effect and its note, and Temporal with all it knew is lost, again and again."""
    noted, story = tmp_path / "moments", Story(12)
    noted.mkdir()
    expected = await as_undisturbed(story)
    async with Temporal(data_dir) as temporal:
        command = crashing_worker(noted, moments)
        async with campaigning(story, database, temporal.address, mail_sink, tmp_path, command) as campaign:
            for deaths in range(1, len(moments) + 1):
                campaign.worker.stay_dead()
                await campaign.until_dead(deaths)
                await temporal.lose()
                await temporal.start()
                await campaign.resume()
                campaign.worker.rise()
            took = await campaign.until_over(seconds=60)
            left = await campaign.aftermath()
            died = campaign.worker.deaths
    note(f"died at {moments}; over {took:.0f} s after the last; {left.redeliveries} redeliveries")
    assert come(noted) == expected_files(moments)
    assert died == [-9] * len(moments)
    assert left.redeliveries >= 1
    assert left.endings() == expected


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_a_campaign_survives_a_kill_at_every_commit_point(
    database: str, temporal_address: str, tmp_path: Path, mail_sink: MailSink, as_undisturbed: Undisturbed, note: Note
) -> None:
    """One campaign, and a death of its worker at each of the moments; nobody notices."""
    moments, story = tmp_path / "moments", Story(20)
    moments.mkdir()
    expected = await as_undisturbed(story)
    command = crashing_worker(moments, MOMENTS)
    async with campaigning(story, database, temporal_address, mail_sink, tmp_path, command) as campaign:
        took = await campaign.until_over(seconds=800)
        left = await campaign.aftermath()
        died = campaign.worker.deaths
    note(f"died {len(died)} times; over after {took:.0f} s; {left.redeliveries} redeliveries")
    assert come(moments) == expected_files(MOMENTS)
    assert died == [-9] * len(MOMENTS)
    assert left.redeliveries >= len(MAILS)
    assert left.endings() == expected


class Reloading:
    """What people do who open their page again before they send again: what it shows as done they leave at that."""

    def __init__(self, engine: Engine, log: EventLog) -> None:
        self._engine = engine
        self._log = log
        self.left = 0
        """How often somebody left it at what the record says."""

    async def decide(self, stream: str, command: Command, *, actor: Actor, command_id: str) -> Answer:
        """See `Decides.decide`."""
        try:
            return await self._engine.decide(stream, command, actor=actor, command_id=command_id)
        except EngineUnavailable:
            mine = [each for each in await self._log.read(stream) if each.metadata.command_id == command_id]
            if not mine:
                raise
            self.left += 1
            types = tuple(each.type for each in mine)
            return Answer(stream=stream, version=mine[-1].version, events=types, fingerprint=fingerprint(command))


async def sending_once(campaign: Campaigning, temporal: Temporal) -> Engine:
    """The engine on a connection that sends nothing again by itself, as the API has it."""
    alone = await Client.connect(
        temporal.address, data_converter=pydantic_data_converter, retry_config=client.SENT_ONCE
    )
    return Engine(encrypted_client(alone, campaign.sealer), campaign.log)


@pytest.mark.chaos
@pytest.mark.timeout(300)
async def test_a_decision_that_nobody_sends_again_is_not_forgotten(
    database: str,
    data_dir: Path,
    tmp_path: Path,
    mail_sink: MailSink,
    as_undisturbed: Undisturbed,
    note: Note,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Worker and Temporal die between an append and the end of its workflow task. After the one decision it is the
    engine's turn, after the other a person's, who is not refused."""
    monkeypatch.setattr(client, "ANSWER_WITHIN", timedelta(seconds=1))
    monkeypatch.setattr(client, "PATIENCE", {})
    moments, story = ("after append OfferAccepted", "after append ContractConcluded"), Story(12)
    noted = tmp_path / "moments"
    noted.mkdir()
    expected = await as_undisturbed(story)
    async with Temporal(data_dir) as temporal:
        command = crashing_worker(noted, moments)
        async with campaigning(story, database, temporal.address, mail_sink, tmp_path, command) as campaign:
            reloading = campaign.people.engine = Reloading(await sending_once(campaign, temporal), campaign.log)
            for deaths in range(1, len(moments) + 1):
                campaign.worker.stay_dead()
                await campaign.until_dead(deaths)
                temporal.kill()
                await asyncio.sleep(2)
                await temporal.start()
                campaign.worker.rise()
            took = await campaign.until_over(seconds=200)
            left = await campaign.aftermath()
            told = campaign.worker.log.read_text().count("a workflow had not heard of its record, and was told")
    note(f"{reloading.left} left it at what they saw; {told} workflows were told; over {took:.0f} s after the last")
    assert come(noted) == expected_files(moments)
    assert reloading.left >= len(moments)
    assert told >= 1
    assert left.endings() == expected


def test_the_chosen_moments_are_of_events_that_there_are() -> None:
    """A renamed event would silently take its moment away."""
    assert set(APPENDS) <= {*campaign.EVENTS.names, *collaboration.EVENTS.names}
