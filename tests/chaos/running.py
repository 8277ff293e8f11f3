"""A campaign under way, with a real worker and everybody at work: what the chaos tests disturb and wait for."""

import asyncio
import fcntl
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from uuid import uuid4

import httpx
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.links import CreatorLinks
from activities.store.creators import Creators
from activities.store.event_log import PostgresEventLog
from activities.store.pool import Pool, open_pool
from activities.store.projections.read_models import read_models
from activities.store.projections.unfinished import UnfinishedStreams
from api.embedded.mail import MailSink
from api.embedded.process import free_ports
from domain.decider import Actor, Role
from tests.chaos.cast import PARTS, Part, Story
from tests.chaos.front_door import FrontDoor
from tests.chaos.oracle import Aftermath, Ending, aftermath
from tests.chaos.people import DOWN, People
from tests.chaos.servers import Program
from tests.keys import MASTER_KEYS, a_sealer
from workflows.client import Engine, EngineUnavailable
from workflows.payload_codec import encrypted_client
from workflows.resume import ResumeReport, resume

WORKER = (sys.executable, "-m", "api.cli", "worker")
"""`groundswell worker`."""
API = (sys.executable, "-m", "api.cli", "api")

BRAND = Actor(role=Role.BRAND, id="brand-1")
SECRET = "a secret of the tests, long enough"
BRANDS_KEY = "the key of the brand in the tests"


class Campaigning:
    """One campaign with everybody in it."""

    def __init__(
        self, story: Story, client: Client, pool: Pool, mail: MailSink, worker: Program, task_queue: str
    ) -> None:
        self.story = story
        self.client = encrypted_client(client, a_sealer(pool))
        self.pool = pool
        self.mail = mail
        self.worker = worker
        self.api: Program | None = None
        """The API's front door, if people act through it."""
        self.sealer = a_sealer(pool)
        self.log = PostgresEventLog(pool, self.sealer, read_models())
        self.engine = Engine(self.client, self.log, task_queue)
        self.people = People(self.engine, self.log, pool)
        self.campaign_id = uuid4().hex
        self._task_queue = task_queue
        self._acting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Fill the directory, let everybody begin to act, and start the campaign."""
        self._acting = asyncio.create_task(self.people.play())
        await Creators(self.pool, self.sealer.keyring).upsert("default", self.story.profiles)
        brief = self.story.brief
        while True:
            with suppress(EngineUnavailable):
                await self.engine.start_campaign(self.campaign_id, brief, actor=BRAND, command_id="start")
                return

    async def stop(self) -> None:
        """Let everybody go home."""
        if self._acting is not None:
            self._acting.cancel()
            await asyncio.wait([self._acting])

    async def count(self, events: str = "%") -> int:
        """How many events there are whose type is like this."""
        try:
            return int(await self.pool.fetchval("select count(*) from events where type like $1", events))
        except DOWN:
            return -1

    async def until_recorded(self, events: str, times: int, *, seconds: float = 60) -> None:
        """Wait until events of a type have happened so often."""
        await self._until(lambda count: count >= times, events, seconds)

    async def until_dead(self, times: int, *, seconds: float = 60) -> None:
        """Wait until the worker has died so often."""
        give_up = monotonic() + seconds
        while len(self.worker.deaths) < times:
            self._nobody_has_left()
            assert monotonic() < give_up, f"it died {self.worker.deaths}; open: {await self._open()}"
            await asyncio.sleep(0.05)

    async def until_over(self, *, seconds: float) -> float:
        """Wait until everybody's story has ended and every workflow with it; returns the seconds that this took."""
        since = monotonic()
        await self._until(lambda count: count == 1, "CampaignClosed", seconds)
        await self._until(lambda count: count == self.story.creators, "CollaborationEnded", seconds)
        while running := await self._running():
            assert monotonic() - since < seconds, f"workflows that do not end: {running}"
            await asyncio.sleep(0.2)
        return monotonic() - since

    async def resume(self) -> ResumeReport:
        """Bring back what has not ended."""
        return await resume(self.client, UnfinishedStreams(self.pool, self.log), task_queue=self._task_queue)

    async def aftermath(self) -> Aftermath:
        """What is left, checked."""
        assert self.people.refused == []
        left = await aftermath(self.pool, self.mail)
        left.check()
        return left

    async def _until(self, enough: Callable[[int], bool], events: str, seconds: float) -> None:
        give_up = monotonic() + seconds
        while not enough(await self.count(events)):
            self._nobody_has_left()
            assert monotonic() < give_up, f"{await self.count(events)} {events}; open: {await self._open()}"
            await asyncio.sleep(0.1)

    def _nobody_has_left(self) -> None:
        """Raise what somebody has met who acts; nobody in the cast does what the rules would refuse."""
        assert self.people.refused == []
        if self._acting is not None and self._acting.done():
            try:
                self._acting.result()
            except BaseException as error:
                error.add_note(self._last_words())
                raise

    async def _running(self) -> Sequence[str]:
        # What outlives a collaboration runs for months.
        query = f"ExecutionStatus = 'Running' AND TaskQueue = '{self._task_queue}' AND WorkflowType != 'Rights'"
        return [workflow.id async for workflow in self.client.list_workflows(query)]

    async def _open(self) -> str:
        """What has not ended, for whoever must find out why."""
        rows = await self.pool.fetch(
            "select stream, array_agg(type order by version) as types, max(recorded_at) as since from events group by 1"
        )
        ends = {"CollaborationEnded", "CampaignClosed"}
        lines = [f"{row['stream']} {row['types']} {row['since']}" for row in rows if not ends & set(row["types"])]
        return "\n".join([*lines, f"running: {await self._running()}", self._last_words()])

    def _last_words(self) -> str:
        logs = [program.log.read_text(errors="replace") for program in (self.worker, self.api) if program]
        return "\n\n".join("\n".join(log.splitlines()[-60:]) for log in logs)


@asynccontextmanager
async def campaigning(
    story: Story,
    dsn: str,
    temporal: str,
    mail: MailSink,
    directory: Path,
    command: Sequence[str] = WORKER,
    *,
    settings: Mapping[str, str] | None = None,
    over_http: bool = False,
) -> AsyncIterator[Campaigning]:
    """A campaign that has started, with a worker and with people who act, by the API's front door if `over_http`.

    `settings` are added to those of the programs, or stand in their place.
    """
    task_queue = f"chaos-{uuid4().hex}"
    environment = {
        "DATABASE_URL": dsn,
        "TEMPORAL_ADDRESS": temporal,
        "GROUNDSWELL_SECRET_KEY": SECRET,
        "GROUNDSWELL_API_KEYS": f"brand-1={BRANDS_KEY}",
        "GROUNDSWELL_MASTER_KEYS": MASTER_KEYS,
        "GROUNDSWELL_SMTP_HOST": mail.host,
        "GROUNDSWELL_SMTP_PORT": str(mail.port),
        "GROUNDSWELL_TASK_QUEUE": task_queue,
        "GROUNDSWELL_POLL_SECONDS": "0.3",
        **(settings or {}),
    }
    async with AsyncExitStack() as running:
        worker = await running.enter_async_context(Program(command, environment, directory / "worker.log"))
        client = await Client.connect(temporal, data_converter=pydantic_data_converter)
        pool = await running.enter_async_context(await open_pool(dsn, application_name="chaos tests", max_size=20))
        campaign = Campaigning(story, client, pool, mail, worker, task_queue)
        if over_http:
            await running.enter_async_context(_api(campaign, environment, directory / "api.log"))
        running.push_async_callback(campaign.stop)
        await campaign.start()
        yield campaign


@asynccontextmanager
async def _api(campaign: Campaigning, environment: Mapping[str, str], log: Path) -> AsyncIterator[None]:
    """The API, through which its people act as long as the block runs."""
    [port] = free_ports(1)
    async with (
        Program((*API, "--port", str(port)), environment, log) as campaign.api,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as session,
    ):
        campaign.people.engine = FrontDoor(session, BRANDS_KEY, CreatorLinks(SECRET, ""))
        yield


Endings = Mapping[str, Ending]


async def undisturbed(story: Story, dsn: str, temporal: str, mail: MailSink, directory: Path, shared: Path) -> Endings:
    """How the story ends when nothing fails: run once for all tests that ask."""
    known = shared / f"undisturbed-{story.creators}-{bool(story.offers_lapse)}.json"
    with known.with_suffix(".lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if not known.exists():
            async with campaigning(story, dsn, temporal, mail, directory) as campaign:
                await campaign.until_over(seconds=400)
                endings = (await campaign.aftermath()).endings()
            assert {handle: ending.outcome for handle, ending in endings.items()} == _scripted(story)
            known.write_text(json.dumps({handle: asdict(ending) for handle, ending in endings.items()}))
    return {handle: Ending(**facts) for handle, facts in json.loads(known.read_text()).items()}


def _scripted(story: Story) -> Mapping[str, str]:
    return {profile.handle: PARTS[Part(profile.handle.partition(".")[0])].value for profile in story.profiles}
