"""One campaign with so many creators, from brief to report: how long it takes, what it needs, and whether it grows."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from time import perf_counter

import httpx

from api.bench import fiction
from api.bench.crowd import Crowd
from api.bench.processes import Usage, Watch, quantile, watching
from api.bench.server_figures import read_figures
from api.bench.setting import Scene
from api.bench.task_waits import WaitFigures, waits_of
from api.client import Groundswell, Refusal, models
from api.embedded.process import Progress
from domain.values import Value

LARGEST_PARENT = 1_000
"""Events that the campaign's own history must stay below, however many creators it has."""
LOOK_EVERY = 0.5
REPORT_WITHIN = 3_600.0
"""Seconds that the report on a large campaign may take to arrive."""


class Tenth(Value):
    """One part of a campaign: what each of its creators took of time and of all processors."""

    ended: int
    """Collaborations that were over by then."""
    seconds: float
    cpu_seconds: float
    """Both are for this part alone, all its creators together."""


class CampaignFigures(Value):
    """What a campaign came to."""

    creators: int
    outcomes: Mapping[str, int]
    outcome: str | None
    seconds: Mapping[str, float]
    """By phase: import, ranking, collaborations, closing, report; and their sum as `total`."""
    decisions: int
    decision_p50: float
    decision_p99: float
    """Seconds from sending to the answer."""
    refused: int
    sent_again: int
    events: int
    """Of the record, over all streams."""
    usage: Mapping[str, Usage]
    tenths: Sequence[Tenth]
    campaign_history: int
    """Events in the history of the campaign's own workflow."""
    largest_history: int
    """Events in the longest history of any workflow."""
    failed_workflow_tasks: int
    waits: WaitFigures
    actions: int
    """Billable actions of Temporal."""
    bytes_stored: Mapping[str, int]

    @property
    def shortcomings(self) -> Sequence[str]:
        """What is not as it must be."""
        wrong = []
        if self.outcome != "closed":
            wrong.append(f"the campaign ended as {self.outcome}")
        if sum(self.outcomes.values()) != self.creators:
            wrong.append(f"{sum(self.outcomes.values())} of {self.creators} collaborations have ended")
        if self.failed_workflow_tasks:
            wrong.append(f"{self.failed_workflow_tasks} workflow tasks failed")
        if self.campaign_history >= LARGEST_PARENT:
            wrong.append(f"the campaign's own history has {self.campaign_history} events, allowed are {LARGEST_PARENT}")
        if self.refused:
            wrong.append(f"{self.refused} decisions were refused")
        return wrong


class CampaignRun:
    """One run on an installation that has just been set up."""

    def __init__(self, scene: Scene, creators: int, progress: Progress) -> None:
        self._scene = scene
        self._creators = creators
        self._progress = progress
        self._seconds: dict[str, float] = {}
        self._since = perf_counter()
        self._tenths: list[Tenth] = []

    async def play(self) -> CampaignFigures:
        """From the import of the roster to the report."""
        limits = httpx.Timeout(REPORT_WITHIN)
        before = await read_figures(self._scene.here.stack.temporal_metrics)
        async with (
            httpx.AsyncClient(base_url=self._scene.here.api_url, timeout=limits) as session,
            watching(self._scene.programs) as watch,
        ):
            api = Groundswell("", self._scene.here.api_key, session=session)
            await self._import(api)
            campaign_id = await self._shortlist(api)
            crowd = await self._collaborate(campaign_id, watch)
            campaign = await self._until_closed(api, campaign_id)
            report = await api.read_report(campaign_id)
            self._phase("report")
        after = await read_figures(self._scene.here.stack.temporal_metrics)
        lengths = await self._histories(campaign_id)
        self._progress(f"looking how long tasks waited, in {len(lengths):,} histories")
        moved = after.since(before)
        assert report.campaign_id == campaign_id, "the report is on this campaign"
        return CampaignFigures(
            creators=self._creators,
            outcomes=campaign.outcomes,
            outcome=str(campaign.outcome),
            seconds={**self._seconds, "total": sum(self._seconds.values())},
            decisions=len(crowd.took),
            decision_p50=quantile(crowd.took, 0.5),
            decision_p99=quantile(crowd.took, 0.99),
            refused=len(crowd.refused),
            sent_again=crowd.sent_again,
            events=crowd.events,
            usage=watch.usage(),
            tenths=self._tenths,
            campaign_history=max(length for (id_, _), length in lengths.items() if id_ == f"campaign/{campaign_id}"),
            largest_history=max(lengths.values()),
            failed_workflow_tasks=moved.failed_workflow_tasks,
            waits=await waits_of(self._scene.plain, list(lengths)),
            actions=moved.total,
            bytes_stored=await self._stored(),
        )

    def _phase(self, name: str) -> None:
        now = perf_counter()
        self._seconds[name] = now - self._since
        self._since = now
        self._progress(f"{name}: {self._seconds[name]:,.1f} s")

    async def _import(self, api: Groundswell) -> None:
        for roster in fiction.rosters(self._creators):
            imported = await api.import_creators(roster, content_type="application/x-ndjson")
            assert not imported.rejected, "what is made up here is well-formed"
        self._phase("import")

    async def _shortlist(self, api: Groundswell) -> str:
        wanted = fiction.brief(self._creators, today=datetime.now(UTC).date()).model_dump(mode="json")
        campaign_id = (await api.start_campaign(models.BriefInput.model_validate(wanted))).id
        while True:
            with suppress(Refusal):  # until the ranking is there
                await api.read_shortlist_page(campaign_id, limit=1)
                break
            await asyncio.sleep(LOOK_EVERY)
        await api.approve_shortlist(campaign_id)
        self._phase("ranking")
        return campaign_id

    async def _collaborate(self, campaign_id: str, watch: Watch) -> Crowd:
        crowd = Crowd(self._scene.services.engine, self._scene.services.log, campaign_id)
        async with crowd.playing():
            await self._time_tenths(crowd, watch)
        self._phase("collaborations")
        return crowd

    async def _time_tenths(self, crowd: Crowd, watch: Watch) -> None:
        since, spent = perf_counter(), watch.cpu_seconds
        for tenth in range(1, 11):
            count = self._creators * tenth // 10
            await crowd.until_ended(count)
            await asyncio.to_thread(watch.look)
            now, spent_now = perf_counter(), watch.cpu_seconds
            self._tenths.append(Tenth(ended=count, seconds=now - since, cpu_seconds=spent_now - spent))
            self._progress(f"{count:,} of {self._creators:,} collaborations over, {now - since:,.1f} s for these")
            since, spent = now, spent_now

    async def _until_closed(self, api: Groundswell, campaign_id: str) -> models.CampaignView:
        while True:
            campaign = await api.read_campaign(campaign_id)
            if campaign.outcome is not None:
                self._phase("closing")
                return campaign
            await asyncio.sleep(LOOK_EVERY)

    async def _histories(self, campaign_id: str) -> Mapping[tuple[str, str], int]:
        """Events in the history of each run, by its workflow's id and its own."""
        return {
            (run.id, run.run_id): run.history_length
            async for run in self._scene.client.list_workflows(f"CampaignId = '{campaign_id}'", page_size=1_000)
        }

    async def _stored(self) -> Mapping[str, int]:
        database = await self._scene.services.pool.fetchval("select pg_database_size(current_database())")
        files = list(self._scene.here.data_dir.glob("temporal.db*"))
        return {"PostgreSQL": int(database), "Temporal": sum(file.stat().st_size for file in files)}
