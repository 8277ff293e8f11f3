"""Traces through Temporal: its SDK's interceptor, with one difference as to updates.

It gives every update of a workflow the trace in which the workflow was started, weeks ago, with a link to the caller's.
We want to see what a request did: here an update goes on in the trace of its caller.

Only loaded where traces are wanted: it needs the extra `observability`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
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


class Traced(TracingInterceptor):
    """For clients; workers take it over from theirs."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - the SDK's name
    ) -> type[TracingWorkflowInboundInterceptor]:
        """See `Interceptor.workflow_interceptor_class`."""
        super().workflow_interceptor_class(input)  # for the functions that it adds
        return InCallersTrace
