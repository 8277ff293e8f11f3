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
    """Assess, again once the creator has reported their own figures, and wait for what is others' to say."""
    while flow.state.stage is Stage.VERIFICATION and not flow.state.ended:
        if flow.state.assessment is None:
            await _assess(flow)
        await human_step(
            flow, until=lambda: flow.state.stage is not Stage.VERIFICATION or flow.state.assessment is None
        )


async def _assess(flow: EventSourced[Collaboration]) -> None:
    agreed = flow.state.agreed
    assessment = await workflow.execute_activity_method(
        Verification.assess_creator,
        AssessRequest(
            creator_id=flow.state.creator_id,
            brand=agreed.brand,
            category=agreed.category,
            report=flow.state.report,
            country=agreed.audience_country,
        ),
        summary="run the four checks on the creator",
        **policies.PAPERWORK,
    )
    await flow.engine(RecordAssessment(assessment=assessment))
