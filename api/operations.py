"""For whoever runs Groundswell: is the process alive, and can it do its work?"""

import asyncio

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from activities.metrics import registry
from activities.store.standing import Standing
from api.dependencies import Serving
from api.readiness import Readiness, look_at
from domain.values import Value
from workflows.metrics import core_metrics

router = APIRouter(tags=["Operations"])


class Alive(Value):
    """The process answers."""

    alive: bool = True


@router.get("/healthz", summary="Is the process up?")
async def healthz() -> Alive:
    """Says nothing about what the process needs: restarting it would not mend that."""
    return Alive()


@router.get(
    "/readyz",
    summary="Can the process do its work?",
    responses={503: {"model": Readiness, "description": "Something is missing; `todo` says what helps"}},
)
async def readyz(services: Serving, response: Response) -> Readiness:
    """Database with its schema, Temporal, and a worker, each with what to do where it is missing."""
    readiness = await look_at(services.probes)
    response.status_code = 200 if readiness.ready else 503
    response.headers["Cache-Control"] = "no-store"
    return readiness


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE_LATEST: {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request, services: Serving) -> Response:
    """What this process and Temporal's SDK in it count, and how the database stands. It needs no key: keep it inside,
    as all of these."""
    state = request.app.state
    if not hasattr(state, "metrics"):
        state.metrics = registry(Standing(services.pool, asyncio.get_running_loop()), *core_metrics())
    text = await asyncio.to_thread(generate_latest, state.metrics)
    return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})
