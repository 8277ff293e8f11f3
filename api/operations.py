"""For whoever runs Groundswell: is the process alive, and can it do its work?"""

from fastapi import APIRouter, Response

from api.dependencies import Serving
from api.readiness import Readiness, look_at
from domain.values import Value

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
