"""A creator's page: everything that is known of a collaboration, now and then."""

import httpx

from activities.starting import collaboration_stream
from api.console.collaboration import offers_of
from api.draft_views import drafts_of
from domain.clauses import Gift
from domain.content_approval import RequestChanges, SubmitDraft
from domain.decider import Role
from domain.money import Money
from domain.negotiation import CounterOffer
from tests.api.conftest import CONTRACT, Bench
from tests.api.test_performance_reports import FIGURES, PNG, asked
from tests.domain.given import DISCLOSED, UNDISCLOSED


async def test_offers_stand_side_by_side_with_what_became_of_each(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.offered()
    counter = CounterOffer(version=1, fee=Money(amount=320_00, currency="USD"), message="two days of filming")
    await bench.give(collaboration_stream(id_), counter, Role.CREATOR)
    offers = offers_of(await bench.services.log.read(collaboration_stream(id_)))
    assert [(each.event.offer.fee.amount, each.became) for each in offers] == [(212_50, "countered"), (320_00, "open")]
    shown = (await console.get(f"/console/collaborations/{id_}")).text
    assert shown.index("$212.50") < shown.index("+$107.50")
    assert "two days of filming" in shown
    assert "decide/accept" in shown


async def test_gifts_and_a_commission_are_part_of_a_version_and_of_what_changed(
    bench: Bench, console: httpx.AsyncClient
) -> None:
    id_ = await bench.offered()
    fee, gifts = Money(amount=212_50, currency="USD"), (Gift(description="A box of <twelve>", value=45_00),)
    counter = CounterOffer(version=1, fee=fee, gifts=gifts, message="the same fee, and a box")
    await bench.give(collaboration_stream(id_), counter, Role.CREATOR)
    for path in (f"collaborations/{id_}", "inbox"):
        shown = (await console.get(f"/console/{path}")).text
        assert "A box of &lt;twelve&gt;" in shown
        assert "changed</span>" in shown


async def test_the_creators_own_figures_are_shown_with_their_proof(bench: Bench, console: httpx.AsyncClient) -> None:
    """As long as they are awaited it is said until when."""
    id_ = await asked(bench)
    here = f"/console/collaborations/{id_}"
    assert "Asked on their page" in (await console.get(here)).text
    async with bench.as_creator(id_) as creator:
        path = f"/v1/collaborations/{id_}/performance-report"
        proof = (await creator.post(f"{path}/proof", content=PNG)).json()["sha256"]
        await creator.post(path, json={**FIGURES, "countries": {"US": 0.7}, "proof": proof})
    shown = (await console.get(here)).text
    assert "21,000" in shown
    assert "US 70%" in shown
    saved = await console.get(f"{here}/performance-report/proof")
    assert (saved.content, saved.headers["content-disposition"][:10]) == (PNG, "attachment")


async def test_every_draft_is_kept_with_what_was_said_of_it(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.in_review()
    stream = collaboration_stream(id_)
    await bench.give(stream, RequestChanges(deliverable=1, version=1, feedback="Closer, please"), Role.BRAND)
    await bench.give(stream, SubmitDraft(deliverable=1, caption=UNDISCLOSED), Role.CREATOR)
    drafts = drafts_of(await bench.services.log.read(stream))[1]
    assert [(each.caption, each.became, each.feedback) for each in drafts] == [
        (DISCLOSED, "changes", "Closer, please"),
        (UNDISCLOSED, "waits", ""),
    ]
    shown = (await console.get(f"/console/collaborations/{id_}")).text
    assert "Closer, please" in shown
    assert "not disclosed" in shown
    assert "decide/approve-draft" not in shown


async def test_it_shows_the_evidence_the_contract_and_the_way_of_everything(
    bench: Bench, console: httpx.AsyncClient
) -> None:
    id_ = await bench.published()
    shown = (await console.get(f"/console/collaborations/{id_}")).text
    for fact in ("Comments and tags", "https://posts.example/1", "SHA-256", "What happened", "on its way"):
        assert fact in shown
    document = await console.get(f"/console/collaborations/{id_}/contract.pdf")
    assert (document.content, document.headers["content-type"]) == (CONTRACT, "application/pdf")


async def test_it_travels_in_time_and_decides_nothing_there(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.in_review()
    then = (await console.get(f"/console/collaborations/{id_}", params={"as_of": "4"})).text
    assert "This is the past" in then
    assert "/decide/" not in then
    assert DISCLOSED not in then


async def test_an_unknown_creator_is_told_so_on_a_page(bench: Bench, console: httpx.AsyncClient) -> None:
    answer = await console.get("/console/collaborations/nobody")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no collaboration nobody" in answer.text
