"""Stage 5, contract signing: render the ten clauses to one document and wait for both signatures."""

from temporalio import workflow

from activities.contract_signing import ContractSigning, RenderRequest
from domain.collaboration import Collaboration
from domain.contract_signing import DraftContract, RecordSeal
from domain.lifecycle import Stage
from workflows import policies
from workflows.event_sourced import EventSourced
from workflows.human_step import human_step
from workflows.signature_service import keep_files


async def sign_contract(flow: EventSourced[Collaboration]) -> None:
    """Render once, wait until both sides have signed or one has let its time pass, and seal what they signed."""
    if flow.state.document is None and not flow.state.ended:
        rendered = await workflow.execute_activity_method(
            ContractSigning.render_contract,
            RenderRequest(stream=flow.stream),
            summary="render the contract to PDF",
            **policies.PAPERWORK,
        )
        await flow.engine(DraftContract(document=rendered.document))
    await human_step(flow, until=lambda: flow.state.stage is not Stage.CONTRACT_SIGNING)
    if flow.state.sealed is None and not flow.state.ended:
        await _seal(flow)


async def _seal(flow: EventSourced[Collaboration]) -> None:
    """Where a service has the signatures, its file is the contract, and its record goes with it."""
    submission = flow.state.submissions.get(flow.state.document or "")
    if submission is not None:
        kept = await keep_files(flow, submission)
        await flow.engine(RecordSeal(sealed=kept.sealed, audit=kept.audit))
        return
    file = await workflow.execute_activity_method(
        ContractSigning.seal_contract,
        RenderRequest(stream=flow.stream),
        summary="seal the signed contract",
        **policies.PAPERWORK,
    )
    await flow.engine(RecordSeal(sealed=file.sealed))
