"""The assessment of a creator, and the doubtful case before the manager."""

from dataclasses import replace

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.failures import OutsideFailure, outside_failure
from activities.verification import (
    ASKS,
    REPORT_ATTEMPTS,
    AssessRequest,
    Verification,
    performance_report,
    review_creator,
)
from domain.audience import AudienceAudit
from domain.check_policy import Signal
from domain.checks import assess
from domain.creators import Handle, Platform
from domain.third_party import AudienceReport
from domain.verification import CreatorAssessed, PerformanceReportRequested
from tests.activities.conftest import Store
from tests.activities.occasions import occasion
from tests.domain.given import a_profile, a_report, asked_to_report, doubted


async def test_the_checks_run_on_what_the_directory_knows(store: Store) -> None:
    """The activity's answer is that of the domain's checks on the stored profile, every time."""
    (creator_id,) = await store.add_creators(biography="I love tea", followers=5_000)
    request = AssessRequest(creator_id=creator_id, brand="Lumen Tea", category="tea")
    verification = Verification(store.directory)
    found = await ActivityEnvironment().run(verification.assess_creator, request)
    profile = (await store.directory.get([creator_id]))[creator_id].profile
    assert found == assess(profile, "Lumen Tea", "tea")
    assert found == await ActivityEnvironment().run(verification.assess_creator, request)


async def test_what_an_audit_said_of_the_audience_counts(store: Store) -> None:
    (creator_id,) = await store.add_creators()
    audience = AudienceAudit(
        sampled=300, suspects=150, fake_share=0.53, low=0.46, high=0.60, formula_version="audience 2026-11.1"
    )
    assert await store.directory.keep_audience(creator_id, audience)
    request = AssessRequest(creator_id=creator_id, brand="Lumen Tea", category="tea")
    assessment = await ActivityEnvironment().run(Verification(store.directory).assess_creator, request)
    assert Signal.FAKE_AUDIENCE in assessment.signals


async def test_an_unknown_creator_is_not_tried_again(store: Store) -> None:
    """A creator who is not in the directory will not appear by trying."""
    request = AssessRequest(creator_id="nobody", brand="Lumen Tea", category="tea")
    with pytest.raises(ApplicationError, match="There is no creator nobody") as refused:
        await ActivityEnvironment().run(Verification(store.directory).assess_creator, request)
    assert (refused.value.type, refused.value.non_retryable) == ("not_found", True)


class ThirdParty:
    """Has one report on everybody, or fails, and knows how often it was asked."""

    def __init__(self, answer: AudienceReport | ApplicationError | None) -> None:
        self._answer = answer
        self.asked = 0

    async def report_on(self, platform: Platform, handle: Handle) -> AudienceReport | None:
        """See `AudienceReports`."""
        self.asked += 1
        if isinstance(self._answer, ApplicationError):
            raise self._answer
        return self._answer


async def assessed(store: Store, *third_parties: ThirdParty, attempt: int = 1) -> str:
    """What the third-party check says of a creator."""
    (creator_id,) = await store.add_creators()
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=attempt)
    verification = Verification(store.directory, third_parties)
    request = AssessRequest(creator_id=creator_id, brand="Lumen Tea", category="tea")
    return (await environment.run(verification.assess_creator, request)).evidence[2].because


async def test_the_first_report_that_a_third_party_has_is_evidence(store: Store) -> None:
    """Nobody is asked any more after that."""
    first, second = (ThirdParty(AudienceReport(source=name, fake_share=0.4)) for name in ("neoreach", "fohr"))
    assert "neoreach takes 40% of its followers for fake" in await assessed(store, ThirdParty(None), first, second)
    assert second.asked == 0


async def test_a_third_party_that_refuses_does_not_hold_anybody_up(store: Store) -> None:
    """The next one is asked, or the creator judged without a report."""
    refused = ThirdParty(outside_failure(OutsideFailure.CREDENTIALS, "neoreach", "answered 401"))
    other = ThirdParty(AudienceReport(source="fohr", fake_share=0.1))
    assert "fohr takes 10%" in await assessed(store, refused, other)
    assert "for fake" not in await assessed(store, refused)


async def test_a_third_party_that_is_away_is_asked_a_few_times(store: Store) -> None:
    """Then the creator is judged without it."""
    away = ThirdParty(outside_failure(OutsideFailure.UNAVAILABLE, "neoreach", "answered 503"))
    for attempt in range(1, REPORT_ATTEMPTS):
        with pytest.raises(ApplicationError, match="answered 503"):
            await assessed(store, away, attempt=attempt)
    assert "for fake" not in await assessed(store, away, attempt=REPORT_ATTEMPTS)


def test_a_doubtful_creator_is_put_before_the_manager_with_the_evidence() -> None:
    """Score, reasons, deadline and what silence means are in the letter."""
    letter = review_creator(occasion(doubted(), CreatorAssessed))
    assert letter.subject == "Please decide: work with @steep.and.pour on Instagram?"
    assert "scores 0.50 out of 1" in letter.body
    assert "- Comments and tags: 0.50. 30% of 20 comments fit" in letter.body
    assert "by Thursday 5 March 2026, 04:00 (America/New_York)" in letter.body
    assert "If we hear nothing until then, we do not work with this creator." in letter.body


def test_the_task_is_asked_for_in_words() -> None:
    """The reminder says whom it is about."""
    about = occasion(doubted(), CreatorAssessed)
    assert "@steep.and.pour on Instagram" in ASKS["verify_creator"](about, "")


async def test_a_creators_own_report_and_the_brands_country_count(store: Store) -> None:
    """What the workflow knows goes into the checks beside what the directory knows."""
    (creator_id,) = await store.add_creators(followers=5_000)
    report = a_report(countries={"BR": 0.9})
    request = AssessRequest(creator_id=creator_id, brand="Lumen Tea", category="tea", report=report, country="US")
    assessment = await ActivityEnvironment().run(Verification(store.directory).assess_creator, request)
    assert Signal.AUDIENCE_ELSEWHERE in assessment.signals
    assert "reached 1.80x its followers in 30 days" in assessment.evidence[3].because


async def test_similar_accounts_of_the_directory_say_what_is_usual(store: Store) -> None:
    """Those of half to twice the size: smaller and larger ones, and those without figures, are no peers."""
    (creator_id,) = await store.add_creators(followers=5_000, average_likes=200.0, average_comments=190.0)
    near = [
        a_profile(handle=f"peer.{n}", followers=2_600 + 200 * n, average_likes=100.0, average_comments=4 + n % 3)
        for n in range(30)
    ]
    far = [
        a_profile(handle=f"far.{followers}", followers=followers, average_likes=2.0, average_comments=200.0)
        for followers in (2_400, 10_001)
    ]
    unknown = a_profile(handle="unknown", average_likes=None, average_comments=None)
    await store.directory.upsert("default", [*near, *far, unknown])
    peers = await store.directory.peers(creator_id)
    assert peers is not None
    assert (peers.accounts, round(peers.comments_per_like, 3)) == (30, 0.05)
    request = AssessRequest(creator_id=creator_id, brand="Lumen Tea", category="tea")
    assessment = await ActivityEnvironment().run(Verification(store.directory).assess_creator, request)
    assert Signal.UNUSUAL_COMMENTS_PER_LIKE in assessment.signals


def test_a_creator_is_asked_for_their_figures_by_mail() -> None:
    """Until when, by which link, and that silence is not held against them."""
    asked = asked_to_report()
    letter = performance_report(occasion(asked, PerformanceReportRequested))
    assert "would like to know your figures" in letter.subject
    assert "nothing is held against you" in letter.body
    assert "/c/" in letter.body
    about = occasion(asked, PerformanceReportRequested)
    assert "of the last 30 days" in ASKS["report_performance"](about, "")
