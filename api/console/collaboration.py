"""A creator's page: why they were chosen, what was offered, signed, made, posted and paid, and what is asked now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from fastapi import Request
from starlette.responses import Response

from activities.records import brief_of, collaboration_after
from activities.starting import collaboration_stream, rights_stream
from activities.store.projections.campaign_board import get_campaign
from activities.store.projections.tasks import list_tasks
from api.access.principal import Principal
from api.amendments import amendment_document, amendment_views
from api.anomaly_views import flags_of
from api.console.amendment_form import begun, terms_of
from api.console.inbox import Item, open_amendment
from api.console.rendering import console_router, page
from api.console.visitor import Visitor
from api.console.wording import workflow_address
from api.contract_signing import contract_document
from api.dependencies import Services, Serving
from api.discovery import KnownCreator, read_creator
from api.draft_files import draft_file
from api.history.as_of import AsOf, upto
from api.history.timeline import collaboration_timeline
from api.performance_reports import read_proof
from api.rights import RightsView, rights_view
from api.views import CollaborationView, collaboration_events, collaboration_view
from domain import collaboration
from domain.decider import Role
from domain.errors import NotFound
from domain.events import Envelope
from domain.formats import Format
from domain.negotiation import OfferAccepted, OfferCountered, OfferDeclined, OfferMade

router = console_router()


@dataclass(frozen=True)
class OfferVersion:
    """One version of the offer, and what became of it: `open`, `countered`, `accepted`, `declined`."""

    event: OfferMade | OfferCountered
    at: datetime
    became: str


@router.get("/collaborations/{collaboration_id}")
async def show_collaboration(
    request: Request, services: Serving, visitor: Visitor, collaboration_id: str, as_of: AsOf
) -> Response:
    """The page as it stands; with `as_of` as it stood."""
    all_events = await collaboration_events(services.log, collaboration_id)
    events = all_events if as_of is None else upto(all_events, as_of, now=datetime.now(UTC))
    view = collaboration_view(events, as_of)
    state = collaboration_after(events)
    known = await _known(services, visitor, view.creator_id)
    tracked = await services.tracking.links.of(state, await brief_of(services.log, state.campaign_id))
    found = flags_of(events, known.profile if known else None)
    view = view.model_copy(update={"tracking": tracked, "flags": found})
    operators = services.operators
    return await page(
        request,
        services,
        "collaboration.html",
        visitor=visitor,
        section="campaigns",
        view=view,
        last=all_events[-1].version,
        campaign=await get_campaign(services.pool, services.workspace, view.campaign_id),
        known=known,
        items=[] if as_of else await _asked(services, view),
        offers=offers_of(events),
        amendments=amendment_views(state),
        terms=None if as_of else terms_of(state),
        begun=begun(state),
        formats=list(Format),
        rights=None if as_of else await _rights(services, collaboration_id),
        entries=list(reversed(collaboration_timeline(events, 0, for_brand=True))),
        since=await services.feed.settled(),
        workflow=workflow_address(operators.ui_url, operators.namespace, collaboration_stream(collaboration_id)),
    )


@router.get("/collaborations/{collaboration_id}/contract.pdf")
async def show_contract(request: Request, services: Serving, visitor: Visitor, collaboration_id: str) -> Response:
    """The contract, for whoever is signed in."""
    return await contract_document(request, services, collaboration_id)


@router.get("/collaborations/{collaboration_id}/performance-report/proof")
async def save_proof(request: Request, services: Serving, visitor: Visitor, collaboration_id: str) -> Response:
    """The file that came with the creator's own figures."""
    return await read_proof(request, services, collaboration_id)


@router.get("/collaborations/{collaboration_id}/amendments/{number}.pdf")
async def show_amendment(
    request: Request, services: Serving, visitor: Visitor, collaboration_id: str, number: int
) -> Response:
    """An amendment's document."""
    return await amendment_document(request, services, collaboration_id, number)


@router.get("/collaborations/{collaboration_id}/deliverables/{number}/drafts/{version}/file")
async def show_draft_file(
    request: Request, services: Serving, visitor: Visitor, collaboration_id: str, number: int, version: int
) -> Response:
    """The picture or video of a draft, as the page shows it."""
    return await draft_file(request, services, collaboration_id, number, version)


async def _known(services: Services, visitor: Principal, creator_id: str) -> KnownCreator | None:
    """What the directory knows; None of somebody who has been erased or has left it."""
    try:
        return await read_creator(services, visitor, creator_id)
    except NotFound:
        return None


async def _rights(services: Services, collaboration_id: str) -> RightsView | None:
    """What outlives the collaboration; None as long as it goes on, and where nothing does."""
    events = await services.log.read(rights_stream(collaboration_id))
    return rights_view(events) if events else None


async def _asked(services: Services, view: CollaborationView) -> list[Item]:
    """What waits for the brand here, as the inbox has it."""
    tasks = await list_tasks(services.pool, services.workspace, assignee=Role.BRAND, collaboration_id=view.id)
    creator = (await services.creators.get([view.creator_id])).get(view.creator_id)
    return [Item(task, None, view, creator, await open_amendment(services, task)) for task in tasks]


def offers_of(events: Sequence[Envelope]) -> list[OfferVersion]:
    """All versions of the offer, oldest first."""
    versions: list[OfferVersion] = []
    for envelope in events:
        event = collaboration.EVENTS.decode(envelope)
        if isinstance(event, OfferMade | OfferCountered):
            if versions:
                versions[-1] = replace(versions[-1], became="countered")
            versions.append(OfferVersion(event, envelope.metadata.decided_at, "open"))
        elif isinstance(event, OfferAccepted | OfferDeclined) and versions:
            became = "accepted" if isinstance(event, OfferAccepted) else "declined"
            versions[-1] = replace(versions[-1], became=became)
    return versions
