"""What the engine itself has to do at an instant: look at a live post, ask for its figures.

An appointment is to the engine what a task is to a person: data inside the event that makes it, with an absolute
instant, and kept in the state by its name until an event says what came of it. A workflow's alarm clock rings for the
earliest one; a run that was lost finds them in its stream.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.values import Instant, Line, Value


class Appointment(Value):
    """Something to do at an instant. `name` is what, and of which deliverable: `check_post/2`."""

    name: Line
    at: Instant

    @property
    def kind(self) -> str:
        """What is to be done, the part of the name before the slash."""
        return self.name.partition("/")[0]

    @property
    def deliverable(self) -> int:
        """The number of the deliverable that it is about."""
        return int(self.name.partition("/")[2])


Appointments = Mapping[str, Appointment]
"""The appointments of a stream by name."""


def made(appointments: Appointments, *new: Appointment) -> Appointments:
    """The appointments with `new` among them; one of the same name is moved."""
    return {**appointments, **{one.name: one for one in new}}


def kept(appointments: Appointments, name: str, following: Appointment | None) -> Appointments:
    """The appointments after that of this name was kept; `following` is the next one, if there is any."""
    others = {other: one for other, one in appointments.items() if other != name}
    return others if following is None else made(others, following)


def due_appointments(appointments: Appointments, at: datetime) -> Sequence[Appointment]:
    """Those whose instant has come, earliest first. One that was missed is kept late, and once."""
    return sorted((one for one in appointments.values() if one.at <= at), key=lambda one: (one.at, one.name))


def next_appointment(appointments: Appointments, after: datetime) -> datetime | None:
    """The earliest instant after `after` for which there is one; those that are due are somebody's already."""
    return min((one.at for one in appointments.values() if one.at > after), default=None)
