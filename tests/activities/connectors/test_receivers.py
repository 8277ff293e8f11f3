"""A message to a program is what the reference library of Standard Webhooks takes, and its fate is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as ReferenceWebhook
from standardwebhooks import WebhookVerificationError

from activities.connectors import receivers
from activities.connectors.receivers import WebhookReceiver, new_secret, signature, written
from activities.connectors.simulated.faults import Fault
from activities.connectors.simulated.serving import served
from tests.activities.receiving import PATH, ReceivingTwin

MESSAGE = {"type": "OfferAccepted", "timestamp": "2026-03-01T12:00:00+00:00", "data": {"stream": "campaign/tea"}}


@pytest.fixture
def twin() -> ReceivingTwin:
    return ReceivingTwin(new_secret())


@pytest.fixture
async def address(twin: ReceivingTwin) -> AsyncIterator[str]:
    async with served(twin.app) as address:
        yield address


@pytest.fixture
async def receiver(twin: ReceivingTwin, address: str) -> AsyncIterator[WebhookReceiver]:
    receiver = WebhookReceiver("w", f"{address}{PATH}", twin.secret, allow_private=True)
    yield receiver
    await receiver.aclose()


def test_a_signature_is_the_reference_library_s() -> None:
    """And it is not another secret's, another id's or another body's."""
    secret, at, body = new_secret(), datetime.now(UTC).replace(microsecond=0), '{"type": "ä"}'
    ours = signature(secret, "id", at, body.encode())
    reference = ReferenceWebhook(written(secret))
    assert ours == reference.sign("id", at, body)
    headers = {"webhook-id": "id", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": ours}
    assert reference.verify(body, headers) == {"type": "ä"}
    for changed in ({**headers, "webhook-id": "other"}, {**headers, "webhook-timestamp": str(int(at.timestamp()) + 1)}):
        with pytest.raises(WebhookVerificationError):
            reference.verify(body, changed)
    with pytest.raises(WebhookVerificationError):
        ReferenceWebhook(written(new_secret())).verify(body, headers)


def test_secrets_are_as_long_as_the_specification_asks() -> None:
    assert written(new_secret()).startswith("whsec_")
    assert 24 <= len(new_secret()) <= 64
    assert new_secret() != new_secret()


async def test_a_message_arrives_and_verifies(twin: ReceivingTwin, receiver: WebhookReceiver) -> None:
    reception = await receiver.send("id-1", datetime.now(UTC), MESSAGE)
    assert (reception.status, reception.failure) == (200, None)
    assert twin.received == [("id-1", MESSAGE)]


async def test_a_failing_receiver_is_told_by_its_status(twin: ReceivingTwin, receiver: WebhookReceiver) -> None:
    """Each is asked once: when to try again is the caller's business, and the receiver's wish is handed on."""
    twin.faults.plan(Fault.SERVER_ERROR)
    twin.faults.plan(Fault.RATE_LIMITED, retry_after=90)
    first, second = [await receiver.send("id", datetime.now(UTC), MESSAGE) for _ in range(2)]
    assert (first.status, first.failure) == (503, "webhook w: answered 503")
    assert (second.status, second.retry_after) == (429, timedelta(seconds=90))
    twin.gone = True
    third = await receiver.send("id", datetime.now(UTC), MESSAGE)
    assert (third.status, third.gone, first.gone) == (410, True, False)
    assert twin.requests == 3


async def test_a_slow_receiver_has_not_received(
    twin: ReceivingTwin, receiver: WebhookReceiver, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has so many seconds in all, however it uses them."""
    monkeypatch.setattr(receivers, "WHOLE_TIMEOUT", 0.5)
    twin.faults.plan(Fault.SLOW, delay=60)
    hurried = WebhookReceiver("w", f"{address}{PATH}", twin.secret, allow_private=True)
    reception = await hurried.send("id", datetime.now(UTC), MESSAGE)
    await hurried.aclose()
    assert reception.status is None
    assert reception.failure == "webhook w: has not answered within 0.5 s"


async def test_a_redirect_is_not_followed(twin: ReceivingTwin, address: str) -> None:
    """It could lead anywhere, also within."""
    moved = WebhookReceiver("w", f"{address}/moved", twin.secret, allow_private=True)
    reception = await moved.send("id", datetime.now(UTC), MESSAGE)
    await moved.aclose()
    assert (reception.status, reception.failure) == (307, "webhook w: answered 307")
    assert twin.received == []


async def test_a_receiver_within_is_not_reached(twin: ReceivingTwin, address: str) -> None:
    within = WebhookReceiver("w", f"{address}{PATH}", twin.secret)
    reception = await within.send("id", datetime.now(UTC), MESSAGE)
    await within.aclose()
    assert reception.failure == "the receiver: its host is not in the public internet"
    assert twin.requests == 0


async def test_nobody_at_the_address_is_a_failure_like_any_other() -> None:
    nobody = WebhookReceiver("w", "http://127.0.0.1:1/", new_secret(), allow_private=True)
    reception = await nobody.send("id", datetime.now(UTC), MESSAGE)
    await nobody.aclose()
    assert reception.failure == "webhook w: cannot be reached (ConnectError)"
