"""Histories as they are kept with the tests: every run of a workflow, and in clear, since no key outlives a test."""

import json
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.converter import DataConverter


async def runs_of(workflow: WorkflowHandle[Any, Any]) -> list[WorkflowHistory]:
    """The histories of a workflow's runs, first to last, each of which the one before names."""
    runs, run_id = [], workflow.first_execution_run_id
    while run_id:
        handle = workflow._client.get_workflow_handle(workflow.id, run_id=run_id)
        runs.append(await handle.fetch_history())
        run_id = runs[-1].events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return runs


async def in_clear(history: WorkflowHistory, converter: DataConverter) -> WorkflowHistory:
    """The history with every payload as it was before it was sealed."""
    codec = converter.payload_codec
    assert codec is not None, "only what was sealed needs it"
    for event in history.events:
        for payload in _payloads(event):
            [plain] = await codec.decode([payload])
            payload.CopyFrom(plain)
    return history


def to_text(history: WorkflowHistory) -> str:
    """JSON of which a change shows the lines that have changed."""
    return json.dumps(json.loads(history.to_json()), indent=1, sort_keys=True) + "\n"


def _payloads(message: Message) -> Iterator[Payload]:
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for part in [value] if isinstance(value, Message) else value.values() if hasattr(value, "values") else value:
            if isinstance(part, Message):
                yield from _payloads(part)
