"""The mechanism under every workflow: one writer a stream, every command once, nothing lost with a run."""

import asyncio
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError

from activities.starting import Answer, Instruction
from api.embedded.mail import MailSink
from api.embedded.temporal import TemporalServer
from domain.content_approval import ApproveDraft, SubmitDraft
from domain.contract_signing import SignContract
from domain.decider import Authority, Event, Role
from domain.errors import IdempotencyKeyReused, NothingToDecide, Refused, WrongStage
from domain.monitoring import Metrics, RecordMetrics
from domain.negotiation import AcceptOffer, DeclineOffer, OfferDeclined
from domain.outcomes import CollaborationEnded, Outcome
from tests.domain.given import DISCLOSED, a_brief
from tests.workflows.conftest import PEOPLE, Bench, working
from workflows.search_attributes import INDEXED


async def test_a_command_with_a_known_id_gets_its_first_answer(bench: Bench) -> None:
    """The repetition is answered, not refused, although the offer is no longer open."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    first = await one.tell(AcceptOffer(version=1), key="k")
    assert await one.tell(AcceptOffer(version=1), key="k") == first
    assert (await one.events()).count("OfferAccepted") == 1


async def test_an_id_that_returns_with_another_command_is_a_conflict(bench: Bench) -> None:
    """The first command stands."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    await one.tell(AcceptOffer(version=1), key="k")
    with pytest.raises(IdempotencyKeyReused):
        await one.tell(DeclineOffer(version=1), key="k")


async def test_of_two_conflicting_decisions_at_the_same_instant_one_wins_and_one_is_refused(bench: Bench) -> None:
    """Whichever comes second is told what the first has changed."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    results = await asyncio.gather(
        one.tell(AcceptOffer(version=1)), one.tell(DeclineOffer(version=1)), return_exceptions=True
    )
    assert sorted(type(result) is Answer for result in results) == [False, True]
    assert any(isinstance(result, Refused) for result in results)
    events = await one.events()
    assert ("OfferAccepted" in events) != ("OfferDeclined" in events)


async def test_a_second_writer_is_noticed_and_its_events_are_taken_in(bench: Bench) -> None:
    """The workflow reads what it did not write, decides again on that, and never overwrites."""
    one = await bench.collaborate()
    state = await one.until_waiting_for("answer_offer")
    written: list[Event] = [
        OfferDeclined(version=1, by=Role.CREATOR, authority=Authority.PERSON),
        CollaborationEnded(outcome=Outcome.DECLINED, reason="said elsewhere", **state.loose_ends()),
    ]
    await bench.append(one.stream, written, DeclineOffer(version=1), campaign_id=one.campaign_id)
    with pytest.raises(Refused):
        await one.tell(AcceptOffer(version=1))
    assert await one.handle.result() == Outcome.DECLINED
    assert (await one.events())[-2:] == ["OfferDeclined", "CollaborationEnded"]


async def test_unknown_and_malformed_commands_are_refused_without_harm(live: Bench) -> None:
    """An update that is no command, a command without its fields, and an argument that is no instruction."""
    one = await live.collaborate()
    await one.until_waiting_for("answer_offer")
    nothing = Instruction(command={}, actor=PEOPLE[Role.CREATOR])
    for name, argument, kind in (
        ("RecordPayout", nothing, "unknown_command"),
        ("AcceptOffer", nothing, "malformed_command"),
        ("AcceptOffer", "hello", "malformed_command"),
    ):
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await one.handle.execute_update(name, argument, result_type=Answer)
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == kind
    await one.tell(AcceptOffer(version=1))


async def test_a_refusal_arrives_as_the_error_that_the_domain_raised(bench: Bench) -> None:
    """With the facts that its message is made of."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    with pytest.raises(WrongStage) as refused:
        await one.tell(SignContract(typed_name="C. Reator", document="0" * 64, consent=True))
    assert refused.value.facts["stage"] == "negotiation"


async def test_what_a_validator_lets_through_is_decided_again_on_the_current_state(bench: Bench) -> None:
    """Eight acceptances with eight ids: one is taken, seven are told that nothing is open any more."""
    one = await bench.collaborate()
    await one.until_waiting_for("answer_offer")
    results = await asyncio.gather(
        *(one.tell(AcceptOffer(version=1), key=f"k{n}") for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(result, Answer) for result in results) == 1
    assert all(isinstance(result, Answer | WrongStage | NothingToDecide) for result in results)


async def test_a_run_whose_history_grows_long_goes_on_in_a_new_one(
    data_dir: Path, database: str, mail_sink: MailSink
) -> None:
    """The server's suggestion is followed again and again, and the collaboration notices nothing."""
    impatient = {"limit.historyCount.suggestContinueAsNew": 40}
    server = TemporalServer(data_dir / "store.db", ui_port=None, search_attributes=INDEXED, dynamic_config=impatient)
    await server.start()
    try:
        client = await Client.connect(server.address, data_converter=pydantic_data_converter)
        async with working(client, database, mail_sink, None) as bench:
            one = await bench.collaborate()
            await one.engage()
            for number in (1, 2):
                await one.publish(number)
                await one.tell(RecordMetrics(deliverable=number, metrics=Metrics(likes=1)))
            state = await one.until("CollaborationEnded")
            runs = [run.run_id async for run in client.list_workflows(f"WorkflowId = '{one.stream}'")]
        assert state.outcome is Outcome.COMPLETED
        assert len(runs) >= 2
        events = [mail.message["X-Groundswell-Event"] for mail in mail_sink.messages()]
        assert len(set(events)) == len(events)
    finally:
        await server.stop()


async def test_what_is_being_recorded_counts_for_the_next_command(live: Bench) -> None:
    """The brand sees a draft in the record and approves it before the workflow knows that the draft was stored."""
    one = await live.collaborate(a_brief(deliverables=[{"format": "reel"}]))
    await one.until_waiting_for("answer_offer")
    await one.engage()
    async with live.pool.acquire() as connection, connection.transaction():
        await connection.execute("select from streams where stream = $1 for update", one.stream)
        drafting = asyncio.create_task(one.tell(SubmitDraft(deliverable=1, caption=DISCLOSED)))
        await asyncio.sleep(0.5)
        approving = asyncio.create_task(one.tell(ApproveDraft(deliverable=1, version=1), by=Role.BRAND))
        await asyncio.sleep(0.5)
        assert not approving.done(), "it was refused on a state that the draft is about to change"
    assert [(await drafting).events, (await approving).events] == [("DraftSubmitted",), ("DraftApproved",)]
