"""Stage 7, monitoring: figures of live posts, the report, and the end of the campaign."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from activities.store.projections.campaign_board import get_campaign
from api.dependencies import (
    AsBrand,
    CampaignId,
    CollaborationId,
    Decide,
    DecideAsBrand,
    Decision,
    JsonOnly,
    Services,
    Serving,
)
from api.draft_files import Number
from api.errors import problems
from api.file_serving import FILE
from api.report.build import Report, build_report, render_html
from api.report.document import render_pdf
from api.report.sheet import render_csv
from api.report.tracked import Tracked
from domain.campaign import CloseCampaign
from domain.content_approval import Url
from domain.errors import NotFound
from domain.lifecycle import Stage
from domain.live_posts import MarkRestored, VouchForPost
from domain.monitoring import Metrics, RecordMetrics
from domain.values import Text, Value

router = APIRouter(prefix="/v1", tags=[Stage.MONITORING.label], dependencies=[JsonOnly])

Bom = Annotated[bool, Query(description="For `text/csv`: begin with a byte order mark, by which Excel knows UTF-8.")]

HTML_HEADERS = {
    # The page carries its styles and drawings itself; nothing is fetched and no script runs.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
    "Vary": "Accept",
}


@router.post(
    "/collaborations/{collaboration_id}/deliverables/{number}/metrics",
    summary="Report a post's figures",
    responses=problems(401, 404, 409, 422, 429, 503),
)
async def record_metrics(decide: Decide, collaboration_id: CollaborationId, number: Number, body: Metrics) -> Decision:
    """What is left out is unknown, which is not zero. Reporting again replaces the figures."""
    return await decide.on_collaboration(collaboration_id, RecordMetrics(deliverable=number, metrics=body))


class RestoredBody(Value):
    """Where the post is, if it is at another address than before."""

    url: Url | None = None


@router.post(
    "/collaborations/{collaboration_id}/deliverables/{number}/restored",
    summary="Say that a post is mended",
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)
async def mark_restored(
    decide: Decide, collaboration_id: CollaborationId, number: Number, body: RestoredBody | None = None
) -> Decision:
    """Of one that was found missing, or without its disclosure. It is looked at again at once."""
    url = body.url if body else None
    return await decide.on_collaboration(collaboration_id, MarkRestored(deliverable=number, url=url))


class VouchBody(Value):
    """The caption of the post as it was seen."""

    caption: Text


@router.post(
    "/collaborations/{collaboration_id}/deliverables/{number}/vouch",
    summary="Say that a post is there which was not found",
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)
async def vouch_for_post(
    decide: DecideAsBrand, collaboration_id: CollaborationId, number: Number, body: VouchBody
) -> Decision:
    """Of one that the service did not find and its creator is asked to restore. Its caption has to disclose the
    partnership; a post that was found without its disclosure nobody can vouch for."""
    return await decide.on_collaboration(collaboration_id, VouchForPost(deliverable=number, caption=body.caption))


@router.post(
    "/campaigns/{campaign_id}/close",
    summary="End the campaign",
    responses=problems(401, 403, 404, 409, 422, 429, 503),
)
async def close_campaign(decide: DecideAsBrand, campaign_id: CampaignId, body: CloseCampaign | None = None) -> Decision:
    """Collaborations that are still under way are cancelled."""
    return await decide.on_campaign(campaign_id, body or CloseCampaign())


async def report_on(services: Services, campaign_id: str) -> Report:
    """The report on a campaign as it stands now.

    Raises:
        NotFound: this workspace has no such campaign.
    """
    if await get_campaign(services.pool, services.workspace, campaign_id) is None:
        raise NotFound(kind="campaign", id=campaign_id)
    orders = services.tracking.orders
    tracked = Tracked.of(await orders.figures(campaign_id), orders_known=await orders.known(campaign_id))
    return await build_report(services.log, services.creators, campaign_id, tracked)


_TEXT = {"schema": {"type": "string"}}


@router.get(
    "/campaigns/{campaign_id}/report",
    summary="The report",
    response_model=Report,
    responses={
        200: {"content": {"text/html": _TEXT, "text/csv": _TEXT, "application/pdf": FILE}},
        **problems(401, 403, 404, 422),
    },
)
async def read_report(
    request: Request, services: Serving, _: AsBrand, campaign_id: CampaignId, *, bom: Bom = False
) -> Response:
    """How things stand now, at any time, in the form that `Accept` asks for.

    - `application/json`: the figures;
    - `text/html`: a page to pass on;
    - `text/csv`: a row for each creator and deliverable, amounts in units of the currency;
    - `application/pdf`: a document to file.
    """
    report = await report_on(services, campaign_id)
    # Drawing the charts takes about a second of computing; meanwhile the other requests go on.
    match preferred(request.headers.get("accept", "")):
        case "text/html":
            return HTMLResponse(await asyncio.to_thread(render_html, report), headers=HTML_HEADERS)
        case "text/csv":
            sheet = await asyncio.to_thread(render_csv, report, bom=bom)
            return Response(sheet, media_type="text/csv; charset=utf-8; header=present", headers=as_file("report.csv"))
        case "application/pdf":
            document = await asyncio.to_thread(render_pdf, report)
            return Response(document, media_type="application/pdf", headers=as_file("report.pdf"))
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept"}
    return Response(report.model_dump_json(), media_type="application/json", headers=headers)


def as_file(name: str) -> dict[str, str]:
    """The headers of an answer that is to be kept under this name."""
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "Vary": "Accept",
    }


OFFERED = ("application/json", "text/html", "text/csv", "application/pdf")
"""The report's forms; the first is for whoever has no preference."""


def preferred(accept: str) -> str:
    """The form in `OFFERED` that an Accept header likes best; on a tie, the one that is named before the others there.

    A browser gets a page, a program that says nothing JSON, and whoever accepts none of them JSON as well.
    """
    weights = dict(_weight(part) for part in accept.split(","))
    if "application/xhtml+xml" in weights:
        weights.setdefault("text/html", weights["application/xhtml+xml"])

    def liked(offered: str) -> float:
        anything = weights.get("*/*", 0.0)
        return weights.get(offered, weights.get(f"{offered.partition('/')[0]}/*", anything))

    return max(OFFERED, key=liked)


def _weight(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
    try:
        return media_type, float(quality)
    except ValueError:
        return media_type, 0.0
