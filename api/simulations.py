"""A brief in, a forecast out: what POST /v1/campaigns would lead to, before anybody is written to."""

import asyncio
from datetime import UTC, datetime
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import AwareDatetime

from activities.store.projections.creator_track_records import TrackRecords
from api.dependencies import AsBrand, IdempotencyKey, JsonOnly, Serving
from api.errors import problems
from api.examples import BRIEF
from api.simulation.forecast import Forecast
from api.simulation.outreach import Scene
from api.simulation.run import cores, simulate
from domain.behaviour import DEFAULT
from domain.behaviour_fit import fitted
from domain.brief import Brief
from domain.discovery import wanted
from domain.lifecycle import Stage
from domain.ranking import excluded

router = APIRouter(prefix="/v1/simulations", tags=[Stage.GOAL_SETTING.label], dependencies=[JsonOnly])

AT_ONCE = 100_000
"""Runs times creators wanted of one forecast, so that a request takes seconds; more creators get fewer runs."""
FEWEST = 20
"""Runs of even the largest brief."""
KNOWN = 1_000
"""Accounts of the directory that stand for all that fit."""

_ONE_AT_A_TIME = Lock()
"""A forecast uses all cores: two at once would take twice as long and keep decisions waiting."""


@router.post("", summary="Forecast a brief", responses=problems(401, 403, 409, 413, 415, 422, 503))
async def simulate_brief(
    services: Serving,
    _: AsBrand,
    _key: IdempotencyKey,
    body: Annotated[Brief, Body(openapi_examples={"skincare": {"summary": "Skincare, 20 creators", "value": BRIEF}})],
    runs: Annotated[int, Query(ge=1, le=2_000, description="Campaigns to simulate; a large brief gets fewer.")] = 500,
    seed: Annotated[int, Query(description="The same seed and `begins` give the same forecast.")] = 7,
    begins: Annotated[AwareDatetime | None, Query(description="When the campaign would start; now if absent.")] = None,
    candidates: Annotated[
        int | None, Query(ge=1, le=100_000, description="Creators on the shortlist, instead of those in the directory.")
    ] = None,
) -> Forecast:
    """Simulates campaigns by the rules that decide real ones. Nothing is recorded, and nobody is written to.

    The accounts are those of the directory that fit the brief, or invented ones if there are none. How people behave is
    assumed, and fitted to your own campaigns so far. A brief that cannot work is refused as `POST /v1/campaigns` does.
    """
    criteria = wanted(body)
    known = await services.creators.candidates(criteria, workspace=services.workspace)
    profiles = [creator.profile for creator in known if excluded(creator, criteria) is None]
    records = await TrackRecords(services.pool).everybodys(services.workspace)

    def made() -> Forecast:
        scene = Scene(
            brief=body,
            now=begins or datetime.now(UTC),
            behaviour=fitted(DEFAULT, records),
            profiles=tuple(profiles[:KNOWN]),
            listed=candidates or len(profiles),
        )
        most = max(FEWEST, AT_ONCE // body.creators_wanted)
        with _ONE_AT_A_TIME:
            return simulate(scene, runs=min(runs, most), seed=seed, processes=cores())

    return await asyncio.to_thread(made)
