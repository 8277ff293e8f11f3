"""Stage 2, discovery: the ranking of everyone who may fit, and the outreach that staffs the campaign from it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.common import TypedSearchAttributes, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, WorkflowAlreadyStartedError

from activities.letters import Asks, Draft, Occasion, Sheet
from activities.ports import CreatorClaims, Directory, Progress, Shortlists, TrackRecords
from activities.staffing import Staffing
from activities.starting import (
    COLLABORATION_WORKFLOW,
    TASK_QUEUE,
    CollaborationStart,
    collaboration_id,
    collaboration_stream,
)
from domain.assignment import PostSource, assign
from domain.brief import Brief
from domain.calendars import Calendar
from domain.claims import claims_of, clash
from domain.creators import Creator, Platform
from domain.deadlines import OnExpiry
from domain.discovery import APPROVE_SHORTLIST, Shortlist, ShortlistProposed, wanted
from domain.errors import ExclusivityClash
from domain.notices import Template
from domain.ranking import rank
from domain.values import Line, Value
from domain.verification import OpenCollaboration

BATCH = 20
"""Workflows started at the same time."""

START_TIMEOUT = timedelta(seconds=10)

CATCHING_UP = 0.2
"""Seconds between two looks while workers have yet to begin with those that were started."""

BEAT = 3.0
"""Seconds between two signs of life; a worker that has died is noticed by their absence."""


class RankRequest(Value):
    """Whom to look for."""

    campaign_id: Line
    brief: Brief


class Ranking(Value):
    """The ranked list, and how many creators were looked at for it."""

    shortlist: Shortlist
    considered: int


class OutreachRequest(Value):
    """Whom to invite: the shortlist without those dropped, best first."""

    campaign_id: Line
    brief: Brief
    shortlist: Shortlist
    dropped: tuple[Line, ...] = ()
    calendar: Calendar | None = None
    """The campaign's, with its public holidays."""


class Outreach(Value):
    """How many creators the campaign has collaborated with, whatever came of it."""

    invited: int


SearchAttributes = Callable[[OpenCollaboration], TypedSearchAttributes]
"""The search attributes that a collaboration's workflow starts with."""


class Discovery:
    """Finds and invites creators.

    `poll_seconds` is how often the outreach looks how its collaborations stand; it must be well below the activity's
    heartbeat timeout. `patience_seconds` is how long it waits for workflows that it started to record anything.
    """

    def __init__(
        self,
        directory: Directory,
        shortlists: Shortlists,
        progress: Progress,
        claims: CreatorClaims,
        track_records: TrackRecords,
        *,
        task_queue: str = TASK_QUEUE,
        poll_seconds: float = 5.0,
        patience_seconds: float = 600.0,
        search_attributes: SearchAttributes | None = None,
        post_sources: Mapping[Platform, PostSource] | None = None,
    ) -> None:
        self._directory = directory
        self._shortlists = shortlists
        self._progress = progress
        self._claims = claims
        self._track_records = track_records
        self._task_queue = task_queue
        self._poll_seconds = poll_seconds
        self._patience_seconds = patience_seconds
        self._search_attributes = search_attributes
        self._post_sources = post_sources or {}

    @activity.defn
    async def rank_creators(self, request: RankRequest) -> Ranking:
        """Rank everyone who may fit and is free to, and keep the list under its digest."""
        async with _beating():
            criteria = wanted(request.brief)
            candidates = await self._directory.candidates(criteria, campaign_id=request.campaign_id)
            ids = [creator.id for creator in candidates]
            held, records = await self._held(ids, request), await self._track_records.get(ids)
            # Ten thousand creators take seconds, during which the worker's other activities go on.
            ranked = await asyncio.to_thread(rank, candidates, criteria, held=held, records=records)
            digest = await self._shortlists.put(ranked)
        return Ranking(shortlist=Shortlist(digest=digest, size=len(ranked)), considered=len(candidates))

    @activity.defn
    async def reach_out(self, request: OutreachRequest) -> Outreach:
        """Invite creators, best first, until enough are engaged or the list ends; return when no collaboration runs.

        How many are invited at a time is `Staffing`'s decision. A retry goes on after the last heartbeat, and inviting
        somebody again changes nothing. An outreach that begins anew, on a cluster that knows nothing of the one before,
        passes over those whose collaborations the record says are over.
        """
        staffing = self._staffing(request)
        while True:
            staffing.look(await self._progress.outcomes(request.campaign_id), now=asyncio.get_running_loop().time())
            if staffing.finished:
                return Outreach(invited=staffing.invited)
            room = min(staffing.room, BATCH)
            if room:
                await self._invite_next(request, staffing, room)
            activity.heartbeat(staffing.cursor, staffing.started)
            if not room:
                await self._pause(self._poll_seconds if staffing.caught_up else min(CATCHING_UP, self._poll_seconds))

    async def _pause(self, seconds: float) -> None:
        """Wait until it is time to look again. A worker that is stopping is not held up: another one goes on."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await activity.wait_for_worker_shutdown()
            raise ApplicationError(
                "this worker is stopping",
                type="worker_stopping",
                category=ApplicationErrorCategory.BENIGN,
                next_retry_delay=timedelta(milliseconds=100),
            )

    def _staffing(self, request: OutreachRequest) -> Staffing:
        staffing = Staffing(request.brief.creators_wanted, patience_seconds=self._patience_seconds)
        details = activity.info().heartbeat_details
        if details:
            staffing.cursor, staffing.started = details
        return staffing

    async def _invite_next(self, request: OutreachRequest, staffing: Staffing, limit: int) -> None:
        """Start the next `limit` creators of the list, or note that it has ended."""
        page = await self._shortlists.page(request.shortlist.digest, after_rank=staffing.cursor, limit=limit)
        if not page:
            staffing.exhausted = True
            return
        wanted_ids = {one.rank: one.ranked.creator_id for one in page if one.ranked.creator_id not in request.dropped}
        known = await self._directory.get(list(wanted_ids.values()))
        # Weeks may have passed since the list was made, and others have invited too.
        held = await self._held(list(known), request)
        for nth, creator_id in wanted_ids.items():
            if creator_id in held:
                activity.logger.info("creator no. %s of the shortlist is not invited: another campaign holds them", nth)
        over = await self._over(request, list(known))
        free = known.keys() - held.keys() - over
        ranks = {nth: known[creator_id] for nth, creator_id in wanted_ids.items() if creator_id in free}
        await self._start_all(request, ranks)
        staffing.cursor = page[-1].rank
        staffing.note_started(len(ranks), now=asyncio.get_running_loop().time())

    async def _over(self, request: OutreachRequest, creator_ids: Sequence[str]) -> set[str]:
        """Those of the creators with whom this campaign is done. Whoever is under way is not among them: a start then
        changes nothing, and brings back a workflow that was lost."""
        ids = {collaboration_id(request.campaign_id, creator_id): creator_id for creator_id in creator_ids}
        return {ids[one] for one in await self._progress.ended(list(ids))}

    async def _held(self, creator_ids: Sequence[str], request: RankRequest | OutreachRequest) -> dict[str, str]:
        """Those of the creators whom another campaign keeps from this one, with what keeps them."""
        brief, now = request.brief, datetime.now(UTC)
        claims = claims_of(
            brand=brief.brand,
            category=brief.category,
            exclusivity=brief.terms.exclusivity,
            window=brief.posting_window,
            at=now,
        )
        found: dict[str, str] = {}
        for creator_id, held in (await self._claims.held(creator_ids, now)).items():
            other = clash(claims, held, campaign_id=request.campaign_id)
            if other is not None:
                found[creator_id] = str(ExclusivityClash(**other.facts(now)))
        return found

    async def _start_all(self, request: OutreachRequest, ranks: Mapping[int, Creator]) -> None:
        try:
            async with asyncio.TaskGroup() as starting:
                for nth, creator in ranks.items():
                    starting.create_task(self._start(request, nth, creator))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _start(self, request: OutreachRequest, nth: int, creator: Creator) -> None:
        opening = OpenCollaboration(
            collaboration_id=collaboration_id(request.campaign_id, creator.id),
            campaign_id=request.campaign_id,
            creator_id=creator.id,
            rank=nth,
            assignment=assign(
                request.brief,
                creator.profile,
                request.calendar,
                self._post_sources.get(creator.profile.platform),
                today=datetime.now(UTC).astimezone(request.brief.zone).date(),
            ),
        )
        with suppress(WorkflowAlreadyStartedError):  # an earlier attempt invited them, and it is over already
            await activity.client().start_workflow(
                COLLABORATION_WORKFLOW,
                CollaborationStart(collaboration_id=opening.collaboration_id, opening=opening),
                id=collaboration_stream(opening.collaboration_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=self._search_attributes(opening) if self._search_attributes else None,
                static_summary=f"creator no. {nth} of the shortlist",
                rpc_timeout=START_TIMEOUT,
            )


@asynccontextmanager
async def _beating() -> AsyncIterator[None]:
    """Signs of life as long as the block runs."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(BEAT)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.wait([beating])


def shortlist_ready(occasion: Occasion) -> Draft:
    """The shortlist waits for the manager."""
    event = occasion.of(ShortlistProposed)
    words, policy = occasion.words, event.task.policy
    creators = words.counted(event.shortlist.size, "creator")
    sheet = Sheet(Template.SHORTLIST_READY, occasion, creators=creators)
    sheet.says("ready", considered=words.number(event.considered))
    sheet.says("due", due=occasion.moment(event.task.due_at))
    if policy.on_expiry is OnExpiry.APPROVE:
        sheet.says("silence_approves", wanted=words.number(occasion.brief.creators_wanted))
    elif policy.on_expiry is OnExpiry.DECLINE:
        sheet.says("silence_declines")
    sheet.button("/shortlist")
    sheet.address("approve", f"{occasion.url}/shortlist/approve")
    sheet.address("reject", f"{occasion.url}/shortlist/reject")
    return sheet.draft()


def _approve_shortlist(occasion: Occasion, _: str) -> str:
    return occasion.asks(APPROVE_SHORTLIST)


ASKS: Mapping[str, Asks] = {APPROVE_SHORTLIST: _approve_shortlist}
"""What the stage's tasks ask for, in words, by the first part of their name."""
