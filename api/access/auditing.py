"""Noting what was refused, and who was given or lost access."""

import re
from collections.abc import Mapping

import structlog
from fastapi import Request

from activities.logs import ids_here
from api.access.desk import Desk
from api.access.principal import Principal
from api.access.rules import SAFE
from domain.decider import Command
from domain.errors import GroundswellError, NotFound

NOTED_IDS = ("campaign_id", "collaboration_id", "creator_id", "webhook_id", "key_id", "member_id", "transfer_id")
"""What of a path is written down. The rest may be a creator's link or a key."""

NOTED = "noted in the audit"
"""What an exception carries that needs no second entry."""


async def note_refusal(request: Request, error: GroundswellError) -> None:
    """Notes that a request was refused. The refusal stands, also where it cannot be noted: the log says so then."""
    if NOTED in getattr(error, "__notes__", ()):
        return
    error.add_note(NOTED)
    try:
        await _note(request, called(request), error.code)
    except Exception as trouble:  # noqa: BLE001 - whatever keeps it from being noted must not let anybody in
        structlog.get_logger(__name__).warning("refusal not noted", error=type(trouble).__name__, refused=error.code)


async def note_not_found(request: Request, error: Exception) -> None:
    """Notes that somebody tried to change what is not in their workspace, if that is what the error says.

    Another's and nobody's are told apart neither here nor in the answer: a workspace does not learn what others have.
    """
    known = getattr(request.state, "principal", None) is not None
    if isinstance(error, NotFound) and known and request.method not in SAFE:
        await note_refusal(request, error)


async def note_refused_decision(
    desk: Desk, caller: Principal, stream: str, command: Command, error: GroundswellError
) -> None:
    """Notes that a decision was refused to somebody who had come in; wherever they tried, also on a page."""
    kind, _, id_ = stream.partition("/")
    await desk.audit.note(
        type(command).__name__,
        workspace=caller.workspace,
        kind=caller.kind,
        principal=caller.id,
        role=caller.role,
        about=_ids({f"{kind}_id": id_}),
        refused=error.code,
        request_id=ids_here().get("request_id", ""),
    )
    error.add_note(NOTED)


async def note_done(request: Request, what: str, **about: str) -> None:
    """Notes that somebody was given or lost access: `key.created`, with the ids of what it is about."""
    await _note(request, what, None, about)


def called(request: Request) -> str:
    """The method and the route's template; a path may hold a secret, its template does not."""
    route = request.scope.get("route")
    return f"{request.method} {getattr(route, 'path', 'none')}"


async def _note(request: Request, action: str, refused: str | None, about: dict[str, str] | None = None) -> None:
    desk: Desk = request.app.state.services.desk
    principal: Principal | None = getattr(request.state, "principal", None)
    given = {name: request.path_params.get(name, "") for name in NOTED_IDS}
    await desk.audit.note(
        action,
        workspace=principal.workspace if principal else None,
        kind=principal.kind if principal else None,
        principal=principal.id if principal else None,
        role=principal.role if principal else None,
        about=_ids(given) | (about or {}),
        refused=refused,
        request_id=getattr(request.state, "request_id", ""),
    )


def _ids(given: Mapping[str, str]) -> dict[str, str]:
    """What can be an id; in its place may stand anything, a name or an address among it."""
    return {name: id_ for name, id_ in given.items() if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", id_)}
