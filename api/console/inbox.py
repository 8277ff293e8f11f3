"""The inbox: everything that waits for the brand, most urgent first, each with what it takes to decide at once."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from activities.store.late_reversals import LateReversal
from activities.store.projections.campaign_board import CampaignSummary, list_campaigns
from activities.store.projections.tasks import OpenTask
from api.access.principal import Principal
from api.amendments import AmendmentView, amendments_of
from api.console.decisions import COLLABORATION, attempted, decide_on_collaboration, name_of
from api.console.forms import ChosenCampaign
from api.console.rendering import HOME, console_router, form_of, key_of, page, wants_part
from api.console.visitor import Visitor, may_call
from api.console.wording import DECIDED_BY
from api.dependencies import Services, Serving
from api.idempotency import under_key
from api.pagination import Cursor
from api.payouts import TransferId, list_late_reversals, settle_late_reversal
from api.post_views import WorkView
from api.tasks import page_of_tasks
from api.views import CollaborationView, collaboration_events, collaboration_view
from domain.amendments import SIGN_AMENDMENT, AmendmentStatus
from domain.creators import Creator
from domain.deadlines import Contact
from domain.decider import Role
from domain.payouts import Payout
from domain.signatures import Signing

router = console_router()

SHOWN = 25
"""Tasks on a page: as many as somebody decides in one go."""
AT_ONCE = 5
"""Decisions of several that are taken together that are under way at the same time."""
MOST = 200
"""Decisions that are taken together, at most."""


@dataclass(frozen=True)
class Item:
    """One task with what it is about; `view` and `creator` are None for a task of the campaign itself."""

    task: OpenTask
    campaign: CampaignSummary | None
    view: CollaborationView | None
    creator: Creator | None
    amendment: AmendmentView | None = None
    """The one that is to be signed."""

    @property
    def kind(self) -> str:
        """What is asked for."""
        return self.task.name.partition("/")[0]

    @property
    def decided_by(self) -> str:
        """The command with which it is done; of a kind that nobody decides on pages, empty."""
        return DECIDED_BY.get(self.kind, "")

    @property
    def number(self) -> int:
        """The deliverable that it is about; 0 if it is about none."""
        about = self.task.name.partition("/")[2]
        return int(about) if about.isdecimal() else 0

    @property
    def id(self) -> str:
        """What the page's own links call it: no id or name of anybody."""
        return "t" + hashlib.sha256(f"{self.task.stream} {self.task.name}".encode()).hexdigest()[:12]

    @property
    def work(self) -> WorkView | None:
        """The deliverable that it is about."""
        works = self.view.works if self.view else ()
        return next((work for work in works if work.number == self.number), None)

    @property
    def payout(self) -> Payout | None:
        """The payout that it is about."""
        about = self.task.name.partition("/")[2]
        return next((each for each in self.view.payouts if each.name == about), None) if self.view else None

    @property
    def yes(self) -> str:
        """The decision that several of its kind can be given at once, as a form sends it; empty if there is none."""
        fields = self._yes()
        return urlencode({"collaboration": self.task.collaboration_id or "", **fields}) if fields else ""

    def _yes(self) -> Mapping[str, Any]:
        match self.kind, self.view, self.work:
            case "verify_creator", _, _:
                return {"verb": "approve-creator"}
            case "answer_counter_offer", CollaborationView(offer=offer), _ if offer is not None:
                return {"verb": "accept", "version": offer.version}
            case "sign_contract", CollaborationView(document=document) as view, _ if document is not None:
                if view.assignment.terms.signature is not Signing.OWN:
                    return {}
                return {"verb": "sign", "document": document}
            case "review_draft", _, WorkView(disclosure=disclosure) as work if disclosure and disclosure.passed:
                return {"verb": "approve-draft", "deliverable": work.number, "version": work.version}
        return {}


@router.get("/inbox")
async def show_inbox(
    request: Request,
    services: Serving,
    visitor: Visitor,
    campaign_id: ChosenCampaign,
    contact: Contact | None = None,
    cursor: Cursor = None,
) -> Response:
    """The page; asked by htmx only its list, from the cursor on."""
    found = await page_of_tasks(services, Role.BRAND, contact, campaign_id, cursor, SHOWN)
    campaigns = {each.id: each for each in await list_campaigns(services.pool, services.workspace)}
    items = await items_of(services, found.items, campaigns)
    return await page(
        request,
        services,
        "inbox_items.html" if wants_part(request) else "inbox.html",
        visitor=visitor,
        section="inbox",
        items=items,
        next=found.next,
        late=await _late(services, visitor),
        campaigns=list(campaigns.values()),
        campaign_id=campaign_id,
        contact=contact,
        seen=digest(found.items),
    )


async def _late(services: Services, visitor: Principal) -> Sequence[LateReversal]:
    """Money that came back when its collaboration was over, for those who look after it."""
    if not may_call(visitor, "GET /v1/payouts/late-reversals"):
        return ()
    return (await list_late_reversals(services, visitor, None, SHOWN)).items


@router.post("/inbox/late-reversals/{transfer_id}")
async def take_late_reversal(
    request: Request, services: Serving, visitor: Visitor, transfer_id: TransferId
) -> Response:
    """Notes that somebody has seen to such money; it leaves the list."""
    once = await under_key(request, services, visitor, key_of(await form_of(request)))
    await settle_late_reversal(services, visitor, transfer_id, once)
    return RedirectResponse(HOME, status_code=303)


@router.get("/inbox/news")
async def show_news(
    request: Request,
    services: Serving,
    visitor: Visitor,
    campaign_id: ChosenCampaign,
    seen: str = "",
    contact: Contact | None = None,
) -> Response:
    """A note if the list is no longer what somebody has before them; it never moves under their hands."""
    found = await page_of_tasks(services, Role.BRAND, contact, campaign_id, None, SHOWN)
    changed = digest(found.items) != seen
    where = "&".join(f"{name}={value}" for name, value in (("campaign_id", campaign_id), ("contact", contact)) if value)
    return await page(request, services, "inbox_news.html", changed=changed, where=where)


def digest(tasks: Sequence[OpenTask]) -> str:
    """What tells that a list of tasks is still the same."""
    named = "\n".join(f"{each.stream} {each.name} {each.opened_at}" for each in tasks)
    return hashlib.sha256(named.encode()).hexdigest()[:16]


async def items_of(
    services: Services, tasks: Sequence[OpenTask], campaigns: Mapping[str, CampaignSummary]
) -> list[Item]:
    """The tasks with what they are about, in their order."""
    ids = list(dict.fromkeys(each.collaboration_id for each in tasks if each.collaboration_id))
    streams = await asyncio.gather(*(collaboration_events(services.log, id_) for id_ in ids))
    views = {id_: collaboration_view(events) for id_, events in zip(ids, streams, strict=True)}
    creators = await services.creators.get([view.creator_id for view in views.values()])
    made = []
    for task in tasks:
        view = views.get(task.collaboration_id or "")
        creator = creators.get(view.creator_id) if view else None
        made.append(Item(task, campaigns.get(task.campaign_id), view, creator, await open_amendment(services, task)))
    return made


async def open_amendment(services: Services, task: OpenTask) -> AmendmentView | None:
    """The amendment that a task asks to sign; None if it asks for something else."""
    if task.collaboration_id is None or not task.name.startswith(SIGN_AMENDMENT):
        return None
    found = await amendments_of(services, task.collaboration_id)
    return next((each for each in reversed(found) if each.status is AmendmentStatus.TO_SIGN), None)


@router.post("/inbox/bulk")
async def decide_several(request: Request, services: Serving, visitor: Visitor) -> Response:
    """Takes the decisions that were ticked, each on its own: one that is refused does not keep the others back."""
    form = await request.form(max_files=0, max_fields=MOST + 20)
    ticked = [each for each in form.getlist("item") if isinstance(each, str)][:MOST]
    fields = await form_of(request)
    slots = asyncio.Semaphore(AT_ONCE)

    async def decided(nth: int, given: str) -> tuple[str, str]:
        async with slots:
            return await _one_of_several(services, visitor, fields, f"{key_of(fields)}/{nth}", given)

    results = await asyncio.gather(*(decided(nth, given) for nth, given in enumerate(ticked)))
    if not results:
        return RedirectResponse(HOME, status_code=303)
    return await page(request, services, "bulk.html", visitor=visitor, section="inbox", results=results)


async def _one_of_several(
    services: Services, visitor: Principal, shared: Mapping[str, str], key: str, given: str
) -> tuple[str, str]:
    """What is said of it, and what stood in the way, if anything did."""
    one = dict(parse_qsl(given))
    id_, verb = one.pop("collaboration", ""), one.pop("verb", "")
    one["key"] = key
    if verb == "sign":
        one |= {"consent": "yes", "typed_name": shared.get("typed_name", "")}
    attempt = await attempted(lambda: decide_on_collaboration(services, visitor, id_, verb, one), verb, one)
    if attempt is not None and attempt.status == 404:
        return "A form that is not ours", attempt.why
    who = await name_of(services, id_)
    return (who, attempt.why) if attempt else (f"{who}: {COLLABORATION[verb].done}.", "")
