"""Ranking on the real directory, and outreach: on a real Temporal server, and with collaborations that tell a story."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment

from activities import discovery
from activities.discovery import ASKS, Discovery, OutreachRequest, RankRequest, shortlist_ready
from activities.starting import COLLABORATION_WORKFLOW, CollaborationStart, collaboration_id, collaboration_stream
from activities.store.projections.creator_track_records import keep_track_records
from domain import collaboration
from domain.clauses import Terms
from domain.discovery import Shortlist, ShortlistProposed
from domain.events import metadata
from domain.exclusivity import claims
from domain.negotiation import DeclineOffer
from domain.outcomes import CollaborationEnded, Outcome
from domain.ranking import Part
from tests.activities.conftest import Store
from tests.activities.occasions import occasion
from tests.domain.given import (
    CREATOR,
    Story,
    a_brief,
    agreed,
    an_assignment,
    concluded,
    context,
    exclusively,
    live,
    offered,
    opened,
    opening,
    proposed,
)

Told = Callable[[int], Story[Any, Any]]
"""What happens in the collaboration with the creator of this rank."""


class Collaborations:
    """In the place of a client: each started collaboration records a story in the real store, a moment later."""

    def __init__(self, store: Store, told: Told, *, delay: float = 0.01) -> None:
        self._store = store
        self._told = told
        self._delay = delay
        self._tasks: list[asyncio.Task[None]] = []
        self.started: list[int] = []
        self.running = 0
        self.most_running = 0

    async def start_workflow(self, workflow: str, start: CollaborationStart, **options: Any) -> None:
        """Start one; see `Client.start_workflow`."""
        assert workflow == COLLABORATION_WORKFLOW
        assert start.opening is not None
        assert options["id"] == collaboration_stream(start.collaboration_id)
        self.started.append(start.opening.rank)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self._tasks.append(asyncio.create_task(self._happen(start.opening.rank)))

    async def settled(self) -> None:
        """Wait until everything has happened to everybody who was started."""
        await asyncio.gather(*self._tasks)

    async def _happen(self, rank: int) -> None:
        await asyncio.sleep(self._delay)
        story = self._told(rank)
        await self._store.record_collaboration(story, number=rank)
        if story.state.ended or story.state.works:
            self.running -= 1


def declining(_: int) -> Story[Any, Any]:
    """The creator says no."""
    return offered().does(DeclineOffer(version=1), by=CREATOR)


def completing(_: int) -> Story[Any, Any]:
    """The creator signs, and everything goes well."""
    story = concluded()
    end = CollaborationEnded(outcome=Outcome.COMPLETED, reason="done", offered=True)
    return Story(story.decider, (*story.past, end))


async def a_shortlist(store: Store, count: int) -> Shortlist:
    """A ranked list of so many creators."""
    await store.add_creators(count)
    request = RankRequest(campaign_id="camp-1", brief=a_brief())
    ranking = reaching_out(store).rank_creators
    return (await ActivityEnvironment().run(ranking, request)).shortlist


def reaching_out(store: Store, **options: Any) -> Discovery:
    """An impatient outreach."""
    adapters = store.directory, store.shortlists, store.progress, store.claims, store.track_records
    return Discovery(*adapters, **{"poll_seconds": 0.02, **options})


def request_for(shortlist: Shortlist, wanted: int, *dropped: str, campaign: str = "camp-1") -> OutreachRequest:
    """So many creators from the shortlist."""
    brief = a_brief(creators_wanted=wanted)
    return OutreachRequest(campaign_id=campaign, brief=brief, shortlist=shortlist, dropped=dropped)


def environment(client: object) -> ActivityEnvironment:
    """Where the activity finds its client."""
    return ActivityEnvironment(client=cast(Client, client))


async def test_the_ranking_keeps_a_list_that_repeats_itself(store: Store) -> None:
    """Ranking again gives the same digest; those who do not fit are looked at and left out."""
    await store.add_creators(5)
    (misfit,) = await store.directory.upsert(
        "default", [(await _profile(store)).model_copy(update={"handle": "costly", "fee": 900_00})]
    )
    discovery = reaching_out(store)
    request = RankRequest(campaign_id="camp-1", brief=a_brief())
    first = await ActivityEnvironment().run(discovery.rank_creators, request)
    assert (first.considered, first.shortlist.size) == (6, 5)
    assert first == await ActivityEnvironment().run(discovery.rank_creators, request)
    page = await store.shortlists.page(first.shortlist.digest)
    assert misfit.id not in {entry.ranked.creator_id for entry in page}


async def _profile(store: Store) -> Any:
    (creator_id,) = await store.add_creators(1)
    return (await store.directory.get([creator_id]))[creator_id].profile


async def test_an_empty_directory_gives_an_empty_list(store: Store) -> None:
    """Nobody fits: the list exists and has no entries."""
    assert (await a_shortlist(store, 0)).size == 0


async def test_creators_are_invited_best_first_and_replaced_until_the_list_ends(store: Store) -> None:
    """When everybody declines, everybody on the list has been asked, each once, never too many at a time."""
    shortlist = await a_shortlist(store, 25)
    client = Collaborations(store, declining)
    outreach = await environment(client).run(reaching_out(store).reach_out, request_for(shortlist, 4))
    assert outreach.invited == 25
    assert client.started == sorted(client.started)
    assert set(client.started) == set(range(1, 26))
    assert client.most_running <= 6


async def test_enough_engaged_creators_end_the_outreach(store: Store) -> None:
    """When everybody agrees, nobody is invited beyond the overbooking."""
    shortlist = await a_shortlist(store, 25)
    client = Collaborations(store, completing)
    outreach = await environment(client).run(reaching_out(store).reach_out, request_for(shortlist, 4))
    assert outreach.invited == 6
    assert client.started == [1, 2, 3, 4, 5, 6]


async def test_a_slow_worker_does_not_make_us_invite_more(store: Store) -> None:
    """Workflows that have not recorded anything yet are counted: looking often changes nothing."""
    shortlist = await a_shortlist(store, 25)
    client = Collaborations(store, completing, delay=0.5)
    outreach = await environment(client).run(reaching_out(store).reach_out, request_for(shortlist, 4))
    assert outreach.invited == 6


async def test_the_outreach_waits_for_those_who_are_under_way(store: Store) -> None:
    """With two engaged the inviting is over, but not the outreach: their work goes on."""
    shortlist = await a_shortlist(store, 2)
    client = Collaborations(store, lambda rank: concluded())
    running = asyncio.ensure_future(environment(client).run(reaching_out(store).reach_out, request_for(shortlist, 2)))
    for _ in range(600):
        if (await store.progress.outcomes("camp-1")).get("engaged", 0) == 2:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)
    assert not running.done()
    end = CollaborationEnded(outcome=Outcome.COMPLETED, reason="done", offered=True)
    for number in (1, 2):
        await store.append(f"collaboration/collab-{number}", [end])
    assert (await asyncio.wait_for(running, 30)).invited == 2


async def test_those_dropped_from_the_shortlist_are_not_invited(store: Store) -> None:
    """The brand's word on a creator counts."""
    shortlist = await a_shortlist(store, 5)
    page = await store.shortlists.page(shortlist.digest)
    dropped = page[1].ranked.creator_id
    client = Collaborations(store, declining)
    outreach = await environment(client).run(reaching_out(store).reach_out, request_for(shortlist, 3, dropped))
    assert outreach.invited == 4
    assert set(client.started) == {1, 3, 4, 5}


async def hold(store: Store, creator_id: str, terms: Terms) -> None:
    """Let another campaign in the same category hold a creator."""
    story = agreed(an_assignment(brand="Other Leaf", terms=terms))
    stream, events = "collaboration/elsewhere", [collaboration.EVENTS.encode(event) for event in story.past]
    circumstances = metadata(opening(), context(), correlation_id="camp-2")
    moves = claims(story.past, creator_id=creator_id, campaign_id="camp-2")
    await store.log.append(stream, 0, events, circumstances, claims=moves)


@pytest.mark.parametrize(("days", "size"), [(30, 2), (0, 3)])
async def test_whom_another_campaign_keeps_for_itself_is_not_ranked(store: Store, days: int, size: int) -> None:
    """Whoever works elsewhere without exclusivity is."""
    taken, *_ = await store.add_creators(3)
    await hold(store, taken, exclusively(days))
    request = RankRequest(campaign_id="camp-1", brief=a_brief())
    ranking = await ActivityEnvironment().run(reaching_out(store).rank_creators, request)
    assert (ranking.considered, ranking.shortlist.size) == (3, size)


async def test_past_performance_with_us_counts(store: Store) -> None:
    """Of creators who are alike, who declined comes after who has kept their word, and both say why."""
    kept_word, declined, *_ = await store.add_creators(4)
    await store.record_collaboration(offered().does(DeclineOffer(version=1), by=CREATOR), declined, 1)
    await store.record_collaboration(live(), kept_word, 2)
    await keep_track_records().catch_up(store.pool)
    shortlist = (
        await ActivityEnvironment().run(
            reaching_out(store).rank_creators, RankRequest(campaign_id="camp-2", brief=a_brief())
        )
    ).shortlist
    page = await store.shortlists.page(shortlist.digest)
    said = {
        entry.ranked.creator_id: part.because
        for entry in page
        for part in entry.ranked.evidence
        if part.name is Part.TRACK_RECORD
    }
    assert said.keys() == {kept_word, declined}
    assert "of 2 posts 2 on time, 0 late, 0 missed" in said[kept_word]
    assert said[declined] == "answered 1 of 1 offers; half within an hour; last collaboration declined"
    assert page[0].ranked.creator_id == kept_word


async def test_who_was_taken_since_the_ranking_is_not_invited(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """The log says who was passed over, by rank, and why, without a word on the other campaign."""
    shortlist = await a_shortlist(store, 3)
    _, second, _ = await store.shortlists.page(shortlist.digest)
    await hold(store, second.ranked.creator_id, exclusively(30))
    client = Collaborations(store, declining)
    with caplog.at_level("INFO"):
        outreach = await environment(client).run(reaching_out(store).reach_out, request_for(shortlist, 3))
    assert (outreach.invited, set(client.started)) == (2, {1, 3})
    assert "creator no. 2 of the shortlist is not invited: another campaign holds them" in caplog.text


async def test_a_retry_goes_on_after_the_last_heartbeat(store: Store) -> None:
    """The heartbeat's details name the last rank that was started; the next attempt begins with the one after it."""
    shortlist = await a_shortlist(store, 5)
    heartbeats: list[tuple[int, int]] = []
    first = environment(Collaborations(store, declining))
    first.on_heartbeat = lambda *details: heartbeats.append(details)
    await first.run(reaching_out(store).reach_out, request_for(shortlist, 1))
    assert heartbeats[0] == (2, 2)

    client = Collaborations(store, declining)
    retry = environment(client)
    retry.info = replace(retry.info, heartbeat_details=[3, 3])
    await retry.run(reaching_out(store).reach_out, request_for(shortlist, 1))
    assert client.started[0] == 4


async def test_an_outreach_that_begins_anew_passes_over_those_who_are_done(store: Store) -> None:
    """As after a lost cluster; who is under way is started, in case their workflow is lost."""
    shortlist = await a_shortlist(store, 3)
    page = await store.shortlists.page(shortlist.digest)
    done, under_way = [collaboration_id("camp-1", entry.ranked.creator_id) for entry in page[:2]]
    await _record(store, done, declining(1))
    await _record(store, under_way, offered())
    client = Collaborations(store, declining)
    running = asyncio.ensure_future(environment(client).run(reaching_out(store).reach_out, request_for(shortlist, 3)))
    while client.started != [2, 3]:
        assert not running.done()
        await asyncio.sleep(0.02)
    end = CollaborationEnded(outcome=Outcome.DECLINED, reason="no", offered=True)
    await store.append(collaboration_stream(under_way), [end])
    # Here a started workflow has a stream of its own, which outreach may or may not have seen when it ended.
    assert (await asyncio.wait_for(running, 30)).invited in (3, 4)
    assert client.started == [2, 3]
    await client.settled()


async def _record(store: Store, name: str, story: Story[Any, Any]) -> None:
    """A story under the id that the collaboration really has."""
    first, *others = story.past
    await store.append(collaboration_stream(name), [first.model_copy(update={"collaboration_id": name}), *others])


async def test_a_ranking_shows_that_it_is_alive(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that another worker begins anew soon after this one has died."""
    monkeypatch.setattr(discovery, "BEAT", 0.001)
    await store.add_creators(3)
    beats: list[None] = []
    ranking = ActivityEnvironment()
    ranking.on_heartbeat = lambda: beats.append(None)
    await ranking.run(reaching_out(store).rank_creators, RankRequest(campaign_id="camp-1", brief=a_brief()))
    assert beats
    counted = len(beats)
    await asyncio.sleep(0.05)
    assert len(beats) == counted


async def test_a_cancelled_outreach_stops_and_starts_nobody_else(store: Store) -> None:
    """The campaign is over: the activity ends as cancelled."""
    shortlist = await a_shortlist(store, 25)
    client = Collaborations(store, lambda rank: opened())
    outreach = environment(client)
    running = asyncio.ensure_future(outreach.run(reaching_out(store).reach_out, request_for(shortlist, 2)))
    await asyncio.sleep(0.3)
    outreach.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert client.started == [1, 2, 3]


async def test_a_server_that_is_away_fails_the_attempt_with_its_own_error(store: Store) -> None:
    """What made the start fail reaches Temporal as it is, so that it tries again."""

    class Away:
        async def start_workflow(self, *_: Any, **__: Any) -> None:
            raise ConnectionRefusedError("nobody listens")

    shortlist = await a_shortlist(store, 3)
    with pytest.raises(ConnectionRefusedError):
        await environment(Away()).run(reaching_out(store).reach_out, request_for(shortlist, 1))


async def test_collaborations_start_once_on_a_real_server(store: Store, temporal_client: Client) -> None:
    """Ids are deterministic and hold nothing personal; a second outreach finds one running and one ended."""
    campaign, queue = f"camp-{uuid4().hex}", f"queue-{uuid4().hex}"
    shortlist = await a_shortlist(store, 2)
    entries = await store.shortlists.page(shortlist.digest)
    ids = [collaboration_id(campaign, entry.ranked.creator_id) for entry in entries]
    workflows = [temporal_client.get_workflow_handle(collaboration_stream(one)) for one in ids]
    discovery, request = reaching_out(store, task_queue=queue), request_for(shortlist, 1, campaign=campaign)

    await _started_all(temporal_client, discovery, request)
    before = [await workflow.describe() for workflow in workflows]
    assert [one.workflow_type for one in before] == ["Collaboration", "Collaboration"]
    assert [one.task_queue for one in before] == [queue, queue]
    assert await before[1].static_summary() == "creator no. 2 of the shortlist"

    await workflows[0].terminate("as if it had ended")
    await _started_all(temporal_client, discovery, request)
    after = [await workflow.describe() for workflow in workflows]
    assert [one.run_id for one in after] == [one.run_id for one in before]


async def _started_all(client: Client, discovery: Discovery, request: OutreachRequest) -> None:
    """Reach out until both creators have been started, which no worker ever takes on."""
    outreach, started = environment(client), asyncio.Event()
    outreach.on_heartbeat = lambda cursor, _: started.set() if cursor == 2 else None
    running = asyncio.ensure_future(outreach.run(discovery.reach_out, request))
    await asyncio.wait_for(started.wait(), 20)
    outreach.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


def test_the_shortlists_letter_says_what_silence_means() -> None:
    """Size, deadline and the policy's answer are in the manager's letter."""
    letter = shortlist_ready(occasion(proposed(), ShortlistProposed))
    assert letter.subject == "Please approve the shortlist for Cold brew tea: 12 creators"
    assert "Please decide by Thursday 5 March 2026, 04:00 (America/New_York)." in letter.body
    assert "If we hear nothing until then, we invite the creators on the list" in letter.body
    assert "\nhttps://groundswell.example/v1/campaigns/camp-1/shortlist/approve\n" in letter.body


def test_the_task_is_asked_for_in_words() -> None:
    """The reminder says what there is to do."""
    assert ASKS["approve_shortlist"](occasion(proposed(), ShortlistProposed), "") == "approve or reject the shortlist"
