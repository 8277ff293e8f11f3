"""The sandbox for workflow code. What is pure is passed through, so that a replay does not import it again."""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PURE = ("domain", "activities", "pydantic", "pydantic_core", "annotated_types", "temporalio")
"""Modules loaded once for all runs. Of `activities` only types and method names are used; nothing of it runs here."""


def sandboxed() -> SandboxedWorkflowRunner:
    """The runner of every worker and every replay."""
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PURE))
