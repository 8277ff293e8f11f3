"""One outstanding timer for a whole workflow.

A timer that fires costs history, and cancelling one does too. So a timer that will ring too early is left alone and
set again when it has rung; only an earlier alarm replaces it. Tasks and mail that waits for the morning share it: who
sets it again after it has rung does not keep the others from hearing that it has.
"""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow


class AlarmClock:
    """Rings at the earliest instant for which it was set."""

    def __init__(self) -> None:
        self._timer: asyncio.Task[None] | None = None
        self._at: datetime | None = None
        self._unheard = False

    @property
    def rang(self) -> bool:
        """Whether an instant has come since the clock was stopped."""
        return self._unheard or self._has_rung

    @property
    def _has_rung(self) -> bool:
        return self._timer is not None and self._timer.done()

    def is_late_for(self, alarm: datetime | None) -> bool:
        """Whether the clock, as it is set, would miss `alarm`."""
        return alarm is not None and (self._at is None or self._has_rung or alarm < self._at)

    def set(self, alarm: datetime | None, purpose: str) -> None:
        """Make sure that the clock rings at `alarm` or earlier; None asks for nothing."""
        if alarm is None or not self.is_late_for(alarm):
            return
        rang = self.rang
        self.stop()
        self._unheard = rang
        self._at = alarm
        left = max(alarm - workflow.now(), timedelta(milliseconds=1))
        self._timer = asyncio.create_task(workflow.sleep(left, summary=purpose))

    def stop(self) -> None:
        """Forget the alarm, rung or not."""
        if self._timer is not None and not self._timer.done():
            self._timer.cancel()
        self._timer = self._at = None
        self._unheard = False
