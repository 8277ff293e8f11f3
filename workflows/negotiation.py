"""Stage 4, negotiation: offers and counter-offers until both sides agree or one walks away."""

from domain.collaboration import Collaboration
from domain.errors import BudgetExceeded, ExclusivityClash
from domain.lifecycle import Stage
from domain.negotiation import AcceptOffer, MakeOffer, WithholdOffer, within_policy
from workflows.event_sourced import EventSourced
from workflows.human_step import human_step


async def negotiate(flow: EventSourced[Collaboration]) -> None:
    """Make the opening offer and see the negotiation through.

    It ends if the budget does not reach, or if the policy would accept for a creator whom another campaign holds.
    """
    try:
        await _until_agreed(flow)
    except BudgetExceeded:
        await flow.engine(WithholdOffer())
    except ExclusivityClash as clash:
        await flow.engine(WithholdOffer(held=str(clash.for_creator())))


async def _until_agreed(flow: EventSourced[Collaboration]) -> None:
    if flow.state.offer is None and not _over(flow):
        await flow.engine(MakeOffer())
    while not _over(flow):
        await human_step(flow, until=lambda: _over(flow) or within_policy(flow.state))
        if not _over(flow) and flow.state.offer is not None:
            await flow.engine(AcceptOffer(version=flow.state.offer.version))


def _over(flow: EventSourced[Collaboration]) -> bool:
    return flow.state.ended or flow.state.stage is not Stage.NEGOTIATION
