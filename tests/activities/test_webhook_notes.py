"""Managers are written to when a program, or the channel, is not told of events any more."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.ports import Letter
from activities.store.pool import Pool, open_pool
from activities.webhook_notes import WebhookNotes
from domain.campaign import CancelCampaign
from tests.activities.store.projections.desk import BRAND, Desk

AT = datetime(2026, 3, 1, tzinfo=UTC)
ROW: dict[str, Any] = {
    "id": "w1",
    "workspace": "default",
    "kind": "program",
    "note": "disabled, because it wants no more: webhook w1: answered 410 (attempt 1)",
    "disabled_at": AT,
}


class Outbox:
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        """See `Mailer.send`."""
        self.letters.append(letter)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database, application_name="tests")
    yield pool
    await pool.close()


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


async def test_each_manager_of_a_campaign_under_way_gets_one_mail(pool: Pool, outbox: Outbox) -> None:
    """However many campaigns they have; it says what happened and what to do, and has the same id when repeated."""
    desk = Desk(pool)
    await desk.start("c1")
    await desk.start("c2")
    notes = WebhookNotes(pool, outbox, "https://engine.example/")
    await notes.tell_of(ROW)
    await notes.tell_of(ROW)
    first, again = outbox.letters
    assert first == again
    assert first.to == "manager@example.org"
    assert first.subject == "A webhook has been disabled"
    assert "The program behind webhook w1 gets no events any more" in first.body
    assert ROW["note"] in first.body
    assert "https://engine.example/v1/webhooks/w1/deliveries" in first.body
    assert '{"enabled": true}' in first.body


async def test_the_channel_is_called_by_its_name(pool: Pool, outbox: Outbox) -> None:
    await Desk(pool).start("c1")
    await WebhookNotes(pool, outbox, "https://engine.example").tell_of({**ROW, "id": "slack", "kind": "slack"})
    (letter,) = outbox.letters
    assert letter.subject == "The Slack channel is not told any more"
    assert letter.body.startswith("The Slack channel gets no events any more.")


async def test_nobody_is_written_to_for_a_campaign_that_is_over(pool: Pool, outbox: Outbox) -> None:
    desk = Desk(pool)
    await desk.start("c1")
    await desk.on_campaign("c1", CancelCampaign(reason="over"), BRAND)
    await WebhookNotes(pool, outbox, "https://engine.example").tell_of(ROW)
    assert outbox.letters == []


async def test_another_workspace_s_managers_are_not_written_to(pool: Pool, outbox: Outbox) -> None:
    await Desk(pool).start("c1")
    await WebhookNotes(pool, outbox, "https://engine.example").tell_of({**ROW, "workspace": "other"})
    assert outbox.letters == []
