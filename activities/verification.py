"""Stage 3, verification: the checks on a creator's figures, and the doubtful cases put before the manager."""

import asyncio
from collections.abc import Callable, Mapping

from temporalio import activity

from activities.failures import as_application_error
from activities.letters import Draft, Occasion, write
from activities.ports import Directory
from activities.records import creator_of
from domain.checks import Assessment, assess
from domain.errors import GroundswellError
from domain.notices import Template
from domain.values import Line, Value
from domain.verification import VERIFY_CREATOR, CreatorAssessed


class AssessRequest(Value):
    """Whom to assess, and for whom."""

    creator_id: Line
    brand: Line
    category: Line


class Verification:
    """Assesses creators."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    @activity.defn
    async def assess_creator(self, request: AssessRequest) -> Assessment:
        """The four checks on what the directory knows of the creator. `NotFound` is not retried."""
        try:
            creator = await creator_of(self._directory, request.creator_id)
        except GroundswellError as error:
            raise as_application_error(error) from error
        return await asyncio.to_thread(assess, creator.profile, request.brand, request.category)


def review_creator(occasion: Occasion) -> Draft:
    """Doubtful evidence waits for the manager."""
    event = occasion.of(CreatorAssessed)
    assert event.task is not None, "the notice is only for an assessment that opens a task"
    return write(
        Template.REVIEW_CREATOR,
        occasion,
        assessment=event.assessment,
        rank=occasion.work.rank,
        due=event.task.due_at,
        policy=event.task.policy,
    )


def _verify_creator(occasion: Occasion, _: str) -> str:
    return f"decide whether to work with {occasion.account}, whose evidence is doubtful"


ASKS: Mapping[str, Callable[[Occasion, str], str]] = {VERIFY_CREATOR: _verify_creator}
"""What the stage's tasks ask for, in words, by the first part of their name."""
