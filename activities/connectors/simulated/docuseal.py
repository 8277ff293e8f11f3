"""The twin of DocuSeal: documents wait for people, who sign or decline when they are told to, and webhooks follow.

curl -d '{"url": "http://127.0.0.1:8000/v1/callbacks/docuseal"}' http://127.0.0.1:8107/twin/webhook
curl -d '{}' http://127.0.0.1:8107/twin/submitters/1/complete
curl -d '{"reason": "not for me"}' http://127.0.0.1:8107/twin/submitters/2/decline
"""

import base64
import binascii
import hashlib
import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
import typst
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from activities.connectors.docuseal import (
    FORM_COMPLETED,
    FORM_DECLINED,
    SIGNATURE_HEADER,
    SUBMISSION_COMPLETED,
    signature,
)
from activities.connectors.simulated.faults import Twin

KEY = "twin-docuseal-key"
SECRET = "whsec_twin-docuseal-secret"  # noqa: S105 - the twin's own, known to everybody
PATIENCE = 5.0
"""Seconds that an answer to a webhook may take."""

JsonObject = dict[str, Any]


class DocuSealTwin(Twin):
    """One account. Submissions and submitters are numbered from 1."""

    def __init__(self) -> None:
        super().__init__()
        self.submissions: dict[int, JsonObject] = {}
        self.submitters: dict[int, JsonObject] = {}
        self.webhook_url: str | None = None
        self.deliveries: list[tuple[dict[str, str], bytes]] = []
        """What was sent: headers and body; to be sent again as a repetition."""
        self._files: dict[str, bytes] = {}

    def routes(self) -> list[Route]:
        """DocuSeal's addresses, and what people do there."""
        return [
            self.route("/submissions/pdf", self._create, "POST"),
            self.route("/submitters", self._list),
            self.route("/submissions/{id:int}", self._show),
            self.route("/submissions/{id:int}/documents", self._documents),
            self.route("/file/{name}", self._file),
            self.route("/twin/webhook", self._subscribe, "POST"),
            self.route("/twin/submitters/{id:int}/{what}", self._act, "POST"),
        ]

    def rate_limited(self, retry_after: int) -> Response:
        """429 with the wait in seconds."""
        return JSONResponse({"error": "Too many requests"}, 429, headers={"Retry-After": str(retry_after)})

    def expired(self) -> Response:
        """401."""
        return JSONResponse({"error": "Not authenticated"}, 401)

    async def complete(self, submitter: int) -> None:
        """Somebody signs; the last one completes the submission."""
        signer = self.submitters[submitter]
        signer |= {"status": "completed", "completed_at": _now()}
        submission = self.submissions[signer["submission_id"]]
        everybody = [one for one in self.submitters.values() if one["submission_id"] == submission["id"]]
        done = all(one["status"] == "completed" for one in everybody)
        if done:
            submission |= {"status": "completed", "completed_at": _now()}
        await self._tell(FORM_COMPLETED, {**signer, "submission": _summary(submission)})
        if done:
            await self._tell(SUBMISSION_COMPLETED, {**submission, "submitters": everybody})

    async def decline(self, submitter: int, reason: str = "") -> None:
        """Somebody will not sign."""
        signer = self.submitters[submitter]
        signer |= {"status": "declined", "declined_at": _now(), "decline_reason": reason}
        self.submissions[signer["submission_id"]]["status"] = "declined"
        await self._tell(FORM_DECLINED, {**signer, "submission": _summary(self.submissions[signer["submission_id"]])})

    async def _tell(self, event: str, data: JsonObject) -> None:
        body = json.dumps({"event_type": event, "timestamp": _now(), "data": data}).encode()
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature(SECRET, body, int(time.time()))}
        self.deliveries.append((headers, body))
        if self.webhook_url is not None:
            with suppress(httpx.TransportError):  # DocuSeal sends it again later
                async with httpx.AsyncClient(timeout=PATIENCE) as client:
                    await client.post(self.webhook_url, content=body, headers=headers)

    async def _create(self, request: Request) -> Response:
        if not _knows_key(request):
            return self.expired()
        wanted: JsonObject = json.loads(await request.body())
        try:
            contents = [base64.b64decode(each["file"], validate=True) for each in wanted["documents"]]
            asked = [{name: str(one[name]) for name in ("role", "email")} | one for one in wanted["submitters"]]
        except (KeyError, TypeError, binascii.Error) as error:
            return JSONResponse({"error": f"{error} is missing or malformed"}, 422)
        fields = [field for each in wanted["documents"] for field in each.get("fields", ())]
        if not all(content.startswith(b"%PDF-") for content in contents) or not fields:
            return JSONResponse({"error": "PDF documents with at least one field are needed"}, 422)
        number = len(self.submissions) + 1
        first = len(self.submitters) + 1
        for id_, one in enumerate(asked, start=first):
            self.submitters[id_] = {
                "id": id_,
                "submission_id": number,
                "role": one["role"],
                "email": one["email"],
                "name": one.get("name"),
                "external_id": one.get("external_id"),
                "status": "sent" if wanted.get("send_email", True) else "awaiting",
                "completed_at": None,
                "declined_at": None,
                "decline_reason": None,
            }
        address = str(request.base_url).rstrip("/")
        self._files[f"{number}-signed.pdf"] = contents[0] + b"\n% signed at the twin\n"
        self._files[f"{number}-audit.pdf"] = _audit_log(number, contents[0])
        self.submissions[number] = {
            "id": number,
            "name": wanted.get("name"),
            "status": "pending",
            "completed_at": None,
            "created_at": _now(),
            "submitters_order": wanted.get("order", "preserved"),
            "audit_log_url": f"{address}/file/{number}-audit.pdf",
            "document_url": f"{address}/file/{number}-signed.pdf",
        }
        return JSONResponse({**self._shown(number)})

    async def _list(self, request: Request) -> Response:
        if not _knows_key(request):
            return self.expired()
        wanted = request.query_params.get("external_id")
        fitting = [one for one in self.submitters.values() if wanted in (None, one["external_id"])]
        page = fitting[: min(int(request.query_params.get("limit", 10)), 100)]
        return JSONResponse({"data": page, "pagination": {"count": len(page), "next": None, "prev": None}})

    async def _show(self, request: Request) -> Response:
        if not _knows_key(request):
            return self.expired()
        number = request.path_params["id"]
        if number not in self.submissions:
            return JSONResponse({"error": "Not Found"}, 404)
        return JSONResponse(self._shown(number))

    def _shown(self, number: int) -> JsonObject:
        submission = self.submissions[number]
        done = submission["status"] == "completed"
        return {
            **{name: value for name, value in submission.items() if name != "document_url"},
            "audit_log_url": submission["audit_log_url"] if done else None,
            "submitters": [one for one in self.submitters.values() if one["submission_id"] == number],
        }

    async def _documents(self, request: Request) -> Response:
        if not _knows_key(request):
            return self.expired()
        number = request.path_params["id"]
        if number not in self.submissions:
            return JSONResponse({"error": "Not Found"}, 404)
        return JSONResponse(
            {"id": number, "documents": [{"name": "document", "url": self.submissions[number]["document_url"]}]}
        )

    async def _file(self, request: Request) -> Response:
        content = self._files.get(request.path_params["name"])
        if content is None:
            return JSONResponse({"error": "Not Found"}, 404)
        # Addresses of files are secrets by themselves: whoever sends the key along gives it away.
        if "x-auth-token" in request.headers:
            return JSONResponse({"error": "no key is wanted here"}, 400)
        return Response(content, media_type="application/pdf")

    async def _subscribe(self, request: Request) -> Response:
        self.webhook_url = str(json.loads(await request.body())["url"])
        return JSONResponse({"url": self.webhook_url})

    async def _act(self, request: Request) -> Response:
        submitter, what = request.path_params["id"], request.path_params["what"]
        if submitter not in self.submitters or what not in ("complete", "decline"):
            return JSONResponse({"error": "Not Found"}, 404)
        if what == "complete":
            await self.complete(submitter)
        else:
            await self.decline(submitter, str(json.loads(await request.body() or b"{}").get("reason", "")))
        return JSONResponse(self.submitters[submitter])


def _knows_key(request: Request) -> bool:
    return request.headers.get("x-auth-token") == KEY


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _summary(submission: JsonObject) -> JsonObject:
    return {name: submission[name] for name in ("id", "status", "created_at")}


def _audit_log(number: int, document: bytes) -> bytes:
    digest = hashlib.sha256(document).hexdigest()
    content = typst.compile(f"= Audit Log\nSubmission {number} \\ SHA-256 of the document: {digest}".encode())
    assert isinstance(content, bytes), "one PDF is one file"
    return content
