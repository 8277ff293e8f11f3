"""The inbox: what waits, with what it takes to decide; several at once; and a list that does not move by itself."""

import html
import re

import httpx
import pytest

from activities.starting import collaboration_stream
from activities.store.late_reversals import LateReversals, Paid
from api.access.principal import AccessRole
from domain.amendments import DraftAmendment, ProposeAmendment
from domain.changes import Changes
from domain.content_approval import RequestChanges, SubmitDraft
from domain.decider import Role
from domain.money import Money
from domain.negotiation import CounterOffer
from tests.api.access.test_rules import key_of
from tests.api.conftest import Bench
from tests.api.console.conftest import PART
from tests.api.test_payouts import ordered
from tests.domain.given import DISCLOSED, T0, UNDISCLOSED


def ticks(page: str) -> list[str]:
    """The values of the boxes by which several are decided."""
    return [html.unescape(value) for value in re.findall(r'name="item" form="bulk" value="([^"]+)"', page)]


async def test_an_empty_inbox_teaches(bench: Bench, console: httpx.AsyncClient) -> None:
    assert "Begin with a campaign" in (await console.get("/console/inbox")).text
    await bench.started()
    assert "Nothing waits for you" in (await console.get("/console/inbox")).text


async def test_each_task_comes_with_its_facts_and_its_decisions(bench: Bench, console: httpx.AsyncClient) -> None:
    doubtful = await bench.opened(await bench.known_creator(name="Ines Okafor"))
    id_ = await bench.offered("creator-2", 2)
    counter = CounterOffer(version=1, fee=Money(amount=320_00, currency="USD"), message="two days of <filming>")
    await bench.give(collaboration_stream(id_), counter, Role.CREATOR)
    page = (await console.get("/console/inbox")).text
    assert f"/console/collaborations/{doubtful}/decide/approve-creator" in page
    assert "Ines Okafor" in page
    assert "$320.00</strong> asked · you offered $212.50 · your cap is $400.00" in page
    assert "two days of &lt;filming&gt;" in page
    assert len(ticks(page)) == 2
    assert re.search(r'class="badge">\s*2', page)


async def test_a_draft_without_disclosure_cannot_be_approved_there(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.in_review()
    assert DISCLOSED in (page := (await console.get("/console/inbox")).text)
    assert len(ticks(page)) == 1
    await bench.give(collaboration_stream(id_), RequestChanges(deliverable=1, version=1, feedback="x"), Role.BRAND)
    await bench.give(collaboration_stream(id_), SubmitDraft(deliverable=1, caption=UNDISCLOSED), Role.CREATOR)
    page = (await console.get("/console/inbox")).text
    assert "decide/approve-draft" not in page
    assert "decide/request-changes" in page
    assert ticks(page) == []


async def test_a_contract_is_signed_from_it(bench: Bench, console: httpx.AsyncClient) -> None:
    await bench.to_sign()
    page = (await console.get("/console/inbox")).text
    assert "Read the contract (PDF)" in page
    assert "decide/sign" in page


async def test_a_shortlist_leads_to_its_page(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.shortlisted()
    assert f'href="/console/campaigns/{id_}/shortlist"' in (await console.get("/console/inbox")).text


async def test_several_are_decided_at_once_and_a_refused_one_holds_nobody_up(
    bench: Bench, console: httpx.AsyncClient
) -> None:
    ids = [await bench.opened(f"creator-{n}", n) for n in (1, 2, 3)]
    items = ticks((await console.get("/console/inbox")).text)
    await console.post(f"/console/collaborations/{ids[0]}/decide/reject-creator", data={"reason": "no", "sure": "yes"})
    form = {"key": "together", "item": [*items, "collaboration=x&verb=dance"]}
    for _ in range(2):  # pressed twice
        answer = await console.post("/console/inbox/bulk", data=form)
        assert answer.status_code == 200
        assert "2 of 4 done" in answer.text
    for id_ in ids[1:]:
        events = [envelope.type for envelope in await bench.services.log.read(collaboration_stream(id_))]
        assert events.count("CreatorApproved") == 1


async def test_a_signature_for_several_carries_the_name(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.to_sign()
    [item] = ticks((await console.get("/console/inbox")).text)
    nameless = await console.post("/console/inbox/bulk", data={"key": "a", "item": item})
    assert "0 of 1 done" in nameless.text
    await console.post("/console/inbox/bulk", data={"key": "b", "item": item, "typed_name": "Ada Lane"})
    signed = (await bench.services.log.read(collaboration_stream(id_)))[-1]
    assert (signed.type, signed.data["signature"]["typed_name"]) == ("ContractSigned", "Ada Lane")


async def test_news_are_told_and_not_pushed_in_between(bench: Bench, console: httpx.AsyncClient) -> None:
    await bench.opened()
    seen = re.search(r"seen=(\w+)", (await console.get("/console/inbox")).text)
    assert seen is not None
    news = f"/console/inbox/news?seen={seen[1]}"
    assert (await console.get(news, headers=PART)).text.strip() == ""
    await bench.opened("creator-2", 2)
    assert "The list has changed" in (await console.get(news, headers=PART)).text


async def test_it_can_be_of_one_campaign_and_goes_on_by_the_cursor(bench: Bench, console: httpx.AsyncClient) -> None:
    await bench.started("other")
    for n in range(1, 28):
        await bench.opened(f"creator-{n}", n)
    page = (await console.get("/console/inbox", params={"campaign_id": "tea"})).text
    more = re.search(r'hx-get="(/console/inbox\?cursor=[^"]+)"', page)
    assert more is not None
    rest = (await console.get(html.unescape(more[1]), headers=PART)).text
    assert (len(ticks(page)), len(ticks(rest))) == (25, 2)
    assert ticks((await console.get("/console/inbox", params={"campaign_id": "other"})).text) == []
    assert len(ticks((await console.get("/console/inbox?campaign_id=")).text)) == 25  # the form's "All campaigns"


async def test_an_amendment_is_read_and_signed_from_it(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.signed()
    stream = collaboration_stream(id_)
    changes = Changes(fee=Money(amount=300_00, currency="USD"))
    await bench.give(stream, ProposeAmendment(changes=changes, reason="one more scene"), Role.CREATOR)
    document = await bench.services.documents.put(b"%PDF-1.7 more", "application/pdf", creator_id=None)
    await bench.give(stream, DraftAmendment(number=1, document=document))
    page = (await console.get("/console/inbox")).text
    assert "$212.50 → <strong>$300.00</strong>" in page
    assert "one more scene" in page
    paper = await console.get(f"/console/collaborations/{id_}/amendments/1.pdf")
    assert paper.content == b"%PDF-1.7 more"
    form = {"number": "1", "document": document, "typed_name": "Ada Lane", "consent": "yes"}
    assert (await console.post(f"/console/collaborations/{id_}/decide/sign-amendment", data=form)).status_code == 303
    signed = (await bench.services.log.read(stream))[-1]
    assert (signed.type, signed.data["signature"]["typed_name"]) == ("AmendmentSigned", "Ada Lane")


async def test_finance_says_what_was_paid(
    bench: Bench, console: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await ordered(bench, monkeypatch)
    assert "order PO-1" in (await console.get("/console/inbox")).text
    form = {"payout_id": f"{id_}/upfront", "reference": "SEPA 7", "paid_on": T0.date().isoformat()}
    answer = await console.post(f"/console/collaborations/{id_}/decide/paid", data=form, headers=PART)
    assert "noted as paid" in answer.text
    assert (await bench.services.log.read(collaboration_stream(id_)))[-1].type == "PayoutMade"


async def test_money_that_came_back_after_the_end_is_shown_until_somebody_has_seen_to_it(
    bench: Bench, console: httpx.AsyncClient
) -> None:
    """To those who look after money: nothing can be decided in a record that has ended."""
    id_ = await bench.offered()
    late = LateReversals(bench.services.pool)
    payout = Paid(payout_id=f"{id_}/upfront", collaboration_id=id_, campaign_id="tea", workspace="default")
    await late.note(payout, "tr_1", 40_00, "USD", "transfer_reversed")
    page = (await console.get("/console/inbox")).text
    assert "<strong>$40.00</strong> transfer reversed" in page
    async with bench.client(await key_of(bench, AccessRole.LEGAL)) as legal:
        assert "$40.00" not in (await legal.get("/console/inbox")).text
        assert (await legal.post("/console/inbox/late-reversals/tr_1")).status_code == 403
    assert (await console.post("/console/inbox/late-reversals/tr_1")).status_code == 303
    assert "$40.00" not in (await console.get("/console/inbox")).text
    assert (await console.post("/console/inbox/late-reversals/tr_2")).status_code == 404


async def test_who_cannot_decide_is_told_so_and_offered_nothing(bench: Bench) -> None:
    """A reviewer sees what waits, and has the buttons of drafts alone."""
    await bench.opened()
    await bench.in_review("creator-2", 2)
    async with bench.client(await key_of(bench, AccessRole.CLIENT_REVIEWER)) as reviewer:
        page = (await reviewer.get("/console/inbox")).text
    assert "/decide/approve-creator" not in page
    assert page.count("Somebody with another role decides this") == 1
    assert "/decide/approve-draft" in page
    assert len(ticks(page)) == 1
