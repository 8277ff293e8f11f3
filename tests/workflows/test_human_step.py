"""Waiting for people: one timer at a time, set again when it has rung."""

from domain.money import Money
from domain.negotiation import AcceptOffer, CounterOffer
from tests.workflows.conftest import Bench


async def test_a_wait_is_labelled_for_whoever_reads_the_history(live: Bench) -> None:
    """The timer says whose deadline it is."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.history_length_at_rest()
    timers = [e for e in (await one.handle.fetch_history()).events if e.HasField("timer_started_event_attributes")]
    assert [b"creator to answer_offer" in timer.user_metadata.summary.data for timer in timers] == [True]


async def test_a_turn_that_passes_leaves_the_timer_alone_where_it_can(live: Bench) -> None:
    """The offer is answered and the brand's turn begins with a later alarm: no timer is cancelled."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(CounterOffer(version=1, fee=Money(amount=390_00, currency="USD")))
    await one.history_length_at_rest()
    events = (await one.handle.fetch_history()).events
    assert sum(event.HasField("timer_started_event_attributes") for event in events) == 1
    assert sum(event.HasField("timer_canceled_event_attributes") for event in events) == 0


async def test_an_answer_in_time_ends_the_wait_without_the_clock(bench: Bench) -> None:
    """Nothing is reminded, extended or expired."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(AcceptOffer(version=1))
    assert not [event for event in await one.events() if event.startswith("Task")]


async def test_each_reminder_and_deadline_is_recorded_at_its_own_instant(bench: Bench) -> None:
    """Reminder after 48 hours, extension after 72, expiry after 96."""
    one = await bench.collaborate()
    await one.handle.result()
    envelopes = await one.envelopes()
    began = envelopes[0].metadata.decided_at
    hours = {
        envelope.type: round((envelope.metadata.decided_at - began).total_seconds() / 3600)
        for envelope in envelopes
        if envelope.type.startswith("Task")
    }
    assert hours == {"TaskReminded": 48, "TaskExtended": 72, "TaskExpired": 96}
