"""Stage 7, monitoring: published posts as their platforms show them, and the figures that the platforms tell."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.failures import OutsideFailure
from activities.letters import Asks, Draft, Occasion, Sheet
from activities.ports import Directory, MetricsSource, PostReader, PublicPost
from activities.records import creator_of
from domain.assignment import PostSource
from domain.creators import Platform
from domain.errors import GroundswellError
from domain.live_posts import RESTORE_POST, Look, PostNotVerified, Sighting
from domain.monitoring import Metrics, Unavailable
from domain.notices import Template
from domain.payouts import PayoutPurpose
from domain.values import Instant, Line, Value

TOLD_WITHIN = timedelta(days=30)
"""How long before a creator told us of it a post may have been published; older ones are not looked through."""


class LookRequest(Value):
    """Which post to look for, by which service; `post_id` is what the service calls it, once that is known."""

    creator_id: Line
    source: Line
    url: str
    told_at: Instant
    post_id: Line | None = None


class Polled(Value):
    """A post's figures, or why there are none."""

    metrics: Metrics | None = None
    cause: Unavailable | None = None


class LivePosts:
    """Looks for posts, and asks for their figures."""

    def __init__(self, directory: Directory, readers: Sequence[PostReader]) -> None:
        self._directory = directory
        self._readers = {reader.name: reader for reader in readers}

    @activity.defn
    async def check_post(self, request: LookRequest) -> Sighting:
        """What is at a post's address. Where the service does not see the account, or is gone, that is unknown.

        Raises:
            ApplicationError: the service failed and is asked again, also after its token was refused: somebody may
                put in a new one meanwhile.
        """
        try:
            post = await self._found(request)
        except LookupError:
            return Sighting(look=Look.UNKNOWN)
        if post is None:
            return Sighting(look=Look.ABSENT)
        return Sighting(look=Look.FOUND, post_id=post.id, caption=post.caption)

    @activity.defn
    async def poll_metrics(self, request: LookRequest) -> Polled:
        """A post's insights, or what everybody sees of it where there are none for us; raises as `check_post`."""
        reader = self._readers.get(request.source)
        insights = await _insights(reader, request.post_id)
        if insights is not None and insights.engagements is not None:
            return Polled(metrics=insights)
        try:
            post = await self._found(request)
        except LookupError:
            post = None
        if post is None:
            return Polled(cause=Unavailable.NOT_GIVEN)
        seen = Metrics(likes=post.likes, comments=post.comments)
        if seen.engagements is None:
            return Polled(cause=Unavailable.NOT_YET if insights is not None else Unavailable.NOT_GIVEN)
        return Polled(metrics=seen)

    async def _found(self, request: LookRequest) -> PublicPost | None:
        """The post; None if it is not there.

        Raises:
            LookupError: nobody can say.
        """
        reader = self._readers.get(request.source)
        if reader is None:
            raise LookupError
        try:
            creator = await creator_of(self._directory, request.creator_id)
            return await reader.find_post(creator.profile.handle, request.url, request.told_at - TOLD_WITHIN)
        except GroundswellError:
            raise LookupError from None  # the creator has left the directory
        except ApplicationError as error:
            if error.type == OutsideFailure.REFUSED:
                raise LookupError from None
            raise _to_be_tried_again(error) from error


async def _insights(reader: PostReader | None, post_id: str | None) -> Metrics | None:
    """None where the platform has none for us: they are the account's own to give."""
    if post_id is None or not isinstance(reader, MetricsSource):
        return None
    try:
        return await reader.figures(post_id)
    except ApplicationError as error:
        if error.type in (OutsideFailure.REFUSED, OutsideFailure.CREDENTIALS):
            return None
        raise _to_be_tried_again(error) from error


def _to_be_tried_again(error: ApplicationError) -> ApplicationError:
    return ApplicationError(error.message, *error.details, type=error.type, next_retry_delay=error.next_retry_delay)


def post_sources(readers: Sequence[PostReader]) -> Mapping[Platform, PostSource]:
    """What collaborations are told of the services that there are, by platform."""
    return {reader.platform: PostSource(name=reader.name, formats=reader.formats) for reader in readers}


def post_to_restore(occasion: Occasion) -> Draft:
    """The creator is asked to mend a post that was not found, or hides the partnership."""
    return _about_finding(Template.POST_TO_RESTORE, occasion)


def post_not_verified(occasion: Occasion) -> Draft:
    """The manager hears of it, and of what the creator was asked."""
    return _about_finding(Template.POST_NOT_VERIFIED, occasion)


def _about_finding(template: Template, occasion: Occasion) -> Draft:
    event = occasion.of(PostNotVerified)
    assert event.task is not None, "the notice is only for a finding that opens a task"
    sheet = Sheet(template, occasion, what=occasion.deliverable(event.deliverable))
    sheet.says(event.finding.value, disclosure=occasion.disclosure_advice)
    sheet.says("due", due=occasion.moment(event.task.due_at))
    if all(payout.purpose is not PayoutPurpose.BALANCE for payout in occasion.work.payouts.values()):
        sheet.says("unpaid")
    sheet.button()
    return sheet.draft()


def _restore(occasion: Occasion, number: str) -> str:
    return occasion.asks(RESTORE_POST, what=occasion.deliverable(int(number)))


ASKS: Mapping[str, Asks] = {RESTORE_POST: _restore}
"""What the stage's tasks ask for, in words, by the first part of their name."""
