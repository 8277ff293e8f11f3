"""Rights after a collaboration, as a workflow: months go by, the clocks ring, and a lost run is no loss."""

from datetime import timedelta
from typing import Any

import pytest

from activities.starting import RIGHTS_WORKFLOW, RightsStart, collaboration_stream, rights_stream
from activities.store.creator_claims import CreatorClaims
from activities.store.projections.rights_clocks import list_rights_clocks
from activities.store.projections.unfinished import UnfinishedStreams
from domain.claims import Held
from domain.collaboration import CancelCollaboration
from domain.decider import ENGINE, Role
from domain.errors import AlreadyEnded, NotFound
from domain.rights import ReleaseExclusivity, Rights
from tests.domain.given import a_profile
from tests.domain.outliving import completed
from tests.workflows.campaigning import a_current_brief
from tests.workflows.conftest import PEOPLE, Bench
from tests.workflows.outliving import BOUND_ONLY, ONE_REEL, TERMS, events, outlived, run_out, seen_through, until_rights
from workflows.resume import ResumeReport, resume


async def held(bench: Bench, rights: Rights, after: timedelta = timedelta(0)) -> list[Held]:
    """What the ledger says of the creator, counted from the agreed end of exclusivity."""
    assert rights.exclusive is not None
    found = await CreatorClaims(bench.pool).held([rights.creator_id], rights.exclusive.until + after)
    return list(found.get(rights.creator_id, []))


async def test_clocks_run_for_months_after_the_end_of_the_work(bench: Bench) -> None:
    """Exclusivity ends at the instant of the ledger's claim; usage after a warning, three months from publication."""
    one = await seen_through(bench)
    stream = outlived(one)
    opened = await until_rights(bench, stream, "RightsOpened")
    assert opened.exclusive is not None
    assert [each.claim.name for each in await held(bench, opened, -timedelta(seconds=1))] == ["tea"]
    assert await held(bench, opened) == []

    await run_out(bench, stream)

    recorded = await bench.log.read(stream)
    assert [each.type for each in recorded] == ["RightsOpened", "ExclusivityEnded", "RightsExpiring", "RightsExpired"]
    usage = opened.usages[0]
    due = [opened.exclusive.until, usage.expires_at - timedelta(days=14), usage.expires_at]
    late = [each.metadata.decided_at - at for each, at in zip(recorded[1:], due, strict=True)]
    assert all(timedelta(0) <= one < timedelta(minutes=1) for one in late)
    assert await held(bench, opened, -timedelta(days=1)) == []
    assert await list_rights_clocks(bench.pool, "default") == []
    assert await UnfinishedStreams(bench.pool, bench.log).rights(None) == []


async def test_the_brand_frees_the_creator_before_the_agreed_day(live: Bench) -> None:
    """In the same moment the ledger holds nothing any more, and another campaign may have them."""
    one = await seen_through(live, BOUND_ONLY)
    stream = outlived(one)
    opened = await until_rights(live, stream, "RightsOpened")
    assert await held(live, opened, -timedelta(days=1)) != []
    answer = await live.engine.decide(stream, ReleaseExclusivity(), actor=PEOPLE[Role.BRAND], command_id="free")
    assert answer.events == ("ExclusivityEnded",)
    assert await held(live, opened, -timedelta(days=1)) == []
    assert await live.client.get_workflow_handle(stream).result() == "every clock has run out"
    again = await live.engine.decide(stream, ReleaseExclusivity(), actor=PEOPLE[Role.BRAND], command_id="free")
    assert again == answer
    with pytest.raises(AlreadyEnded):
        await live.engine.decide(stream, ReleaseExclusivity(), actor=PEOPLE[Role.BRAND], command_id="once more")


async def test_a_lost_run_goes_on_from_its_stream(live: Bench) -> None:
    """What had been opened is not opened again, and the clocks still run."""
    one = await seen_through(live)
    stream = outlived(one)
    opened = await until_rights(live, stream, "RightsOpened")
    assert opened.exclusive is not None
    clocks = await list_rights_clocks(live.pool, "default")
    assert [(clock.name, clock.ends_at) for clock in clocks] == [
        ("exclusivity", opened.exclusive.until),
        ("usage/1", opened.usages[0].expires_at),
    ]
    handle = live.client.get_workflow_handle(stream)
    await handle.terminate("lost")
    report = await resumed(live, one.campaign_id)
    assert (report.collaborations, report.rights) == (0, 1)
    await live.engine.decide(stream, ReleaseExclusivity(), actor=PEOPLE[Role.BRAND], command_id="free")
    assert await events(live, stream) == ["RightsOpened", "ExclusivityEnded"]
    await live.client.get_workflow_handle(stream).terminate("the test is over")


async def test_clocks_that_were_never_started_are_found_in_the_record(live: Bench) -> None:
    """The cluster was lost right after the collaboration's last event: its rights begin with the next resume."""
    brief = a_current_brief(terms=TERMS)
    campaign_id = await live.open_campaign(brief)
    [creator] = await live.add_creators(a_profile())
    story = completed(terms=TERMS)
    past = [event.model_copy(update=_mine(event, campaign_id, creator)) for event in story.past]
    stream = collaboration_stream("seen-through")
    await live.append(stream, past, CancelCollaboration(reason="of the past"), campaign_id=campaign_id)
    assert await UnfinishedStreams(live.pool, live.log).rights(None) == ["seen-through"]
    assert (await resumed(live, campaign_id)).rights == 1
    rights = await until_rights(live, rights_stream("seen-through"), "RightsOpened")
    assert (rights.creator_id, len(rights.usages)) == (creator, 2)
    await live.client.get_workflow_handle(rights_stream("seen-through")).terminate("the test is over")


def _mine(event: Any, campaign_id: str, creator_id: str) -> dict[str, str]:
    told = {"collaboration_id": "seen-through", "campaign_id": campaign_id, "creator_id": creator_id}
    return {name: value for name, value in told.items() if name in type(event).model_fields}


async def test_nothing_is_started_where_nothing_goes_on(live: Bench) -> None:
    """A collaboration that was cancelled before any post leaves no clock, and there is nothing to release."""
    one = await live.collaborate(a_current_brief(deliverables=ONE_REEL, terms=TERMS))
    await one.engage()
    await one.tell(CancelCollaboration(reason="recalled"), by=Role.BRAND)
    await one.handle.result()
    assert await UnfinishedStreams(live.pool, live.log).rights(None) == []
    with pytest.raises(NotFound):
        await live.engine.decide(outlived(one), ReleaseExclusivity(), actor=ENGINE, command_id="free")
    handle = await live.client.start_workflow(
        RIGHTS_WORKFLOW,
        RightsStart(collaboration_id=one.stream.partition("/")[2]),
        id=outlived(one),
        task_queue=live.task_queue,
    )
    await handle.result()
    assert await events(live, outlived(one)) == []


async def resumed(live: Bench, campaign_id: str) -> ResumeReport:
    unfinished = UnfinishedStreams(live.pool, live.log)
    return await resume(live.client, unfinished, campaign_id, task_queue=live.task_queue)
