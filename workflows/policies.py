"""How long each kind of step may take and how it is tried again: every timeout and retry policy, by name."""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType

RECORDING: dict[str, Any] = {
    # PostgreSQL being down is a wait, not a failure: no limit on attempts.
    "start_to_close_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=100),
        backoff_coefficient=2,
        maximum_interval=timedelta(seconds=10),
    ),
}
"""Local activities on the event log."""

ANALYSIS: dict[str, Any] = {
    # As long as a large directory takes; a lost worker is noticed by its silence, and another one begins anew.
    "start_to_close_timeout": timedelta(minutes=30),
    "heartbeat_timeout": timedelta(seconds=15),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
}
"""Reading and computing over the whole directory: ranking."""

PAPERWORK: dict[str, Any] = {
    # Milliseconds of work: what a lost worker had begun is taken up by another one this soon.
    "start_to_close_timeout": timedelta(seconds=15),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
}
"""Assessing one creator, rendering one contract."""

DELIVERY: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=1),
    "schedule_to_close_timeout": timedelta(days=3),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=10)),
}
"""Telling people. After three days the news is old; the board and the record still show it."""

TRANSFER: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=1),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(hours=1)),
}
"""Paying. Money that is owed is tried for until it is paid."""

SOURCING: dict[str, Any] = {
    # A few requests of at most half a minute for each of the batch's accounts.
    "start_to_close_timeout": timedelta(minutes=15),
    "schedule_to_close_timeout": timedelta(days=2),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=2), maximum_interval=timedelta(minutes=15)),
}
"""Asking an outside source. A quota is back after a day at most; after two days whoever waits has to look into it."""

WATCHING: dict[str, Any] = {
    # Up to a thousand posts are gone through, twenty-five to a request.
    "start_to_close_timeout": timedelta(minutes=10),
    "schedule_to_close_timeout": timedelta(hours=12),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=30)),
}
"""Looking at a live post. After half a day it counts as unreachable, and there will be another look."""

SOURCING_NOTES: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=15),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
}
"""Noting in the database how a job ended."""

FAN_OUT: dict[str, Any] = {
    "start_to_close_timeout": timedelta(days=400),
    "heartbeat_timeout": timedelta(seconds=30),
    "retry_policy": RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
    # Nobody is invited any more once the workflow goes on.
    "cancellation_type": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
}
"""One activity that works through all collaborations of a campaign, reporting its place by heartbeat."""
