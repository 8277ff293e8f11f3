"""Stage 3, verification: weigh the evidence on a creator; a person decides the doubtful cases."""

from temporalio import workflow

from activities.verification import AssessRequest, Verification
from domain.collaboration import Collaboration
from domain.lifecycle import Stage
from domain.verification import RecordAssessment
from workflows import policies
from workflows.event_sourced import EventSourced
from workflows.human_step import human_step


async def verify_creator(flow: EventSourced[Collaboration]) -> None:
    """Assess once, then wait for the verdict if it is a person's to give."""
    if flow.state.assessment is None and not flow.state.ended:
        agreed = flow.state.agreed
        assessment = await workflow.execute_activity_method(
            Verification.assess_creator,
            AssessRequest(creator_id=flow.state.creator_id, brand=agreed.brand, category=agreed.category),
            summary="run the four checks on the creator",
            **policies.PAPERWORK,
        )
        await flow.engine(RecordAssessment(assessment=assessment))
    await human_step(flow, until=lambda: flow.state.stage is not Stage.VERIFICATION)
