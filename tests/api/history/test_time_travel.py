"""Time travel: what `?as_of=` shows is what was shown then."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from activities.starting import campaign_stream, collaboration_stream
from domain.campaign import CancelCampaign
from domain.checks import Verdict
from domain.collaboration import CancelCollaboration
from domain.content_approval import ApproveDraft, MarkPublished, SubmitDraft
from domain.contract_signing import DraftContract, SignContract
from domain.decider import Command, Role
from domain.discovery import ApproveShortlist
from domain.negotiation import AcceptOffer, MakeOffer
from domain.payouts import RecordPayout
from domain.verification import ApproveCreator
from tests.api.conftest import CONTRACT, Bench
from tests.domain.given import DISCLOSED


class Diary:
    """Notes what the API shows after every step, to be compared with what it says later of that time."""

    def __init__(self, bench: Bench, reader: httpx.AsyncClient, path: str) -> None:
        self.bench, self.reader, self.path = bench, reader, path
        self.pages: list[tuple[str, dict[str, Any]]] = []

    async def note(self) -> None:
        """Write down what is shown now, and when now is."""
        shown = await self.reader.get(self.path)
        assert shown.status_code == 200
        self.pages.append((self.bench.engine.now.isoformat(), shown.json()))

    async def give(self, stream: str, command: Command, by: Role = Role.ENGINE) -> None:
        """A step of the story, and a note."""
        await self.bench.give(stream, command, by)
        await self.note()

    async def later(self, as_of: str) -> dict[str, Any]:
        """What is shown of a point of the past."""
        answer = await self.reader.get(self.path, params={"as_of": as_of})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def _work_through(diary: Diary, id_: str) -> None:
    """Everything from the offer to a payment, a published post, and the end."""
    stream = collaboration_stream(id_)
    document = await diary.bench.services.documents.put(CONTRACT, "application/pdf", creator_id=None)
    steps: list[tuple[Command, Role]] = [
        (MakeOffer(), Role.ENGINE),
        (AcceptOffer(version=1), Role.CREATOR),
        (DraftContract(document=document), Role.ENGINE),
        (SignContract(typed_name="A creator", document=document, consent=True), Role.CREATOR),
        (SignContract(typed_name="A brand", document=document, consent=True), Role.BRAND),
        (RecordPayout(payout_id=f"{id_}/upfront", reference="tr_1"), Role.ENGINE),
        (SubmitDraft(deliverable=1, caption=DISCLOSED), Role.CREATOR),
        (ApproveDraft(deliverable=1, version=1), Role.BRAND),
        (MarkPublished(deliverable=1, url="https://posts.example/1", caption=DISCLOSED), Role.CREATOR),
        (CancelCollaboration(reason="Out of stock."), Role.BRAND),
    ]
    for command, by in steps:
        await diary.give(stream, command, by)


async def test_a_campaign_is_shown_as_it_was_at_every_instant_of_its_life(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    """State, tasks, money, and the collaborations by stage and outcome: all that read models said at the time."""
    campaign_id = await bench.shortlisted()
    diary = Diary(bench, brand, f"/v1/campaigns/{campaign_id}")
    await diary.note()
    await diary.give(campaign_stream(campaign_id), ApproveShortlist(), Role.BRAND)
    first = await bench.opened()
    await diary.note()
    await diary.give(collaboration_stream(first), ApproveCreator(), Role.BRAND)
    await bench.offered("creator-2", 2)
    await diary.note()
    await _work_through(diary, first)
    await diary.give(campaign_stream(campaign_id), CancelCampaign(reason="The product is late."), Role.BRAND)

    assert len({str(view["budget"]) for _, view in diary.pages}) > 4
    for at, then in diary.pages:
        assert await diary.later(at) == {**then, "as_of": {"version": None, "at": at.replace("+00:00", "Z")}}


async def test_a_version_of_a_campaign_is_the_moment_at_which_that_event_came(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    """What its collaborations did before is in it, what they did later is not; and it stays as it is."""
    await bench.started()
    doubtful = await bench.opened()
    diary = Diary(bench, brand, "/v1/campaigns/tea")
    await diary.give(campaign_stream("tea"), CancelCampaign(reason="The product is late."), Role.BRAND)
    await bench.give(collaboration_stream(doubtful), CancelCollaboration(reason="the campaign was cancelled"))
    ((_, then),) = diary.pages

    assert (await diary.later("1"))["stages"] == {}
    assert await diary.later("2") == {**then, "as_of": {"version": 2, "at": None}}
    assert then["stages"] == {"verification": 1}
    assert (await brand.get("/v1/campaigns/tea")).json()["outcomes"] == {"cancelled": 1}


async def test_a_collaboration_is_shown_as_it_was_after_each_of_its_events(
    bench: Bench, brand: httpx.AsyncClient
) -> None:
    """By version and by instant, to the brand."""
    id_ = await bench.opened(verdict=Verdict.PASS)
    diary = Diary(bench, brand, f"/v1/collaborations/{id_}")
    await diary.note()
    await _work_through(diary, id_)

    assert {view["as_of"] for _, view in diary.pages} == {None}
    for at, then in diary.pages:
        version = then["version"]
        assert await diary.later(str(version)) == {**then, "as_of": {"version": version, "at": None}}
        assert await diary.later(at) == {**then, "as_of": {"version": None, "at": at.replace("+00:00", "Z")}}


async def test_a_creators_past_begins_with_the_offer_and_has_no_more_than_their_present(bench: Bench) -> None:
    """That a person doubted them is not to be found by going back."""
    id_ = await bench.opened()
    await bench.give(collaboration_stream(id_), ApproveCreator(), Role.BRAND)
    doubted_at = bench.engine.now
    async with bench.as_creator(id_) as creator:
        diary = Diary(bench, creator, f"/v1/collaborations/{id_}")
        await _work_through(diary, id_)
        for at, then in diary.pages:
            assert {**await diary.later(at), "as_of": None} == then
        assert diary.pages[0][1]["version"] == 4
        for early in ("1", "3", doubted_at.isoformat()):
            refused = await creator.get(diary.path, params={"as_of": early})
            assert refused.status_code == 422
            assert "where the record begins" in refused.text or "when the record begins" in refused.text


async def test_a_version_may_be_kept_and_has_one_tag_for_ever(bench: Bench, brand: httpx.AsyncClient) -> None:
    """Whatever happens later, it is the same representation; an instant is validated each time."""
    id_ = await bench.offered()
    path = f"/v1/collaborations/{id_}?as_of=4"
    first = await brand.get(path)
    await bench.give(collaboration_stream(id_), AcceptOffer(version=1), Role.CREATOR)
    again = await brand.get(path, headers={"If-None-Match": first.headers["ETag"]})
    instant = await brand.get(f"/v1/campaigns/tea?as_of={quote(bench.engine.now.isoformat())}")

    assert "immutable" in first.headers["Cache-Control"]
    assert first.headers["Memento-Datetime"].endswith(" GMT")
    assert first.headers["Link"] == f'</v1/collaborations/{id_}>; rel="original"'
    assert (again.status_code, again.headers["ETag"]) == (304, first.headers["ETag"])
    assert "immutable" in again.headers["Cache-Control"]
    assert instant.headers["Cache-Control"] == "private, no-cache"
    assert "Memento-Datetime" not in (await brand.get("/v1/campaigns/tea")).headers


@pytest.mark.parametrize("path", ["/v1/campaigns/tea", "/v1/collaborations/{id}"])
@pytest.mark.parametrize(
    ("as_of", "rule"),
    [
        ("99", "must not be after version"),
        ("0", "must be at least version 1"),
        ("2999-01-01T00:00:00Z", "must not be in the future"),
        ("1999-01-01T00:00:00Z", "must not be before 2026-03-02"),
        ("2026-03-02T10:00:00", "no zone"),
        ("last week", "must be a version such as 3, or an ISO 8601 instant"),
        ("", "must be a version such as 3, or an ISO 8601 instant"),
        ("1" * 41, "at most 40 characters"),
    ],
)
async def test_where_one_cannot_travel_is_a_problem_with_field_value_and_rule(
    bench: Bench, brand: httpx.AsyncClient, path: str, as_of: str, rule: str
) -> None:
    """422, since it is wrong whatever the state, and since nothing there can change it."""
    id_ = await bench.offered()
    answer = await brand.get(path.format(id=id_), params={"as_of": as_of})
    (error,) = answer.json()["errors"]

    assert (answer.status_code, error["field"], error["value"]) == (422, "as_of", as_of)
    assert rule in error["rule"]


async def test_what_does_not_exist_has_no_past_either(brand: httpx.AsyncClient) -> None:
    """404 before anything else."""
    assert (await brand.get("/v1/campaigns/unknown?as_of=1")).status_code == 404
    assert (await brand.get("/v1/collaborations/unknown?as_of=1")).status_code == 404
