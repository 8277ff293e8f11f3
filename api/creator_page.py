"""The creator's page: one signed link, no account; every step that is open is a form on it, which needs no script.

A form carries its own idempotency key, so that pressing a button twice, or reloading, decides once. A step that is not
taken shows what was entered again: nobody loses a text to a refusal.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from activities.amendments import changes_in_words
from activities.links import LinkInvalid
from activities.records import brief_of, collaboration_after
from api.access.authorise import creator_behind
from api.access.principal import Principal
from api.amendments import amendment_document
from api.console import assets
from api.contract_signing import contract_document
from api.creator_forms import COMMANDS, FIGURES, AsCommand
from api.creator_offer import OFFER_WORDS, Fields, FormMistake
from api.dependencies import ENGINE_KEYS, Decisions, Services, Serving
from api.errors import RETRY_AFTER, status_of
from api.report.wording import money
from api.task_views import TaskView
from api.uploads import in_words
from api.views import CollaborationForCreator, collaboration_events, collaboration_for_creator
from domain.amendments import Amendment
from domain.collaboration import Collaboration
from domain.decider import Role
from domain.errors import GroundswellError, NotFound
from domain.lifecycle import Stage
from domain.media import MediaType

router = APIRouter(prefix="/c/{token}", include_in_schema=False)

Token = Annotated[str, Path(max_length=500)]
DONE = {
    "accept": "You have accepted the offer. The contract comes next; we write to you when it is ready.",
    "counter": "Your counter-offer is with the brand now.",
    "decline": "You have declined. Thank you for telling us.",
    "sign": "You have signed.",
    "draft": "Your draft is with the brand now.",
    "published": "Thank you. Next, report the post's figures.",
    "restored": "Thank you. We look at it now.",
    "metrics": "Thank you, the figures are recorded.",
    "extend": "You have more time.",
    "sign-amendment": "You have signed the amendment.",
    "decline-amendment": "You have declined. The contract stays as it is.",
    "withdraw-amendment": "It is withdrawn. The contract stays as it is.",
    "propose": "We make a document of what you ask for; both of you then sign it, or nothing changes.",
    "performance-report": "Thank you, your figures have reached us.",
}

_LABELS = {"typed_name": "Your name", "consent": "The box", "url": "The address", "media_url": "The address"}


@dataclass(frozen=True)
class Attempt:
    """A form that was sent and not carried out: what is wrong with it, and what was entered."""

    verb: str
    fields: Fields
    wrong: Sequence[str]
    status: int
    key: str | None = None
    """The form's key, to be kept where the same request should be sent again."""


@dataclass(frozen=True)
class Step:
    """A task of the creator's as a form shows it; `number` is the deliverable's, if it is about one."""

    kind: str
    number: int | None
    task: TaskView


@dataclass(frozen=True)
class Page:
    """Everything that the template shows."""

    token: str
    view: CollaborationForCreator
    steps: Sequence[Step]
    may_counter: bool
    amendment: Amendment | None
    """The one that waits for signatures."""
    changes: Sequence[Mapping[str, Any]]
    """What it changes, in words."""
    may_amend: bool
    done: str | None = None
    attempt: Attempt | None = None
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def entered(self, verb: str, name: str, number: int | None = None) -> str:
        """What was entered in a field of the form that was not carried out; empty for every other form."""
        return self.attempt.fields.get(name, "") if self.attempt and self._is_attempt(verb, number) else ""

    def attempted(self, verb: str) -> bool:
        """Whether what the page shows in this form is what was entered, and not what stands now."""
        return self._is_attempt(verb, None)

    def key(self, verb: str, number: int | None = None) -> str:
        """The idempotency key for a form: a new one, unless the same request is to be sent again."""
        if self.attempt and self.attempt.key and self._is_attempt(verb, number):
            return self.attempt.key
        return uuid4().hex

    def _is_attempt(self, verb: str, number: int | None) -> bool:
        attempt = self.attempt
        return (
            attempt is not None and attempt.verb == verb and attempt.fields.get("deliverable", "") == str(number or "")
        )


@router.get("")
async def show_page(token: Token, services: Serving, done: str | None = None) -> Response:
    """The page as it stands now. Looking changes nothing, so that link previews are harmless."""
    try:
        caller = await creator_behind(token, services)
        return await _rendered(services, caller, token, done=DONE.get(done or ""))
    except (LinkInvalid, NotFound) as invalid:
        return invalid_link(invalid)


@router.get("/contract.pdf")
async def show_contract(request: Request, token: Token, services: Serving) -> Response:
    """The contract of this collaboration."""
    try:
        caller = await creator_behind(token, services)
        response = await contract_document(request, services, collaboration_of(caller))
    except (LinkInvalid, NotFound) as invalid:
        return invalid_link(invalid)
    response.headers.update(page_headers())
    return response


@router.get("/amendments/{number}.pdf")
async def show_amendment(
    request: Request, token: Token, number: Annotated[int, Path(ge=1)], services: Serving
) -> Response:
    """An amendment to the contract of this collaboration."""
    try:
        caller = await creator_behind(token, services)
        response = await amendment_document(request, services, collaboration_of(caller), number)
    except (LinkInvalid, NotFound) as invalid:
        return invalid_link(invalid)
    response.headers.update(page_headers())
    return response


@router.post("/{verb}")
async def take_step(request: Request, token: Token, verb: str, services: Serving) -> Response:
    """Takes a step by the same command as the API, and shows the page again."""
    if verb not in COMMANDS:
        return invalid_link(NotFound(kind="step", id=verb[:64]))
    return await stepped(services, token, verb, COMMANDS[verb], lambda _: read_fields(request))


async def stepped(
    services: Services, token: str, verb: str, as_command: AsCommand, read: Callable[[Principal], Awaitable[Fields]]
) -> Response:
    """What comes of a form on the page: `read` gives what was entered, told by whom, and `command` what it means."""
    try:
        caller = await creator_behind(token, services)
        fields = await read(caller)
        attempt = await _attempt(services, caller, verb, fields, as_command)
        if attempt is not None:
            return await _rendered(services, caller, token, attempt=attempt)
    except (LinkInvalid, NotFound) as invalid:
        return invalid_link(invalid)
    return RedirectResponse(f"/c/{token}?done={verb}", status_code=303, headers=page_headers())


async def _attempt(
    services: Services, caller: Principal, verb: str, fields: Fields, as_command: AsCommand
) -> Attempt | None:
    """Carries the form out; what stands in its way, or None if nothing did."""
    key = fields.get("key", "")
    if not re.fullmatch(r"[ -~]{1,200}", key) or key.startswith(ENGINE_KEYS):
        key = uuid4().hex
    try:
        currency = await _currency(services, caller)
        await Decisions(services, caller, key).on_collaboration(collaboration_of(caller), as_command(fields, currency))
    except ValidationError as error:
        wrong = [f"{_label(detail['loc'])}: {detail['msg']}" for detail in error.errors()]
        return Attempt(verb, fields, wrong, 422)
    except FormMistake as mistake:
        return Attempt(verb, fields, [str(mistake)], 422)
    except GroundswellError as error:
        status = status_of(type(error))
        return Attempt(verb, fields, [str(error)], status, key if status in RETRY_AFTER else None)
    return None


async def read_fields(request: Request) -> Fields:
    """What was entered into a form without files."""
    return entered(await request.form(max_files=0, max_fields=50))


def entered(form: FormData) -> Fields:
    """The texts of a form, with one kind of line end; files are left out, and so is what is empty."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    clean = {name: text.replace("\r\n", "\n").replace("\x00", "").strip() for name, text in texts.items()}
    return {name: text for name, text in clean.items() if text}


def _label(location: tuple[str | int, ...]) -> str:
    name = str(location[-1]) if location else "The form"
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def collaboration_of(caller: Principal) -> str:
    """The collaboration that the caller's link leads to."""
    assert caller.collaboration_id is not None, "a link is bound to one collaboration"
    return caller.collaboration_id


async def _currency(services: Services, caller: Principal) -> str:
    events = await collaboration_events(services.log, collaboration_of(caller))
    return collaboration_after(events).agreed.currency


# From state to page


async def _rendered(
    services: Services, caller: Principal, token: str, *, done: str | None = None, attempt: Attempt | None = None
) -> Response:
    events = await collaboration_events(services.log, collaboration_of(caller))
    state, view = collaboration_after(events), collaboration_for_creator(events)
    rounds = state.agreed.policies.negotiation.rounds
    brief = await brief_of(services.log, state.campaign_id)
    view = view.model_copy(update={"tracking": await services.tracking.links.of(state, brief)})
    page = Page(
        token=token,
        view=view,
        steps=[_step(task) for task in view.tasks if task.assignee is Role.CREATOR],
        may_counter=state.counter_offers < rounds,
        amendment=state.amendment,
        changes=_changes(state),
        may_amend=state.stage is Stage.CONTENT_APPROVAL and not state.amending and state.closing is None,
        done=done,
        attempt=attempt,
    )
    content = (
        page_templates()
        .get_template("creator.html")
        .render(page=page, view=view, figures=FIGURES, limits=services.uploads, accept=",".join(MediaType))
    )
    status = attempt.status if attempt else 200
    headers = page_headers(page.nonce, media=bool(view.works))
    if status in RETRY_AFTER:
        headers["Retry-After"] = str(RETRY_AFTER[status])
    return HTMLResponse(content, status, headers=headers)


def by_their_clocks(at: datetime, time_zone: str) -> str:
    """`4 January 2027, 10:05 (Europe/Berlin)`: an instant that has been brought into its time zone."""
    return f"{at:%-d %B %Y, %H:%M} ({time_zone})"


def _changes(state: Collaboration) -> Sequence[Mapping[str, Any]]:
    if state.amendment is None:
        return []
    proposal = state.amendment.proposal
    return list(changes_in_words(proposal.before, proposal.after, state.agreed))


def _step(task: TaskView) -> Step:
    kind, _, number = task.name.partition("/")
    return Step(kind, int(number) if number.isdecimal() else None, task)


def invalid_link(error: GroundswellError) -> Response:
    """Says the same for a link that is not ours, has expired, or leads nowhere."""
    nonce = secrets.token_urlsafe(16)
    why = str(error) if isinstance(error, LinkInvalid) else "There is nothing at this address."
    content = page_templates().get_template("creator_link_invalid.html").render(why=why, nonce=nonce)
    return HTMLResponse(content, 404, headers=page_headers(nonce))


def page_headers(nonce: str | None = None, *, media: bool = False) -> dict[str, str]:
    """Of a page that anybody may open: it runs nothing, is not kept, and tells nobody its address.

    With a `nonce` it has a style, and its icon. With `media` it also shows videos of ours, and runs the script that it
    came with.
    """
    own = f"style-src 'nonce-{nonce}'; img-src 'self'; " if nonce else ""
    if media:
        own += f"script-src 'nonce-{nonce}'; media-src 'self'; connect-src 'self'; "
    policy = f"default-src 'none'; {own}form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        # The address is the credential: it must not reach the sites that the page links to, nor search engines.
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "X-Content-Type-Options": "nosniff",
    }


@cache
def page_templates() -> Environment:
    """The templates of such pages."""
    environment = Environment(
        loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["asset"] = assets.address
    environment.filters |= {
        "money": money,
        "moment": by_their_clocks,
        "size": in_words,
        "words": lambda text: str(text).replace("_", " "),
        **OFFER_WORDS,
    }
    return environment
