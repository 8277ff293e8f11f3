"""What Temporal gets to see: ciphertext, and labels without personal data."""

from collections.abc import Iterator
from inspect import signature
from typing import Any, get_type_hints

import pytest
from pydantic import SecretStr
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import ActivitySerializationContext, DataConverter, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from activities.starting import collaboration_stream
from activities.store.keys import creators_key
from activities.store.pool import Pool, open_pool
from domain import collaboration
from domain.errors import Erased
from domain.events import metadata
from domain.values import Value
from tests.domain.given import context, offered, opening
from tests.keys import MASTER_KEYS, a_sealer
from workflows import worker
from workflows.payload_codec import SealingCodec, encrypting
from workflows.settings import Settings

STREAM = collaboration_stream("collab-1")
SECRET = "Zephyrine Quillfeather"


class Told(Value):
    """Something that a person said."""

    text: str


@pytest.fixture
async def pool(database: str) -> Any:
    pool = await open_pool(database, application_name="tests")
    yield pool
    await pool.close()


async def open_collaboration(pool: Pool) -> None:
    """Record the first event, which names the creator."""
    from activities.store.event_log import PostgresEventLog  # noqa: PLC0415

    first = collaboration.EVENTS.encode(offered().past[0])
    await PostgresEventLog(pool, a_sealer(pool)).append(
        STREAM, 0, [first], metadata(opening(), context(), correlation_id="camp-1")
    )


def converter(pool: Pool, workflow_id: str) -> DataConverter:
    """As a client or worker has it for the payloads of one workflow."""
    whole = encrypting(pydantic_data_converter, SealingCodec(a_sealer(pool)))
    return whole.with_context(WorkflowSerializationContext(namespace="default", workflow_id=workflow_id))


def key_of(payload: Payload) -> str:
    return payload.metadata["encryption-key-id"].decode()


async def test_a_collaborations_payload_is_sealed_with_the_creators_key(pool: Pool) -> None:
    """It opens in every process, and when the key is gone in none."""
    await open_collaboration(pool)
    [payload] = await converter(pool, STREAM).encode([Told(text=SECRET)])
    assert SECRET.encode() not in payload.SerializeToString()
    assert key_of(payload) == creators_key("creator-1")
    assert await converter(pool, "campaign/another").decode([payload], [Told]) == [Told(text=SECRET)]
    async with pool.acquire() as connection, connection.transaction():
        await a_sealer(pool).keyring.forget(connection, creators_key("creator-1"))
    with pytest.raises(Erased):
        await converter(pool, STREAM).decode([payload], [Told])
    with pytest.raises(Erased):
        await converter(pool, STREAM).encode([Told(text=SECRET)])


async def test_an_activitys_payload_belongs_to_its_workflow(pool: Pool) -> None:
    """Arguments, results and heartbeats of a collaboration's activities are about its creator too."""
    await open_collaboration(pool)
    about = ActivitySerializationContext(
        namespace="default",
        activity_id="1",
        activity_type="notify",
        activity_task_queue="q",
        workflow_id=STREAM,
        workflow_type="Collaboration",
        is_local=False,
    )
    [payload] = await SealingCodec(a_sealer(pool)).with_context(about).encode([Payload(data=b"{}")])
    assert key_of(payload) == creators_key("creator-1")


@pytest.mark.parametrize("workflow_id", ["campaign/camp-1", STREAM, ""])
async def test_what_is_about_no_known_creator_is_sealed_with_the_workspaces_key(pool: Pool, workflow_id: str) -> None:
    """A campaign, a collaboration before its first event, and payloads without any context."""
    [payload] = await converter(pool, workflow_id).encode([Told(text=SECRET)])
    assert SECRET.encode() not in payload.SerializeToString()
    assert key_of(payload) == "workspace/default"
    assert await converter(pool, workflow_id).decode([payload], [Told]) == [Told(text=SECRET)]


async def test_the_message_of_a_failure_is_sealed(pool: Pool) -> None:
    """It may quote what somebody wrote."""
    from temporalio.api.failure.v1 import Failure  # noqa: PLC0415

    failure, there = Failure(), converter(pool, STREAM)
    await there.encode_failure(ApplicationError(f"refused: {SECRET}", {"why": SECRET}, type="refused"), failure)
    assert SECRET.encode() not in failure.SerializeToString()
    back = await there.decode_failure(failure)
    assert isinstance(back, ApplicationError)
    assert (back.message, back.type, list(back.details)) == (f"refused: {SECRET}", "refused", [{"why": SECRET}])


async def test_unencrypted_payloads_are_read_as_they_are(pool: Pool) -> None:
    """Histories from before there was encryption go on."""
    plain = await pydantic_data_converter.encode([Told(text="old")])
    assert await converter(pool, STREAM).decode(plain, [Told]) == [Told(text="old")]


async def test_labels_stay_readable(pool: Pool) -> None:
    """Operators read summaries and details in Temporal's UI, which has no key."""
    [label] = await converter(pool, STREAM).encode(["mail to the creator: offer (event 5)"])
    assert label.data == b'"mail to the creator: offer (event 5)"'


def arguments_and_results(offered: Any) -> Iterator[Any]:
    hints = get_type_hints(offered)
    yield from (hints[name] for name in signature(offered).parameters if name != "self")
    yield hints["return"]


async def test_bare_strings_are_labels_and_nothing_else(database: str) -> None:
    """Every activity takes and gives named types: otherwise its strings would be taken for labels and stay readable."""
    pool = await open_pool(database, application_name="tests")
    settings = Settings(
        database_url=SecretStr(database), secret_key=SecretStr("k" * 32), master_keys=SecretStr(MASTER_KEYS)
    )
    types = {of for each in worker.activities(settings, pool, a_sealer(pool)) for of in arguments_and_results(each)}
    await pool.close()
    assert {of for of in types if not (of is type(None) or issubclass(of, Value))} == set()
    for workflow in worker.WORKFLOWS:
        start, result = arguments_and_results(workflow.run)
        assert issubclass(start, Value)
        assert result is str, "an outcome, by its name"


async def test_a_context_makes_no_converters_anew(pool: Pool) -> None:
    """Every payload has a context; only the codec is made for it."""
    whole = encrypting(pydantic_data_converter, SealingCodec(a_sealer(pool)))
    one = whole.with_context(WorkflowSerializationContext(namespace="default", workflow_id=STREAM))
    assert one.payload_converter is whole.payload_converter
    assert one.failure_converter is whole.failure_converter
    assert one.payload_codec is not whole.payload_codec
