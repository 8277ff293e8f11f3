"""Nobody answers: what each side finds over HTTP when a deadline has run out, stage by stage, and that it is too late.

A real worker, a real Temporal server and deadlines of half a second. Everybody else answers as late as they like.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.brief import Asked, Policies
from domain.creators import Profile
from domain.deadlines import OnExpiry
from tests.domain.given import DISCLOSED, a_profile
from tests.end_to_end.conftest import Open, Site
from tests.workflows.campaigning import a_current_brief, quick

FITS = a_profile(country="US", language="en")
DOUBTFUL = a_profile(
    country="US", language="en", following=4_900, average_likes=60.0, average_comments=1.0,
    sample_comments=["nice"] * 9 + ["wow"],
)  # fmt: skip

JsonObject = dict[str, Any]


class Told:
    """One campaign for one creator, with the policies of a test, told over HTTP from either side."""

    def __init__(self, here: Site, campaign_id: str) -> None:
        self._here = here
        self.campaign = f"/v1/campaigns/{campaign_id}"
        self.one = ""
        """The collaboration's path."""
        self._id = ""

    @classmethod
    async def begin(cls, here: Site, profile: Profile = FITS, **policies: Any) -> "Told":
        """Start the campaign."""
        await here.add_creators(profile)
        brief = a_current_brief(
            creators_wanted=1,
            deliverables=[{"format": "reel"}],
            policies=Policies(**{"performance_report_from": Asked.NOBODY, **policies}),
        )
        answer = await here.brand.post("/v1/campaigns", json=brief.model_dump(mode="json"))
        assert answer.status_code == 201, answer.text
        return cls(here, answer.json()["id"])

    async def until(self, path: str, holds: Callable[[JsonObject], bool]) -> JsonObject:
        """What is read there, once it is so."""
        found: JsonObject = {}
        for _ in range(1_200):
            answer = await self._here.brand.get(path)
            found = answer.json()
            if answer.status_code == 200 and holds(found):
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"{path}: {found}")

    async def says(self, role: str, path: str, **body: Any) -> httpx.Response:
        """One side's POST."""
        headers = {"Idempotency-Key": uuid4().hex}
        if role == "brand":
            return await self._here.brand.post(path, json=body, headers=headers)
        async with self._here.as_creator(self._id) as creator:
            return await creator.post(path, json=body, headers=headers)

    async def agrees(self, role: str, path: str, **body: Any) -> None:
        """One side's POST, which is taken."""
        answer = await self.says(role, path, **body)
        assert answer.status_code == 200, answer.text

    async def invited(self) -> "Told":
        """The list is approved, and the creator's collaboration has begun."""
        await self.until(f"{self.campaign}/shortlist", lambda found: bool(found["items"]))
        await self.says("brand", f"{self.campaign}/shortlist/approve")
        return await self.found()

    async def found(self) -> "Told":
        """The creator's collaboration has begun, whoever has approved the list."""
        listed = await self.until(f"{self.campaign}/collaborations", lambda found: bool(found["items"]))
        self._id = listed["items"][0]["id"]
        self.one = f"/v1/collaborations/{self._id}"
        return self

    async def waits_for(self, task: str) -> JsonObject:
        """The collaboration, once this is asked of somebody."""
        return await self.until(self.one, lambda found: task in [each["name"] for each in found["tasks"]])

    async def offered(self) -> "Told":
        await self.invited()
        await self.waits_for("answer_offer")
        return self

    async def agreed(self) -> str:
        """Both want it; returns what there is to sign."""
        await self.offered()
        await self.agrees("creator", f"{self.one}/offer/accept", version=1)
        return str((await self.waits_for("sign_contract/creator"))["document"])

    async def signed(self) -> "Told":
        document = await self.agreed()
        for role in ("creator", "brand"):
            await self.signs(role, document)
        return self

    async def signs(self, role: str, document: str) -> None:
        await self.agrees(role, f"{self.one}/contract/sign", typed_name="A. Name", document=document, consent=True)

    async def reviewed(self) -> "Told":
        await self.signed()
        await self.waits_for("submit_draft/1")
        await self.agrees("creator", f"{self.one}/deliverables/1/draft", caption=DISCLOSED)
        return self

    async def ends(self, outcome: str) -> JsonObject:
        """It is over, and how."""
        found = await self.until(self.one, lambda found: found["outcome"] is not None)
        assert found["outcome"] == outcome, found["reason"]
        return found

    async def too_late(self, role: str, path: str, **body: Any) -> None:
        """Whoever comes after the deadline is told so."""
        answer = await self.says(role, path, **body)
        assert answer.status_code == 409, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


Begin = Callable[..., Awaitable[Told]]


@pytest.fixture
async def begin(site: Open) -> AsyncIterator[Begin]:
    async with site() as here:
        yield lambda *profile, **policies: Told.begin(here, *profile, **policies)


async def test_a_list_that_nobody_approves_is_approved_or_not_as_the_brief_says(begin: Begin) -> None:
    approved = await begin(shortlist=quick(OnExpiry.APPROVE))
    await approved.found()
    await approved.too_late("brand", f"{approved.campaign}/shortlist/approve")

    rejected = await begin(shortlist=quick(OnExpiry.DECLINE))
    found = await rejected.until(rejected.campaign, lambda found: found["outcome"] is not None)
    assert found["outcome"] == "shortlist_rejected"
    await rejected.too_late("brand", f"{rejected.campaign}/shortlist/approve")


async def test_a_doubtful_creator_whom_nobody_looks_at_is_rejected(begin: Begin) -> None:
    told = await (await begin(DOUBTFUL, verification=quick())).invited()
    await told.ends("rejected")
    await told.too_late("brand", f"{told.one}/verification/approve")


async def test_an_offer_that_its_creator_does_not_answer_lapses(begin: Begin) -> None:
    told = await (await begin(offer=quick(seconds=1))).invited()
    await told.ends("expired")
    await told.too_late("creator", f"{told.one}/offer/accept", version=1)


async def test_a_counter_offer_that_the_brand_does_not_answer_lapses(begin: Begin) -> None:
    told = await (await begin(counter_offer=quick())).offered()
    fee = {"amount": 390_00, "currency": "USD"}
    await told.agrees("creator", f"{told.one}/offer/counter", version=1, fee=fee)
    await told.ends("expired")
    await told.too_late("brand", f"{told.one}/offer/accept", version=2)


@pytest.mark.parametrize(("silent", "signs"), [("creator", "brand"), ("brand", "creator")])
async def test_a_contract_that_one_side_does_not_sign_lapses(begin: Begin, silent: str, signs: str) -> None:
    told = await begin(**{f"{silent}_signature": quick(seconds=3)})
    document = await told.agreed()
    await told.signs(signs, document)
    found = await told.ends("expired")
    assert f"the {silent} did not sign" in found["reason"]
    path, consent = f"{told.one}/contract/sign", {"typed_name": "A. Name", "document": document, "consent": True}
    await told.too_late(silent, path, **consent)


async def test_a_draft_that_does_not_come_is_missed(begin: Begin) -> None:
    told = await (await begin(draft=quick())).signed()
    await told.ends("missed")
    await told.too_late("creator", f"{told.one}/deliverables/1/draft", caption=DISCLOSED)


async def test_a_draft_that_nobody_reviews_is_approved_if_it_discloses(begin: Begin) -> None:
    told = await (await begin(review=quick(OnExpiry.APPROVE))).reviewed()
    await told.waits_for("publish/1")
    await told.too_late("brand", f"{told.one}/deliverables/1/request-changes", version=1, feedback="too late")


async def test_figures_that_nobody_reports_are_unknown_and_end_it_all_the_same(begin: Begin) -> None:
    told = await (await begin(metrics=quick())).reviewed()
    await told.agrees("brand", f"{told.one}/deliverables/1/approve", version=1)
    await told.agrees(
        "creator", f"{told.one}/deliverables/1/published", url="https://posts.example/1", caption=DISCLOSED
    )
    found = await told.ends("completed")
    assert [each["status"] for each in found["works"]] == ["unmeasured"]
    await told.too_late("creator", f"{told.one}/deliverables/1/metrics", likes=100)
