"""After a collaboration: its clocks are started, they read the terms that were in force, and their ends are told."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from temporalio import activity
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.letters import Draft, Occasion, Sheet
from activities.ports import EventLog
from activities.records import collaboration_after
from activities.starting import RIGHTS_WORKFLOW, TASK_QUEUE, RightsStart, collaboration_stream, rights_stream
from domain.decider import Authority
from domain.notices import Template
from domain.rights import ExclusivityEnded, OpenRights, RightsExpired, RightsExpiring, rights_of
from domain.values import Value

START_TIMEOUT = timedelta(seconds=10)


class TermsInForce(Value):
    """What outlives a collaboration; None if nothing does."""

    opening: OpenRights | None


class RightsClocks:
    """Starts the clocks of collaborations that have ended, and tells them what they are to keep."""

    def __init__(self, log: EventLog, *, task_queue: str = TASK_QUEUE) -> None:
        self._log = log
        self._task_queue = task_queue

    @activity.defn
    async def start_clocks(self, start: RightsStart) -> None:
        """Start the workflow of a collaboration's rights, once however often this is tried."""
        with suppress(WorkflowAlreadyStartedError):  # an earlier attempt did, and every clock has run out already
            await activity.client().start_workflow(
                RIGHTS_WORKFLOW,
                start,
                id=rights_stream(start.collaboration_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                static_summary="usage rights and exclusivity after the collaboration",
                rpc_timeout=START_TIMEOUT,
            )

    @activity.defn
    async def terms_in_force(self, start: RightsStart) -> TermsInForce:
        """What the collaboration's record says it leaves behind."""
        events = await self._log.read(collaboration_stream(start.collaboration_id))
        return TermsInForce(opening=rights_of(collaboration_after(events)))


def rights_expiring(occasion: Occasion) -> Draft:
    """The manager has some days left to use the posts."""
    event, words, granted = occasion.of(RightsExpiring), occasion.words, occasion.work.agreed.terms.usage_rights
    first_day = words.day(event.expires_at.astimezone(occasion.zone).date())
    sheet = _about_posts(Template.RIGHTS_EXPIRING, occasion, event.deliverables, first_day=first_day)
    months, channels = words.counted(granted.months, "month"), words.listed(granted.channels)
    sheet.says("granted", months=months, channels=channels, territory=granted.territory)
    sheet.says("plan_paid" if granted.paid else "plan", at=occasion.moment(event.expires_at))
    sheet.button()
    sheet.address("renew", f"{occasion.campaign_url}/renew")
    return sheet.draft()


def rights_expired(occasion: Occasion) -> Draft:
    """The manager must not use the posts any more."""
    event, granted = occasion.of(RightsExpired), occasion.work.agreed.terms.usage_rights
    at = occasion.moment(event.expired_at)
    sheet = _about_posts(Template.RIGHTS_EXPIRED, occasion, event.deliverables, at=at)
    sheet.says("take_down_paid" if granted.paid else "take_down", channels=occasion.words.listed(granted.channels))
    sheet.says("own")
    sheet.button()
    return sheet.draft()


def exclusivity_ended(occasion: Occasion) -> Draft:
    """The creator is free again."""
    event = occasion.of(ExclusivityEnded)
    sheet = Sheet(Template.EXCLUSIVITY_ENDED, occasion)
    if event.authority is Authority.PERSON:
        sheet.says("early", until=occasion.moment(event.agreed_until))
    else:
        sheet.says("over")
    sheet.says("free")
    sheet.button()
    return sheet.draft()


def _about_posts(template: Template, occasion: Occasion, deliverables: Sequence[int], **facts: object) -> Sheet:
    """The beginning of a letter about posts: what each is called, and where it is."""
    names = {number: occasion.deliverable(number) for number in deliverables}
    sheet = Sheet(template, occasion, posts=occasion.words.listed(list(names.values())), **facts)
    sheet.says("which")
    works = occasion.work.works
    sheet.lists(*(sheet.phrase("post", what=name, url=works[number].url) for number, name in names.items()))
    return sheet
