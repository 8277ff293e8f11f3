"""The form on the creator's page that hands in a draft with its picture or video, and the files of earlier drafts."""

from contextlib import suppress
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from activities.links import LinkInvalid
from activities.records import collaboration_after
from activities.store.files import StorageFull
from api.access.authorise import creator_behind
from api.access.decisions import must_be_let
from api.access.principal import Principal
from api.auth import NotPermitted
from api.creator_offer import Fields, FormMistake
from api.creator_page import Token, collaboration_of, entered, invalid_link, stepped
from api.dependencies import Services, Serving
from api.draft_files import Version, awaits_draft, draft_file, kept, uploaded
from api.errors import FileTooLarge, UnsupportedMediaType
from api.uploads import drafts, in_words, measured
from api.views import collaboration_events
from domain.content_approval import DeliverableNumber, SubmitDraft
from domain.decider import Command
from domain.errors import Erased, NotFound
from domain.media import MediaFile

router = APIRouter(prefix="/c/{token}", include_in_schema=False)

VERB = "draft"
ENTERED = ("key", "deliverable", "caption", "media_url", "kept")
"""What a form may say; `kept` is the digest of a file that came with it before, when something else was wrong."""


@router.post("/draft")
async def take_draft(request: Request, token: Token, services: Serving) -> Response:
    """The form with its file: the file is kept first, and stays for another attempt if the rest cannot be read."""
    return await stepped(services, token, VERB, as_command, partial(_read, request, services))


async def _read(request: Request, services: Services, creator: Principal) -> Fields:
    # Where the form itself cannot be read, the address still says for which deliverable it was.
    about = {name: value for name, value in request.query_params.items() if name == "deliverable"}
    try:
        async with request.form(max_files=1, max_fields=20) as form:
            fields = about | {name: text for name, text in entered(form).items() if name in ENTERED}
            return {**fields, **await _file(fields, form.get("file"), services, creator)}
    except HTTPException as refusal:
        if refusal.status_code != 413:
            raise
        largest = in_words(services.uploads.largest)
        return about | {"wrong_file": f"it is larger than {largest}, which is the most that is taken."}


async def _file(fields: Fields, sent: Any, services: Services, creator: Principal) -> Fields:
    """What the file of a form adds to its fields."""
    try:
        must_be_let(creator, SubmitDraft)
        if isinstance(sent, UploadFile) and sent.size:
            file = await measured(sent, drafts(services.uploads))
            if await _is_awaited(fields, services, creator):
                found = await kept(services, creator.id, file)
            else:  # the same form again; a file that is not there is none that is asked for, which the command says
                with suppress(NotFound):
                    return _facts(await uploaded(services, creator.id, file.sha256))
                return {}
        elif "kept" in fields:
            found = await uploaded(services, creator.id, fields["kept"][:64])
        else:
            return {}
    except NotPermitted:
        return {}  # the refusal comes with the decision; nothing is kept before it
    except UnsupportedMediaType as wrong:
        return {"wrong_file": f"it must be {wrong.facts['needed']}."}
    except (FileTooLarge, StorageFull, NotFound) as wrong:
        return {"wrong_file": str(wrong)}
    return _facts(found)


def _facts(found: MediaFile) -> Fields:
    kind = "video" if found.media_type.is_video else "picture"
    return {"kept": found.sha256, "file": found.model_dump_json(), "kept_words": f"{kind}, {in_words(found.size)}"}


async def _is_awaited(fields: Fields, services: Services, creator: Principal) -> bool:
    state = collaboration_after(await collaboration_events(services.log, collaboration_of(creator)))
    number = fields.get("deliverable", "")
    return number.isdecimal() and len(number) <= 3 and awaits_draft(state, int(number))


def as_command(fields: Fields, _: str) -> Command:
    """The draft that a form says.

    Raises:
        FormMistake: the file is none that is taken.
        ValidationError: what it says is no draft.
    """
    if "wrong_file" in fields:
        raise FormMistake(f"The file: {fields['wrong_file']}")
    said: dict[str, Any] = {name: fields[name] for name in ("deliverable", "caption", "media_url") if name in fields}
    if "file" in fields:
        said["file"] = MediaFile.model_validate_json(fields["file"])
    return SubmitDraft.model_validate(said)


@router.get("/drafts/{number}/{version}")
async def show_file(
    request: Request,
    token: Token,
    number: Annotated[DeliverableNumber, Path()],
    version: Version,
    services: Serving,
) -> Response:
    """The picture or video of a draft in this collaboration."""
    try:
        caller = await creator_behind(token, services)
        return await draft_file(request, services, collaboration_of(caller), number, version)
    except (LinkInvalid, NotFound, Erased) as invalid:
        return invalid_link(invalid)
