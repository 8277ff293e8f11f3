"""Stage 2, discovery: creators come in by rosters, and the ranked shortlist is shown, approved or rejected."""

import asyncio
from datetime import UTC, datetime
from types import NoneType
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.datastructures import UploadFile

from activities.connectors.csv_roster import RejectedRow, RosterFormat, RosterUnreadable, format_of, read_roster
from activities.records import campaign_after, creator_of
from activities.store.erasure import Erasure
from activities.store.projections.creator_track_records import TrackRecords
from api.dependencies import (
    AsBrand,
    CampaignId,
    CreatorId,
    DecideAsBrand,
    Decision,
    JsonOnly,
    Services,
    Serving,
)
from api.errors import UnsupportedMediaType, problems
from api.idempotency import Once, UnderKey
from api.pagination import Cursor, Limit, Page, Place, Rank
from api.views import campaign_events
from domain.audience import Account, AudienceAudit, audit
from domain.creators import Creator, Handle, Platform
from domain.discovery import ApproveShortlist, RejectShortlist
from domain.errors import NotFound
from domain.lifecycle import Stage
from domain.pricing import Quote, quote
from domain.ranking import ScorePart
from domain.track_record import TrackRecord
from domain.values import Value

router = APIRouter(prefix="/v1", tags=[Stage.DISCOVERY.label])

BATCH = 5_000
"""Profiles that are written at a time."""

_BEST_FIRST: Place[tuple[int]] = Place(tuple[Rank])


class Imported(Value):
    """What became of a roster. Rejected rows may be mended and sent again; the others are not doubled by that."""

    accepted: int
    created: int
    updated: int
    erased: int
    """Accounts of people who have been erased: nothing of them is kept."""
    rejected: tuple[RejectedRow, ...]
    ignored_columns: tuple[str, ...]


class _Written(Value):
    """What of an answer the roster itself does not say."""

    created: int
    erased: int


class FollowerSample(Value):
    """Followers of one creator, drawn at random: what anybody sees of each of them."""

    accounts: tuple[Account, ...] = Field(max_length=10_000)


class Candidate(Value):
    """A creator's place in the shortlist: the score 0..1, how much of it rests on data, and its parts with reasons."""

    rank: int
    creator_id: str
    handle: Handle | None
    """None if the directory no longer has the creator."""
    platform: Platform | None
    followers: int | None
    score: float
    certainty: float
    evidence: tuple[ScorePart, ...]
    dropped: bool
    quote: Quote | None
    """The fair price of what the brief asks of them; None if the directory no longer has the creator."""


class PastPerformance(TrackRecord):
    """What a creator's collaborations with this workspace have come to. Amounts are in minor units, by currency.

    `answers_within` counts answers to offers that took up to 1, 6, 24, 48, 72 and 168 hours, and longer.
    """

    median_hours_to_answer: int | None
    """Half of the answers took no longer; null without answers, or if it was more than 168."""
    mean_seconds_to_answer: int | None


class KnownCreator(Creator):
    """A creator's profile, and their past performance with us."""

    track_record: PastPerformance | None
    """Null of whoever has never had an offer. It follows a moment after the events that it counts."""


_ROSTER = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "handle,name,email,followers\nmaya.makes,Maya Ito,maya@mail.example,5200\n",
            },
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": '{"handle": "maya.makes", "name": "Maya Ito", "email": "m@mail.example", "followers": 5200}',
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
        },
    }
}


@router.post(
    "/creators/import",
    summary="Import a roster",
    openapi_extra=_ROSTER,
    responses=problems(400, 401, 403, 413, 415, 422, 503),
)
async def import_creators(
    request: Request,
    services: Serving,
    _: AsBrand,
    once: Once,
    platform: Annotated[Platform | None, Query(description="Meant where the roster names none.")] = None,
) -> Imported:
    """CSV or JSON lines, at most 20 MiB: the body itself, or a form's `file`.

    Each bad row is reported with its line and reason, the good ones are kept. Sending a roster again, under another
    key, renews profiles.
    """
    return await take_in(request, services, platform, once)


async def take_in(
    request: Request, services: Services, platform: Platform | None, once: UnderKey | None = None
) -> Imported:
    """Takes the roster of a request into the directory: at most once, if it has a key."""
    content, written_as = await _roster(request)
    # Reading a large roster is seconds of computing; meanwhile the other requests go on.
    reading = await asyncio.to_thread(read_roster, content, written_as, default_platform=platform)
    profiles = [profile for _, profile in reading.accepted]

    async def written() -> _Written:
        created = erased = 0
        for first in range(0, len(profiles), BATCH):
            upserted = await services.creators.upsert(services.workspace, profiles[first : first + BATCH])
            created += sum(each.created for each in upserted)
            erased += sum(each.erased for each in upserted)
        return _Written(created=created, erased=erased)

    came = await written() if once is None else await once.carry_out(_Written, written, of=content)
    return Imported(
        accepted=len(profiles) - came.erased,
        created=came.created,
        updated=len(profiles) - came.erased - came.created,
        erased=came.erased,
        rejected=reading.rejected,
        ignored_columns=reading.ignored_columns,
    )


async def _roster(request: Request) -> tuple[bytes, RosterFormat]:
    """The roster's bytes and how they are written.

    Raises:
        UnsupportedMediaType: it is said to be something else.
        RosterUnreadable: a form without a file.
    """
    media_type = request.headers.get("content-type", "")
    if media_type.partition(";")[0].strip().lower() != "multipart/form-data":
        return await request.body(), _format(media_type)
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise RosterUnreadable(why="the form has no file in its field `file`")
        extension = (file.filename or "").lower().rpartition(".")[2]
        if extension in ("jsonl", "ndjson"):
            return await file.read(), RosterFormat.JSON_LINES
        if extension in ("csv", "tsv", "txt"):
            return await file.read(), RosterFormat.CSV
        return await file.read(), _format(file.content_type or "")


def _format(media_type: str) -> RosterFormat:
    written_as = format_of(media_type)
    if written_as is None:
        needed = "text/csv, application/x-ndjson or multipart/form-data"
        raise UnsupportedMediaType(given=media_type[:100] or "of no stated type", needed=needed)
    return written_as


@router.get("/creators/{creator_id}", summary="A creator", responses=problems(401, 403, 404, 422))
async def read_creator(services: Serving, _: AsBrand, creator_id: CreatorId) -> KnownCreator:
    """The directory's profile of one account, and what collaborations with its owner have come to, over all campaigns.

    Everything else knows the creator by this id only.
    """
    creator = await creator_of(services.creators, creator_id)
    record = (await TrackRecords(services.pool).get([creator_id])).get(creator_id)
    past = None if record is None else _past_performance(record)
    return KnownCreator(id=creator.id, profile=creator.profile, audience=creator.audience, track_record=past)


def _past_performance(record: TrackRecord) -> PastPerformance:
    mean = record.mean_answer
    return PastPerformance(
        **dict(record),
        median_hours_to_answer=record.median_answer_hours,
        mean_seconds_to_answer=None if mean is None else round(mean.total_seconds()),
    )


@router.post(
    "/creators/{creator_id}/audience-audit",
    summary="Audit a creator's audience",
    responses=problems(401, 403, 404, 409, 413, 422, 503),
)
async def audit_audience(
    services: Serving, _: AsBrand, once: Once, creator_id: CreatorId, body: FollowerSample
) -> AudienceAudit:
    """Which share of the audience is fake, with its interval, from a sample of followers; no names are asked for.

    It is kept with the creator, and counts when they are verified next. Another audit takes its place. 409 for fewer
    than 30 accounts.
    """
    found = audit(body.accounts)

    async def kept() -> None:
        if not await services.creators.keep_audience(creator_id, found):
            raise NotFound(kind="creator", id=creator_id)

    await once.carry_out(NoneType, kept, of=body)
    return found


@router.post(
    "/creators/{creator_id}/erase", summary="Erase a creator", responses=problems(401, 403, 404, 409, 422, 503)
)
async def erase_creator(
    services: Serving,
    caller: AsBrand,
    once: Once,
    creator_id: CreatorId,
    cancel: Annotated[bool, Query(description="Cancel collaborations that are under way first.")] = False,
) -> Erasure:
    """Makes everything about them unreadable, for ever, and keeps their account out of every later import.

    409 while a collaboration with them is under way. Asked again it gives the first answer.
    """

    async def erased() -> Erasure:
        return await services.eraser.erase(creator_id, requested_by=caller.actor.id, cancel=cancel)

    return await once.carry_out(Erasure, erased, of=None)


@router.get(
    "/campaigns/{campaign_id}/shortlist",
    summary="The ranked shortlist, best first",
    responses=problems(401, 403, 404, 422),
)
async def read_shortlist(
    services: Serving, _: AsBrand, campaign_id: CampaignId, cursor: Cursor = None, limit: Limit = 100
) -> Page[Candidate]:
    """Each creator with the score's parts and the evidence for them, and what their work would be worth if they were
    asked today. 404 until the ranking has been made."""
    (after,) = _BEST_FIRST.read(cursor) or (0,)
    campaign = campaign_after(await campaign_events(services.log, campaign_id))
    if campaign.shortlist is None:
        raise NotFound(kind="shortlist of campaign", id=campaign_id)
    entries = await services.shortlists.page(campaign.shortlist.digest, after_rank=after, limit=limit + 1)
    known = await services.creators.get([entry.ranked.creator_id for entry in entries])
    brief = campaign.agreed_brief
    today = datetime.now(UTC).astimezone(brief.zone).date()
    candidates = []
    for entry in entries:
        creator = known.get(entry.ranked.creator_id)
        candidates.append(
            Candidate(
                rank=entry.rank,
                handle=creator.profile.handle if creator else None,
                platform=creator.profile.platform if creator else None,
                followers=creator.profile.followers if creator else None,
                dropped=entry.ranked.creator_id in campaign.dropped,
                quote=quote(brief, creator.profile, today=today) if creator else None,
                **dict(entry.ranked),
            )
        )
    return _BEST_FIRST.page(candidates, limit, lambda candidate: (candidate.rank,))


@router.post(
    "/campaigns/{campaign_id}/shortlist/approve",
    summary="Approve the shortlist",
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)
async def approve_shortlist(
    decide: DecideAsBrand, campaign_id: CampaignId, body: ApproveShortlist | None = None
) -> Decision:
    """The creators on it are invited, best first, until enough are engaged; those in `drop` are left out."""
    return await decide.on_campaign(campaign_id, body or ApproveShortlist())


@router.post(
    "/campaigns/{campaign_id}/shortlist/reject",
    summary="Reject the shortlist",
    dependencies=[JsonOnly],
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)
async def reject_shortlist(decide: DecideAsBrand, campaign_id: CampaignId, body: RejectShortlist) -> Decision:
    """Nobody is invited; the campaign ends."""
    return await decide.on_campaign(campaign_id, body)
