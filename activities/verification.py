"""Stage 3, verification: the checks on a creator's figures, and the doubtful cases put before the manager."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failures import as_application_error
from activities.letters import Draft, Occasion, write
from activities.ports import AudienceReports, Directory
from activities.records import creator_of
from domain.checks import Assessment, assess
from domain.creators import Country, Profile
from domain.errors import GroundswellError
from domain.notices import Template
from domain.performance_report import PerformanceReport
from domain.third_party import AudienceReport
from domain.values import Line, Value
from domain.verification import REPORT_PERFORMANCE, VERIFY_CREATOR, CreatorAssessed, PerformanceReportRequested

REPORT_WITHIN = 5.0
"""Seconds for a third party's report."""
REPORT_ATTEMPTS = 3
"""How often it is asked for; then the creator is judged without it, which the evidence says."""


class AssessRequest(Value):
    """Whom to assess, and for whom; `report` is the creator's own, `country` where the brand wants to reach people."""

    creator_id: Line
    brand: Line
    category: Line
    report: PerformanceReport | None = None
    country: Country | None = None


class Verification:
    """Assesses creators."""

    def __init__(self, directory: Directory, third_parties: Sequence[AudienceReports] = ()) -> None:
        self._directory = directory
        self._third_parties = third_parties

    @activity.defn
    async def assess_creator(self, request: AssessRequest) -> Assessment:
        """The four checks on what the directory, third parties and the creator say. `NotFound` is not retried."""
        try:
            creator = await creator_of(self._directory, request.creator_id)
        except GroundswellError as error:
            raise as_application_error(error) from error
        reported = await self._reported(creator.profile)
        peers = await self._directory.peers(request.creator_id)
        return await asyncio.to_thread(
            assess,
            creator.profile,
            request.brand,
            request.category,
            audience=creator.audience,
            third_party=reported,
            report=request.report,
            country=request.country,
            peers=peers,
        )

    async def _reported(self, profile: Profile) -> AudienceReport | None:
        """The first report that a third party has; one that cannot be asked after some attempts counts as silent."""
        for third_party in self._third_parties:
            try:
                async with asyncio.timeout(REPORT_WITHIN):
                    report = await third_party.report_on(profile.platform, profile.handle)
            except (ApplicationError, TimeoutError) as error:
                lasting = isinstance(error, ApplicationError) and error.non_retryable
                if not lasting and activity.info().attempt < REPORT_ATTEMPTS:
                    raise
                kind = error.type if isinstance(error, ApplicationError) else "timed out"
                activity.logger.warning("a third party could not be asked for its report: %s", kind)
                continue
            if report is not None:
                return report
        return None


def performance_report(occasion: Occasion) -> Draft:
    """The creator's own figures are asked for, before the brand decides about an offer."""
    return write(Template.PERFORMANCE_REPORT, occasion, due=occasion.of(PerformanceReportRequested).task.due_at)


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


def _report_performance(occasion: Occasion, _: str) -> str:
    return f"report the figures of {occasion.account} of the last 30 days"


ASKS: Mapping[str, Callable[[Occasion, str], str]] = {
    VERIFY_CREATOR: _verify_creator,
    REPORT_PERFORMANCE: _report_performance,
}
"""What the stage's tasks ask for, in words, by the first part of their name."""
