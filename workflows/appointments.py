"""The one mechanism for what the engine does by itself at an instant, beside the story and its waits for people.

What is to be done, and when, is data in the state's appointments. This only keeps the clock, the same that rings for
deadlines and mail, and does what is due. A service that fails for hours is waited for here and holds up nobody else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from temporalio import workflow

from domain.appointments import Appointment, due_appointments, next_appointment
from domain.collaboration import Collaboration
from workflows.event_sourced import EventSourced
from workflows.trying_again import tried_again

Keep = Callable[[EventSourced[Collaboration], Appointment], Awaitable[None]]
"""Does what an appointment is for and records what came of it, so that it is not among the appointments any more."""


async def keep_appointments(flow: EventSourced[Collaboration], ways: Mapping[str, Keep]) -> None:
    """Do what is due, each kind in its way, until cancelled. What a lost run was doing is still due in the next one."""
    while True:
        await workflow.wait_condition(
            lambda: bool(due_appointments(flow.state.appointments, workflow.now())) or _rings_too_late(flow)
        )
        if due := due_appointments(flow.state.appointments, workflow.now()):
            await asyncio.gather(*(tried_again(flow, one.kind, ways[one.kind](flow, one)) for one in due))
        else:
            flow.clock.set(next_appointment(flow.state.appointments, workflow.now()), "the engine's next appointment")


def _rings_too_late(flow: EventSourced[Collaboration]) -> bool:
    return flow.clock.is_late_for(next_appointment(flow.state.appointments, workflow.now()))
