"""Stage 4, negotiation: offers and counter-offers until both sides agree or one walks away."""

from domain.collaboration import Collaboration
from domain.decider import Role
from domain.errors import BudgetExceeded, ExclusivityClash
from domain.lifecycle import Stage
from domain.negotiation import AcceptOffer, ConcedeOffer, MakeOffer, WithholdOffer, engines_answer, note_of
from workflows.event_sourced import EventSourced
from workflows.human_step import human_step


async def negotiate(flow: EventSourced[Collaboration]) -> None:
    """Make the opening offer and see the negotiation through; the engine answers what the policy lets it answer.

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
        await human_step(flow, until=lambda: _over(flow) or engines_answer(flow.state) is not None)
        answer = None if _over(flow) else engines_answer(flow.state)
        if answer is not None:
            await _answer(flow, answer)


async def _answer(flow: EventSourced[Collaboration], answer: AcceptOffer | ConcedeOffer) -> None:
    """Say what the policy says. A step that the budget does not cover is left to a person, who may find another way."""
    try:
        await flow.engine(answer)
    except BudgetExceeded as short:
        note = note_of(answer, Role.ENGINE, short)
        if isinstance(answer, AcceptOffer) or note is None:
            raise
        await flow.engine(note)


def _over(flow: EventSourced[Collaboration]) -> bool:
    return flow.state.ended or flow.state.stage is not Stage.NEGOTIATION
