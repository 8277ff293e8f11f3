"""Amendments beside the story: a proposal becomes a document, a concluded one is sealed, whatever the stage waits for.

People's signatures and their deadlines are tasks like any other; the story's own wait lets time pass for them too.
"""

from temporalio import workflow

from activities.amendments import AmendmentRequest, Amendments
from domain.amendments import DraftAmendment, RecordAmendmentSeal
from domain.collaboration import Collaboration
from workflows import policies
from workflows.event_sourced import EventSourced
from workflows.signature_service import keep_files
from workflows.trying_again import tried_again


async def keep_amendments(flow: EventSourced[Collaboration]) -> None:
    """Do the engine's paperwork for amendments, until cancelled. What a lost run was doing is still to be done then."""
    while True:
        await workflow.wait_condition(lambda: _to_draft(flow.state) or flow.state.unsealed_amendment is not None)
        if _to_draft(flow.state):
            await tried_again(flow, "drafting an amendment", _draft(flow))
        else:
            await tried_again(flow, "sealing an amendment", _seal(flow))


def _to_draft(state: Collaboration) -> bool:
    return state.amendment is not None and state.amendment.document is None


async def _draft(flow: EventSourced[Collaboration]) -> None:
    number = len(flow.state.amendments)
    rendered = await workflow.execute_activity_method(
        Amendments.render_amendment,
        AmendmentRequest(stream=flow.stream, number=number),
        summary=f"render amendment {number} to PDF",
        **policies.PAPERWORK,
    )
    await flow.engine(DraftAmendment(number=number, document=rendered.document))


async def _seal(flow: EventSourced[Collaboration]) -> None:
    number, document = len(flow.state.amendments), flow.state.amendments[-1].document
    submission = flow.state.submissions.get(document or "")
    if submission is not None:
        kept = await keep_files(flow, submission)
        await flow.engine(RecordAmendmentSeal(number=number, sealed=kept.sealed, audit=kept.audit))
        return
    file = await workflow.execute_activity_method(
        Amendments.seal_amendment,
        AmendmentRequest(stream=flow.stream, number=number),
        summary=f"seal the signed amendment {number}",
        **policies.PAPERWORK,
    )
    await flow.engine(RecordAmendmentSeal(number=number, sealed=file.sealed))
