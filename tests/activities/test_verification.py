"""The assessment of a creator, and the doubtful case before the manager."""

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.verification import ASKS, AssessRequest, Verification, review_creator
from domain.checks import assess
from domain.verification import CreatorAssessed
from tests.activities.conftest import Store
from tests.activities.occasions import occasion
from tests.domain.given import doubted


async def test_the_checks_run_on_what_the_directory_knows(store: Store) -> None:
    """The activity's answer is that of the domain's checks on the stored profile, every time."""
    (creator_id,) = await store.add_creators(biography="I love tea", followers=5_000)
    request = AssessRequest(creator_id=creator_id, brand="Lumen Tea", category="tea")
    verification = Verification(store.directory)
    found = await ActivityEnvironment().run(verification.assess_creator, request)
    profile = (await store.directory.get([creator_id]))[creator_id].profile
    assert found == assess(profile, "Lumen Tea", "tea")
    assert found == await ActivityEnvironment().run(verification.assess_creator, request)


async def test_an_unknown_creator_is_not_tried_again(store: Store) -> None:
    """A creator who is not in the directory will not appear by trying."""
    request = AssessRequest(creator_id="nobody", brand="Lumen Tea", category="tea")
    with pytest.raises(ApplicationError, match="There is no creator nobody") as refused:
        await ActivityEnvironment().run(Verification(store.directory).assess_creator, request)
    assert (refused.value.type, refused.value.non_retryable) == ("not_found", True)


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
