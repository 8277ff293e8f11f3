"""Every request that changes something, so that it can be carried out as it stands: what it is about exists, and waits
for just that. tests/api/access/test_mutations.py has each of them refused, and carried out in the end."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from activities.connectors import docuseal, shopify, stripe_events
from activities.connectors.simulated.shopify import SECRET as SHOPIFY_SECRET
from activities.connectors.simulated.shopify import SHOP
from activities.starting import campaign_stream, collaboration_stream, rights_stream
from activities.store.queries import QUERIES
from api.access.principal import AccessRole
from api.console.brief_fields import defaults
from api.console.forms import FINAL
from api.examples import BODIES
from domain.amendments import DraftAmendment, ProposeAmendment
from domain.assignment import Assignment, assign
from domain.brief import PaymentOrders, Policies
from domain.campaign import CloseCampaign
from domain.changes import Changes
from domain.decider import Role
from domain.money import Money
from domain.payouts import RecordPayout, RecordReversal, ReversalReason
from domain.verification import REPORT_PERFORMANCE
from tests.api.access.conftest import NOWHERE, OPS_KEY, STRIPE_SECRET, FrontDoor
from tests.api.conftest import API_KEY, CONTRACT
from tests.api.console.test_brief_form import FILLED
from tests.api.test_callbacks import a_submitter
from tests.api.test_callbacks import to_sign as to_sign_at_docuseal
from tests.api.test_performance_reports import FIGURES, PNG
from tests.domain.given import DISCLOSED, T0, a_brief, a_profile, asking_nobody
from tests.domain.outliving import opening, usage
from tests.media import a_picture, a_video

DOCUMENT = hashlib.sha256(CONTRACT).hexdigest()
SIGNATURE: dict[str, Any] = {"typed_name": "Ines Okafor", "document": DOCUMENT, "consent": True}
HIGHER = Changes(fee=Money(amount=300_00, currency="USD"))
NO: dict[str, Any] = {"json": {"reason": "no"}}
PERSON = {"posts": 120, "following": 400, "followers": 500, "has_profile_picture": True}
ROSTER = "handle,email,followers,platform\nines,ines@creators.example,12000,instagram\n"


@dataclass(frozen=True)
class Mutation:
    """A request that changes something; to be sent by an owner, or with the link of a creator if `step` is given."""

    place: Mapping[str, str] = field(default_factory=dict)
    """What stands in the path."""
    sends: Mapping[str, Any] = field(default_factory=dict)
    """The rest of it, in httpx's words."""
    about: str = ""
    """The collaboration that it is about."""
    step: str | None = None
    """The step of the creator's link that takes it."""
    any_link: bool = False
    """Whether the link of another step takes it as well."""
    once: bool = False
    """Whether that uses the link up."""
    gives: str | None = None
    """The command that it gives, where the path does not say so: its rule holds as well."""
    status: int | None = 200
    """Of the answer when it is carried out; None where it is only refused here."""
    records: bool = True
    """Whether something is different in the database after it."""


class Mutations:
    """Makes them, each about something of its own, so that none is in another's way."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door
        self._places = 1

    async def all(self) -> dict[str, Mutation]:
        """By call, as the table of rules names it."""
        docuseal_ = await self._signed_at_docuseal()  # first: it is about the creator of the first place
        return {
            **await self._campaigns(),
            **await self._creators(),
            **await self._answers(),
            **await self._amendments(),
            **await self._content(),
            **await self._money(),
            **await self._webhooks(),
            **await self._access(),
            **await self._console(),
            **await self._creators_page(),
            **docuseal_,
            **await self._signed_by_others(),
        }

    async def _campaigns(self) -> dict[str, Mutation]:
        door, campaign = self._door, "POST /v1/campaigns/{campaign_id}"
        brief = a_brief(creators_wanted=3).model_dump(mode="json")
        for name in ("approved", "rejected", "extended"):
            await door.shortlisted(campaign_id=name)
        for name in ("cancelled", "closed", "renewed"):
            await door.started(name)
        await door.give(campaign_stream("renewed"), CloseCampaign(), Role.BRAND)
        few = {"runs": 10, "begins": "2026-03-20T09:00:00Z"}
        return {
            "POST /v1/campaigns": Mutation(sends={"json": brief}, status=201),
            "POST /v1/simulations": Mutation(sends={"json": brief, "params": few}, records=False),
            f"{campaign}/shortlist/approve": Mutation({"campaign_id": "approved"}, {"json": {}}),
            f"{campaign}/shortlist/reject": Mutation({"campaign_id": "rejected"}, NO),
            f"{campaign}/extend": Mutation({"campaign_id": "extended"}, {"json": {"task": "approve_shortlist"}}),
            f"{campaign}/cancel": Mutation({"campaign_id": "cancelled"}, NO),
            f"{campaign}/close": Mutation({"campaign_id": "closed"}, {"json": {}}),
            f"{campaign}/renew": Mutation({"campaign_id": "renewed"}, {"json": {"start": True}}),
        }

    async def _creators(self) -> dict[str, Mutation]:
        creator, csv = "POST /v1/creators/{creator_id}", {"Content-Type": "text/csv"}
        known = [await self._door.known_creator(handle=f"known.{n}") for n in range(3)]
        asked = {"source": "instagram", "handles": ["ines"]}
        return {
            "POST /v1/creators/import": Mutation(sends={"content": ROSTER, "headers": csv}),
            "POST /v1/creators/discover": Mutation(sends={"json": asked}, status=202),
            f"{creator}/audience-audit": Mutation({"creator_id": known[0]}, {"json": {"accounts": [PERSON] * 30}}),
            f"{creator}/erase": Mutation({"creator_id": known[1]}),
            "PUT /v1/creators/{creator_id}/payout-account": Mutation(
                {"creator_id": known[2]}, {"json": {"account": "acct_1A"}}
            ),
        }

    async def _answers(self) -> dict[str, Mutation]:
        door, at = self._door, "POST /v1/collaborations/{collaboration_id}"
        offers = [await self._collaboration(door.offered) for _ in range(5)]
        opened = [await self._collaboration(door.opened) for _ in range(3)]
        to_sign = await self._collaboration(door.to_sign)
        counter = {"version": 1, "fee": {"amount": 320_00, "currency": "USD"}}
        reported, proven = [await self._asked_for_a_report() for _ in range(2)]
        decision = {"collaboration_id": opened[2], "verb": "approve_creator", "arguments": {}}
        return {
            f"{at}/verification/approve": _on(opened[0], {"json": {}}),
            f"{at}/verification/reject": _on(opened[1], NO),
            f"{at}/performance-report": _on(reported, {"json": FIGURES}, step=REPORT_PERFORMANCE),
            f"{at}/performance-report/proof": _on(proven, {"content": PNG}, step=REPORT_PERFORMANCE),
            f"{at}/offer/accept": _on(offers[0], {"json": {"version": 1}}, step="answer_offer"),
            f"{at}/offer/counter": _on(offers[1], {"json": counter}, step="answer_offer"),
            f"{at}/offer/decline": _on(offers[2], {"json": {"version": 1}}, step="answer_offer"),
            f"{at}/extend": _on(offers[3], {"json": {"task": "answer_offer"}}, step="answer_offer", any_link=True),
            f"{at}/cancel": _on(offers[4], NO),
            f"{at}/contract/sign": _on(to_sign, {"json": SIGNATURE}, step="sign_contract", once=True),
            "POST /v1/decisions": Mutation(sends={"json": {"decisions": [decision]}}, gives="ApproveCreator"),
        }

    async def _amendments(self) -> dict[str, Mutation]:
        at = "POST /v1/collaborations/{collaboration_id}/amendments"
        unchanged = await self._collaboration(self._door.signed)
        by_brand = [await self._amended(Role.BRAND) for _ in range(2)]
        by_creator = await self._amended(Role.CREATOR)
        proposal = {"json": {"changes": HIGHER.model_dump(mode="json", exclude_unset=True)}}
        return {
            at: _on(unchanged, proposal, step="submit_draft"),
            f"{at}/{{number}}/sign": _on(by_brand[0], {"json": SIGNATURE}, 1, step="sign_amendment", once=True),
            f"{at}/{{number}}/decline": _on(by_brand[1], {"json": {}}, 1, step="sign_amendment"),
            f"{at}/{{number}}/withdraw": _on(by_creator, {"json": {}}, 1, step="submit_draft"),
        }

    async def _content(self) -> dict[str, Mutation]:
        door, at = self._door, "POST /v1/collaborations/{collaboration_id}/deliverables/{number}"
        signed, uploading, approved, published = [
            await self._collaboration(state) for state in (door.signed, door.signed, door.approved, door.published)
        ]
        in_review = [await self._collaboration(door.in_review) for _ in range(2)]
        gone = [await self._collaboration(door.gone) for _ in range(2)]
        door.post_source = None
        post = {"url": "https://posts.example/1", "caption": DISCLOSED}
        changes = {"version": 1, "feedback": "Please show the bag."}
        return {
            f"{at}/draft": _on(signed, {"json": {"caption": DISCLOSED}}, 1, step="submit_draft"),
            f"{at}/draft/file": _on(uploading, {"content": a_picture()}, 1, step="submit_draft"),
            f"{at}/approve": _on(in_review[0], {"json": {"version": 1}}, 1),
            f"{at}/request-changes": _on(in_review[1], {"json": changes}, 1),
            f"{at}/published": _on(approved, {"json": post}, 1, step="publish_post"),
            f"{at}/metrics": _on(published, {"json": {"likes": 7}}, 1, step="report_metrics"),
            f"{at}/restored": _on(gone[0], {"json": {"url": "https://posts.example/2"}}, 1, step="restore_post"),
            f"{at}/vouch": _on(gone[1], {"json": {"caption": DISCLOSED}}, 1),
        }

    async def _money(self) -> dict[str, Mutation]:
        door, at = self._door, "POST /v1/collaborations/{collaboration_id}"
        ordered, reversed_ = await self._paid(PaymentOrders.WAIT_FOR_FINANCE), await self._paid()
        reversal = RecordReversal(
            payout_id=f"{reversed_}/upfront", reversed_in_all=1_00, reason=ReversalReason.TRANSFER_REVERSED
        )
        await door.give(collaboration_stream(reversed_), reversal)
        late = (f"{reversed_}/upfront", reversed_, "tea", "default", 100, "USD", "transfer_reversed")
        for transfer in ("tr_1", "tr_2"):
            await door.services.pool.execute(QUERIES.note_late_reversal, transfer, *late)
        outlived = await self._collaboration(door.offered)
        of = {"collaboration_id": outlived, "campaign_id": "tea"}
        await door.give(rights_stream(outlived), opening(usage(1, 90)).model_copy(update=of))
        amount = {"amount": 6_400, "currency": "USD"}
        order = {"order_id": "A-1", "placed_at": T0.isoformat(), "total": amount}
        refund = {"json": {"refund_id": "R-1", "amount": amount}}
        paid, again = {"reference": "SEPA 7", "paid_on": T0.date().isoformat()}, {"pay_again": True}
        orders = "POST /v1/campaigns/{campaign_id}/orders"
        return {
            orders: Mutation({"campaign_id": "tea"}, {"json": order}),
            f"{orders}/{{order_id}}/refunds": Mutation({"campaign_id": "tea", "order_id": "A-2"}, refund, status=204),
            f"{at}/payouts/{{payout}}/paid": _on(ordered, {"json": paid}, payout="upfront"),
            f"{at}/payouts/{{payout}}/reversal": _on(reversed_, {"json": again}, payout="upfront"),
            "POST /v1/payouts/late-reversals/{transfer_id}/settle": Mutation({"transfer_id": "tr_1"}, status=204),
            f"{at}/rights/release-exclusivity": _on(outlived, {}),
        }

    async def _webhooks(self) -> dict[str, Mutation]:
        at, open_ = "/v1/webhooks/{webhook_id}", self._door.services.webhooks.open
        for n in range(4):
            await open_(f"webhook{n}", "default", NOWHERE, None, command_id=str(n))
        return {
            "POST /v1/webhooks": Mutation(sends={"json": {"url": NOWHERE}}, status=201),
            f"PATCH {at}": Mutation({"webhook_id": "webhook0"}, {"json": {"enabled": False}}),
            f"DELETE {at}": Mutation({"webhook_id": "webhook1"}, status=204),
            f"POST {at}/replay": Mutation({"webhook_id": "webhook2"}, {"json": {"from_position": 1}}),
            f"POST {at}/test": Mutation({"webhook_id": "webhook3"}, {"json": {}}, records=False),
        }

    async def _access(self) -> dict[str, Mutation]:
        desk, member = self._door.services.desk, "/v1/members/{member_id}"
        add = partial(desk.members.add, "default", role=AccessRole.OPS, limit=None, by="test")
        changed, removed, invited, rebound = [await add(f"{name}@brand.example") for name in ("ada", "bo", "cy", "ed")]
        await desk.identities.recognise("https://id.brand.example", "u-1", "ed@brand.example")
        key, token = await self._door.key(AccessRole.OPS, name="to revoke"), await desk.sessions.link(invited)
        assert token is not None
        newcomer = {"address": "di@brand.example", "role": "legal"}
        return {
            "POST /v1/keys": Mutation(sends={"json": BODIES["create_key"]}, status=201),
            "DELETE /v1/keys/{key_id}": Mutation({"key_id": key.split("_")[1]}),
            "POST /v1/members": Mutation(sends={"json": newcomer}, status=201),
            f"PATCH {member}": Mutation({"member_id": changed.id}, {"json": {"role": "legal"}}),
            f"DELETE {member}": Mutation({"member_id": removed.id}, status=204),
            f"DELETE {member}/account": Mutation({"member_id": rebound.id}, status=204),
            **await self._access_pages(),
            "POST /sign-in": Mutation(sends={"data": {"address": "ada@brand.example"}}, records=False),
            "POST /sign-in/{token}": Mutation({"token": token}, status=303),
            "POST /sign-out": Mutation(status=303, records=False),
            "POST /codec/sign-in": Mutation(sends={"data": {"key": OPS_KEY}}, status=303, records=False),
            "POST /codec/sign-out": Mutation(status=303, records=False),
            **{
                f"POST /codec/{key}{verb}": Mutation({"key": "a-guessed-key"}, {"json": {"payloads": []}}, status=None)
                for key in ("", "{key}/")
                for verb in ("decode", "encode")
            },
        }

    async def _access_pages(self) -> dict[str, Mutation]:
        desk, at, sure = self._door.services.desk, "POST /console/access", {"data": {FINAL: "yes"}}
        add = partial(desk.members.add, "default", role=AccessRole.OPS, limit=None, by="test")
        changed, removed = [await add(f"{name}@brand.example") for name in ("flo", "gus")]
        key = await self._door.key(AccessRole.OPS, name="to revoke on a page")
        newcomer = {"address": "hal@brand.example", "role": "legal"}
        return {
            f"{at}/members": Mutation(sends={"data": newcomer}, status=303),
            f"{at}/members/{{member_id}}": Mutation({"member_id": changed.id}, {"data": {"role": "legal"}}, status=303),
            f"{at}/members/{{member_id}}/remove": Mutation({"member_id": removed.id}, sure, status=303),
            f"{at}/keys": Mutation(sends={"data": {"name": "shop", "role": "service_account"}}),
            f"{at}/keys/{{key_id}}/revoke": Mutation({"key_id": key.split("_")[1]}, sure, status=303),
        }

    async def _console(self) -> dict[str, Mutation]:
        decided, ticked = [await self._collaboration(self._door.opened) for _ in range(2)]
        await self._door.started("stopped")
        brief = {"data": {**FILLED, **defaults(datetime.now(UTC)), "creators_wanted": "2", "budget": "2000"}}
        item, decide = f"collaboration={ticked}&verb=approve-creator", "decide/{verb}"
        return {
            "POST /console/sign-in": Mutation(sends={"data": {"api_key": API_KEY}}, status=303),
            "POST /console/sign-out": Mutation(status=303, records=False),
            "POST /console/inbox/late-reversals/{transfer_id}": Mutation({"transfer_id": "tr_2"}, status=303),
            "POST /console/inbox/bulk": Mutation(sends={"data": {"item": item}}, gives="ApproveCreator"),
            "POST /console/start": Mutation(sends=brief, status=303),
            "POST /console/start/check": Mutation(sends=brief, records=False),
            "POST /console/start/forecast": Mutation(sends=brief, records=False),
            "POST /console/creators/import": Mutation(sends={"files": {"file": ("r.csv", ROSTER, "text/csv")}}),
            f"POST /console/campaigns/{{campaign_id}}/{decide}": Mutation(
                {"campaign_id": "stopped", "verb": "cancel"},
                {"data": {"reason": "no", FINAL: "yes"}},
                gives="CancelCampaign",
                status=303,
            ),
            f"POST /console/collaborations/{{collaboration_id}}/{decide}": Mutation(
                {"collaboration_id": decided, "verb": "approve-creator"}, gives="ApproveCreator", status=303
            ),
        }

    async def _creators_page(self) -> dict[str, Mutation]:
        offered, asked = await self._collaboration(self._door.offered), await self._asked_for_a_report()
        figures = {name: str(figure) for name, figure in FIGURES.items()}
        report = {"data": figures, "files": {"file": ("proof.png", PNG, "image/png")}}
        drafting = await self._collaboration(self._door.signed)
        draft = {
            "data": {"deliverable": "1", "caption": DISCLOSED},
            "files": {"file": ("reel.mp4", a_video(), "video/mp4")},
        }
        return {
            "POST /c/{token}/{verb}": Mutation(
                {"verb": "accept"}, {"data": {"version": "1"}}, about=offered, step="answer_offer", status=303
            ),
            "POST /c/{token}/draft": Mutation(sends=draft, about=drafting, step="submit_draft", status=303),
            "POST /c/{token}/performance-report": Mutation(
                sends=report, about=asked, step=REPORT_PERFORMANCE, status=303
            ),
        }

    async def _signed_at_docuseal(self) -> dict[str, Mutation]:
        told = a_submitter(await to_sign_at_docuseal(self._door), Role.BRAND)
        event = {"event_type": "form.completed", "timestamp": datetime.now(UTC).isoformat(), "data": told}
        body = json.dumps(event).encode()
        signature = docuseal.signature(self._door.services.docuseal_webhook_secret or "", body, int(time.time()))
        headers = {docuseal.SIGNATURE_HEADER: signature, "Content-Type": "application/json"}
        return {"POST /v1/callbacks/docuseal": Mutation(sends={"content": body, "headers": headers})}

    async def _signed_by_others(self) -> dict[str, Mutation]:
        creator_id, now = await self._door.known_creator(handle="paid.out"), datetime.now(UTC)
        await self._door.services.creators.set_payout_account(creator_id, "acct_7")
        content = {"id": "acct_7", "payouts_enabled": True}
        event = {"id": "evt_1", "type": "account.updated", "created": int(now.timestamp()), "data": {"object": content}}
        body = json.dumps(event).encode()
        stripe = {stripe_events.SIGNATURE_HEADER: stripe_events.signature(STRIPE_SECRET, body, now)}
        sold = {"id": 7, "created_at": now.isoformat(), "currency": "USD", "total_price": "20.00"}
        order = json.dumps(sold).encode()
        shop = {
            "X-Shopify-Topic": shopify.ORDERS_CREATE,
            "X-Shopify-Webhook-Id": "w-1",
            "X-Shopify-Shop-Domain": SHOP,
            shopify.SIGNATURE_HEADER: shopify.signature(SHOPIFY_SECRET, order),
        }
        return {
            "POST /v1/callbacks/stripe": Mutation(sends={"content": body, "headers": stripe}),
            "POST /v1/orders/shopify": Mutation(sends={"content": order, "headers": shop}),
        }

    async def _collaboration(self, state: Any) -> str:
        """A collaboration with the next creator of the directory, brought to this state."""
        self._places += 1
        creator_id = await self._door.known_creator(handle=f"creator.{self._places}")
        return str(await state(creator_id, self._places))

    async def _asked_for_a_report(self) -> str:
        assignment: Assignment = assign(a_brief(), a_profile())
        return await self._collaboration(partial(self._door.opened, assignment=assignment))

    async def _amended(self, by: Role) -> str:
        """A collaboration with an amendment of this side's before both."""
        id_ = await self._collaboration(self._door.signed)
        await self._door.give(collaboration_stream(id_), ProposeAmendment(changes=HIGHER), by)
        await self._door.give(collaboration_stream(id_), DraftAmendment(number=1, document=DOCUMENT))
        return id_

    async def _paid(self, orders: PaymentOrders = PaymentOrders.COUNT_AS_PAID) -> str:
        """A collaboration whose upfront payment was made or, if finance is waited for, ordered."""
        assignment = asking_nobody(assign(a_brief(policies=Policies(payment_orders=orders)), a_profile()))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(self._door, "opened", partial(self._door.opened, assignment=assignment))
            id_ = await self._collaboration(self._door.signed)
        await self._door.give(collaboration_stream(id_), RecordPayout(payout_id=f"{id_}/upfront", reference="PO-1"))
        return id_


def _on(id_: str, sends: Mapping[str, Any], number: int | None = None, *, payout: str = "", **facts: Any) -> Mutation:
    """About a collaboration, and one of its deliverables, amendments or payouts."""
    place = {"collaboration_id": id_, "number": str(number or ""), "payout": payout}
    return Mutation({name: value for name, value in place.items() if value}, sends, about=id_, **facts)
