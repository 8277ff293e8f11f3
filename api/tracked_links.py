"""The link that a creator posts: it notes that somebody came, and sends them on to the shop."""

import re
import secrets
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from activities.click_filter import referrer_host
from activities.store.clicks import Click
from api.creator_page import page_headers, page_templates
from api.dependencies import Serving

router = APIRouter(include_in_schema=False)


@router.api_route("/l/{code}", methods=["GET", "HEAD"])
async def follow_link(request: Request, code: str, services: Serving) -> Response:
    """Sends a visitor on, also when the campaign is over: posts stay. What is noted of the visit is noted later."""
    tracking = services.tracking
    target = await tracking.links.target(code) if re.fullmatch(r"[0-9a-z]{10}", code) else None
    if target is None:
        nonce = secrets.token_urlsafe(16)
        content = page_templates().get_template("tracked_link_unknown.html").render(nonce=nonce)
        return HTMLResponse(content, 404, headers=page_headers(nonce))
    now, headers = datetime.now(UTC), request.headers
    click_id = secrets.token_hex(12)
    visitor = tracking.click_filter.visitor(
        request.client.host if request.client else "", headers.get("user-agent", ""), now
    )
    tracking.clicks.record(
        Click(
            id=click_id,
            code=code,
            at=now,
            visitor=visitor,
            referrer=referrer_host(headers.get("referer", "")),
            bot=tracking.click_filter.bot(request.method, headers, visitor, now),
        )
    )
    return RedirectResponse(
        target.address(click_id),
        302,
        headers={"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"},
    )
