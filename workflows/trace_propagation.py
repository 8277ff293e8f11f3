"""Traces through Temporal: its SDK's interceptor, with two differences.

It gives every update of a workflow the trace in which the workflow was started, weeks ago, with a link to the caller's.
We want to see what a request did: here an update goes on in the trace of its caller.

It would also have everything that an activity tells other workflows in the activity's trace: a campaign of 10,000
creators would be one trace of a million spans. Here each of them is a trace of its own, with a link to the activity's.

Only loaded where traces are wanted: it needs the extra `observability`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from temporalio import activity
from temporalio.client import (
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.contrib.opentelemetry._context import attached_context
from temporalio.worker import HandleUpdateInput, WorkflowInterceptorClassInput


class InCallersTrace(TracingWorkflowInboundInterceptor):
    """Handles updates in the trace of whoever sent them; everything else as its base does."""

    def handle_update_validator(self, input: HandleUpdateInput) -> None:  # noqa: A002 - the SDK's name
        """See `WorkflowInboundInterceptor.handle_update_validator`."""
        with self._callers_trace(input, "ValidateUpdate"):
            self.next.handle_update_validator(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002 - the SDK's name
        """See `WorkflowInboundInterceptor.handle_update_handler`."""
        with self._callers_trace(input, "HandleUpdate"):
            return await self.next.handle_update_handler(input)

    @contextmanager
    def _callers_trace(self, update: HandleUpdateInput, what: str) -> Iterator[None]:
        header = update.headers.get(self.header_key)
        carrier = self.payload_converter.from_payloads([header])[0] if header else {}
        with attached_context(self._set_on_context(self.text_map_propagator.extract(carrier))):
            self._completed_span(f"{what}:{update.update}", kind=trace.SpanKind.SERVER)
            yield


class TracesOfTheirOwn(OutboundInterceptor):
    """Begins a trace, with a link to where it comes from, for whatever an activity tells a workflow."""

    def __init__(self, after: OutboundInterceptor, tracer: trace.Tracer) -> None:
        super().__init__(after)
        self._tracer = tracer

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002 - the SDK's name
        """See `OutboundInterceptor.start_workflow`."""
        with self._begun(f"Tell:{input.workflow}"):
            return await self.next.start_workflow(input)

    async def start_workflow_update(
        self,
        input: StartWorkflowUpdateInput,  # noqa: A002 - the SDK's name
    ) -> WorkflowUpdateHandle[Any]:
        """See `OutboundInterceptor.start_workflow_update`."""
        with self._begun(f"Tell:{input.update}"):
            return await self.next.start_workflow_update(input)

    @contextmanager
    def _begun(self, name: str) -> Iterator[None]:
        here = trace.get_current_span().get_span_context()
        if not activity.in_activity() or not here.is_valid:
            yield
            return
        with self._tracer.start_as_current_span(name, context=Context(), links=[trace.Link(here)]):
            yield


class Traced(TracingInterceptor):
    """For clients; workers take it over from theirs."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the SDK's name
        """See `Interceptor.intercept_client`."""
        return TracesOfTheirOwn(super().intercept_client(next), self.tracer)

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - the SDK's name
    ) -> type[TracingWorkflowInboundInterceptor]:
        """See `Interceptor.workflow_interceptor_class`."""
        super().workflow_interceptor_class(input)  # for the functions that it adds
        return InCallersTrace
