"""The front door under load: reads beside bare routes, decisions beside bare updates, and streams open meanwhile."""

import asyncio
from collections.abc import Sequence

from activities.starting import TASK_QUEUE
from api.bench.decisions import TURNS, DecisionFigures, DecisionRound, Haggling
from api.bench.lifecycles import bare_worker_process
from api.bench.opening import OpenCampaign, until_offered
from api.bench.reads import Reading, RouteFigures
from api.bench.setting import Scene
from api.bench.streams import Audience, StreamFigures
from api.embedded.process import Progress
from domain.values import Value

STANDS_STILL = 1.0
"""Seconds without a new event or letter after which the engine is taken to have nothing to do."""


class FrontDoorFigures(Value):
    """What the front door came to."""

    reads: Sequence[RouteFigures]
    decisions: DecisionFigures
    streams: StreamFigures

    @property
    def shortcomings(self) -> Sequence[str]:
        """What is not as it must be."""
        refused = self.decisions.refused
        more = [f"{len(refused)} decisions were refused, the first with {refused[0]}"] if refused else []
        return [*more, *self.streams.shortcomings]


class FrontDoor:
    """One run on an installation that has just been set up. `at_once` are requests under way at a time."""

    def __init__(self, scene: Scene, progress: Progress, *, at_once: int) -> None:
        self._scene = scene
        self._progress = progress
        self._at_once = at_once

    async def run(
        self, *, creators: int, requests: int, rounds: int, decisions: int, streams: int, campaigns: int
    ) -> FrontDoorFigures:
        """Reads of one campaign with so many creators; then decisions in others, with the streams open.

        `requests` and `decisions` are those of each kind in a round.
        """
        [(campaign_id, _)] = await self._waiting(1, creators)
        reads = await Reading(self._scene, self._progress, at_once=self._at_once).run(campaign_id, requests, rounds)
        haggles = max(1, decisions // TURNS)
        others = await self._waiting(campaigns, -(-haggles * rounds // campaigns))
        # One of each campaign after the other, so that every round has to do with all of them.
        in_turns = [one for each in zip(*(ids for _, ids in others), strict=True) for one in each]
        audience = Audience(self._scene.services.log, [id_ for id_, _ in others], streams)
        async with audience.listening(self._scene.here.api_port, self._scene.here.api_key):
            self._progress(f"{streams} streams are open")
            taken = await self._decisions(
                [in_turns[first : first + haggles] for first in range(0, rounds * haggles, haggles)]
            )
        return FrontDoorFigures(reads=reads, decisions=taken, streams=audience.figures)

    async def _decisions(self, rounds: Sequence[Sequence[str]]) -> DecisionFigures:
        haggling = Haggling(self._scene, at_once=self._at_once)
        ours: list[DecisionRound] = []
        bare: list[DecisionRound] = []
        async with bare_worker_process(self._scene) as (queue, _):
            for number, collaborations in enumerate(rounds, 1):
                ours.append(await haggling.ours(collaborations))
                await self._at_rest()  # its letters are not to weigh on the yardstick
                bare.append(await haggling.bare(queue, len(collaborations)))
                self._progress(
                    f"decisions, round {number} of {len(rounds)}: p99 {ours[-1].p99 * 1_000:,.0f} ms at"
                    f" {ours[-1].rate:,.0f}/s, bare {bare[-1].p99 * 1_000:,.0f} ms at {bare[-1].rate:,.0f}/s"
                )
        return DecisionFigures(ours=ours, bare=bare, refused=haggling.refused, sent_again=haggling.sent_again)

    async def _waiting(self, campaigns: int, creators: int) -> Sequence[tuple[str, Sequence[str]]]:
        """So many campaigns and their collaborations, each of which waits for its creator's answer to an offer."""
        services, count = self._scene.services, campaigns * creators

        async def begun() -> tuple[str, Sequence[str]]:
            campaign = OpenCampaign(self._scene.client, services.engine, services.creators, TASK_QUEUE)
            await campaign.start(services.log, creators)
            return campaign.id, [handle.id.partition("/")[2] for handle in await campaign.open_all()]

        found = [await begun() for _ in range(campaigns)]
        await until_offered(services.pool, [campaign_id for campaign_id, _ in found], count)
        await self._at_rest()
        self._progress(f"{count} collaborations in {campaigns} campaigns wait for an answer to their offer")
        return found

    async def _at_rest(self) -> None:
        """Wait until no events and no letters are coming by themselves."""
        query = "select (select count(*) from events) + (select count(*) from mail_log where state = 'sent')"
        before, now = -1, 0
        while before != now:
            before = now
            await asyncio.sleep(STANDS_STILL)
            now = await self._scene.services.pool.fetchval(query)
