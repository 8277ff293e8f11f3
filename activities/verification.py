"""Stage 3, verification: the checks on a creator's figures, and the doubtful cases put before the manager."""

import asyncio
from collections.abc import Mapping, Sequence

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failures import as_application_error
from activities.letters import Asks, Draft, Occasion, Sheet
from activities.ports import AudienceReports, Directory
from activities.records import creator_of
from activities.wording import Wording
from domain.checks import Assessment, Evidence, assess
from domain.creators import Country, Profile
from domain.deadlines import OnExpiry
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
    task = occasion.of(PerformanceReportRequested).task
    sheet = Sheet(Template.PERFORMANCE_REPORT, occasion)
    sheet.says("wanted")
    sheet.says("why")
    sheet.says("due", due=occasion.moment(task.due_at))
    sheet.button()
    return sheet.draft()


def review_creator(occasion: Occasion) -> Draft:
    """Doubtful evidence waits for the manager."""
    event = occasion.of(CreatorAssessed)
    assert event.task is not None, "the notice is only for an assessment that opens a task"
    words, policy = occasion.words, event.task.policy
    sheet = Sheet(Template.REVIEW_CREATOR, occasion)
    sheet.says("doubts", rank=words.number(occasion.work.rank), score=words.score(event.assessment.score))
    sheet.lists(*(sheet.phrase("evidence", **_weighed(words, each)) for each in event.assessment.evidence))
    sheet.says("due", due=occasion.moment(event.task.due_at))
    if policy.on_expiry is OnExpiry.DECLINE:
        sheet.says("silence_declines")
    elif policy.on_expiry is OnExpiry.APPROVE:
        sheet.says("silence_approves")
    sheet.button()
    sheet.address("approve", f"{occasion.url}/verification/approve")
    sheet.address("reject", f"{occasion.url}/verification/reject")
    return sheet.draft()


def _weighed(words: Wording, evidence: Evidence) -> dict[str, str]:
    """One check's result; why is told as it is on record."""
    name = words.say("names", evidence.check.value)
    return {"check": name, "score": words.score(evidence.score), "because": evidence.because}


def _verify_creator(occasion: Occasion, _: str) -> str:
    return occasion.asks(VERIFY_CREATOR, account=occasion.account)


def _report_performance(occasion: Occasion, _: str) -> str:
    return occasion.asks(REPORT_PERFORMANCE, account=occasion.account)


ASKS: Mapping[str, Asks] = {VERIFY_CREATOR: _verify_creator, REPORT_PERFORMANCE: _report_performance}
"""What the stage's tasks ask for, in words, by the first part of their name."""
