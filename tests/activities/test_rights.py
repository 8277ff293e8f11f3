"""Clocks are started once, and read from the record what they are to keep."""

from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.testing import ActivityEnvironment

from activities.rights import RightsClocks, exclusivity_ended, rights_expired, rights_expiring
from activities.starting import RightsStart, rights_stream
from activities.store.erasure import Erasures
from activities.store.projections.unfinished import UnfinishedStreams
from api.embedded.mail import MailSink
from domain.deadlines import PassTime
from domain.notices import Audience, Notice, Template
from domain.rights import ExclusivityEnded, OpenRights, ReleaseExclusivity, RightsExpired, RightsExpiring
from tests.activities.conftest import Store
from tests.activities.occasions import occasion
from tests.activities.test_notification import smtp, tell
from tests.domain.given import BRAND, Story, exclusively, live
from tests.domain.outliving import DAY, END, UNTIL, completed, rights

START = RightsStart(collaboration_id="collab-1")


class Starts:
    """In the place of a client: notes what is started, and knows whether that has been over for long."""

    def __init__(self, *, over: bool = False) -> None:
        self.over = over
        self.started: list[tuple[Any, ...]] = []

    async def start_workflow(self, workflow: str, argument: RightsStart, **options: Any) -> None:
        """See `Client.start_workflow`."""
        self.started.append((workflow, argument, options["id"], options["task_queue"]))
        if self.over:
            raise WorkflowAlreadyStartedError(options["id"], workflow)


async def in_force(store: Store, story: Story[Any, Any]) -> OpenRights | None:
    """What the activity finds after this has been recorded."""
    await store.record_collaboration(story)
    return (await RightsClocks(store.log).terms_in_force(START)).opening


async def test_the_terms_are_read_from_the_collaborations_record(store: Store) -> None:
    """Every live post with its own day, the contract's exclusivity, and whose it is."""
    opening = await in_force(store, completed(terms=exclusively(30)))
    assert opening is not None
    assert (opening.collaboration_id, opening.campaign_id, opening.creator_id) == ("collab-1", "camp-1", "creator-1")
    assert [usage.deliverable for usage in opening.usages] == [1, 2]
    assert opening.exclusive is not None


async def test_nothing_is_in_force_after_a_collaboration_that_has_not_ended(store: Store) -> None:
    """It keeps its terms itself."""
    assert await in_force(store, live()) is None


def test_the_brand_is_told_which_posts_it_may_not_use_any_more() -> None:
    """By their addresses, with where it has to take them down, and until when or since when."""
    story = rights().does(PassTime(), at=END - DAY)
    warning = rights_expiring(occasion(story, RightsExpiring))
    assert "1 June 2026" in warning.subject or "31 May 2026" in warning.subject
    for text in ("https://social.example/p/1", "https://social.example/p/2", "3 months", "Instagram (EU)"):
        assert text in warning.body
    over = rights_expired(occasion(story.does(PassTime(), at=END), RightsExpired))
    assert over.subject.startswith(
        "Please stop using deliverable 1 (reel) and deliverable 2 (story) of @steep.and.pour"
    )
    assert "https://social.example/p/2" in over.body
    assert "advertisements" not in over.body


def test_the_creator_is_told_that_they_are_free_and_whether_it_is_earlier_than_agreed() -> None:
    """The day of the contract, or the brand's word."""
    early = exclusivity_ended(occasion(rights().does(ReleaseExclusivity(), by=BRAND), ExclusivityEnded))
    agreed = exclusivity_ended(occasion(rights().does(PassTime(), at=UNTIL), ExclusivityEnded))
    assert "early: it was agreed until" in early.body
    assert "early" not in agreed.body
    assert "you may work for anybody" in agreed.body


async def test_nobody_is_written_to_about_a_creator_who_was_erased(store: Store, mail_sink: MailSink) -> None:
    """Neither they nor the brand; the clocks go on, and no resume looks for the mails."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    await store.record_collaboration(completed(), creator_id)
    events = await store.append(rights_stream("collab-1"), rights().does(PassTime(), at=END).past)
    expired = next(each for each in events if each.type == "RightsExpired")
    unfinished = UnfinishedStreams(store.pool, store.log)
    assert await unfinished.rights(None) == ["collab-1"]
    await Erasures(store.pool, store.sealer.keyring).erase(creator_id, requested_by="test")
    notice = Notice(template=Template.RIGHTS_EXPIRED, audience=Audience.MANAGER)
    with pytest.raises(ApplicationError) as refused:
        await tell(store, smtp(mail_sink), expired, notice)
    assert refused.value.non_retryable
    assert mail_sink.messages() == []
    assert await unfinished.rights(None) == []


async def test_the_brand_gets_the_letter_about_what_has_outlived_the_collaboration(
    store: Store, mail_sink: MailSink
) -> None:
    """Its facts are those of the collaboration that the rights come from."""
    (creator_id,) = await store.add_creators()
    await store.record_campaign()
    await store.record_collaboration(completed(), creator_id)
    events = await store.append(rights_stream("collab-1"), rights().does(PassTime(), at=END).past)
    expired = next(each for each in events if each.type == "RightsExpired")
    await tell(store, smtp(mail_sink), expired, Notice(template=Template.RIGHTS_EXPIRED, audience=Audience.MANAGER))
    (mail,) = mail_sink.messages("manager@lumen-tea.example")
    assert mail.message["X-Groundswell-Collaboration"] == "collab-1"
    assert "@creator.1 on Instagram" in mail.subject


@pytest.mark.parametrize("over", [False, True])
async def test_clocks_are_started_under_the_collaborations_id(store: Store, over: bool) -> None:
    """However often it is tried, and also when they have run out long ago."""
    starts = Starts(over=over)
    environment = ActivityEnvironment(client=cast(Client, starts))
    for _ in range(2):
        await environment.run(RightsClocks(store.log, task_queue="q").start_clocks, START)
    assert starts.started == [("Rights", START, "rights/collab-1", "q")] * 2
