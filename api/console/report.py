"""The report within the console, and the same as the files that are passed on."""

import asyncio
from typing import Literal

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from api.campaigns import view_of_campaign
from api.console import charts
from api.console.campaigns import frame_of
from api.console.rendering import console_router, page
from api.console.visitor import Visitor
from api.dependencies import CampaignId, Serving
from api.monitoring import HTML_HEADERS, as_file, report_on
from api.report.build import render_html
from api.report.document import render_pdf
from api.report.sheet import render_csv

router = console_router()


@router.get("/campaigns/{campaign_id}/report")
async def show_report(request: Request, services: Serving, visitor: Visitor, campaign_id: CampaignId) -> Response:
    """Objectives, money, people and costs as they stand now."""
    report = await report_on(services, campaign_id)
    bars, celebrity = charts.costs(report)
    return await page(
        request,
        services,
        "report.html",
        visitor=visitor,
        section="campaigns",
        tab="report",
        view=await view_of_campaign(services, campaign_id),
        report=report,
        funnel=charts.funnel(report),
        budget=charts.budget(report),
        costs=bars,
        celebrity=celebrity,
        course=charts.course(report),
        **frame_of(services, campaign_id),
    )


@router.get("/campaigns/{campaign_id}/report.{form}")
async def save_report(
    services: Serving, visitor: Visitor, campaign_id: CampaignId, form: Literal["html", "pdf", "csv"]
) -> Response:
    """The report as a page of its own, a document, or a table."""
    report = await report_on(services, campaign_id)
    match form:
        case "html":
            return HTMLResponse(await asyncio.to_thread(render_html, report), headers=HTML_HEADERS)
        case "pdf":
            document = await asyncio.to_thread(render_pdf, report)
            return Response(document, media_type="application/pdf", headers=as_file("report.pdf"))
    sheet = await asyncio.to_thread(render_csv, report, bom=True)
    return Response(sheet, media_type="text/csv; charset=utf-8; header=present", headers=as_file("report.csv"))
