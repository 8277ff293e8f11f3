"""Stage 5, contract signing: the document to read, and the signature of either side."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from activities.records import collaboration_after
from api.dependencies import CollaborationId, Decide, Decision, JsonOnly, Services, Serving
from api.errors import problems
from api.file_serving import FILE, UNCHANGED
from api.preconditions import is_current
from api.views import collaboration_events
from domain.contract_signing import SignContract
from domain.errors import NotFound
from domain.lifecycle import Stage

router = APIRouter(
    prefix="/v1/collaborations/{collaboration_id}",
    tags=[Stage.CONTRACT_SIGNING.label],
    dependencies=[JsonOnly],
    responses=problems(401, 404, 409, 422, 429, 503),
)


async def contract_document(request: Request, services: Services, collaboration_id: str) -> Response:
    """The contract of a collaboration as a PDF: the one to sign, and once both sides have, the sealed one.

    Its ETag is its SHA-256; until both have signed that is the hash that a signature is given for.

    Raises:
        NotFound: there is no such collaboration, or it has no contract yet.
    """
    state = collaboration_after(await collaboration_events(services.log, collaboration_id))
    if state.document is None:
        raise NotFound(kind="contract of collaboration", id=collaboration_id)
    return await document_response(request, services, state.sealed or state.document, name="contract.pdf")


async def document_response(request: Request, services: Services, file: str, *, name: str) -> Response:
    """A document by its hash, which is its ETag, to be opened under this name; 304 if the caller has it."""
    document = await services.documents.get(file)
    headers = {
        "ETag": f'"{file}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    if is_current(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(document.content, media_type=document.media_type, headers=headers)


@router.get(
    "/contract.pdf",
    summary="The contract",
    response_class=Response,
    responses={200: {"description": "The document", "content": {"application/pdf": FILE}}, **UNCHANGED},
)
async def read_contract(request: Request, services: Serving, collaboration_id: CollaborationId) -> Response:
    """The PDF that both sides sign; its SHA-256 is `document` of the collaboration. Once they have, it is the sealed
    file: it begins with that document, byte for byte, has the record of signatures behind it, and a PAdES signature."""
    return await contract_document(request, services, collaboration_id)


@router.post("/contract/sign", summary="Sign the contract")
async def sign_contract(decide: Decide, collaboration_id: CollaborationId, body: SignContract) -> Decision:
    """By typing one's name; `document` is the hash of what was read. The second signature puts it into force."""
    return await decide.on_collaboration(collaboration_id, body)
