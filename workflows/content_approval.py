"""Stage 6, content approval: every deliverable goes its own way from draft to live post, and what is owed is paid."""

from domain.collaboration import Collaboration
from domain.lifecycle import Stage
from workflows.event_sourced import EventSourced
from workflows.human_step import human_step
from workflows.monitoring import has_to_pay, pay_what_is_owed, settle_commission


async def approve_content(flow: EventSourced[Collaboration]) -> None:
    """Wait for drafts, reviews and publications, paying meanwhile what falls due."""
    while flow.state.stage is Stage.CONTENT_APPROVAL and not flow.state.ended:
        await pay_what_is_owed(flow)
        await settle_commission(flow)
        await human_step(flow, until=lambda: flow.state.stage is not Stage.CONTENT_APPROVAL or has_to_pay(flow.state))
