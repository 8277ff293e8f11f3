"""Start a campaign: a guided brief that says at each field what is wrong, with a forecast of what it may come to."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.access.principal import Principal
from api.console import brief_form
from api.console.brief_fields import GIFTS, ROWS, defaults, rows_in
from api.console.rendering import REFUSALS, console_router, form_of, key_of, page, why
from api.console.visitor import Visitor, decisions_of
from api.dependencies import Services, Serving
from api.renewal import RenewalProposed
from api.simulation.forecast import Forecast
from api.simulation.screen import objective_name
from api.simulations import simulate_brief
from domain.brief import Brief, Measure
from domain.creators import Platform
from domain.disclosure import Jurisdiction
from domain.formats import Format
from domain.languages import LetterLanguage

router = console_router()

RUNS = 24
"""Simulated campaigns beside a form: enough to see what is likely, few enough to wait for."""

CURRENCIES = ("USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "SEK", "NOK", "DKK", "PLN", "JPY", "BRL", "MXN", "INR")

_simulating = asyncio.Lock()
"""One forecast at a time: it computes for seconds, which decisions should not have to wait for."""


@router.get("/start")
async def show_start(request: Request, services: Serving, visitor: Visitor) -> Response:
    """The form as it begins."""
    now = datetime.now(UTC)
    return await show_form(request, services, visitor, defaults(now), brief_form.Checked())


@router.post("/start")
async def start(request: Request, services: Serving, visitor: Visitor) -> Response:
    """Starts the campaign and shows its board; or the form again, with what is wrong at each field."""
    fields = await form_of(request)
    checked = brief_form.check(fields, datetime.now(UTC))
    if checked.brief is None:
        return await show_form(request, services, visitor, fields, checked, status=422)
    try:
        campaign_id = await decisions_of(visitor, services, key_of(fields)).start(checked.brief)
    except REFUSALS as refusal:
        status, text = why(refusal)
        refused = brief_form.Checked(wrong={"": [brief_form.in_words(text, checked.brief.budget.currency)]})
        return await show_form(request, services, visitor, fields, refused, status=status)
    return RedirectResponse(f"/console/campaigns/{campaign_id}", status_code=303)


@router.post("/start/check")
async def check(request: Request, services: Serving, visitor: Visitor) -> Response:
    """What is wrong so far, at the fields that somebody has been at; and how much is missing."""
    fields = await form_of(request)
    checked = brief_form.check(fields, datetime.now(UTC))
    touched = fields.get("touched", "").split(",")
    return await page(
        request,
        services,
        "start_checked.html",
        checked=checked,
        forecast=services.forecasts.of(services.workspace, checked.brief) if checked.brief else None,
        slots=list(brief_form.shown(fields, checked.wrong, touched)),
        objective_name=objective_name,
    )


@router.post("/start/forecast")
async def forecast(request: Request, services: Serving, visitor: Visitor) -> Response:
    """What the brief may come to, by a few simulated campaigns; while another is being made, it asks to wait."""
    checked = brief_form.check(await form_of(request), datetime.now(UTC))
    made = None
    if checked.brief is not None and not _simulating.locked():
        async with _simulating:
            made = await _forecast(services, visitor, checked.brief)
    return await page(
        request, services, "start_checked.html", checked=checked, forecast=made, slots=[], objective_name=objective_name
    )


async def _forecast(services: Services, visitor: Principal, brief: Brief) -> Forecast:
    made = services.forecasts.of(services.workspace, brief)
    if made is None:
        made = await simulate_brief(services, visitor, "", brief, RUNS, 7, None, None)
        services.forecasts.keep(services.workspace, brief, made)
    return made


async def show_form(
    request: Request,
    services: Services,
    visitor: Principal,
    fields: Mapping[str, str],
    checked: brief_form.Checked,
    *,
    status: int = 200,
    renewal: RenewalProposed | None = None,
) -> Response:
    """The form with what was entered, and what is wrong with it; of a `renewal` with what is different, and why."""
    return await page(
        request,
        services,
        "start.html",
        status,
        visitor=visitor,
        section="start",
        fields=fields,
        wrong={name: " ".join(said) for name, said in checked.wrong.items()},
        checked=checked,
        forecast=None,
        slots=[],
        key=key_of(fields),
        rows=range(rows_in(fields, "objectives", ROWS)),
        gifts=range(rows_in(fields, "gifts", GIFTS)),
        renewal=renewal,
        measures=list(Measure),
        formats=list(Format),
        platforms=list(Platform),
        jurisdictions=list(Jurisdiction),
        currencies=CURRENCIES,
        languages=list(LetterLanguage),
        objective_name=objective_name,
    )
