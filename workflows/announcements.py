"""Telling people what has happened: in order and each thing once, beside everything else that goes on."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.event_streams import DueNotice
from activities.failures import kind_of
from activities.notification import Notification, NotifyRequest
from workflows import policies
from workflows.alarm_clock import AlarmClock


class Announcements:
    """What people have not been told of a stream yet. What may wait does so until the quiet hours are over."""

    def __init__(self, stream: str, clock: AlarmClock, log_ids: Callable[[], Mapping[str, str]]) -> None:
        self._stream = stream
        self._clock = clock
        self._log_ids = log_ids
        self._due: deque[DueNotice] = deque()
        self._sending = False

    def extend(self, notices: Iterable[DueNotice]) -> None:
        """These come next."""
        self._due.extend(notices)

    def set_clock(self) -> None:
        """Make sure that the clock rings when the first that waits may go."""
        self._clock.set(self._next, "mail that waits until the quiet hours are over")

    @property
    def at_rest(self) -> bool:
        """Whether nothing is on its way, and nothing may go yet."""
        return not self._sending and self._sendable() is None

    @property
    def made(self) -> bool:
        """Whether everybody has been told everything."""
        return not self._sending and not self._due

    async def make(self) -> None:
        """Tell people until cancelled. What may not wait goes out before what does."""
        while True:
            await workflow.wait_condition(lambda: self._sendable() is not None or self._clock.is_late_for(self._next))
            due = self._sendable()
            if due is None:
                self.set_clock()
                continue
            self._sending = True
            self._due.remove(due)
            await self._tell(due)
            self._sending = False

    async def _tell(self, due: DueNotice) -> None:
        try:
            await workflow.execute_activity_method(
                Notification.notify,
                NotifyRequest(stream=self._stream, version=due.version, notice=due.notice),
                summary=f"mail to the {due.notice.audience}: {due.notice.template} (event {due.version})",
                **policies.DELIVERY,
            )
        except ActivityError as failure:
            workflow.logger.error(
                "notice %s was not sent: %s", due.notice.template, kind_of(failure), extra=self._log_ids()
            )

    @property
    def _next(self) -> datetime | None:
        return min((due.not_before for due in self._due if due.not_before is not None), default=None)

    def _sendable(self) -> DueNotice | None:
        """The first notice that need not wait any longer."""
        now = workflow.now()
        return next((due for due in self._due if due.not_before is None or due.not_before <= now), None)
