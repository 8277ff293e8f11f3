"""Decisions by forms: the same commands, once each, and refusals that say what stands in the way."""

import html
import re

import httpx
import pytest

from activities.starting import campaign_stream, collaboration_stream, rights_stream
from api.access.principal import AccessRole
from domain.clauses import Gift
from domain.decider import Role
from domain.money import Money
from domain.negotiation import CounterOffer
from tests.api.access.test_rules import key_of
from tests.api.conftest import API_KEY, CONTRACT, Bench
from tests.api.console.conftest import PART
from tests.api.test_payouts import ordered
from tests.api.test_rights import outlived
from tests.domain.given import DISCLOSED, T0, UNDISCLOSED
from workflows.client import EngineUnavailable

SURE = {"sure": "yes"}
"""The tick below what nothing takes back."""


async def types(bench: Bench, stream: str) -> list[str]:
    return [envelope.type for envelope in await bench.services.log.read(stream)]


async def test_a_form_that_is_sent_twice_decides_once(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.opened()
    form = {"key": "one-key", "back": f"/console/collaborations/{id_}"}
    for _ in range(2):
        answer = await console.post(f"/console/collaborations/{id_}/decide/approve-creator", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, form["back"])
    assert (await types(bench, collaboration_stream(id_))).count("CreatorApproved") == 1
    approved = (await bench.services.log.read(collaboration_stream(id_)))[-1]
    assert (approved.metadata.actor.id, approved.metadata.command_id) == ("manager", "one-key")


async def test_htmx_gets_a_line_in_the_place_of_the_form(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.opened(await bench.known_creator(name="Ines Okafor"))
    answer = await console.post(
        f"/console/collaborations/{id_}/decide/reject-creator",
        data={"reason": "not our style", "sure": "yes"},
        headers=PART,
    )
    assert answer.status_code == 200
    assert "Ines Okafor: rejected." in answer.text
    assert "CreatorRejected" in await types(bench, collaboration_stream(id_))


async def countered(bench: Bench) -> str:
    id_ = await bench.offered()
    counter = CounterOffer(version=1, fee=Money(amount=320_00, currency="USD"))
    await bench.give(collaboration_stream(id_), counter, Role.CREATOR)
    return id_


@pytest.mark.parametrize(
    ("verb", "fields", "event"),
    [
        ("accept", {"version": "2"}, "OfferAccepted"),
        ("counter", {"version": "2", "fee": "280.50", "currency": "USD", "message": "our last word"}, "OfferMade"),
        ("decline", {"version": "2", "reason": "too much", "sure": "yes"}, "OfferDeclined"),
    ],
)
async def test_an_offer_is_answered(
    bench: Bench, console: httpx.AsyncClient, verb: str, fields: dict[str, str], event: str
) -> None:
    id_ = await countered(bench)
    assert (await console.post(f"/console/collaborations/{id_}/decide/{verb}", data=fields)).status_code == 303
    assert event in (await types(bench, collaboration_stream(id_)))[4:]


async def test_a_counter_offer_keeps_or_changes_what_is_given_beside_the_fee(
    bench: Bench, console: httpx.AsyncClient
) -> None:
    """The form begins with what the creator has put on the table."""
    id_ = await bench.offered()
    gifts = (Gift(description="A box of twelve", value=45_00), Gift(description="A mug"))
    counter = CounterOffer(version=1, fee=Money(amount=320_00, currency="USD"), gifts=gifts)
    await bench.give(collaboration_stream(id_), counter, Role.CREATOR)
    form = sent_as_shown((await console.get("/console/inbox")).text, "counter")
    assert form["gifts.0.description"] == "A box of twelve"
    form = {**form, "fee": "280", "gifts.1.description": ""}
    assert (await console.post(f"/console/collaborations/{id_}/decide/counter", data=form)).status_code == 303
    made = (await bench.services.log.read(collaboration_stream(id_)))[-1].data["offer"]
    assert made["gifts"] == [{"description": "A box of twelve", "value": 45_00}]


async def test_a_draft_is_approved_or_goes_back(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.in_review()
    form = {"deliverable": "1", "version": "1"}
    refused = await console.post(f"/console/collaborations/{id_}/decide/request-changes", data=form, headers=PART)
    assert (refused.status_code, refused.headers["hx-reswap"]) == (422, "beforeend")
    assert "Feedback: Field required" in refused.text
    await console.post(f"/console/collaborations/{id_}/decide/approve-draft", data=form)
    assert (await types(bench, collaboration_stream(id_)))[-1] == "DraftApproved"


async def test_a_signature_needs_the_box_and_the_name(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.to_sign()
    document = (await console.get(f"/console/collaborations/{id_}/contract.pdf")).headers["etag"].strip('"')
    path = f"/console/collaborations/{id_}/decide/sign"
    without = await console.post(path, data={"typed_name": "Ada Lane", "document": document})
    assert (without.status_code, "Tick the box" in without.text) == (422, True)
    form = {"typed_name": "Ada Lane", "document": document, "consent": "yes"}
    assert (await console.post(path, data=form)).status_code == 303
    assert CONTRACT
    assert (await types(bench, collaboration_stream(id_)))[-1] == "ContractSigned"


async def test_a_refusal_keeps_what_was_written(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await countered(bench)
    form = {"version": "1", "fee": "300", "currency": "USD", "message": "a long letter", "back": "/console/inbox"}
    answer = await console.post(f"/console/collaborations/{id_}/decide/counter", data=form)
    assert answer.status_code == 409
    assert "version 2 is the current one" in answer.text
    assert "a long letter" in answer.text
    unreadable = await console.post(f"/console/collaborations/{id_}/decide/counter", data={**form, "fee": "much"})
    assert (unreadable.status_code, "such as 250.00" in unreadable.text) == (422, True)


async def test_an_engine_that_is_away_is_no_lost_decision(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.opened()
    bench.engine.outage = EngineUnavailable(seconds=5, why="nobody answers")
    path = f"/console/collaborations/{id_}/decide/approve-creator"
    answer = await console.post(path, data={"key": "k"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    bench.engine.outage = None
    assert (await console.post(path, data={"key": "k"})).status_code == 303


async def test_a_shortlist_is_approved_without_those_left_out(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.shortlisted()
    answer = await console.post(
        f"/console/campaigns/{id_}/decide/approve-shortlist", data={"drop.someone": "yes", "drop.other": "yes"}
    )
    assert answer.status_code == 303
    approved = (await bench.services.log.read(campaign_stream(id_)))[-1]
    assert (approved.type, approved.data["drop"]) == ("ShortlistApproved", ["someone", "other"])


async def test_a_campaign_is_ended(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await bench.started()
    await console.post(f"/console/campaigns/{id_}/decide/cancel", data={"reason": "the product is late", **SURE})
    assert "CampaignCancelled" in await types(bench, campaign_stream(id_))
    again = await console.post(f"/console/campaigns/{id_}/decide/close", data=SURE)
    assert (again.status_code, "has ended" in again.text) == (409, True)


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("reject-creator", {"reason": "not our style"}),
        ("cancel", {"reason": "the product is late"}),
        ("decline", {"version": "2"}),
        ("release", {}),
    ],
)
async def test_what_nothing_takes_back_asks_whether_somebody_is_sure(
    bench: Bench, console: httpx.AsyncClient, verb: str, fields: dict[str, str]
) -> None:
    """Without the tick nothing is decided, and what was written stays."""
    id_ = await bench.opened()
    before = await types(bench, collaboration_stream(id_))
    answer = await console.post(f"/console/collaborations/{id_}/decide/{verb}", data=fields)
    assert (answer.status_code, "cannot be taken back" in answer.text) == (422, True)
    assert fields.get("reason", "") in answer.text
    assert await types(bench, collaboration_stream(id_)) == before


@pytest.mark.parametrize("verb", ["close", "cancel", "reject-shortlist"])
async def test_a_campaign_does_not_end_by_a_slip(bench: Bench, console: httpx.AsyncClient, verb: str) -> None:
    id_ = await bench.shortlisted()
    answer = await console.post(f"/console/campaigns/{id_}/decide/{verb}", data={"reason": "x"})
    assert (answer.status_code, "cannot be taken back" in answer.text) == (422, True)
    assert (await types(bench, campaign_stream(id_)))[-1] == "ShortlistProposed"


async def test_other_terms_are_proposed_and_taken_back_before_they_are_signed(
    bench: Bench, console: httpx.AsyncClient
) -> None:
    """The form sends the whole contract; what is as it was is no part of the amendment."""
    id_ = await bench.signed()
    here = f"/console/collaborations/{id_}"
    form = sent_as_shown((await console.get(here)).text, "propose-amendment")
    same = await console.post(f"{here}/decide/propose-amendment", data=form)
    assert (same.status_code, "it says already" in same.text) == (409, True)
    changed = {**form, "fee": "250", "exclusivity_days": "30", "reason": "one more scene"}
    assert (await console.post(f"{here}/decide/propose-amendment", data=changed)).status_code == 303
    proposed = (await bench.services.log.read(collaboration_stream(id_)))[-1]
    after = {name: value for name, value in proposed.data["proposal"]["after"].items() if value is not None}
    assert after == {"fee": {"amount": 250_00, "currency": "USD"}, "exclusivity_days": 30}
    assert "Withdraw the amendment" in (await console.get(here)).text
    await console.post(f"{here}/decide/withdraw-amendment", data={"number": "1", "reason": "not needed"})
    assert (await types(bench, collaboration_stream(id_)))[-1] == "AmendmentWithdrawn"


def sent_as_shown(page: str, verb: str) -> dict[str, str]:
    """What a form of a page sends if nobody changes anything in it."""
    found = re.search(rf'<form method="post" action="[^"]+/decide/{verb}"[^>]*>.*?</form>', page, re.DOTALL)
    assert found is not None, f"the page has no form to {verb}"
    boxes = r'<input (?![^>]*type="checkbox")[^>]*name="([^"]+)"[^>]*value="([^"]*)"'
    fields = dict(re.findall(boxes, found[0]))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)">(.*?)</select>', found[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else re.findall(r'value="([^"]*)"', options)[0]
    return {name: html.unescape(value) for name, value in fields.items()}


async def test_the_brand_vouches_for_a_post_that_was_not_found(bench: Bench, console: httpx.AsyncClient) -> None:
    """Its caption has to disclose the partnership; then the creator is asked no more."""
    id_ = await bench.gone()
    here = f"/console/collaborations/{id_}"
    page = (await console.get(here)).text
    assert "not found" in page
    assert "/decide/vouch" in page
    hidden = {"deliverable": "1", "caption": UNDISCLOSED}
    assert (await console.post(f"{here}/decide/vouch", data=hidden)).status_code == 409
    assert (await console.post(f"{here}/decide/vouch", data={**hidden, "caption": DISCLOSED})).status_code == 303
    page = (await console.get(here)).text
    assert "there, on your word" in page
    assert "/decide/vouch" not in page


async def test_the_brand_lets_a_creator_work_for_others_earlier(bench: Bench, console: httpx.AsyncClient) -> None:
    id_ = await outlived(bench)
    here = f"/console/collaborations/{id_}"
    assert "End the exclusivity" in (await console.get(here)).text
    assert (await console.post(f"{here}/decide/release", data=SURE)).status_code == 303
    assert (await types(bench, rights_stream(id_)))[-1] == "ExclusivityEnded"
    assert "free to work for others" in (await console.get(here)).text


async def test_decisions_on_pages_go_by_the_rule_of_their_command(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finance confirms what it has paid, which a campaign manager cannot; and neither sees the other's buttons."""
    id_ = await ordered(bench, monkeypatch)
    here = f"/console/collaborations/{id_}"
    form = {"payout_id": f"{id_}/upfront", "reference": "SEPA 7", "paid_on": T0.date().isoformat()}
    for role, shown, status in (
        (AccessRole.CAMPAIGN_MANAGER, False, 403),
        (AccessRole.FINANCE, True, 303),
    ):
        async with bench.client(await key_of(bench, role)) as somebody:
            page = (await somebody.get(here)).text
            assert ("/decide/paid" in page, "/decide/cancel" in page) == (shown, not shown)
            assert (await somebody.post(f"{here}/decide/paid", data=form)).status_code == status
    async with bench.client(API_KEY) as owner:
        assert "paid, confirmed by finance" in (await owner.get(here)).text


@pytest.mark.parametrize("path", ["collaborations/x/decide/dance", "campaigns/x/decide/dance"])
async def test_there_is_no_other_decision(console: httpx.AsyncClient, path: str) -> None:
    assert (await console.post(f"/console/{path}")).status_code == 404
